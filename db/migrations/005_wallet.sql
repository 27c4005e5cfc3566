-- Money: whole units of the currency, double entry, append-only. Keyed by the user, whose wallet,
-- ledger entries and idempotency keys live together.
create table wallets (
  user_id text collate "C" primary key,
  balance bigint not null default 0 check (balance between 0 and 100000000)
) with (fillfactor = 60);

-- Every movement is two entries that sum to zero: the fan's WALLET against FUNDING (money that came in
-- from outside) or SALES (money that seats were paid with).
create table ledger_entries (
  user_id text collate "C" not null,
  id bigint generated always as identity,
  account text not null check (account in ('WALLET', 'FUNDING', 'SALES')),
  kind text not null check (kind in ('CHARGE', 'PAYMENT', 'REFUND')),
  amount bigint not null,
  -- The wallet's balance after this entry; null on the other side.
  balance bigint check ((balance is null) = (account <> 'WALLET')),
  reference text collate "C" not null,
  at timestamptz not null default now(),
  primary key (user_id, id)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$;

create trigger ledger_entries_append_only before update or delete on ledger_entries
  for each row execute function refuse_change();
create trigger ledger_entries_no_truncate before truncate on ledger_entries
  for each statement execute function refuse_change();

-- Written by the same transaction as the effect that the key names.
create table idempotency_keys (
  user_id text collate "C" not null,
  key text collate "C" not null,
  fingerprint text not null,
  answer text not null,
  at timestamptz not null default now(),
  primary key (user_id, key)
);
create index idempotency_keys_at on idempotency_keys using brin (at);
