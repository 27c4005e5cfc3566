/** A database that is still starting is waited for; one that will never do is named in one line. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from './cannot-start.ts';
import { type Sql, codeOf, isTransient } from './database.ts';

const wait_ms_max = 5_000;
const version_min = 15;

/** Resolves when the server answers, is new enough and takes writes; otherwise refuses with `CannotStart`. */
export async function awaitDatabase(sql: Sql): Promise<void> {
  const giveUpAt = performance.now() + wait_ms_max;
  for (;;) {
    const complaint = await complaintOf(sql);
    if (complaint === undefined) return;
    if (performance.now() > giveUpAt) throw new CannotStart(complaint);
    await sleep(200);
  }
}

/** What is wrong at this moment; throws what will not pass. */
async function complaintOf(sql: Sql): Promise<string | undefined> {
  try {
    const [server] = await sql<{ version: number; readOnly: boolean }[]>`
      select current_setting('server_version_num')::int / 10000 as version, pg_is_in_recovery() as "readOnly"`;
    if (server === undefined || server.readOnly) return 'DATABASE_URL names a standby, which takes no writes';
    if (server.version >= version_min) return undefined;
    throw new CannotStart(`DATABASE_URL must name a PostgreSQL ${version_min} or newer; this is ${server.version}`);
  } catch (error) {
    if (error instanceof CannotStart) throw error;
    const complaint = `the database named by DATABASE_URL cannot be used: ${describe(error)}`;
    if (mayPass(error)) return complaint;
    throw new CannotStart(complaint);
  }
}

function mayPass(error: unknown): boolean {
  return isTransient(error) || ['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(codeOf(error) ?? '');
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s+/g, ' ').trim() || (codeOf(error) ?? 'no reason given');
}
