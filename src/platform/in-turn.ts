/** Servers that start together take turns at what only one of them may do. */
import type postgres from 'postgres';
import type { Sql } from './database.ts';

/** Any number that nothing else in this database locks. */
const advisory_key = 0x6d61_656a;

/**
 * Runs `work` while no other server of this database runs any, however long that takes. Its connection is one of the
 * pool's, which must have another one for what `work` does besides; statements on it may take as long as they like.
 */
export async function inTurn<T>(
  sql: Sql,
  work: (connection: postgres.ReservedSql<{ bigint: number }>) => Promise<T>,
): Promise<T> {
  // The driver reserves a connection that is open; one that it has to open for this it never hands over.
  await sql`select`;
  const connection = await sql.reserve();
  try {
    // The pool's time limits are meant for fans.
    await connection`set lock_timeout = 0`;
    await connection`set statement_timeout = 0`;
    await connection`select pg_advisory_lock(${advisory_key})`;
    return await work(connection);
  } catch (error) {
    await connection`rollback`.catch(() => undefined);
    throw error;
  } finally {
    await connection`select pg_advisory_unlock_all()`.catch(() => undefined);
    await connection`reset lock_timeout`.catch(() => undefined);
    await connection`reset statement_timeout`.catch(() => undefined);
    connection.release();
  }
}
