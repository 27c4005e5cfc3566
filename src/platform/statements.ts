/** What the driver makes of each statement, within reach before it is sent. */
import type { Sql, Tx } from './database.ts';

/** What we use of a statement inside postgres.js 3.4.9. */
export interface Query {
  /** Sends it, when it is awaited. */
  handler: (query: Query) => void;
  resolve(rows: unknown): void;
  reject(error: unknown): void;
  catch(handle: () => void): unknown;
}

/** The same tagged template, but `change` has each statement before anybody can await it. */
export function eachStatement<S extends Sql | Tx>(sql: S, change: (query: Query) => void): S {
  const changed = <A extends unknown[], R>(make: (...given: A) => R) => {
    return (...given: A): R => {
      const made = make(...given);
      if (made instanceof Promise) change(made as unknown as Query);
      return made;
    };
  };
  const call = changed(sql as unknown as (...given: unknown[]) => unknown);
  return Object.assign(call, sql, { unsafe: changed(sql.unsafe) }) as S;
}

/**
 * When a statement breaks off after some of its rows have come (a connection cut, a statement cancelled), the driver
 * goes on counting from there: the next statement on that connection is answered with as many holes in front of its
 * rows (porsager/postgres#1181). Unseen that reads as "no such row".
 */
export function closeHoles(query: Query): void {
  const { resolve } = query;
  query.resolve = (rows) => {
    if (Array.isArray(rows) && rows.length > 0 && !(0 in rows))
      rows.splice(
        0,
        rows.findIndex((_, at) => at in rows),
      );
    resolve(rows);
  };
}
