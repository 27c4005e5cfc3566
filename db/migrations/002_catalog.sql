-- What is on sale: written once by the operator, then only read. Every key starts with the concert,
-- the unit of scale: all rows of one concert can live together on one shard.
create table concerts (
  id text collate "C" primary key,
  title text not null,
  artist text not null,
  venue text not null,
  currency text not null default 'KRW',
  first_starts_at timestamptz not null,
  last_starts_at timestamptz not null,
  created_at timestamptz not null default now()
);

create table performances (
  concert_id text collate "C" not null references concerts (id),
  id text collate "C" not null,
  starts_at timestamptz not null,
  seats_total integer not null check (seats_total between 1 and 100000),
  primary key (concert_id, id)
);

-- A section's seats are first_number … first_number + rows * seats_per_row - 1, row by row.
create table sections (
  concert_id text collate "C" not null,
  performance_id text collate "C" not null,
  ordinal integer not null,
  name text not null,
  rows integer not null check (rows > 0),
  seats_per_row integer not null check (seats_per_row > 0),
  grade text not null,
  price bigint not null check (price >= 0),
  first_number integer not null,
  primary key (concert_id, performance_id, ordinal),
  foreign key (concert_id, performance_id) references performances (concert_id, id)
);
