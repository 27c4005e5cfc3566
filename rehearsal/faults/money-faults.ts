/** Faults of money from outside: wallets are filled through the sandbox, as in `npm run rehearse -- --money sandbox`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createFinding, type Finding } from '../checks/check.ts';
import { readHistory, type Op } from '../history.ts';
import type { Broken, Fault } from './fault.ts';
import type { Field } from './field.ts';
import { killAtCommit } from './killing.ts';

const field = { money: 'sandbox' } as const;
/** A server is not killed again before it has had time to take money. */
const kill_every_ms = 2_500;
const kill_seconds_max = 5;
/** Until somebody has bought anything at all, on a machine that is slow. */
const give_up_seconds = 40;
/** `gateway-away` lasts a minute where other things last 15 seconds. */
const away_more_seconds = 45;

/** The statement that makes an order PAID. */
const order_ids = /\b[0-9a-z]{22}\b/g;
const crediting = /update charge_orders as own\s+set status = 'PAID'/;

interface Killed {
  readonly servers: number;
  /** Orders whose credit had been sent but for its commit, and whose money the gateway had taken. */
  readonly orders: number;
}

/**
 * Kills whichever server is the first to have sent everything that credits an order but the commit, which is not passed on;
 * and again when it is back. Goes on until somebody was killed, for `seconds` at least.
 */
async function killBeforeCredit(from: Field, seconds: number): Promise<Killed> {
  const enough = performance.now() + seconds * 1_000;
  const giveUpAt = enough + give_up_seconds * 1_000;
  let killed = { servers: 0, orders: 0 };
  while (performance.now() < (killed.orders === 0 ? giveUpAt : enough)) {
    const hit = await killAtCommit(from, { of: crediting, seconds: kill_seconds_max });
    if (hit === undefined) continue;
    await from.kill(hit.server);
    const orders = hit.values.match(order_ids) ?? [];
    killed = { servers: killed.servers + 1, orders: killed.orders + (await takenAmong(from, orders)) };
    await from.restart(hit.server);
    await sleep(kill_every_ms);
  }
  return killed;
}

/** It is the gateway's own word, whatever became of them since. */
async function takenAmong({ postgres }: Field, orders: readonly string[]): Promise<number> {
  const [{ taken } = { taken: 0 }] = await postgres.ask(
    ({ sql }) => sql<{ taken: number }[]>`
      select count(*)::integer as taken from sandbox_payments
      where order_id = any(${[...orders]}::text[]) and approved_at is not null`,
  );
  return taken;
}

/** What has nothing to do with a gateway. */
const other_use_cases: ReadonlySet<Op> = new Set([
  'issue',
  'status',
  'leave',
  'performances',
  'seats',
  'hold',
  'cancel',
  'pay',
  'quote',
  'cancel-paid',
  'cancel-for-fan',
  'wallet',
  'entries',
  'reservations',
  'overview',
]);
/** A line may lose this much to a machine on which all of this runs. */
const slow_ms = 2_000;

async function judgeOthers({ historyFile, from, until }: Broken): Promise<Finding> {
  const others = createFinding(`Nobody else waits for the gateway: all is answered, within ${slow_ms / 1_000} s`);
  await readHistory(historyFile, ({ op, fan, start, end, status, facts }) => {
    if (!other_use_cases.has(op) || start < from || start > until || facts.hasty === true) return;
    others.count();
    const took = (end ?? Infinity) - start;
    if (status === 0 || status >= 500 || took > slow_ms)
      others.violation(`${op} of fan ${fan} was answered ${status} after ${Math.round(took)} ms`);
  });
  return others.done();
}

export const moneyFaults: readonly Fault[] = [
  {
    name: 'killed-before-credit',
    what: '`kill -9` of whichever server has sent everything that credits an order but the commit; again and again',
    field,
    strike: async (from, seconds) => {
      const { servers, orders } = await killBeforeCredit(from, seconds);
      if (servers === 0 || orders === 0)
        throw new Error(`${servers} servers were killed, before the credit of ${orders} orders: nothing was hit`);
      return `${servers} times killed, before the credit of ${orders} orders whose money the gateway had taken`;
    },
  },
  {
    name: 'gateway-away',
    what: 'the gateway is away: its wire refuses for half of the time and hangs for the other half',
    field,
    moreSeconds: away_more_seconds,
    strike: async ({ gatewayWire }, seconds) => {
      for (const state of ['refusing', 'hanging'] as const) {
        gatewayWire.gateway = state;
        await sleep((seconds / 2) * 1_000);
      }
      gatewayWire.gateway = 'there';
      const { turnedAway } = gatewayWire;
      if (turnedAway === 0) throw new Error(`in ${seconds} s nobody asked the gateway`);
      return `away for ${seconds} s; ${turnedAway} questions not answered`;
    },
    judge: judgeOthers,
  },
  {
    name: 'notices-shuffled',
    what: 'every notice of the gateway comes twice, and behind those that came later',
    field,
    strike: async ({ gatewayWire }, seconds) => {
      gatewayWire.shuffling = true;
      const before = gatewayWire.brought;
      await sleep(seconds * 1_000);
      gatewayWire.shuffling = false;
      const brought = gatewayWire.brought - before;
      if (brought === 0) throw new Error(`in ${seconds} s no notice came`);
      return `${brought} notices brought`;
    },
  },
];
