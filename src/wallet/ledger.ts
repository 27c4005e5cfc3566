/**
 * Money moves here and nowhere else: each kind of movement with what it may be refused for, one transfer for each that was
 * made, and whatever is owed met first by what comes in. What runs as parts of other rooms' statements is in parts.ts.
 */
import type { Tx } from '../platform/database.ts';
import { refuse, Refusal } from '../refusals.ts';
import {
  lockWallets,
  move,
  type Balance,
  type Direction,
  type HeldWallets,
  type Moved,
  type Movement,
  type WalletRow,
} from './movements.ts';

/** From where the money of a CHARGE came: whoever asked, a service of the operator's, or the gateway of an order. */
export type Source = 'open' | 'service' | 'sandbox' | 'toss' | 'stripe';

export type Kind = 'CHARGE' | 'PAYMENT' | 'REFUND' | 'COMPENSATION' | 'WITHDRAWAL' | 'REVERSAL';

/**
 * All of them run in the caller's transaction, lock the wallets that they meet in the order of their key, and answer in the
 * order given; several movements of one user are decided in that order. The transfers travel on: if they cannot be
 * written, nothing of the transaction stands. Amounts are whole units of the currency, and each reference comes once.
 */
export interface Ledger {
  /** Adds to wallets as far as `walletMax`. Refusal, as a value: BALANCE_LIMIT_EXCEEDED. */
  charge(tx: Tx, charges: readonly Movement[]): Promise<readonly Moved[]>;
  /** Adds what orders brought, whatever the wallets hold: what was confirmed is never refused. */
  creditOrders(tx: Tx, orders: readonly OrderCredit[]): Promise<readonly Balance[]>;
  /**
   * Adds what is the fans' own: what they paid, are made up for, or what could not be sent back to them. No limit. For fans
   * whose wallets are `held`, which nothing else in the transaction changes, and owe nothing, nothing is waited for.
   */
  giveBack(
    tx: Tx,
    movements: readonly Movement[],
    kind: 'REFUND' | 'COMPENSATION' | 'WITHDRAWAL',
    held?: HeldWallets,
  ): Promise<readonly Balance[]>;
  /** Takes what seats cost. Refusal, as a value: INSUFFICIENT_BALANCE. */
  debit(tx: Tx, payments: readonly Movement[]): Promise<readonly Moved[]>;
  /** Takes what is to be sent back. Refusal, as a value: INSUFFICIENT_BALANCE. */
  takeOut(tx: Tx, withdrawals: readonly Movement[]): Promise<readonly Moved[]>;
  /**
   * A gateway undid `amount`: takes what the wallet has of it as one REVERSAL, none if it has nothing, and adds the rest to
   * what the wallet owes. Answers what it took.
   */
  reverse(tx: Tx, reversal: Movement): Promise<number>;
  /** Takes what the wallet has of `amount` and of what it owes as a REVERSAL, and owes that less. Answers what it took. */
  settleOwed(tx: Tx, settlement: Movement): Promise<number>;
  /**
   * `handle` is called within the transaction of every credit, behind its entries, with those whose wallets were credited
   * and owe something, in order. The credit then answers what its handling left in the wallet.
   */
  onCredited(handle: OnCredited): void;
}

export type OrderCredit = Movement & { readonly source: Source };
export type OnCredited = (tx: Tx, userIds: readonly string[]) => Promise<void>;

export interface LedgerOptions {
  /** What a wallet may hold by charges, in whole units of the currency. */
  readonly walletMax: number;
  /** Of charges that are no order's. */
  readonly source: Source;
}

/** Past this, balances would not be exact any more. No wallet comes near it. */
const unlimited = Number.MAX_SAFE_INTEGER;

export function createLedger({ walletMax, source }: LedgerOptions): Ledger {
  const handlers: OnCredited[] = [];
  const credit = async (
    tx: Tx,
    kind: Kind,
    entries: readonly Entry[],
    limit = unlimited,
  ): Promise<readonly Moved[]> => {
    const { moved, owing } = await moveAndRecord(tx, kind, entries, adding(limit));
    return owing.size === 0 || handlers.length === 0 ? moved : afterwards(tx, { handlers, entries, moved, owing });
  };
  return {
    charge: (tx, charges) =>
      credit(
        tx,
        'CHARGE',
        charges.map((charge) => ({ ...charge, source })),
        walletMax,
      ),
    creditOrders: async (tx, orders) => whole(await credit(tx, 'CHARGE', orders)),
    giveBack: async (tx, movements, kind, held) => {
      const isPlain = ({ userId }: Movement): boolean => held?.get(userId)?.owed === 0;
      const plain = addToHeld(tx, kind, movements.filter(isPlain), held);
      const rest = movements.filter((movement) => !isPlain(movement));
      const others = rest.length === 0 ? [] : whole(await credit(tx, kind, rest));
      const [plainly, generally] = [plain.values(), others.values()];
      return movements.map((movement) => next(isPlain(movement) ? plainly : generally));
    },
    debit: async (tx, payments) => (await moveAndRecord(tx, 'PAYMENT', payments, taking)).moved,
    takeOut: async (tx, withdrawals) => (await moveAndRecord(tx, 'WITHDRAWAL', withdrawals, taking)).moved,
    reverse: (tx, reversal) =>
      reverse(tx, reversal, ({ balance, owed }) => {
        const taken = Math.min(balance, reversal.amount);
        return { taken, owed: owed + reversal.amount - taken };
      }),
    settleOwed: (tx, settlement) =>
      reverse(tx, settlement, ({ balance, owed }) => {
        const taken = Math.min(balance, settlement.amount, owed);
        return { taken, owed: owed - taken };
      }),
    onCredited: (handle) => {
      handlers.push(handle);
    },
  };
}

type Entry = Movement & { readonly source?: Source };

const adding = (limit: number): Direction => ({
  sign: 1,
  sumMax: limit,
  apply: (tx, userIds, amounts) => tx<WalletRow[]>`
    insert into wallets (user_id, balance)
    select user_id, amount from unnest(${userIds}::text[], ${amounts}::bigint[]) as charge (user_id, amount)
    order by user_id collate "C"
    on conflict (user_id) do update set balance = wallets.balance + excluded.balance
    where wallets.balance + excluded.balance <= ${limit}
    returning user_id, balance, owed`,
  refusal: (balance, amount) =>
    balance + amount > limit ? refuse('BALANCE_LIMIT_EXCEEDED', { limit, balance }) : undefined,
});

const taking: Direction = {
  sign: -1,
  sumMax: unlimited,
  apply: async (tx, userIds, amounts) => {
    // Rows are locked in the order in which the plan reaches them. Without these, every plan the planner can make
    // walks the wallets by their key, which is the order of everybody else's locks. (Connections of ours do without
    // sequential scans already.)
    const forced = plans(tx, 'off');
    const taken = tx<WalletRow[]>`
      update wallets set balance = wallets.balance - price.amount
      from (select user_id, amount from unnest(${userIds}::text[], ${amounts}::bigint[]) as price (user_id, amount)
            order by user_id collate "C") as price
      where wallets.user_id = price.user_id and wallets.balance >= price.amount
      returning wallets.user_id, wallets.balance, wallets.owed`.execute();
    const [, rows] = await Promise.all([forced, taken, plans(tx, 'on')]);
    return rows;
  },
  refusal: (balance, amount) =>
    balance < amount ? refuse('INSUFFICIENT_BALANCE', { balance, required: amount }) : undefined,
};

const plans = (tx: Tx, mode: 'on' | 'off') =>
  tx`
  select set_config('enable_bitmapscan', ${mode}, true), set_config('enable_hashjoin', ${mode}, true)`.execute();

async function moveAndRecord(tx: Tx, kind: Kind, entries: readonly Entry[], direction: Direction) {
  const decided = await move(tx, entries, direction);
  const rows = entries.flatMap((entry, place) => {
    const outcome = decided.moved[place];
    if (outcome === undefined || outcome instanceof Refusal) return [];
    return [{ ...entry, amount: direction.sign * entry.amount, balance: outcome.balance }];
  });
  record(tx, kind, rows);
  return decided;
}

/** Sends a transfer for each of these, in their order, under the locks of their wallets. They are not waited for. */
function record(tx: Tx, kind: Kind, rows: readonly (Entry & Balance)[]): void {
  if (rows.length === 0) return;
  void tx`
    insert into transfers (user_id, kind, amount, balance, reference, source)
    select user_id, ${kind}, amount, balance, reference, source
    from unnest(
      ${rows.map(({ userId }) => userId)}::text[], ${rows.map(({ amount }) => amount)}::bigint[],
      ${rows.map(({ balance }) => balance)}::bigint[], ${rows.map(({ reference }) => reference)}::text[],
      ${rows.map(({ source }) => source ?? null)}::text[])
      with ordinality as movement (user_id, amount, balance, reference, source, place)
    order by place`.execute();
}

interface Credited {
  readonly handlers: readonly OnCredited[];
  readonly entries: readonly Entry[];
  readonly moved: readonly Moved[];
  readonly owing: ReadonlySet<string>;
}

/** What is owed is met first. An entry tells the balance right behind it; whoever is answered hears what is left. */
async function afterwards(tx: Tx, { handlers, entries, moved, owing }: Credited): Promise<readonly Moved[]> {
  const userIds = [...owing].toSorted();
  for (const handle of handlers) await handle(tx, userIds);
  const rows = await tx<{ user_id: string; balance: number }[]>`
    select user_id, balance from wallets where user_id = any(${userIds}::text[])`;
  const left = new Map(rows.map(({ user_id: userId, balance }) => [userId, balance]));
  return moved.map((outcome, place) => {
    const balance = left.get(entries[place]?.userId ?? '');
    return outcome instanceof Refusal || balance === undefined ? outcome : { balance };
  });
}

/**
 * Adds to wallets that the transaction holds, from what they held when they were locked, and writes the transfers: all of it
 * travels on, and if a wallet holds something else by now, nothing of the transaction stands.
 */
function addToHeld(tx: Tx, kind: Kind, movements: readonly Movement[], held: HeldWallets = new Map()): Balance[] {
  if (movements.length === 0) return [];
  const before = new Map<string, number>();
  const rows = movements.map((movement) => {
    const wallet = held.get(movement.userId);
    if (wallet === undefined) throw new Error('only to wallets that are held');
    if (!before.has(movement.userId)) before.set(movement.userId, wallet.balance);
    const balance = wallet.balance + movement.amount;
    held.set(movement.userId, { ...wallet, balance });
    return { ...movement, balance };
  });
  const users = [...before.keys()];
  void tx`
    with added as (
      update wallets set balance = given.behind
      from unnest(${users}::text[], ${[...before.values()]}::bigint[], ${users.map((user) => held.get(user)?.balance ?? 0)}::bigint[])
        as given (user_id, before, behind)
      where wallets.user_id = given.user_id and wallets.balance = given.before and wallets.owed = 0
      returning 1
    )
    select expect_rows(count(*), ${users.length}) from added`.execute();
  record(tx, kind, rows);
  return rows.map(({ balance }) => ({ balance }));
}

function next<T>(all: Iterator<T, undefined>): T {
  const { value, done } = all.next();
  if (done === true) throw new Error('each movement has its answer');
  return value;
}

/** Of what has no limit, nothing is refused but what could not be counted. */
function whole(moved: readonly Moved[]): readonly Balance[] {
  return moved.map((outcome) => {
    if (outcome instanceof Refusal) throw outcome;
    return outcome;
  });
}

/** Takes what it says as one REVERSAL, and changes what is owed, from how a wallet stands, which is locked. Answers what it took. */
async function reverse(
  tx: Tx,
  { userId, reference }: Movement,
  decide: (wallet: WalletRow) => { readonly taken: number; readonly owed: number },
): Promise<number> {
  const [wallet] = await lockWallets(tx, [userId]);
  if (wallet === undefined) throw new Error('a wallet that was made is there');
  const { taken, owed } = decide(wallet);
  if (taken === 0 && owed === wallet.owed) return 0;
  void tx`update wallets set balance = balance - ${taken}, owed = ${owed} where user_id = ${userId}`.execute();
  if (taken > 0) record(tx, 'REVERSAL', [{ userId, reference, amount: -taken, balance: wallet.balance - taken }]);
  return taken;
}
