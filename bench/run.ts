/**
 * `npm run bench`: this service, a bare Node server and this service without batching answer the same requests in
 * turns. Prints a table and writes reports/bench.json. Everything it starts, it stops; its data is thrown away.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { connect, type Sql } from '../src/platform/database.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { comparePolls, measureMemory } from './crowd.ts';
import { inspect } from './inspector.ts';
import { measure, type Field } from './measure.ts';
import { readOptions, type Options } from './options.ts';
import { prepare } from './prepare.ts';
import { startBare, startLoad, startService } from './processes.ts';
import { rowsOf, tableOf, type Results, type Row } from './report.ts';
import { scenarios } from './scenarios.ts';

const root = path.join(import.meta.dirname, '..');
const secrets = {
  auth: 'a secret that only a benchmark knows',
  identity: 'another secret that only a benchmark knows',
};
/** More than it is expected to carry out; prepared beforehand, for each costs a fan with a hold and money. */
const payments_per_second_max = 9_000;
const warm_up_seconds = 1;
/** A round and the way out; whoever is left then ends with us. */
const ending_ms_max = 60_000;

interface Ground {
  readonly folder: string;
  readonly postgresPid: number;
  readonly serviceUrl: string;
  readonly twinUrl: string;
  /** Version and settings that matter. */
  readonly postgres: string;
}

/** A PostgreSQL as the service would start it for itself, and two databases in it that are the same. */
async function openGround(open: AsyncDisposableStack, payments: number): Promise<Ground> {
  const data = path.join(root, '.data');
  await mkdir(data, { recursive: true });
  const folder = await mkdtemp(path.join(data, 'bench-'));
  open.defer(() => rm(folder, { recursive: true, force: true }));
  const embedded = await startEmbeddedPostgres({ dataDir: folder });
  open.defer(() => embedded.stop());
  const urlOf = (name: string): string => Object.assign(new URL(embedded.url), { pathname: `/${name}` }).href;
  await once(embedded.url, (sql) => sql`create database service`);
  await prepare(urlOf('service'), payments);
  await once(embedded.url, (sql) => sql`create database twin template service strategy file_copy`);
  const [settings] = await once(
    embedded.url,
    (sql) => sql<[{ said: string }]>`
      select format('PostgreSQL %s, fsync %s, synchronous_commit %s, full_page_writes %s', current_setting('server_version'),
        current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes')) as said`,
  );
  const pidFile = await readFile(path.join(folder, 'postgres', 'postmaster.pid'), 'utf8');
  const postgresPid = Number.parseInt(pidFile, 10);
  return { folder, postgresPid, serviceUrl: urlOf('service'), twinUrl: urlOf('twin'), postgres: settings.said };
}

/** One statement on a connection of its own. */
async function once<T>(url: string, ask: (sql: Sql) => PromiseLike<T>): Promise<T> {
  const database = connect(url, { poolMax: 1, applicationName: 'maejin-bench' });
  try {
    return await ask(database.sql);
  } finally {
    await database.close();
  }
}

async function audit(of: string, databaseUrl: string): Promise<Results['audits'][number]> {
  const environment = { ...process.env, DATABASE_URL: databaseUrl, AUTH_SECRET: secrets.auth };
  const command = [path.join(root, 'src/audit/command.ts')];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command, { env: environment });
    return { of, ok: true, said: stdout };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { of, ok: false, said: `${stdout}${stderr}` };
  }
}

/** Everything that a run needs, started. */
async function openField(ground: Ground, open: AsyncDisposableStack, options: Options): Promise<Omit<Field, 'signal'>> {
  const { folder, postgresPid, serviceUrl, twinUrl } = ground;
  const reports = path.join(root, 'reports');
  await mkdir(reports, { recursive: true });
  const inspected = options.profile;
  const service = open.use(
    await startService({ name: 'service', folder, databaseUrl: serviceUrl, secrets, inspected }),
  );
  const environment = { LANE_BATCH_MAX: '1' };
  const twin = open.use(await startService({ name: 'twin', folder, databaseUrl: twinUrl, secrets, environment }));
  const bare = open.use(await startBare());
  const load = open.use(startLoad());
  const inspector = service.inspector === undefined ? undefined : await inspect(service.inspector);
  open.defer(() => inspector?.close());
  return { load, bare, service, twin, postgresPid, secrets, inspector, reports };
}

async function bench(options: Options, open: AsyncDisposableStack, signal: AbortSignal): Promise<Results> {
  const { seconds, rounds, connections, only } = options;
  const chosen = (name: string): boolean => only.length === 0 || only.some((part) => name.includes(part));
  const paid_seconds = connections.length * (warm_up_seconds + rounds * seconds);
  const payments = chosen('pay') ? Math.ceil(payments_per_second_max * paid_seconds) : 1_000;
  const [busyBefore = 0] = loadavg();
  say('Preparing: 1,000,000 in line, seats, holds and money …');
  const ground = await openGround(open, payments);
  const { folder, serviceUrl: databaseUrl } = ground;
  const field: Field = { ...(await openField(ground, open, options)), signal };

  const polls = chosen('line') ? await comparePolls(field, seconds / 2, 3 * rounds) : undefined;
  const memory = chosen('memory')
    ? await measureMemory(field, { name: 'memory', folder, databaseUrl, secrets })
    : undefined;
  const rows: Row[] = [];
  for (const scenario of scenarios(payments).filter(({ name }) => chosen(name))) {
    if (signal.aborted) break;
    say(`Measuring: ${scenario.name} …`);
    rows.push(...rowsOf(scenario, await measure(field, scenario, { connections, seconds, rounds })));
  }
  say('Auditing …');
  const audits = signal.aborted ? [] : [await audit('service', databaseUrl), await audit('twin', ground.twinUrl)];
  return {
    ranOn: [
      `${machine()}; ${ground.postgres}.`,
      `${rounds} rounds of ${seconds} s each, in turns; medians. Load average before the run: ${busyBefore.toFixed(1)}.`,
    ],
    rows,
    polls,
    memory,
    audits,
  };
}

function machine(): string {
  const [processor] = cpus();
  return `${cpus().length} × ${processor?.model ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GB; Node ${process.version}`;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // The second time, at once: children die with us, and PostgreSQL stops by itself.
      if (ending.signal.aborted) process.exit(130);
      say('Ending after this round …');
      ending.abort();
      process.exitCode = 130;
      setTimeout(() => process.exit(), ending_ms_max).unref();
    });
  }
  await using open = new AsyncDisposableStack();
  const results = await bench(options, open, ending.signal);
  await writeFile(path.join(root, 'reports', 'bench.json'), `${JSON.stringify(results, undefined, 2)}\n`);
  process.stdout.write(`${tableOf(results)}\n`);
  if (results.audits.some(({ ok }) => !ok)) process.exitCode = 1;
}

await main();
