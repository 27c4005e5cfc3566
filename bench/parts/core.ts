/**
 * The core's table: this service, a bare Node server and this service without batching answer the same requests in turns.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { comparePolls, measureMemory, type MemoryPerFan, type Polls } from '../crowd.ts';
import { audit, openCluster, root, secrets, type Audit, type Cluster } from '../ground.ts';
import { inspect } from '../inspector.ts';
import { measure, settling_seconds_max, type Field, type Plan } from '../measure.ts';
import type { CoreOptions } from '../options.ts';
import { closeTill, prepare } from '../prepare.ts';
import { startBare, startLoad, startService } from '../processes.ts';
import { rowsOf, type Row } from '../report.ts';
import { crowd_connections_min, scenarios } from '../scenarios.ts';
import type { PartRun } from './part.ts';

export interface Core {
  readonly rounds: number;
  readonly seconds: number;
  /** With fewer connections than a crowd has. */
  readonly few?: Extent | undefined;
  readonly rows: readonly Row[];
  readonly polls: Polls | undefined;
  readonly memory: MemoryPerFan | undefined;
  readonly audits: readonly Audit[];
}

type CoreRun = PartRun & CoreOptions;

interface Extent {
  readonly rounds: number;
  readonly seconds: number;
}

/** Those rows are many, and there are five numbers of connections. */
const few_max: Extent = { rounds: 3, seconds: 1 };
const few_quick: Extent = { rounds: 1, seconds: 0.3 };

/** More than it is expected to carry out; prepared beforehand, for each costs a fan with a hold and money. */
const payments_per_second_max = { few: 3_000, crowd: 10_000 };

const isCrowd = (connections: number): boolean => connections >= crowd_connections_min;

function fewOf({ rounds, seconds, quick }: CoreRun): Extent {
  return quick ? few_quick : { rounds: Math.min(rounds, few_max.rounds), seconds: Math.min(seconds, few_max.seconds) };
}

function plansOf(run: CoreRun): Plan[] {
  const { rounds, seconds } = run;
  return run.connections.map((connections) => ({
    connections,
    ...(isCrowd(connections) ? { rounds, seconds } : fewOf(run)),
  }));
}

function warmUpOf({ quick }: PartRun): number {
  return quick ? 1_000 : 10_000;
}

/** What the plans may use up. */
function paymentsFor(plans: readonly Plan[], warmUpRequests: number): number {
  return plans.reduce((sum, { connections, seconds, rounds }) => {
    const rate = isCrowd(connections) ? payments_per_second_max.crowd : payments_per_second_max.few;
    return sum + Math.ceil(rate * (settling_seconds_max + rounds * seconds));
  }, warmUpRequests);
}

interface Grounds {
  readonly cluster: Cluster;
  readonly serviceUrl: string;
  readonly twinUrl: string;
}

/** Everything that a run needs, started. */
async function openField(
  { cluster, serviceUrl, twinUrl }: Grounds,
  open: AsyncDisposableStack,
  run: CoreRun,
): Promise<Field> {
  const { profile, signal } = run;
  const { folder } = cluster;
  const reports = path.join(root, 'reports');
  await mkdir(reports, { recursive: true });
  const service = open.use(
    await startService({ name: 'service', folder, databaseUrl: serviceUrl, secrets, inspected: profile }),
  );
  const environment = { LANE_BATCH_MAX: '1' };
  const twin = open.use(await startService({ name: 'twin', folder, databaseUrl: twinUrl, secrets, environment }));
  const bare = open.use(await startBare());
  const load = open.use(startLoad());
  const inspector = service.inspector === undefined ? undefined : await inspect(service.inspector);
  open.defer(() => inspector?.close());
  const servers = { load, bare, service, twin, postgresPid: await cluster.pid() };
  return { ...servers, secrets, inspector, reports, warmUpRequests: warmUpOf(run), signal };
}

export async function measureCore(run: CoreRun): Promise<Core> {
  const { seconds, rounds, scenarios: only, signal, say } = run;
  const chosen = (name: string): boolean => only.length === 0 || only.some((part) => name.includes(part));
  const plans = plansOf(run);
  const payments = chosen('pay') ? paymentsFor(plans, warmUpOf(run)) : 1_000;
  say('  preparing: 1,000,000 in line, seats, holds and money …');
  await using cluster = await openCluster(run);
  const serviceUrl = await cluster.create('service');
  await prepare(serviceUrl, payments);
  const twinUrl = await cluster.create('twin', 'service');
  await using open = new AsyncDisposableStack();
  const field = await openField({ cluster, serviceUrl, twinUrl }, open, run);

  const polls = chosen('line') ? await comparePolls(field, seconds / 2, 3 * rounds) : undefined;
  const memory = chosen('memory')
    ? await measureMemory(field, { name: 'memory', folder: cluster.folder, databaseUrl: serviceUrl, secrets })
    : undefined;
  const rows: Row[] = [];
  for (const scenario of scenarios(payments).filter(({ name }) => chosen(name))) {
    if (signal.aborted) break;
    say(`  ${scenario.name} …`);
    rows.push(...rowsOf(scenario, await measure(field, scenario, plans)));
  }
  for (const url of [serviceUrl, twinUrl]) await closeTill(url);
  const audits = signal.aborted ? [] : [await audit('service', serviceUrl), await audit('twin', twinUrl)];
  return { rounds, seconds, few: fewOf(run), rows, polls, memory, audits };
}
