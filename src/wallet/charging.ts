/** Charging: the plain case in one flight, and the general one in a transaction. */
import {
  effectsOf,
  keyed,
  keyParts,
  plainFirst,
  recall,
  remember,
  sortByKey,
  type KeyedCommand,
  type Once,
} from '../idempotency/idempotency.ts';
import type { Database, Sql, Statement, Tx } from '../platform/database.ts';
import { Refusal, refuse } from '../refusals.ts';
import type { Ledger, LedgerOptions } from './ledger.ts';

export interface Charge {
  readonly id: string;
  readonly amount: number;
  /** The wallet's balance right after this charge, and after what it owed was met. */
  readonly balance: number;
}

export interface ChargeCommand extends KeyedCommand {
  readonly amount: number;
}

export interface Charging extends LedgerOptions {
  readonly database: Database;
  readonly ledger: Pick<Ledger, 'charge'>;
}

/** Carries out one batch and answers each, in the order given. Commands with one key: the first counts. */
export function chargeAll(
  charging: Charging,
  commands: readonly ChargeCommand[],
  attempt: number,
): Promise<(Once<Charge> | Refusal)[]> {
  return plainFirst<ChargeCommand, Charge>(commands, {
    plain: (firsts) => (attempt > 0 ? Promise.resolve(new Map()) : keyed(() => chargePlainly(charging, firsts))),
    general: (rest) => keyed(() => charging.database.transaction((tx) => chargeGenerally(tx, charging, rest))),
  });
}

/** Answers those that it carried out, each the first with its key. */
async function chargePlainly(
  { database, walletMax, source }: Charging,
  commands: readonly ChargeCommand[],
): Promise<ReadonlyMap<ChargeCommand, Charge>> {
  const rows = withSums(commands, walletMax);
  if (rows.length === 0) return new Map();
  const [charged] = await database.flight([charge(database.sql, rows, { walletMax, source })]);
  const byId = new Map(commands.map((command) => [command.id, command]));
  const done = new Map<ChargeCommand, Charge>();
  for (const { id, balance } of charged) {
    const command = byId.get(id);
    if (command !== undefined) done.set(command, { id, amount: command.amount, balance });
  }
  return done;
}

/**
 * Credits the fans whose keys are all new and whose wallets owe nothing and have room for all that they charge here, and
 * writes down transfers and answers. Wallets are locked in the order of their key, as everybody does.
 */
function charge(
  sql: Sql,
  rows: readonly Summed[],
  { walletMax, source }: LedgerOptions,
): Statement<{ id: string; balance: number }[]> {
  const { isNew, remembered } = keyParts(sql, 'charged');
  return sql`
    with asked as (
      select *, ${isNew} as is_new
      from unnest(${rows.map(({ userId }) => userId)}::text[], ${rows.map(({ key }) => key)}::text[],
        ${rows.map(({ fingerprint }) => fingerprint)}::text[], ${rows.map(({ id }) => id)}::text[],
        ${rows.map(({ amount }) => amount)}::bigint[], ${rows.map(({ before }) => before)}::bigint[],
        ${rows.map(({ behind }) => behind)}::bigint[])
        with ordinality as asked (user_id, key, fingerprint, id, amount, before, behind, place)
    ), credited as (
      insert into wallets (user_id, balance)
      select user_id, before + amount from asked
      where behind = 0 and user_id not in (select user_id from asked where not is_new)
      order by user_id collate "C"
      on conflict (user_id) do update set balance = wallets.balance + excluded.balance
      where wallets.balance + excluded.balance <= ${walletMax} and wallets.owed = 0
      returning user_id, balance
    ), credit as materialized (
      -- Looked up in one object: in a join each would be compared with each, for PostgreSQL cannot know how many there are.
      select jsonb_object_agg(user_id, balance) as balances from credited
    ), charged as (
      select asked.*, balance, format('{"id":"%s","amount":%s,"balance":%s}', id, amount, balance) as answer
      from credit, asked cross join lateral (select (balances ->> user_id)::bigint - behind as balance) as after
      where balances ? user_id
    ), transferred as (
      insert into transfers (user_id, kind, amount, balance, reference, source)
      select user_id, 'CHARGE', amount, balance, id, ${source} from charged order by place
    ), ${remembered}
    select id, balance from charged`;
}

interface Summed extends ChargeCommand {
  /** What the same fan charges before it in this batch, and behind it. */
  readonly before: number;
  readonly behind: number;
}

/** In their order, but for fans who charge more than a wallet may hold: they are left to the general case. */
function withSums(commands: readonly ChargeCommand[], walletMax: number): Summed[] {
  const behind = new Map<string, number>();
  for (const { userId, amount } of commands) behind.set(userId, (behind.get(userId) ?? 0) + amount);
  const before = new Map<string, number>();
  const isTooMuch = new Set([...behind].filter(([, sum]) => sum > walletMax).map(([userId]) => userId));
  return commands.flatMap((command) => {
    const { userId, amount } = command;
    if (isTooMuch.has(userId)) return [];
    const sum = before.get(userId) ?? 0;
    const rest = (behind.get(userId) ?? 0) - amount;
    before.set(userId, sum + amount);
    behind.set(userId, rest);
    return [{ ...command, before: sum, behind: rest }];
  });
}

/** In their order, whatever has to be decided one by one: keys that were answered before, charges that do not fit, wallets that owe something. */
async function chargeGenerally(
  tx: Tx,
  { ledger }: Charging,
  commands: readonly ChargeCommand[],
): Promise<(Once<Charge> | Refusal)[]> {
  const batch = sortByKey<ChargeCommand, Charge>(commands, await recall(tx, commands));
  const moved = await ledger.charge(
    tx,
    batch.fresh.map(({ id, userId, amount }) => ({ userId, amount, reference: id })),
  );
  const outcomes = new Map<ChargeCommand, Charge | Refusal>();
  for (const [place, command] of batch.fresh.entries()) {
    const outcome = moved[place] ?? refuse('INTERNAL');
    const { id, amount } = command;
    outcomes.set(command, outcome instanceof Refusal ? outcome : { id, amount, balance: outcome.balance });
  }
  remember(tx, effectsOf(outcomes));
  return batch.answersOf(outcomes);
}
