-- Money from outside: a wallet is filled by an order that a gateway confirmed, and emptied back to where it came from.

-- Where the money of a charge came from: `open` is play money, which anybody had for the asking; `service` is a caller whom the
-- operator trusts; else the gateway. All that was charged before was for the asking. Of 1,000,000 movements it takes 2 to 4 s.
alter table transfers add column source text;
alter table transfers alter column source type text using case kind when 'CHARGE' then 'open' end;

-- The kinds of movement, each on the side of the wallet that it belongs to; a charge, and nothing else, has a source. What could not
-- be sent back comes back as a WITHDRAWAL that is positive. As short as can be: PostgreSQL reads the tree of a constraint anew for
-- each statement that writes here, and a case with a branch for each kind took a single charge 20 µs more.
alter table transfers drop constraint transfers_fit_their_kind;
alter table transfers add constraint transfers_fit_their_kind check (
  kind = any (case when amount < 0 then '{PAYMENT,WITHDRAWAL,REVERSAL}' when amount = 0 then '{PAYMENT,REFUND}'
    when source is null then '{REFUND,COMPENSATION,WITHDRAWAL}' else '{CHARGE}' end::text[])
  and (source is null or amount > 0));
create or replace view ledger_entries as
select user_id, id, side.account, kind, side.amount, side.balance, reference, at
from transfers cross join lateral (values
  ('WALLET', transfers.amount, transfers.balance),
  (case when kind in ('CHARGE', 'WITHDRAWAL', 'REVERSAL') then 'FUNDING' else 'SALES' end, -transfers.amount, null))
  as side (account, amount, balance);

-- From where there may be money in the wallets. Written before the first charge of each, that of a real gateway by the start, so that
-- a start need not read them all. Real money and play money never meet: whoever writes here has the table to itself meanwhile.
create table money_sources (
  source text primary key check (source in ('open', 'service', 'sandbox', 'toss', 'stripe')),
  since timestamptz not null default now()
);
insert into money_sources (source) select 'open' where exists (select from transfers where kind = 'CHARGE');

-- How much a wallet may hold is a question for who charges it, and no reason to refuse what is owed to a fan. What a gateway undid
-- and the wallet could not give any more is owed, and is met first by whatever comes in.
alter table wallets drop constraint wallets_balance_check;
alter table wallets add constraint wallets_balance_check check (balance >= 0);
alter table wallets add column owed bigint not null default 0 constraint wallets_owed_check check (owed >= 0);

-- An order is there before the browser leaves for the gateway. It is PAID exactly if there is a CHARGE whose reference is its id.
-- No index has or asks for a column that a credit changes, so that it writes the order's row alone, in the page where it is (HOT):
-- what is looked for by such a column is in a table of its own. Orders that were opened together are often paid together, in one
-- transaction, so a page has room for its orders once more: with 70 of 100 filled half of the updates had to leave their page.
create table charge_orders (
  id text collate "C" primary key,
  user_id text collate "C" not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  method text not null check (method in ('sandbox', 'toss', 'stripe')),
  status text not null default 'OPEN' check (status in ('OPEN', 'PAID', 'FAILED', 'EXPIRED')),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  -- What the fan was about to pay for, to come back to.
  reservation_id text collate "C",
  -- What the gateway calls the payment; where that is known from the opening on (a session of Stripe's), it stands in both.
  payment_key text collate "C",
  opened_key text collate "C",
  -- What the gateway gave for the browser when it was asked, as JSON; null where nothing has to be asked.
  checkout text,
  -- Where money of a virtual account goes back to, as JSON; and what its notices are known by.
  refund_account text,
  notice_secret text,
  paid_at timestamptz,
  -- What was sent back or is about to be; what the gateway undid by itself; and of that, what the wallet could not give yet.
  withdrawn bigint not null default 0 check (withdrawn >= 0),
  reversed bigint not null default 0 check (reversed >= 0),
  owed bigint not null default 0 check (owed between 0 and reversed),
  asked_at timestamptz,
  asks integer not null default 0,
  constraint charge_orders_paid check ((status = 'PAID') = (paid_at is not null)),
  constraint charge_orders_undone check (withdrawn + reversed <= amount and (status = 'PAID' or withdrawn + reversed = 0))
) with (fillfactor = 45);
create index charge_orders_of_a_fan on charge_orders (user_id, id);
create unique index charge_orders_opened_as on charge_orders (method, opened_key) where opened_key is not null;

-- What there is to ask a gateway, and what is not clear. A row is written by whoever has locked the order's, and is gone with the
-- credit.
create table charge_order_questions (
  order_id text collate "C" primary key,
  method text not null,
  -- The gateway is asked how it ended then; null where it is not asked any more.
  ask_at timestamptz,
  -- Since when it is not known how it ended, though it was asked or should have ended.
  unclear_since timestamptz
);
-- By gateway: one that is away must not stand before the others.
create index charge_order_questions_due on charge_order_questions (method, ask_at) where ask_at is not null;
create index charge_order_questions_unclear on charge_order_questions (unclear_since, order_id) where unclear_since is not null;

-- The payments that orders became PAID by, at that moment: one pays one order.
create table gateway_payments (
  method text not null,
  payment_key text collate "C" not null,
  order_id text collate "C" not null,
  at timestamptz not null default now(),
  constraint gateway_payments_once primary key (method, payment_key)
);
create index gateway_payments_by_time on gateway_payments (at);

-- Money on its way back, in parts: each to the order that it came from.
create table withdrawals (
  id text collate "C" primary key,
  user_id text collate "C" not null,
  amount bigint not null check (amount > 0),
  status text not null default 'PENDING' check (status in ('PENDING', 'DONE', 'FAILED')),
  at timestamptz not null default now(),
  ended_at timestamptz,
  constraint withdrawals_ended check ((status = 'PENDING') = (ended_at is null))
);
create index withdrawals_of_a_fan on withdrawals (user_id, id);
create table withdrawal_parts (
  -- The withdrawal's, a hyphen and 1, 2, …: by it the gateway knows a part that it is asked for twice.
  id text collate "C" primary key,
  withdrawal_id text collate "C" not null references withdrawals,
  order_id text collate "C" not null references charge_orders,
  amount bigint not null check (amount > 0),
  status text not null default 'PENDING' check (status in ('PENDING', 'DONE', 'FAILED')),
  -- Why the gateway refused, in its own code.
  because text,
  ask_at timestamptz,
  asks integer not null default 0,
  ended_at timestamptz,
  constraint withdrawal_parts_ended check ((status = 'PENDING') = (ended_at is null))
);
create index withdrawal_parts_of on withdrawal_parts (withdrawal_id);
create index withdrawal_parts_of_order on withdrawal_parts (order_id);
create index withdrawal_parts_to_ask on withdrawal_parts (ask_at) where ask_at is not null;

-- What the console asks besides: a day's orders by when they were opened, what is owed, and what is or was on its way back.
create index charge_orders_by_opening on charge_orders (created_at);
create index charge_orders_owed on charge_orders (id) where owed > 0;
create index withdrawals_by_status on withdrawals (status, id);
create index withdrawal_parts_done on withdrawal_parts (ended_at) where status = 'DONE';
create index withdrawal_parts_failed on withdrawal_parts (withdrawal_id) where status = 'FAILED';
create index transfers_undone on transfers (at) where kind = 'REVERSAL';
