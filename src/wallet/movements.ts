/**
 * How a batch of movements is decided: one conditional statement changes the wallets of all of them. A balance is never
 * computed from one read before: the statement adds to or takes from what is there, and its condition refuses what does
 * not fit. Only whose sum does not fit at once is gone through one by one.
 */
import { conflict, type Tx } from '../platform/database.ts';
import type { Refusal } from '../refusals.ts';

export interface Movement {
  readonly userId: string;
  /** Whole units of the currency, not negative. */
  readonly amount: number;
  /** What the transfer names as its reason: the id of the charge, the order, the payment, … */
  readonly reference: string;
}

/** A wallet's balance after a movement. */
export interface Balance {
  readonly balance: number;
}

/** The wallet's balance after the movement, or why it was not made. */
export type Moved = Balance | Refusal;

export interface WalletRow extends Balance {
  readonly user_id: string;
  /** Of what a gateway undid, what the wallet could not give yet. */
  readonly owed: number;
}

/** Changes each wallet by its amount if that fits, in the order of the users; answers those it changed. */
type Apply = (tx: Tx, userIds: readonly string[], amounts: readonly number[]) => Promise<WalletRow[]>;

export interface Direction {
  readonly sign: 1 | -1;
  /** What no wallet can be changed by at once, whatever it holds, is more than this. */
  readonly sumMax: number;
  readonly apply: Apply;
  refusal(balance: number, amount: number): Refusal | undefined;
}

const rounds_max = 5;

/** What is not decided yet: by user, the places of their movements in the batch, in order. */
type Open = Map<string, [place: number, movement: Movement][]>;

/** What is decided so far: of each movement in its place, and who owes something among those whose wallets were met. */
interface Decided {
  readonly moved: Moved[];
  readonly owing: Set<string>;
}

/**
 * Changes the wallets and locks them, in the order of everybody's locks. Several movements of one user are decided in the
 * order given.
 */
export async function move(tx: Tx, movements: readonly Movement[], direction: Direction): Promise<Decided> {
  const decided: Decided = { moved: Array.from({ length: movements.length }), owing: new Set() };
  const open: Open = Map.groupBy(movements.entries(), ([, { userId }]) => userId);
  let sums = wholeSums(open, direction.sumMax);
  for (let round = 0; open.size > 0; round++) {
    if (round === rounds_max) throw conflict('wallets keep changing');
    const changed = sums.size === 0 ? [] : await direction.apply(tx, [...sums.keys()], [...sums.values()]);
    for (const row of changed) {
      accept(
        open,
        decided,
        { ...row, balance: row.balance - direction.sign * (sums.get(row.user_id) ?? 0) },
        direction,
      );
    }
    if (open.size > 0) sums = await decideOneByOne(tx, open, decided, direction);
  }
  return decided;
}

/** What each user's movements come to. Nearly always the wallet takes all of it at once. */
function wholeSums(open: Open, sumMax: number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [userId, mine] of open) {
    const sum = mine.reduce((total, [, { amount }]) => total + amount, 0);
    if (sum > 0 && sum <= sumMax) sums.set(userId, sum);
  }
  return sums;
}

/** Gives those of a user not refused their running balance, from what the wallet held before them. */
function accept(open: Open, { moved, owing }: Decided, before: WalletRow, { sign }: Direction): void {
  let { balance } = before;
  for (const [place, { amount }] of open.get(before.user_id) ?? []) {
    if (moved[place] !== undefined) continue;
    balance += sign * amount;
    moved[place] = { balance };
  }
  if (before.owed > 0) owing.add(before.user_id);
  open.delete(before.user_id);
}

/**
 * For users whose sum did not fit: reads the balance and goes through their movements in order, refusing those that
 * do not fit. Answers what the others come to; the statement that applies it checks again.
 */
async function decideOneByOne(
  tx: Tx,
  open: Open,
  decided: Decided,
  direction: Direction,
): Promise<Map<string, number>> {
  const { moved } = decided;
  const rows = await tx<{ user_id: string; balance: number }[]>`
    select user_id, balance from wallets where user_id = any(${[...open.keys()]}::text[])`;
  const balances = new Map(rows.map(({ user_id: userId, balance }) => [userId, balance]));
  const sums = new Map<string, number>();
  const free: string[] = [];
  for (const [userId, mine] of open) {
    const start = balances.get(userId) ?? 0;
    let balance = start;
    for (const [place, { amount }] of mine) {
      if (moved[place] !== undefined) continue;
      const refused = direction.refusal(balance, amount);
      if (refused === undefined) balance += direction.sign * amount;
      else moved[place] = refused;
    }
    if (balance !== start) sums.set(userId, Math.abs(balance - start));
    else if (mine.some(([place]) => moved[place] === undefined)) free.push(userId);
    else open.delete(userId);
  }
  // For what costs nothing no balance changes, but the transfer tells it, and a charge that came between would stand before a
  // transfer that knows nothing of it.
  for (const row of await lockWallets(tx, free)) accept(open, decided, row, direction);
  return sums;
}

/** The wallets that a transaction has locked, by their users: what they hold is kept up to date by whoever adds to them. */
export type HeldWallets = Map<string, WalletRow>;

/** Locks the wallets of these users that exist, in the order of everybody's locks, and writes nothing. */
export async function holdWallets(tx: Tx, userIds: readonly string[]): Promise<HeldWallets> {
  const rows = await tx<WalletRow[]>`
    select user_id, balance, owed from wallets where user_id = any(${[...new Set(userIds)]}::text[])
    order by user_id for no key update`;
  return new Map(rows.map((row) => [row.user_id, row]));
}

/** Locks the wallets of these users in the order of everybody's locks, making those that do not exist yet. */
export async function lockWallets(tx: Tx, userIds: readonly string[]): Promise<readonly WalletRow[]> {
  if (userIds.length === 0) return [];
  return tx<WalletRow[]>`
    insert into wallets (user_id, balance)
    select user_id, 0 from unnest(${[...new Set(userIds)]}::text[]) as wanted (user_id) order by user_id collate "C"
    on conflict (user_id) do update set balance = wallets.balance
    returning user_id, balance, owed`;
}
