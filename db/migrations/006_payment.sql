-- At most one payment a reservation, by its key.
create table payments (
  concert_id text collate "C" not null,
  reservation_id text collate "C" not null,
  id text collate "C" not null,
  user_id text collate "C" not null,
  amount bigint not null check (amount >= 0),
  paid_at timestamptz not null default now(),
  primary key (concert_id, reservation_id)
);
