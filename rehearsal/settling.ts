/**
 * Money from outside comes to rest after everybody has gone home: orders that nobody came back for are asked about by the
 * service, withdrawals are sent, what the gateway undid is taken back. Only then do books say the last word.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { atOnce } from './at-once.ts';
import type { Caller } from './box-office.ts';
import type { Heard } from './heard.ts';
import type { Taken } from './history.ts';
import { isCalledOff } from './operator-at-work.ts';
import type { Stage } from './stage.ts';

/** What the gateway says of every order that it knows. */
export type ReadGateway = () => Promise<readonly Taken[]>;

const settle_seconds_max = 90;
const look_ms = 1_000;
const fans_at_once = 48;
const rows_a_call = 500;
const reads_max = 5;

/**
 * Waits until money is at rest, so long at most, and writes everybody's books into the history: wallet, entries,
 * reservations, orders and what went back, and what the gateway says. Answers of how many fans something stayed open.
 */
export async function readAtRest(stage: Stage, readGateway: ReadGateway | undefined): Promise<number> {
  const giveUpAt = performance.now() + settle_seconds_max * 1_000;
  while (!(await isCalledOff(stage)) && performance.now() < giveUpAt) await sleep(look_ms);
  if (stage.options.money === 'open') {
    await readBooks(stage);
    return 0;
  }
  for (let read = 1; ; read++) {
    const { taken, open } = await settle(stage, readGateway, giveUpAt);
    await readBooks(stage);
    const after = await takenBy(stage, readGateway);
    // Books that were read while money moved say nothing.
    if (JSON.stringify([...taken]) === JSON.stringify([...after]) || read === reads_max) {
      writeGateway(stage, [...after.values()], readGateway !== undefined);
      return open;
    }
  }
}

interface Settled {
  readonly taken: ReadonlyMap<string, Taken>;
  readonly open: number;
}

async function settle(stage: Stage, readGateway: ReadGateway | undefined, giveUpAt: number): Promise<Settled> {
  let open: readonly Caller[] = stage.customers;
  for (;;) {
    const taken = await takenBy(stage, readGateway);
    const still: Caller[] = [];
    await atOnce(fans_at_once, open, async (fan) => {
      if (!(await isAtRest(stage, fan, taken))) still.push(fan);
    });
    open = still;
    if (open.length === 0 || performance.now() > giveUpAt) return { taken, open: open.length };
    await sleep(look_ms);
  }
}

async function takenBy({ depositsUndone }: Stage, readGateway: ReadGateway | undefined): Promise<Map<string, Taken>> {
  const all = (await readGateway?.()) ?? [];
  return new Map(
    all.map((one) => {
      const undone = depositsUndone.get(one[0]);
      // The network of banks made it unhappen, and the gateway knows no more of it.
      return [one[0], undone === undefined ? one : [one[0], undone, 0, undone]];
    }),
  );
}

function writeGateway({ office }: Stage, all: readonly Taken[], isRead: boolean): void {
  const now = office.now();
  const write = (taken: readonly Taken[]): void =>
    office.write({ fan: -1, op: 'gateway', start: now, end: now, status: 200, code: '', facts: { taken } });
  for (let from = 0; from < all.length; from += rows_a_call) write(all.slice(from, from + rows_a_call));
  if (isRead && all.length === 0) write([]);
}

/** Writes what the service says at the end to every customer into the history. */
async function readBooks({ office, customers, options }: Stage): Promise<void> {
  const outside = options.money === 'sandbox' ? [office.orders, office.withdrawals] : [];
  const reads = [office.wallet, office.entries, office.reservations, ...outside];
  await atOnce(fans_at_once, customers, async (customer: Caller) => {
    for (const read of reads) {
      for (let tries = 0; tries < 5; tries++) {
        const { status } = await read(customer);
        if (status === 200) break;
        await sleep(200);
      }
    }
  });
}

async function isAtRest({ office }: Stage, fan: Caller, taken: ReadonlyMap<string, Taken>): Promise<boolean> {
  const orders = await office.orders(fan);
  if (!isTold(orders)) return false;
  const all = orders.json['orders'] as { id: string; status: string }[];
  if (all.length === 0) return true;
  if (all.some(({ id, status }) => status !== 'PAID' && leftOf(taken.get(id)) > 0)) return false;
  const undone = all.reduce((sum, { id, status }) => sum + (status === 'PAID' ? (taken.get(id)?.[3] ?? 0) : 0), 0);
  const withdrawals = await office.withdrawals(fan);
  if (!isTold(withdrawals)) return false;
  if ((withdrawals.json['withdrawals'] as { status: string }[]).some(({ status }) => status === 'PENDING'))
    return false;
  return undone === 0 || (await isTakenBack(office, fan, undone));
}

/** What the gateway took and did not undo. */
const leftOf = ([, took, , undone]: Taken = ['', 0, 0, 0]): number => took - undone;

/** All of it, or all there was. */
async function isTakenBack(office: Stage['office'], fan: Caller, undone: number): Promise<boolean> {
  const entries = await office.entries(fan);
  if (!isTold(entries)) return false;
  const all = entries.json['entries'] as { kind: string; amount: number; balance: number }[];
  const reversed = all.reduce((sum, { kind, amount }) => (kind === 'REVERSAL' ? sum - amount : sum), 0);
  return reversed >= undone || all[0]?.balance === 0;
}

const isTold = ({ status }: Heard): boolean => status === 200;
