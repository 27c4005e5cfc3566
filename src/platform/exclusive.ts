/** Servers exclude each other at what only one of them may do. */
import { persistently } from './await-database.ts';
import type { Database, Session, Sql } from './database.ts';

/** Any number that nothing else in this database locks. */
const advisory_key = 0x6d61_656a;

/**
 * Runs `work` while no other server of this database runs any, however long that takes, on a connection of its own that
 * `work` may use; statements on it may take as long as they like. A connection that is lost meanwhile gives the others
 * the right to go on, so `work` runs again from its beginning, on a new one: it must be safe to run again.
 */
export async function exclusively<T>(database: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  return persistently(async () => exclusivelyOnce(await database.session(), work));
}

async function exclusivelyOnce<T>(session: Session, work: (sql: Sql) => Promise<T>): Promise<T> {
  const { sql } = session;
  try {
    // The pool's time limits are meant for fans.
    await sql`select set_config('lock_timeout', '0', false), set_config('statement_timeout', '0', false)`;
    session.wait();
    await sql`select pg_advisory_lock(${advisory_key})`;
    const result = await work(sql);
    // Fails if it was lost meanwhile: then another may have been at work beside us.
    await sql`select pg_advisory_unlock(${advisory_key})`;
    return result;
  } finally {
    session.end();
  }
}
