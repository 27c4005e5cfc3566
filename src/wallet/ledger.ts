/**
 * Money moves here and nowhere else: one conditional statement changes the wallets of a whole batch, a second
 * writes a transfer for each movement. A balance is never computed from one read before: the statement adds to
 * or takes from what is there, and its condition refuses what does not fit.
 */
import { balanceMax } from '../contract.ts';
import { conflict, type Sql, type Statement, type Tx } from '../platform/database.ts';
import { refuse } from '../refusals.ts';
import type { Refusal } from '../refusals.ts';

export interface Movement {
  readonly userId: string;
  /** Whole units of the currency, not negative. */
  readonly amount: number;
  /** What the transfer names as its reason: the charge's or the payment's id. */
  readonly reference: string;
}

/** The wallet's balance after the movement, or why it was not made. */
export type Moved = { readonly balance: number } | Refusal;

interface Wallet {
  readonly user_id: string;
  readonly balance: number;
}

/** Changes each wallet by its amount if that fits, in the order of the users; answers those it changed. */
type Apply = (tx: Tx, userIds: readonly string[], amounts: readonly number[]) => Promise<Wallet[]>;

interface Direction {
  readonly kind: 'CHARGE' | 'PAYMENT';
  readonly sign: 1 | -1;
  readonly apply: Apply;
  refusal(balance: number, amount: number): Refusal | undefined;
}

const charging: Direction = {
  kind: 'CHARGE',
  sign: 1,
  apply: (tx, userIds, amounts) => tx<Wallet[]>`
    insert into wallets (user_id, balance)
    select user_id, amount from unnest(${userIds}::text[], ${amounts}::bigint[]) as charge (user_id, amount)
    order by user_id collate "C"
    on conflict (user_id) do update set balance = wallets.balance + excluded.balance
    where wallets.balance + excluded.balance <= ${balanceMax}
    returning user_id, balance`,
  refusal: (balance, amount) =>
    balance + amount > balanceMax ? refuse('BALANCE_LIMIT_EXCEEDED', { limit: balanceMax, balance }) : undefined,
};

const paying: Direction = {
  kind: 'PAYMENT',
  sign: -1,
  apply: async (tx, userIds, amounts) => {
    // Rows are locked in the order in which the plan reaches them. Without these, every plan the planner can make
    // walks the wallets by their key, which is the order of everybody else's locks. (Connections of ours do without
    // sequential scans already.)
    const forced = plans(tx, 'off');
    const taken = tx<Wallet[]>`
      update wallets set balance = wallets.balance - price.amount
      from (select user_id, amount from unnest(${userIds}::text[], ${amounts}::bigint[]) as price (user_id, amount)
            order by user_id collate "C") as price
      where wallets.user_id = price.user_id and wallets.balance >= price.amount
      returning wallets.user_id, wallets.balance`.execute();
    const [, rows] = await Promise.all([forced, taken, plans(tx, 'on')]);
    return rows;
  },
  refusal: (balance, amount) =>
    balance < amount ? refuse('INSUFFICIENT_BALANCE', { balance, required: amount }) : undefined,
};

const plans = (tx: Tx, mode: 'on' | 'off') =>
  tx`
  select set_config('enable_bitmapscan', ${mode}, true), set_config('enable_hashjoin', ${mode}, true)`.execute();

/**
 * Adds to wallets, making those that do not exist yet. Several charges of one user are decided in the order given.
 * Answers in the order of the charges; the transfers travel on. Refusal, as a value: BALANCE_LIMIT_EXCEEDED.
 */
export async function credit(tx: Tx, charges: readonly Movement[]): Promise<readonly Moved[]> {
  return moveAndRecord(tx, charges, charging);
}

/**
 * Takes from wallets. Several payments of one user are decided in the order given. Answers in the order of the payments;
 * the transfers travel on. Refusal, as a value: INSUFFICIENT_BALANCE.
 */
export async function debit(tx: Tx, payments: readonly Movement[]): Promise<readonly Moved[]> {
  return moveAndRecord(tx, payments, paying);
}

async function moveAndRecord(tx: Tx, movements: readonly Movement[], direction: Direction): Promise<Moved[]> {
  const moved = await move(tx, movements, direction);
  record(tx, movements, moved, direction);
  return moved;
}

type Part = Statement<readonly unknown[]>;

/** Locks the wallets of these users for the next statements of a flight, in the order of everybody's locks. */
export function lockingWallets(sql: Sql, userIds: readonly string[]): Part {
  return sql`
    select from wallets where user_id = any(${userIds}::text[]) order by user_id for no key update`;
}

/**
 * Parts of a statement in which `paid` has payments of different fans whose wallets are locked: user, amount, payment's id,
 * and the balance that is left. Takes the money where it is there, and writes the transfers.
 */
export function debiting(sql: Sql): Part {
  return sql`
    debited as (
      update wallets set balance = wallets.balance - paid.amount from paid
      where wallets.user_id = paid.user_id and wallets.balance >= paid.amount
      returning 1
    ), transferred as (
      insert into transfers (user_id, kind, amount, balance, reference)
      select user_id, 'PAYMENT', -amount, balance, id from paid
    )`;
}

const rounds_max = 5;

/** What is not decided yet: by user, the places of their movements in the batch, in order. */
type Open = Map<string, [place: number, movement: Movement][]>;

async function move(tx: Tx, movements: readonly Movement[], direction: Direction): Promise<Moved[]> {
  const moved: Moved[] = Array.from({ length: movements.length });
  const open: Open = Map.groupBy(movements.entries(), ([, { userId }]) => userId);
  let sums = wholeSums(open);
  for (let round = 0; open.size > 0; round++) {
    if (round === rounds_max) throw conflict('wallets keep changing');
    const changed = sums.size === 0 ? [] : await direction.apply(tx, [...sums.keys()], [...sums.values()]);
    for (const { user_id: userId, balance } of changed) {
      accept(open.get(userId) ?? [], moved, balance - direction.sign * (sums.get(userId) ?? 0), direction.sign);
      open.delete(userId);
    }
    if (open.size > 0) sums = await decideOneByOne(tx, open, moved, direction);
  }
  return moved;
}

/** What each user's movements come to. Nearly always the wallet takes all of it at once. */
function wholeSums(open: Open): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [userId, mine] of open) {
    const sum = mine.reduce((total, [, { amount }]) => total + amount, 0);
    // Other sums cannot be one change of a wallet, whatever it holds.
    if (sum > 0 && sum <= balanceMax) sums.set(userId, sum);
  }
  return sums;
}

/** Gives those not refused their running balance, from `start`. */
function accept(mine: readonly [number, Movement][], moved: Moved[], start: number, sign: 1 | -1): void {
  let balance = start;
  for (const [place, { amount }] of mine) {
    if (moved[place] !== undefined) continue;
    balance += sign * amount;
    moved[place] = { balance };
  }
}

/**
 * For users whose sum did not fit: reads the balance and goes through their movements in order, refusing those that
 * do not fit. Answers what the others come to; the statement that applies it checks again.
 */
async function decideOneByOne(
  tx: Tx,
  open: Open,
  moved: Moved[],
  { sign, refusal }: Direction,
): Promise<Map<string, number>> {
  const rows = await tx<Wallet[]>`
    select user_id, balance from wallets where user_id = any(${[...open.keys()]}::text[])`;
  const balances = new Map(rows.map(({ user_id: userId, balance }) => [userId, balance]));
  const sums = new Map<string, number>();
  const free: string[] = [];
  for (const [userId, mine] of open) {
    const start = balances.get(userId) ?? 0;
    let balance = start;
    for (const [place, { amount }] of mine) {
      if (moved[place] !== undefined) continue;
      const refused = refusal(balance, amount);
      if (refused === undefined) balance += sign * amount;
      else moved[place] = refused;
    }
    if (balance !== start) sums.set(userId, Math.abs(balance - start));
    else if (mine.some(([place]) => moved[place] === undefined)) free.push(userId);
    else open.delete(userId);
  }
  for (const { user_id: userId, balance } of await lockWallets(tx, free)) {
    accept(open.get(userId) ?? [], moved, balance, sign);
    open.delete(userId);
  }
  return sums;
}

/**
 * For what costs nothing: no balance changes, but the transfer tells it, and a charge that came between would stand
 * before a transfer that knows nothing of it.
 */
async function lockWallets(tx: Tx, userIds: readonly string[]): Promise<readonly Wallet[]> {
  if (userIds.length === 0) return [];
  return tx<Wallet[]>`
    insert into wallets (user_id, balance)
    select user_id, 0 from unnest(${userIds}::text[]) as free (user_id) order by user_id collate "C"
    on conflict (user_id) do update set balance = wallets.balance
    returning user_id, balance`;
}

/**
 * Sends a transfer for each movement that was made, in their order, under the locks of their wallets. They
 * are not waited for: if they cannot be written, nothing of the transaction stands.
 */
function record(tx: Tx, movements: readonly Movement[], moved: readonly Moved[], direction: Direction): void {
  const { kind, sign } = direction;
  const rows = movements.flatMap((movement, place) => {
    const outcome = moved[place];
    return outcome !== undefined && 'balance' in outcome ? [{ ...movement, balance: outcome.balance }] : [];
  });
  if (rows.length === 0) return;
  void tx`
    insert into transfers (user_id, kind, amount, balance, reference)
    select user_id, ${kind}, ${sign}::bigint * amount, balance, reference
    from unnest(
      ${rows.map(({ userId }) => userId)}::text[], ${rows.map(({ amount }) => amount)}::bigint[],
      ${rows.map(({ balance }) => balance)}::bigint[], ${rows.map(({ reference }) => reference)}::text[])
      with ordinality as movement (user_id, amount, balance, reference, place)
    order by place`.execute();
}
