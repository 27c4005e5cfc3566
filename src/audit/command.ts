/**
 * `npm run audit`: checks the invariants on the live database and prints what it found. Uses DATABASE_URL, or the
 * embedded database in DATA_DIR, which it starts for itself if no server runs. Exit code 1 if anything is wrong.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readDatabasePlace } from '../config.ts';
import { awaitDatabase } from '../platform/await-database.ts';
import { CannotStart } from '../platform/cannot-start.ts';
import { codeOf, connect } from '../platform/database.ts';
import { startEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { runningPostgresUrl } from '../platform/running-postgres.ts';
import { createAudit, type AuditReport } from './audit.ts';

async function audit(): Promise<AuditReport> {
  await using open = new AsyncDisposableStack();
  const database = connect(await addressOf(open), { poolMax: 1, applicationName: 'maejin-audit' });
  open.defer(() => database.close());
  await awaitDatabase(database);
  return await createAudit({ database }).run();
}

async function addressOf(open: AsyncDisposableStack): Promise<string> {
  const { databaseUrl, dataDir } = readDatabasePlace();
  const found = databaseUrl ?? runningPostgresUrl(dataDir);
  if (found !== undefined) return found;
  if (!existsSync(path.join(dataDir, 'postgres'))) {
    throw new CannotStart(`DATA_DIR ${dataDir} holds no database yet: nothing to audit. Set DATABASE_URL for another`);
  }
  const embedded = await startEmbeddedPostgres({ dataDir });
  open.defer(() => embedded.stop());
  return embedded.url;
}

function describe({ ok, checks }: AuditReport): string {
  const lines = checks.flatMap(({ name, violations, sample }) => [
    `${violations === 0 ? 'ok    ' : 'BROKEN'}  ${name}${violations === 0 ? '' : `: ${violations}`}`,
    ...sample.map((row) => `          ${JSON.stringify(row)}`),
  ]);
  const broken = checks.filter((check) => !check.ok).length;
  const verdict = ok ? `All ${checks.length} checks hold.` : `${broken} of ${checks.length} checks are BROKEN.`;
  return `${lines.join('\n')}\n\n${verdict}\n`;
}

function complaintOf(error: unknown): string {
  if (error instanceof CannotStart) return error.message;
  if (codeOf(error) === '42P01') return 'the database has no tables of Maejin: start the server on it once';
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const usage = `npm run audit

Checks the invariants on the live database, in one snapshot and without changing anything, and says what breaks them.
Exit code 0 if all hold, 1 if not or if nothing could be checked. It takes no options; of the environment it reads
  DATABASE_URL  the database to check
  DATA_DIR      or where npm start keeps its own (.data), which is started for this where no server runs
`;

async function main(given: readonly string[]): Promise<void> {
  if (given.some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(usage);
    return;
  }
  if (given.length > 0) throw new CannotStart(`audit takes no options: ${given[0]} is none. --help says what it does`);
  const report = await audit();
  process.stdout.write(describe(report));
  process.exitCode = report.ok ? 0 : 1;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`maejin: ${complaintOf(error)}\n`);
  process.exitCode = 1;
}
