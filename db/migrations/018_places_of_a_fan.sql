-- A fan's live places, on whatever device they ask, are one look-up by the fan; within a concert they are found as before,
-- by concert and fan together. The index says of each place what the one before it said, in the other order: no write costs more.
create unique index queue_tokens_live_of_fan on queue_tokens (user_id, concert_id) where status <> 'EXPIRED';
drop index queue_tokens_live;
alter index queue_tokens_live_of_fan rename to queue_tokens_live;
