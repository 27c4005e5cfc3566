-- Who has a live place is asked by fan. The index says `ended_because is null`, which is the same as not EXPIRED by the table's
-- check, so that it serves nothing but that: planned while nobody was in line, the next to let in were sought in it, one by one.
create unique index queue_tokens_live_places on queue_tokens (user_id, concert_id) where ended_because is null;
drop index queue_tokens_live;
alter index queue_tokens_live_places rename to queue_tokens_live;
