/** One fault on a field of its own, with a crowd in mid-sale: breaks, mends, measures how long the service took to be back. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signToken } from '../cheating.ts';
import type { Balance } from '../balancing/balancer.ts';
import type { Finding } from '../checks/check.ts';
import { readOptions } from '../options.ts';
import { playSale, type Running, type SaleResults } from '../sale.ts';
import { findingsOf } from '../verdict.ts';
import type { Fault } from './faults.ts';
import { openField, type Field } from './field.ts';

export interface StrikeOptions {
  readonly servers: number;
  /** What the balancer before them knows. */
  readonly balance: Balance;
  readonly fans: number;
  /** How long what lasts, lasts. */
  readonly seconds: number;
  readonly seed: number;
}

export interface Struck {
  readonly fault: Fault;
  readonly findings: readonly Finding[];
  readonly note: string;
  /** From when all was whole again until every server had carried out a write; and until the next seat was sold. */
  readonly backAfter: number;
  readonly soldAfter: number | undefined;
  readonly results: SaleResults;
}

const back_seconds_max = 5;
const give_up_seconds = 60;
const begun_after_seats = 8;
/** Short, so that sessions and holds end while a server is stopped. */
const times = { session: 12, hold: 6, grace: 4 };

export async function strike(fault: Fault, options: StrikeOptions, folder: string): Promise<Struck> {
  await using open = new AsyncDisposableStack();
  const here = path.join(folder, fault.name);
  mkdirSync(here);
  const { servers, balance } = options;
  const field = await openField(here, { servers, balance, ...fault.field }, open);
  const place = {
    origins: [field.balancer.origin],
    operator: field.secrets.operator,
    identitySecret: field.secrets.identity,
    serverPids: [],
    postgresPid: undefined,
    folder: here,
    rough: true,
  };
  let note = '';
  let backAfter = Number.NaN;
  let soldAfter: number | undefined;
  const breakThings = async ({ stage }: Running): Promise<void> => {
    const { tally, office } = stage;
    await until(() => tally.seatsSold >= begun_after_seats, give_up_seconds);
    note = await fault.strike(field, options.seconds);
    const whole = performance.now();
    const wholeAt = office.now();
    await Promise.all(
      field.servers.map((server, number) => writes(field, server?.origin ?? '', `${fault.name}-${number}`)),
    );
    backAfter = (performance.now() - whole) / 1_000;
    await until(() => tally.lastSaleAt > wholeAt || stage.isOver(), give_up_seconds);
    soldAfter = tally.lastSaleAt > wholeAt ? (office.now() - wholeAt) / 1_000 : undefined;
  };
  const quiet = { show: () => undefined, say: () => undefined };
  const results = await playSale(optionsOf(options), place, quiet, breakThings);
  const isBack = backAfter <= back_seconds_max;
  const back: Finding = {
    name: `The service is back by itself within ${back_seconds_max} s`,
    ok: isBack,
    counted: servers,
    violations: isBack ? 0 : 1,
    sample: isBack ? [] : [`it took ${backAfter.toFixed(1)} s`],
  };
  return { fault, findings: [...findingsOf(results), back], note, backAfter, soldAfter, results };
}

function optionsOf({ fans, seed, seconds }: StrikeOptions) {
  // As many inside as let the sale last about twice as long as the fault.
  const inside = Math.max(6, Math.round(fans / (seconds + 12)));
  const text: Record<string, number> = {
    seats: fans * 2,
    fans,
    'max-active': inside,
    arrival: 2,
    think: 0.4,
    patience: 600,
    absent: 0.05,
    cheaters: 0.03,
    accounts: 2,
    limit: seconds + 60,
    connections: 64,
    seed,
    ...times,
  };
  const read = readOptions(
    Object.entries(text).map(([name, value]) => `--${name}=${value}`),
    {},
  );
  if (read === 'help') throw new Error('unreachable');
  return read;
}

/** Resolves when this server has carried out a write, asked for again and again. */
async function writes({ secrets }: Field, origin: string, who: string): Promise<void> {
  const bearer = signToken({ sub: `probe-${who}`, exp: Math.floor(Date.now() / 1_000) + 86_400 }, secrets.identity);
  const giveUpAt = performance.now() + give_up_seconds * 1_000;
  while (performance.now() < giveUpAt) {
    const answered = await fetch(`${origin}/api/v1/wallet/charges`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json', 'Idempotency-Key': 'probe' },
      body: JSON.stringify({ amount: 1 }),
      signal: AbortSignal.timeout(2_000),
    }).then(
      ({ status }) => status === 201,
      () => false,
    );
    if (answered) return;
    await sleep(50);
  }
}

async function until(isSo: () => boolean, seconds: number): Promise<void> {
  const giveUpAt = performance.now() + seconds * 1_000;
  while (!isSo() && performance.now() < giveUpAt) await sleep(20);
}
