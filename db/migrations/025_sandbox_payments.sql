-- What the simulated gateway knows, which a real one keeps in a house of its own. No other table refers to it.
create table sandbox_payments (
  order_id text collate "C" primary key,
  payment_key text collate "C" not null unique,
  amount bigint not null check (amount > 0),
  currency text not null,
  order_name text not null,
  success_url text not null,
  fail_url text not null,
  takes_deposits boolean not null,
  -- EXPIRED is never written: it is what a row is whose time is up.
  status text not null default 'READY' check (
    status in ('READY', 'IN_PROGRESS', 'WAITING_FOR_DEPOSIT', 'DONE', 'CANCELED', 'PARTIAL_CANCELED', 'ABORTED')),
  method text check (method in ('CARD', 'VIRTUAL_ACCOUNT')),
  secret text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  -- When a person agreed to it on its page.
  pressed_at timestamptz,
  approved_at timestamptz,
  due_at timestamptz,
  because text,
  -- What goes wrong with the next confirmation, and with the next notices: each strikes once.
  misfortune text check (misfortune in ('REFUSE', 'SLOW', 'LOSE')),
  manner text check (manner in ('TWICE', 'LATE', 'OUT_OF_ORDER', 'FORGED', 'OTHER_AMOUNT')),
  cancels jsonb not null default '[]',
  -- Money appears only where somebody agreed to it.
  constraint sandbox_payments_agreed check (status in ('READY', 'ABORTED') or (pressed_at is not null and method is not null))
);
create index sandbox_payments_by_age on sandbox_payments (created_at);

-- What was answered under each `Idempotency-Key` at an address.
create table sandbox_answers (
  key text collate "C" not null,
  address text collate "C" not null,
  order_id text collate "C" not null references sandbox_payments on delete cascade,
  status integer not null,
  body text not null,
  primary key (key, address)
);
create index sandbox_answers_of on sandbox_answers (order_id);

-- Notices that are yet to be sent.
create table sandbox_notices (
  id bigint generated always as identity primary key,
  order_id text collate "C" not null references sandbox_payments on delete cascade,
  body text not null,
  send_at timestamptz not null,
  tries integer not null default 0
);
create index sandbox_notices_to_send on sandbox_notices (send_at);
create index sandbox_notices_of on sandbox_notices (order_id);
