-- One row a seat, at most one owner. A seat is RESERVED when sold, HELD while held_until lies ahead,
-- AVAILABLE otherwise: expiry is in the reading, so a late sweep can block nothing.
create table seats (
  concert_id text collate "C" not null,
  performance_id text collate "C" not null,
  number integer not null,
  reservation_id text collate "C",
  held_until timestamptz,
  sold boolean not null default false,
  -- Counts the changes of this seat, so that news of it arriving out of order is recognised.
  version integer not null default 0,
  primary key (concert_id, performance_id, number),
  check (not sold or (reservation_id is not null and held_until is null)),
  check (held_until is null or reservation_id is not null)
) with (fillfactor = 40);

-- No foreign keys from here to seats or performances: on these rows a check per insert was the dearest part
-- of a hold. The audit proves the same links on the live database.
create table reservations (
  concert_id text collate "C" not null,
  id text collate "C" not null,
  performance_id text collate "C" not null,
  user_id text collate "C" not null,
  seat_numbers integer[] not null check (cardinality(seat_numbers) between 1 and 100),
  amount bigint not null check (amount >= 0),
  status text not null default 'HELD' check (status in ('HELD', 'CONFIRMED', 'EXPIRED', 'CANCELLED')),
  held_until timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (id, concert_id)
) with (fillfactor = 80);

create index reservations_by_user on reservations (user_id, created_at desc);
create index reservations_held on reservations (held_until) where status = 'HELD';

-- How far each performance is sold; changed only by the paying transaction, under the room's lock.
create table performance_sales (
  concert_id text collate "C" not null,
  performance_id text collate "C" not null,
  seats_total integer not null,
  seats_reserved integer not null default 0,
  revenue bigint not null default 0,
  primary key (concert_id, performance_id),
  check (seats_reserved between 0 and seats_total)
) with (fillfactor = 50);
