/**
 * `npm test`: starts one PostgreSQL 18 and one 15 out of node_modules for the whole run, prepares in each a migrated
 * database, with an operator, to be cloned, and hands over to node:test. `npm test -- test/start.test.ts --test-name-pattern=…` works.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, glob, mkdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, constants, setPriority } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { connect } from '../../src/platform/database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { unpackChromium } from './chromium.ts';
import { furnish, postgres_variables, template_name } from './house.ts';
import { pack, strip } from './pack.ts';
import { packages } from './packed.ts';
import { openScratch } from './scratch.ts';

const root = path.join(import.meta.dirname, '../..');
const test_files = ['test/**/*.test.ts', 'src/**/*.test.ts'];
const test_minutes_max = 5;
/** Most files wait most of their time, for browsers, duties and time limits. */
const files_a_processor = 2;

/** Those that would go on when all others are over: they wait more than they work. */
const longest = new Set(['test/rehearsal.test.ts', 'test/standbys.test.ts', 'test/start.test.ts']);

/** The data of a test run is thrown away, so it need not survive a power cut. */
const settings = { fsync: 'off', full_page_writes: 'off', max_connections: 300, shared_buffers: '128MB' };

async function openCluster(version: keyof typeof postgres_variables, folder: string): Promise<EmbeddedPostgres> {
  const dataDir = path.join(folder, String(version));
  // PostgreSQL 15 follows the path of its data by itself, as a user who may not be us.
  await mkdir(dataDir, { recursive: true, mode: 0o755 });
  const from = version === 15 ? 'embedded-postgres-15' : 'embedded-postgres';
  const cluster = await startEmbeddedPostgres({ dataDir, from, settings });
  const admin = connect(cluster.url, { poolMax: 1, applicationName: 'maejin-test' });
  await admin.sql`create database ${admin.sql(template_name)}`;
  await admin.close();
  const template = new URL(cluster.url);
  template.pathname = `/${template_name}`;
  const database = connect(template.href, { poolMax: 1, applicationName: 'maejin-test' });
  await migrate(database, path.join(root, 'db/migrations'));
  await furnish(database);
  await database.close();
  return cluster;
}

/** The runner takes them by their names, and names that begin at the root before all others: the longest come first. */
async function filesOf(named: readonly string[]): Promise<string[]> {
  const files = await Array.fromAsync(glob(named.length > 0 ? named : test_files, { cwd: root }));
  return files.map((file) => (longest.has(file) ? path.join(root, file) : file)).toSorted();
}

/** Files that need a browser start side by side; it is unpacked before. */
async function prepareBrowser(files: readonly string[], folder: string): Promise<void> {
  const texts = await Promise.all(files.map((file) => readFile(path.resolve(root, file), 'utf8')));
  if (texts.some((text) => text.includes('harness/browser.ts'))) await unpackChromium(folder);
}

async function runTests(
  flags: readonly string[],
  files: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  // Files end by themselves: forced to, they were seen to lose the last lines of their report. One that hangs after a
  // failure ends with the time.
  const command = [
    '--test',
    `--import=${pathToFileURL(path.join(import.meta.dirname, 'packed.ts')).href}`,
    `--test-concurrency=${availableParallelism() * files_a_processor}`,
    `--test-timeout=${test_minutes_max * 60_000}`,
    ...flags,
  ];
  // Its own process group: when the tests are over, servers that a dead test left behind go with it.
  const tests = spawn(process.execPath, [...command, ...files], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: 'inherit',
    detached: true,
  });
  const signalAll = (signal: NodeJS.Signals): void => {
    try {
      if (tests.pid !== undefined) process.kill(-tests.pid, signal);
    } catch {
      // Nobody was left.
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, signalAll);
  const [code, signal] = (await once(tests, 'exit')) as [number | null, NodeJS.Signals | null];
  signalAll('SIGKILL');
  return code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
}

async function main(): Promise<void> {
  const { flags = [], named = [] } = Object.groupBy(process.argv.slice(2), (arg) =>
    arg.startsWith('-') ? 'flags' : 'named',
  );
  // What hashes passwords stands behind everything else of the machine. Beside browsers that use all of it that would be
  // a sixtieth of a processor; behind tests of a lower priority it is a tenth.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const files = await filesOf(named);
  if (files.length === 0) {
    console.error(`No test file matches ${named.join(' ')}. They are named like test/hall.test.ts.`);
    process.exitCode = 1;
    return;
  }
  const evidence = path.join(root, 'test-evidence', String(process.pid));
  await mkdir(evidence, { recursive: true });
  const folder = await openScratch();
  await using open = new AsyncDisposableStack();
  open.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const packed = path.join(folder, 'packed');
  const environment: Record<string, string> = {
    TEST_PACKED: packed,
    TEST_EVIDENCE: evidence,
    // What a test leaves in the folder for temporary files goes with the run.
    TMPDIR: folder,
    // Every server that a test starts loads the same modules.
    NODE_COMPILE_CACHE: path.join(folder, 'compiled'),
  };
  const clusters = ([18, 15] as const).map(async (version) => {
    const cluster = await openCluster(version, folder);
    open.defer(() => cluster.stop());
    environment[postgres_variables[version]] = cluster.url;
  });
  const packing = pack(packed, packages).then(() => strip(packed, files));
  const prepared = await Promise.allSettled([...clusters, packing, prepareBrowser(files, folder)]);
  for (const one of prepared) if (one.status === 'rejected') throw one.reason;
  process.exitCode = await runTests(flags, files, environment);
  if (process.exitCode === 0) await rm(evidence, { recursive: true });
}

await main();
