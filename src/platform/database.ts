/**
 * The connection pool and the one way to open a transaction. Nothing here knows what the tables mean.
 */
import postgres from 'postgres';
import { arrayTypes } from './arrays.ts';
import { socketsTo } from './sockets.ts';
import { closeHoles, eachStatement } from './statements.ts';
import { transaction } from './transaction.ts';

export type Sql = postgres.Sql<{ bigint: number }>;
/** One transaction. Statements started without awaiting each other travel together (pipelined), in order. */
export type Tx = Pick<postgres.ReservedSql<{ bigint: number }>, 'json' | 'array'> & Sql;

export interface Database {
  readonly sql: Sql;
  /**
   * Runs `work` between `begin` and `commit` on one connection and resolves after the commit is durable.
   * If `work` throws, everything is rolled back and the error comes out. Statements that `work` has sent (`execute`)
   * without waiting for them travel with the commit; if one fails, nothing is committed and its error comes out.
   * A connection that breaks during the commit leaves the outcome unknown: what runs here must be safe to run again.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Waits for running statements, at most `seconds`, then closes all connections. */
  close(seconds?: number): Promise<void>;
}

export interface DatabaseOptions {
  readonly poolMax: number;
  readonly applicationName: string;
}

/** A server stopped in mid-transaction (SIGSTOP, swapped-out machine) must not hold a room's lock for ever. */
const idle_in_transaction_ms = 5_000;
const statement_ms = 30_000;
const lock_ms = 10_000;
const reconnect_seconds_max = 0.5;

/**
 * What postgres.js had not yet written when a connection closed, it keeps for the next one, whose first message then
 * waits behind it until a kilobyte has come together: after a crash of PostgreSQL a connection was seen to time out
 * again and again. A first message of a kilobyte is sent, refused for the rest before it, and sent again at once.
 */
const padding = ' '.repeat(1_024);
/** Behind a hundred statements in flight on one connection (the usual limit) a `begin` is not handed to our transaction. */
const pipelining = { max_pipeline: 1_000_000 };

export function connect(url: string, { poolMax, applicationName }: DatabaseOptions): Database {
  const driver: Sql = postgres(url, {
    ...socketsTo(url),
    ...pipelining,
    max: poolMax,
    connect_timeout: 5,
    // The default backs off to many seconds; after a fail-over the crowd is still at the door.
    backoff: (attempt: number) => Math.min(0.02 * 2 ** attempt, reconnect_seconds_max),
    max_lifetime: null,
    onnotice: () => undefined,
    fetch_types: false,
    types: {
      ...arrayTypes,
      // Every bigint of ours (money, numbers in line, counters) is far below 2^53.
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
    },
    connection: {
      application_name: applicationName,
      options: padding,
      idle_in_transaction_session_timeout: idle_in_transaction_ms,
      statement_timeout: statement_ms,
      lock_timeout: lock_ms,
      // A plan made while a table was small is kept while it fills: batches of holds then read all of it, 2,000 a
      // second instead of 27,000. Every statement of ours has its index; those that read whole tables still may.
      enable_seqscan: 'off',
      jit: 'off',
      // Else PostgreSQL plans most of our statements anew each time, since a short list of ids looks cheaper to it than
      // the average one: at 3,000 requests a second that was half of its time.
      plan_cache_mode: 'force_generic_plan',
    },
  });
  const sql = eachStatement(driver, closeHoles);
  return {
    sql,
    transaction: (work) => transaction(sql, work),
    close: (seconds = 5) => sql.end({ timeout: seconds }),
  };
}

const transient_codes = new Set([
  '25006', // read_only_sql_transaction: we still talk to a server that was demoted
  '25P03', // idle_in_transaction_session_timeout
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '53100', // disk_full: nothing was written, and it is for the operator to make room
  '53200', // out_of_memory
  '53300', // too_many_connections
  '55P03', // lock_not_available
  '57014', // query_canceled: statement_timeout
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECTION_REFUSED',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT', // the unix socket of a database that is starting again
  'EPIPE',
  'ETIMEDOUT',
]);

/** True if the same statements may succeed when sent again: by SQLSTATE, or because the connection was lost. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && (transient_codes.has(code) || code.startsWith('08'));
}

/** Somebody else was faster: nothing of the transaction may stand, and the same commands are to be tried again. */
export function conflict(message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code: '40001' });
}

/** The SQLSTATE or system error code of what a statement was refused with. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
