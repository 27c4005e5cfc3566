/** One fault on a field of its own, with a crowd in mid-sale: breaks, mends, measures how long the service took to be back. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Balance } from '../balancing/balancer.ts';
import type { Finding } from '../checks/check.ts';
import { readOptions } from '../options.ts';
import { playSale, type Running, type SaleResults } from '../sale.ts';
import { readSandbox } from '../sandbox-books.ts';
import { findingsOf } from '../verdict.ts';
import type { Fault } from './fault.ts';
import { openField, type Field } from './field.ts';
import { probeOf, type Probe } from './probe.ts';

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
    ...(fault.field?.money === 'sandbox' ? { readGateway: () => field.postgres.ask(readSandbox) } : {}),
  };
  const found: Finding[] = [];
  let note = '';
  let backAfter = Number.NaN;
  let soldAfter: number | undefined;
  let from = 0;
  let wholeAt = 0;
  const breakThings = async (running: Running): Promise<void> => {
    const { stage } = running;
    const { tally, office } = stage;
    const { begunAt = 0 } = fault.sale ?? {};
    const seats = Math.max(begun_after_seats, begunAt * stage.options.seats);
    await until(() => tally.seatsSold >= seats || stage.isOver(), give_up_seconds * (begunAt > 0 ? 4 : 1));
    from = office.now();
    note = await fault.strike(field, secondsOf(fault, options), running);
    const whole = performance.now();
    wholeAt = office.now();
    const probes = probesOf(field);
    await Promise.all(probes.map((probe) => probe.writes(give_up_seconds)));
    backAfter = (performance.now() - whole) / 1_000;
    found.push(await shownFinding(field, probes));
    await until(() => tally.lastSaleAt > wholeAt || stage.isOver(), give_up_seconds);
    soldAfter = tally.lastSaleAt > wholeAt ? (office.now() - wholeAt) / 1_000 : undefined;
  };
  const quiet = { show: () => undefined, say: () => undefined };
  const results = await playSale(optionsOf(fault, options), place, quiet, breakThings);
  const isBack = backAfter <= back_seconds_max;
  const back: Finding = {
    name: `The service is back by itself within ${back_seconds_max} s`,
    ok: isBack,
    counted: servers,
    violations: isBack ? 0 : 1,
    sample: isBack ? [] : [`it took ${backAfter.toFixed(1)} s`],
  };
  if (field.standbys.length > 0) found.push(await strayFinding(field));
  const { historyFile } = results;
  const judged = await fault.judge?.({ historyFile, from, until: wholeAt });
  if (judged !== undefined) found.push(judged);
  return { fault, findings: [...findingsOf(results), back, ...found], note, backAfter, soldAfter, results };
}

/** A fan of each server's own. */
function probesOf({ servers, secrets }: Field): Probe[] {
  return servers.map((server, number) => probeOf(server?.origin ?? '', `${number}`, secrets.identity));
}

/** What one server has acknowledged, all of them show: none reads where it was not written. */
async function shownFinding({ servers }: Field, probes: readonly Probe[]): Promise<Finding> {
  const origins = servers.map((server) => server?.origin ?? '');
  const reads = (await Promise.all(probes.map((probe) => probe.readsAt(origins)))).flat();
  const wrong = reads.filter((told) => told !== undefined);
  return {
    name: 'Every server shows what another one has just acknowledged',
    ok: wrong.length === 0,
    counted: reads.length,
    violations: wrong.length,
    sample: wrong.slice(0, 5),
  };
}

async function strayFinding(field: Field): Promise<Finding> {
  const strays = await field.strays();
  return {
    name: 'No session of a server stays on a host that takes no writes',
    ok: strays.length === 0,
    counted: field.standbys.length,
    violations: strays.length,
    sample: strays.slice(0, 5),
  };
}

function secondsOf({ moreSeconds = 0 }: Fault, { seconds }: StrikeOptions): number {
  return seconds + moreSeconds;
}

function optionsOf(fault: Fault, options: StrikeOptions) {
  const { seed } = options;
  const { fansTimes = 1, options: changed = {} } = fault.sale ?? {};
  const fans = options.fans * fansTimes;
  const seconds = secondsOf(fault, options);
  const { money = 'open' } = fault.field ?? {};
  // As many inside as let the sale last about twice as long as the fault.
  const inside = Math.max(6, Math.round(fans / (seconds + 12)));
  const text: Record<string, number | string> = {
    money,
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
    ...changed,
  };
  const read = readOptions(
    Object.entries(text).map(([name, value]) => `--${name}=${value}`),
    {},
  );
  if (read === 'help') throw new Error('unreachable');
  return read;
}

async function until(isSo: () => boolean, seconds: number): Promise<void> {
  const giveUpAt = performance.now() + seconds * 1_000;
  while (!isSo() && performance.now() < giveUpAt) await sleep(20);
}
