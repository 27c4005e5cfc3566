-- Signs of life are written more often than anything else, and `seen_at` stood in the predicate of an index, so each of them
-- wrote every index of its row anew. This says the same and changes seldom: when somebody is let in, and when they are
-- heard for the first time after that, or lose their slot.
alter table queue_tokens add column is_unheard boolean not null
  generated always as (status = 'ACTIVE' and seen_at < admitted_at) stored;
drop index queue_tokens_unclaimed;
create index queue_tokens_unclaimed on queue_tokens (concert_id, admitted_at) where is_unheard;
