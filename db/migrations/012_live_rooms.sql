-- Of thousands of rooms in the years few have a line. `is_live` is true while somebody may have a place in it: set by
-- whatever changes the line, taken back by a duty that found nobody. It changes seldom, which is why it may stand in an
-- index's predicate: updates that leave it as it is stay HOT.
alter table rooms add column is_live boolean not null default true;

update rooms as room set is_live = false
where active = 0 and not exists (
  select from queue_tokens as token
  where token.concert_id = room.concert_id and status = 'WAIT' and (number > head or skipped_at is not null));

create index rooms_live on rooms (concert_id) where is_live;
