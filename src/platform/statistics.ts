/**
 * What PostgreSQL's planner knows of the tables. A plan is made when a statement is first met, for the tables as they
 * were last looked at, and kept; autovacuum looks once a minute at most. In the first minute of a sale tables grow from
 * nothing to all there will ever be, so here they are looked at each time they have doubled. New plans follow by themselves.
 */
import type { Database } from './database.ts';
import { rest, type Duty } from './ticker.ts';

const look_every_ms = 1_000;
/** Below this any plan will do. */
const rows_min = 500;
const tables_per_look_max = 20;

/**
 * Analyses tables that have more than doubled since they last were. Servers that look at once leave a table to one. To look
 * at all tables costs half a millisecond of the database: it is done when as many rows have been written as make a table
 * worth it, whichever they went to. After a crash PostgreSQL counts from nothing.
 */
export function keepStatistics({ sql }: Pick<Database, 'sql'>): Duty {
  let writtenBefore = 0;
  return {
    name: 'database.statistics',
    everyMs: look_every_ms,
    sign: (asked) => asked`(select abs(pg_stat_get_db_tuples_inserted(oid) - ${writtenBefore}::bigint) >= ${rows_min}
      from pg_database where datname = current_database())`,
    run: async () => {
      const [{ written }] = await sql<[{ written: number }]>`
        select pg_stat_get_db_tuples_inserted(oid) as written from pg_database where datname = current_database()`;
      const grown = await sql<{ table: string }[]>`
        select stat.relname as table from pg_stat_user_tables as stat
        join pg_class as class on class.oid = stat.relid
        where stat.schemaname = current_schema()
          and stat.n_live_tup > 2 * greatest(class.reltuples, 0) + ${rows_min}
        limit ${tables_per_look_max}`;
      for (const { table } of grown) {
        // One after the other: it reads a sample of the table, and there is a sale going on.
        // oxlint-disable-next-line no-await-in-loop
        await sql`analyze (skip_locked) ${sql(table)}`;
      }
      writtenBefore = written;
      // What is being analysed by another, or is one of many, is looked at again.
      return grown.length === 0 ? rest() : undefined;
    },
  };
}
