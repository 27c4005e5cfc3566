/** The ground of a part: a PostgreSQL of its own, as the service would start it for itself, thrown away afterwards. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { connect, type Sql } from '../src/platform/database.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { runningPostgresUrl } from '../src/platform/running-postgres.ts';

export const root = path.join(import.meta.dirname, '..');
export const secrets = {
  auth: 'a secret that only a benchmark knows',
  identity: 'another secret that only a benchmark knows',
};

export interface Cluster extends AsyncDisposable {
  /** For log files of what runs on it, and PostgreSQL's data. */
  readonly folder: string;
  /** PostgreSQL's first process. */
  pid(): Promise<number>;
  urlOf(database: string): string;
  /** Makes a database, empty or a copy. Answers its address. */
  create(database: string, template?: string): Promise<string>;
  /** Stops PostgreSQL and keeps its data, for a server that brings its own. */
  stop(): Promise<void>;
  /** The address of the one that such a server has running. */
  runningUrl(): string;
}

/** `ground` is told its version and the settings that matter. */
export async function openCluster({ ground }: { ground(said: string): void }): Promise<Cluster> {
  const data = path.join(root, '.data');
  await mkdir(data, { recursive: true });
  const folder = await mkdtemp(path.join(data, 'bench-'));
  await using opening = new AsyncDisposableStack();
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const embedded = await startEmbeddedPostgres({ dataDir: folder });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= embedded.stop());
  opening.defer(stop);
  const urlOf = (name: string): string => Object.assign(new URL(embedded.url), { pathname: `/${name}` }).href;
  const [settings] = await once(
    embedded.url,
    (sql) => sql<[{ said: string }]>`
      select format('PostgreSQL %s, fsync %s, synchronous_commit %s, full_page_writes %s', current_setting('server_version'),
        current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes')) as said`,
  );
  ground(settings.said);
  const open = opening.move();
  return {
    folder,
    pid: async () => Number.parseInt(await readFile(path.join(folder, 'postgres', 'postmaster.pid'), 'utf8'), 10),
    urlOf,
    create: async (name, template) => {
      await once(embedded.url, (sql) =>
        template === undefined
          ? sql`create database ${sql(name)}`
          : sql`create database ${sql(name)} template ${sql(template)} strategy file_copy`,
      );
      return urlOf(name);
    },
    stop,
    runningUrl: () => {
      const url = runningPostgresUrl(folder);
      if (url === undefined) throw new Error(`no PostgreSQL runs in ${folder}`);
      return url;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** One question on a connection of its own. */
export async function once<T>(url: string, ask: (sql: Sql) => PromiseLike<T>): Promise<T> {
  const database = connect(url, { poolMax: 1, applicationName: 'maejin-bench' });
  try {
    return await ask(database.sql);
  } finally {
    await database.close();
  }
}

export interface Audit {
  readonly of: string;
  readonly ok: boolean;
  readonly said: string;
}

/** Whether every rule holds on a database after what was done to it, as the build in the folder `by` has them. */
export async function audit(of: string, databaseUrl: string, by = root): Promise<Audit> {
  const environment = { ...process.env, DATABASE_URL: databaseUrl, CHARGES: 'open', AUTH_SECRET: secrets.auth };
  const command = [path.join(by, 'src/audit/command.ts')];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command, { env: environment });
    return { of, ok: true, said: stdout };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { of, ok: false, said: `${stdout}${stderr}` };
  }
}
