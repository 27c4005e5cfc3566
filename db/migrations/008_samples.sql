-- What the console's charts are drawn from: one look every five seconds, kept for two hours. Nothing is decided by it.
create table concert_samples (
  concert_id text collate "C" not null,
  -- The beginning of the five seconds. Every server that follows the concert offers its look, and the first is kept.
  -- A look like the one before is not written: without a row, what was last seen still holds.
  at timestamptz not null,
  waiting bigint not null,
  active integer not null,
  max_active integer not null,
  paused boolean not null,
  -- Fans let in during these five seconds: every server adds those that it let in.
  admitted bigint not null,
  seats_total bigint not null,
  seats_held bigint not null,
  seats_reserved bigint not null,
  revenue bigint not null,
  primary key (concert_id, at)
);
create index concert_samples_at on concert_samples (at);

create table server_samples (
  at timestamptz not null,
  -- A process, for as long as it lives.
  server text collate "C" not null,
  -- Since the row before of the same server.
  requests bigint not null,
  errors bigint not null,
  refusals jsonb not null,
  -- The longest wait of the process for itself, and how long its last sample took to commit, in milliseconds.
  loop_ms real not null,
  commit_ms real,
  -- Connections to this database, of all servers and of others.
  connections integer not null,
  primary key (at, server)
);
