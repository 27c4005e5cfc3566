/**
 * Connections whose server fell silent in the middle of a statement. PostgreSQL counts a transaction as idle only between
 * statements; a server that stops (SIGSTOP, a frozen virtual machine) when half of a statement is on its way, or
 * while it is sent rows, keeps its locks for as long as the connection lives. The servers that go on end it.
 */
import type { Database, Sql } from './database.ts';
import { rest, type Duty } from './ticker.ts';

const look_every_ms = 1_000;
/** As long as a transaction may be idle. */
const silent_ms_max = 5_000;

/** Ends connections of this database's servers that wait for their server in the middle of a statement for too long. */
export function endStalled({ sql }: Pick<Database, 'sql'>, silentMs = silent_ms_max): Duty {
  return {
    name: 'database.stalled',
    everyMs: look_every_ms,
    run: async () => {
      await sql`select pg_terminate_backend(pid) ${stalled(sql, silentMs)}`;
      return rest();
    },
    sign: (asked) => asked`exists (select ${stalled(asked, silentMs)})`,
  };
}

function stalled(sql: Sql, silentMs: number) {
  return sql`
    from pg_stat_activity
    where datname = current_database() and usename = current_user
      and application_name = current_setting('application_name')
      and state = 'active' and wait_event_type = 'Client' and xact_start is not null
      and state_change < clock_timestamp() - ${silentMs} * interval '1 millisecond'`;
}
