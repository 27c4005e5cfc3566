-- A movement of money is one transfer between a fan's wallet and the account that its kind names, in one row with one amount:
-- what one account gains the other loses, so no movement can be written that does not sum to zero.
alter table ledger_entries rename to past_entries;

create table transfers (
  user_id text collate "C" not null,
  id bigint generated always as identity,
  kind text not null,
  -- What the wallet gains; what it loses is negative. The other account loses or gains as much.
  amount bigint not null,
  -- The wallet's, after it.
  balance bigint not null,
  reference text collate "C" not null,
  at timestamptz not null default now(),
  constraint transfers_fit_their_kind check (
    case kind when 'CHARGE' then amount > 0 when 'PAYMENT' then amount <= 0 when 'REFUND' then amount >= 0 else false end)
);

-- The same transfers for whoever reads books: both entries of each. A charge is money that came in from outside (FUNDING); seats
-- are paid to SALES, and given back from there.
create view ledger_entries as
select user_id, id, side.account, kind, side.amount, side.balance, reference, at
from transfers cross join lateral (values
  ('WALLET', transfers.amount, transfers.balance),
  (case kind when 'CHARGE' then 'FUNDING' else 'SALES' end, -transfers.amount, null)) as side (account, amount, balance);

insert into transfers (user_id, id, kind, amount, balance, reference, at) overriding system value
select user_id, id, kind, amount, balance, reference, at from past_entries where account = 'WALLET' order by id;
alter table transfers add primary key (user_id, id);
select setval(pg_get_serial_sequence('transfers', 'id'), max(id)) from past_entries;

-- Nothing is dropped and nothing made up: the entry of the other account that each transfer stands for is the one that there was.
do $$
declare
  stray record;
begin
  select user_id, reference, account, kind, amount into stray
  from (
    select user_id, account, kind, amount, reference, at, 1 as times from past_entries where account <> 'WALLET'
    union all
    select user_id, account, kind, amount, reference, at, -1 from ledger_entries where account <> 'WALLET') as entry
  group by user_id, account, kind, amount, reference, at having sum(times) <> 0 limit 1;
  if found then
    raise exception 'the two entries of a movement do not sum to zero, or not between the accounts of its kind: % of %, reference %',
      stray.kind, stray.user_id, stray.reference using hint = 'Nothing was changed. The audit of the version before lists them all.';
  end if;
end $$;

drop table past_entries;
create trigger transfers_append_only before update or delete on transfers
  for each row execute function refuse_change();
create trigger transfers_no_truncate before truncate on transfers
  for each statement execute function refuse_change();
