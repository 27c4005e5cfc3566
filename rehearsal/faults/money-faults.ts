/** Faults of money from outside: wallets are filled through the sandbox, as in `npm run rehearse -- --money sandbox`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createFinding, type Finding } from '../checks/check.ts';
import { readHistory, type Op } from '../history.ts';
import type { Broken, Fault } from './fault.ts';
import type { Field } from './field.ts';

const field = { money: 'sandbox' } as const;
/** A server is not killed again before it has had time to take money. */
const kill_every_ms = 2_500;
/** `gateway-away` lasts a minute where other things last 15 seconds. */
const away_more_seconds = 45;

/** The statement that makes an order PAID. */
const crediting = /update charge_orders as own\s+set status = 'PAID'/;

interface Killed {
  readonly servers: number;
  /** Orders whose money the gateway had and no wallet, at the moment after a server was dead. */
  readonly orders: number;
}

/**
 * Kills a server at the moment when it has sent everything that credits an order but the commit, which is not passed on.
 * Each server in turn, and the next one when that one is back.
 */
async function killBeforeCredit(from: Field, seconds: number): Promise<Killed> {
  const { servers, wires } = from;
  const until = performance.now() + seconds * 1_000;
  let killed = { servers: 0, orders: 0 };
  for (let number = 0; performance.now() < until; number = (number + 1) % servers.length) {
    const dead = Promise.withResolvers<'dead' | 'too late'>();
    const wire = wires[number];
    if (wire === undefined) throw new Error('this server has no wire');
    wire.before = (statements) => {
      if (!statements.some((statement) => crediting.test(statement))) return false;
      wire.before = undefined;
      const child = servers[number]?.child;
      child?.once('exit', () => dead.resolve('dead'));
      child?.kill('SIGKILL');
      return true;
    };
    const late = setTimeout(() => dead.resolve('too late'), Math.max(0, until - performance.now()));
    const end = await dead.promise;
    clearTimeout(late);
    wire.before = undefined;
    if (end === 'too late') break;
    killed = { servers: killed.servers + 1, orders: killed.orders + (await takenAndNotCredited(from)) };
    await from.kill(number);
    await from.restart(number);
    await sleep(kill_every_ms);
  }
  return killed;
}

async function takenAndNotCredited({ postgres }: Field): Promise<number> {
  const [{ orders } = { orders: 0 }] = await postgres.ask(
    ({ sql }) => sql<{ orders: number }[]>`
      select count(*)::integer as orders from sandbox_payments join charge_orders on id = order_id
      where approved_at is not null and charge_orders.status <> 'PAID'`,
  );
  return orders;
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
    what: 'a server is killed with `kill -9` when the gateway has taken money and the credit is sent but for its commit; one after the other',
    field,
    strike: async (from, seconds) => {
      const { servers, orders } = await killBeforeCredit(from, seconds);
      if (servers === 0 || orders === 0)
        throw new Error(
          `${servers} servers were killed, with ${orders} orders taken and not credited: nothing was hit`,
        );
      return `${servers} times killed; ${orders} orders whose money had been taken and not credited were seen right behind it`;
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
