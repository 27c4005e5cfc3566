/**
 * The core's table: this service, a bare Node server and this service without batching answer the same requests in turns.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { comparePolls, measureMemory, type MemoryPerFan, type Polls } from '../crowd.ts';
import { audit, openCluster, root, secrets, type Audit, type Cluster } from '../ground.ts';
import { inspect } from '../inspector.ts';
import { measure, type Field } from '../measure.ts';
import type { CoreOptions } from '../options.ts';
import { prepare } from '../prepare.ts';
import { startBare, startLoad, startService } from '../processes.ts';
import { rowsOf, type Row } from '../report.ts';
import { scenarios } from '../scenarios.ts';
import type { PartRun } from './part.ts';

export interface Core {
  readonly rounds: number;
  readonly seconds: number;
  readonly rows: readonly Row[];
  readonly polls: Polls | undefined;
  readonly memory: MemoryPerFan | undefined;
  readonly audits: readonly Audit[];
}

type CoreRun = PartRun & CoreOptions;

/** More than it is expected to carry out; prepared beforehand, for each costs a fan with a hold and money. */
const payments_per_second_max = 9_000;
const warm_up_seconds = 1;

interface Grounds {
  readonly cluster: Cluster;
  readonly serviceUrl: string;
  readonly twinUrl: string;
}

/** Everything that a run needs, started. */
async function openField(
  { cluster, serviceUrl, twinUrl }: Grounds,
  open: AsyncDisposableStack,
  { profile, signal }: CoreRun,
): Promise<Field> {
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
  return { load, bare, service, twin, postgresPid: await cluster.pid(), secrets, inspector, reports, signal };
}

export async function measureCore(run: CoreRun): Promise<Core> {
  const { seconds, rounds, connections, scenarios: only, signal, say } = run;
  const chosen = (name: string): boolean => only.length === 0 || only.some((part) => name.includes(part));
  const paid_seconds = connections.length * (warm_up_seconds + rounds * seconds);
  const payments = chosen('pay') ? Math.ceil(payments_per_second_max * paid_seconds) : 1_000;
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
    rows.push(...rowsOf(scenario, await measure(field, scenario, { connections, seconds, rounds })));
  }
  const audits = signal.aborted ? [] : [await audit('service', serviceUrl), await audit('twin', twinUrl)];
  return { rounds, seconds, rows, polls, memory, audits };
}
