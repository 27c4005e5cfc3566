/** Servers exclude each other at what only one of them may do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, type Session, type Sql, isTransient } from './database.ts';

/** Any number that nothing else in this database locks. */
const advisory_key = 0x6d61_656a;
/** A connection lost so often is not a fail-over. */
const attempts_max = 10;
const pause_ms = 500;

/**
 * Runs `work` while no other server of this database runs any, however long that takes, on a connection of its own that
 * `work` may use; statements on it may take as long as they like. A connection that is lost meanwhile gives the others
 * the right to go on, so `work` runs again from its beginning, on a new one: it must be safe to run again.
 */
export async function exclusively<T>(database: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await exclusivelyOnce(await database.session(), work);
    } catch (error) {
      if (!isTransient(error) || attempt >= attempts_max) throw error;
      await sleep(pause_ms);
    }
  }
}

async function exclusivelyOnce<T>(session: Session, work: (sql: Sql) => Promise<T>): Promise<T> {
  const { sql } = session;
  try {
    // The pool's time limits are meant for fans.
    await sql`select set_config('lock_timeout', '0', false), set_config('statement_timeout', '0', false)`;
    session.wait();
    await sql`select pg_advisory_lock(${advisory_key})`;
    const result = await work(sql);
    // Lost meanwhile, so another may have been at work beside us.
    await sql`select pg_advisory_unlock(${advisory_key})`;
    return result;
  } finally {
    session.end();
  }
}
