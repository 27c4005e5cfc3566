/**
 * What every connection of ours is set to, whatever the database, the role or the address have set: the forms that
 * `values.ts` reads and writes, the limits in time, and the planner. Not in the first message: a pooler refuses there
 * what it does not know.
 */

/** A server stopped in mid-transaction (SIGSTOP, swapped-out machine) must not hold a room's lock for ever. */
const idle_in_transaction = '5s';
const statement = '30s';
const lock = '10s';

const settings: Readonly<Record<string, string>> = {
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  client_encoding: 'UTF8',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  // Every rule of ours is written for it: a statement sees what was committed when it began.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  idle_in_transaction_session_timeout: idle_in_transaction,
  statement_timeout: statement,
  lock_timeout: lock,
  // A connection of the pool may wait long for its next statement.
  idle_session_timeout: '0',
  // A plan made while a table was small is kept while it fills: batches of holds then read all of it, 2,000 a
  // second instead of 27,000. Every statement of ours has its index; those that read whole tables still may.
  enable_seqscan: 'off',
  jit: 'off',
  // Else PostgreSQL plans most of our statements anew each time, since a short list of ids looks cheaper to it than
  // the average one: at 3,000 requests a second that was half of its time.
  plan_cache_mode: 'force_generic_plan',
};

/**
 * A flight that has come in part has no end that PostgreSQL would time: it waits for the rest, with the locks that it took,
 * for as long as it takes the other host to be gone. That is two hours unless it asks. By a socket folder these stay 0.
 */
const keep_alive: Readonly<Record<string, string>> = {
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
};

const assignments = Object.entries({ ...settings, ...keep_alive }).map(
  ([name, value]) => `set_config('${name}', '${value}', false)`,
);

/**
 * The first statement of every connection. Answers whether the server takes no writes.
 * What was acknowledged must survive a crash, so `synchronous_commit` is never off; which of its other values, the
 * database says. From PostgreSQL 17 on a limit of whole transactions would keep that of idle ones from working.
 */
export const set_session = `
  select ${assignments.join(', ')},
    case when current_setting('synchronous_commit') = 'off' then set_config('synchronous_commit', 'on', false) end,
    case when current_setting('transaction_timeout', true) is not null then set_config('transaction_timeout', '0', false) end,
    pg_is_in_recovery() as "isStandby"`;

const wanted = Object.entries(settings).map(([name, value]) => `('${name}', '${value}')`);

/** What is not as `set_session` left it: behind a pooler the next statement may run in another session. */
export const settings_not_in_force = `
  select name from (values ${wanted.join(', ')}) as wanted (name, value) where current_setting(name) <> value`;
