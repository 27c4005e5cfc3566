-- What the operator's desk looks up: who lost a seat to whom, when a hold was given back, and whose places have ended.

-- Fans who wanted a seat that somebody had. Written a moment later, in batches, by a duty, never by the hold itself;
-- best effort: what a server had not yet written when it was killed is lost. `slot` goes round, so that a seat
-- keeps its newest attempts and no more rows than that.
create table seat_refusals (
  concert_id text collate "C" not null,
  performance_id text collate "C" not null,
  number integer not null,
  slot smallint not null,
  user_id text collate "C" not null,
  -- What stood in the way.
  status text not null check (status in ('HELD', 'RESERVED')),
  at timestamptz not null,
  primary key (concert_id, performance_id, number, slot)
) with (fillfactor = 80);

-- How often each seat was wanted in vain, whether the attempt was kept or not.
create table seat_refusal_counts (
  concert_id text collate "C" not null,
  performance_id text collate "C" not null,
  number integer not null,
  refused bigint not null,
  primary key (concert_id, performance_id, number)
) with (fillfactor = 50);

-- How many attempts are kept of a concert in all: its row is the lock of those who write them.
create table seat_refusal_totals (
  concert_id text collate "C" primary key,
  kept integer not null default 0
) with (fillfactor = 50);

-- Null unless the fan gave the hold back (or did so before this column was there): the other ends are known already.
alter table reservations add column released_at timestamptz;

-- An operator asks for a fan, not for a concert. Live places are found by queue_tokens_live, concert by concert.
create index queue_tokens_ended on queue_tokens (user_id, issued_at desc) where status = 'EXPIRED';
