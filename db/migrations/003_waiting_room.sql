-- The line of each concert. The room's row is the lock of all its tokens: whoever issues, admits or ends
-- takes it first, so `active` is exact at every commit and the check below can hold it to its ceiling.
create table rooms (
  concert_id text collate "C" primary key references concerts (id),
  max_active integer not null check (max_active between 1 and 1000000),
  session_seconds integer not null check (session_seconds >= 1),
  hold_seconds integer not null check (hold_seconds >= 1),
  grace_seconds integer not null check (grace_seconds >= 1),
  max_seats_per_fan integer not null check (max_seats_per_fan >= 1),
  -- The highest limit ever in force: lowering the limit takes no seat back.
  max_seats_per_fan_ever integer not null check (max_seats_per_fan_ever >= max_seats_per_fan),
  paused_reason text,
  -- Numbers issued so far; every number up to `head` was admitted, left or was passed over;
  -- up to `front`, fans are near enough that their presence is tracked.
  last_number bigint not null default 0,
  head bigint not null default 0,
  front bigint not null default 0,
  active integer not null default 0,
  -- maxActive, or how many are still inside after it was lowered: lowering it sends nobody away,
  -- and until enough have gone nobody is admitted.
  active_ceiling integer not null,
  -- Counts the changes of this room's line, so that a server's board can tell when it missed one.
  version bigint not null default 0,
  -- Silence before this moment counts against nobody: the service itself was away.
  grace_from timestamptz not null default now(),
  check (active >= 0 and active <= active_ceiling),
  check (head <= last_number)
) with (fillfactor = 20);

create table queue_tokens (
  concert_id text collate "C" not null,
  -- The place of arrival, which the signed token names; `number` is the place in line.
  -- In a first-come room they are equal.
  entry bigint not null,
  number bigint not null,
  user_id text collate "C" not null,
  status text not null default 'WAIT' check (status in ('WAIT', 'ACTIVE', 'EXPIRED')),
  issued_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  skipped_at timestamptz,
  admitted_at timestamptz,
  expires_at timestamptz,
  ended_at timestamptz,
  ended_because text check (ended_because in ('PAID', 'SESSION_ENDED', 'LEFT', 'ABSENT')),
  primary key (concert_id, entry),
  check ((status = 'EXPIRED') = (ended_because is not null)),
  check (status <> 'ACTIVE' or (admitted_at is not null and expires_at is not null))
) with (fillfactor = 80);

create unique index queue_tokens_live on queue_tokens (concert_id, user_id) where status <> 'EXPIRED';
create index queue_tokens_waiting on queue_tokens (concert_id, number) where status = 'WAIT';
create index queue_tokens_skipped on queue_tokens (concert_id, skipped_at) where status = 'WAIT' and skipped_at is not null;
create index queue_tokens_active on queue_tokens (concert_id, expires_at) where status = 'ACTIVE';
create index queue_tokens_unclaimed on queue_tokens (concert_id, admitted_at) where status = 'ACTIVE' and seen_at < admitted_at;
create index queue_tokens_departed on queue_tokens (concert_id, number) where status = 'EXPIRED' and admitted_at is null;

-- One row that any living server touches about once a second. A gap in it means that nobody was serving.
create table heartbeat (
  id boolean primary key default true check (id),
  at timestamptz not null default now()
);
insert into heartbeat default values;
