-- What was bought can be given back, by a rule that stood when it was paid; a date can be called off or moved; and seats that come
-- back are for those who wait.

-- Refund terms, each once and never changed: what is copied into a reservation when it is paid is the number of its terms. What
-- was paid before there were any has none written down, and goes by the first.
create table refund_terms (
  id integer generated always as identity primary key,
  policy jsonb not null,
  time_zone text not null,
  constraint refund_terms_once unique (policy, time_zone)
);
insert into refund_terms (policy, time_zone) values ('{"preset": "kftc"}', 'Asia/Seoul');
create trigger refund_terms_append_only before update or delete on refund_terms
  for each row execute function refuse_change();
create trigger refund_terms_no_truncate before truncate on refund_terms
  for each statement execute function refuse_change();
alter table concerts add column refund_terms integer not null default 1 references refund_terms;
alter table reservations add column refund_terms integer;

-- A date that was called off is never on sale again; one that was moved says since when, and from where it was moved last. Whoever
-- decided by an older revision decides again.
alter table performances add column status text not null default 'SCHEDULED' check (status in ('SCHEDULED', 'CANCELLED'));
alter table performances add column revision integer not null default 0;
alter table performances add column moved_at timestamptz;
alter table performances add column moved_from timestamptz;
alter table performances add constraint performances_moved check ((moved_at is null) = (moved_from is null));
-- The same where whoever holds or pays locks a row anyway.
alter table performance_sales add column revision integer not null default 0;
alter table performance_sales add column called_off boolean not null default false;

-- Of what was paid, the seats that were cancelled and what they cost; null while there is none. `seat_numbers` and `amount` stay
-- what they were when it was paid, as the payment does.
alter table reservations add column cancelled_numbers integer[];
alter table reservations add column cancelled_amount bigint;

-- Each cancellation of seats that were paid for. Its REFUND has its id as reference, its COMPENSATION the id with `-c`.
create table cancellations (
  concert_id text collate "C" not null,
  id text collate "C" not null,
  reservation_id text collate "C" not null,
  performance_id text collate "C" not null,
  user_id text collate "C" not null,
  seat_numbers integer[] not null,
  -- What each of them cost in fees, in the order of the numbers.
  seat_fees bigint[] not null,
  price bigint not null,
  fee bigint not null check (fee >= 0),
  refund bigint not null check (refund >= 0),
  compensation bigint not null default 0 check (compensation >= 0),
  -- Which rule decided, as it is put into words for readers of each language.
  rule text not null,
  reason text not null
    check (reason in ('fan', 'organiser', 'postponed', 'force_majeure', 'illness', 'called_off')),
  -- Who did it for the fan; null: the fan, or a date that was called off.
  operator_id text collate "C",
  withdrawal_id text collate "C",
  at timestamptz not null default now(),
  primary key (concert_id, reservation_id, id),
  constraint cancellations_add_up check (price = fee + refund)
);
create index cancellations_of_a_date on cancellations (concert_id, performance_id);

-- A date being called off: refunded in the background, through its sold seats in the order of their numbers.
create table performance_cancellations (
  concert_id text collate "C" not null,
  performance_id text collate "C" not null,
  id text collate "C" not null,
  reason_ko text not null,
  reason_en text not null,
  compensation_percent integer not null check (compensation_percent between 0 and 10),
  operator_id text collate "C",
  state text not null default 'RUNNING' check (state in ('RUNNING', 'DONE')),
  -- Reservations.
  done integer not null default 0,
  total integer not null,
  last_number integer not null default 0,
  started_at timestamptz not null default now(),
  -- Of the last batch: what rests for long is taken over by another server.
  progressed_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (concert_id, performance_id),
  constraint performance_cancellations_ended check ((state = 'DONE') = (ended_at is not null))
);
create index performance_cancellations_running on performance_cancellations (started_at) where state = 'RUNNING';

-- Bound to its supply, a line lets nobody in to nothing: `openings` is how many more may come in until the seats and those inside
-- who hold none are counted again, which raises `openings_counted`; null until they were counted, negative where seats went meanwhile.
alter table rooms add column bound_to_supply boolean not null default false;
alter table rooms add column openings integer;
alter table rooms add column openings_counted integer not null default 0;
-- A line that waits for returned seats while there is none, and nobody is inside, is at rest: nothing that time brings concerns it,
-- and it is not looked at, until the last of its dates begins at the latest; null while it is not. When it is woken, signs of life
-- of its fans are written down first: nobody is let in while it is waking.
alter table rooms add column rests_until timestamptz check (rests_until is null or not is_live);
alter table rooms add column waking_since timestamptz check (waking_since is null or rests_until is null);
create index rooms_at_rest on rooms (rests_until) where rests_until is not null;

alter table operator_log drop constraint operator_log_action_check;
alter table operator_log add constraint operator_log_action_check check (action in
  ('CREATE_CONCERT', 'CHANGE_SETTINGS', 'CANCEL_RESERVATION', 'CALL_OFF_PERFORMANCE', 'MOVE_PERFORMANCE'));
