/** What is done to a database to be looked at from within, and then never was. */
import type { Database, Tx } from '../../src/platform/database.ts';

/**
 * Answers what `work` found in one snapshot that it may change; nothing of it stays. One database serves many who
 * each break it: a new one costs more than what most of them look at.
 */
export async function undone<T>(database: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  const end = Symbol('undone');
  const found: T[] = [];
  const over = database.transaction(async (tx) => {
    // An audit asks for it too, which is too late once a transaction has begun to look.
    await tx`set transaction isolation level repeatable read`;
    found.push(await work(tx));
    throw end;
  });
  await over.catch((error: unknown) => {
    if (error !== end) throw error;
  });
  return found[0] as T;
}
