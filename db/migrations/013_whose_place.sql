-- A place belongs to its fan, not to its number, and its tokens can be made void while the place is kept.

-- How often the tokens of this place were made void: those signed with a lower generation are good for nothing.
alter table queue_tokens add column generation integer not null default 0;
create index queue_tokens_reissued on queue_tokens (concert_id, entry) where generation > 0;

-- The place that was paid from; null for what was paid before this column was there.
alter table payments add column entry bigint;
