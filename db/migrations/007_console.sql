-- Who changed what behind the counter: one row a change, by the same transaction, never changed afterwards.
create table operator_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  -- Null: the service itself, seeding the demo.
  operator_id text collate "C",
  action text not null check (action in ('CREATE_CONCERT', 'CHANGE_SETTINGS')),
  concert_id text collate "C" not null,
  -- What was in force until then; null for what is new.
  before jsonb,
  after jsonb not null
);
create index operator_log_concert on operator_log (concert_id, id desc);

create trigger operator_log_append_only before update or delete on operator_log
  for each row execute function refuse_change();
create trigger operator_log_no_truncate before truncate on operator_log
  for each statement execute function refuse_change();
