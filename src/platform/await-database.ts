/**
 * A database that is still starting is waited for; one that will never do is named in one line. What the service relies
 * upon is tried here, not believed: what else stands in the manual may have been set otherwise for this database.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from './cannot-start.ts';
import { type Database, type Session, type Sql, codeOf, isTransient } from './database.ts';
import { settings_not_in_force } from './session-settings.ts';

const wait_ms_max = 5_000;
const tries_max = 120;
const pause_ms = 500;
const version_min = 15;

type Trial = (database: Pick<Database, 'sql' | 'session'>) => Promise<void>;

/** Resolves when the server answers, is new enough and takes writes; otherwise refuses with `CannotStart`. */
export function awaitDatabase(database: Database): Promise<void> {
  return awaited(database, tryServer);
}

/** Resolves when it is also fit to serve: rights, encoding, sessions, settings, one machine. Refuses with `CannotStart`. */
export function awaitFitDatabase(database: Database): Promise<void> {
  return awaited(database, async (database) => {
    // First, since behind the wrong pooler anything else may answer anything.
    await trySessions(database);
    await tryServer(database);
    await tryRights(database);
    await trySettings(database);
    await tryPlacement(database);
  });
}

async function awaited(database: Database, trial: Trial): Promise<void> {
  const giveUpAt = performance.now() + wait_ms_max;
  for (;;) {
    const complaint = await complaintOf(database, trial);
    if (complaint === undefined) return;
    if (performance.now() > giveUpAt) throw new CannotStart(complaint);
    await sleep(200);
  }
}

/**
 * Runs `work` again for as long as the database is lost at it, a minute of tries at most, which is longer than a fail-over
 * takes; then refuses with `CannotStart`. For the start: a server that serves has its lanes.
 */
export async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (attempt >= tries_max) throw new CannotStart(`the database is lost again and again: ${describe(error)}`);
      await sleep(pause_ms);
    }
  }
}

/** What is wrong at this moment; throws what will not pass. */
async function complaintOf(database: Database, trial: Trial): Promise<string | undefined> {
  try {
    await trial(database);
    return undefined;
  } catch (error) {
    if (error instanceof MayPass) return error.message;
    if (error instanceof CannotStart) throw error;
    const complaint = `the database named by DATABASE_URL cannot be used: ${describe(error)}`;
    if (mayPass(error)) return complaint;
    throw new CannotStart(complaint);
  }
}

/** It may be switched on again. */
class MayPass extends Error {}

/** As text: a pooler may not know what was prepared. */
async function ask<R>(sql: Sql, text: string): Promise<R> {
  const [row] = await sql.unsafe<R[]>(text);
  return row as R;
}

async function tryServer({ sql }: Pick<Database, 'sql'>): Promise<void> {
  const server = await ask<{ version: number; isReadOnly: boolean; database: string }>(
    sql,
    `select current_setting('server_version_num')::int / 10000 as version,
      current_setting('transaction_read_only')::bool as "isReadOnly", current_database() as database`,
  );
  if (server.version < version_min) {
    throw new CannotStart(`DATABASE_URL must name a PostgreSQL ${version_min} or newer; this is ${server.version}`);
  }
  if (server.isReadOnly) {
    throw new MayPass(
      `the database ${server.database} takes no writes: set default_transaction_read_only to off for it and for its role`,
    );
  }
}

async function tryRights({ sql }: Pick<Database, 'sql'>): Promise<void> {
  const { encoding, database, role, schema, mayCreate } = await ask<{
    encoding: string;
    database: string;
    role: string;
    schema: string | null;
    mayCreate: boolean | null;
  }>(
    sql,
    `select current_setting('server_encoding') as encoding, quote_ident(current_database()) as database,
      quote_ident(current_user) as role, quote_ident(current_schema()) as schema,
      has_schema_privilege(current_schema(), 'create') as "mayCreate"`,
  );
  if (encoding !== 'UTF8') {
    throw new CannotStart(
      `the database ${database} keeps text as ${encoding}, which lacks most of what people write: make another one by create database … encoding 'UTF8' template template0`,
    );
  }
  if (schema === null) {
    throw new CannotStart(`no schema of the search_path of ${role} is there or may be used: create schema public`);
  }
  if (mayCreate !== true) {
    throw new CannotStart(
      `the role ${role} may not make tables in the database ${database}: grant create on schema ${schema} to ${role}`,
    );
  }
}

export const pooled =
  'DATABASE_URL leads through a pooler that gives a connection to others after each transaction (PgBouncer: pool_mode = session)';

/**
 * Is each connection one session for as long as it lives? Others would hold our locks, hear our news and commit our
 * transactions. A pooler hands out the session that it used last, so the second connection is given that of the first.
 */
async function trySessions({ session }: Pick<Database, 'session'>): Promise<void> {
  const one = await session();
  try {
    const other = await session();
    try {
      if (!(await areSessions(one, other))) throw new CannotStart(`${pooled}: let it lead to PostgreSQL itself`);
    } finally {
      other.end();
    }
  } finally {
    one.end();
  }
}

async function who({ sql }: Session): Promise<number> {
  return (await ask<{ pid: number }>(sql, 'select pg_backend_pid() as pid')).pid;
}

async function areSessions(one: Session, other: Session): Promise<boolean> {
  const first = await who(one);
  await other.sql.unsafe('begin');
  const second = await who(other);
  const isApart = first !== second && first === (await who(one)) && second === (await who(other));
  await other.sql.unsafe('rollback');
  return isApart && first === (await who(one));
}

async function trySettings({ sql }: Pick<Database, 'sql'>): Promise<void> {
  const lost = await sql.unsafe<{ name: string }[]>(settings_not_in_force);
  if (lost.length === 0) return;
  throw new CannotStart(`${lost.map(({ name }) => name).join(', ')} did not stay as it was set: perhaps ${pooled}`);
}

/** Citus keeps its catalog beside PostgreSQL's own, and in it a row for each table that is not of this machine alone. */
async function tryPlacement({ sql }: Pick<Database, 'sql'>): Promise<void> {
  const { isCitus } = await ask<{ isCitus: boolean }>(
    sql,
    `select to_regclass('pg_catalog.pg_dist_partition') is not null as "isCitus"`,
  );
  if (!isCitus) return;
  const { tables } = await ask<{ tables: number }>(
    sql,
    `select count(*)::int as tables from pg_catalog.pg_dist_partition as placed
      join pg_catalog.pg_class as known on known.oid = placed.logicalrelid
      join pg_catalog.pg_namespace as space on space.oid = known.relnamespace
      where space.nspname = current_schema()`,
  );
  if (tables === 0) return;
  throw new CannotStart(
    `${tables} tables of this database are distributed by Citus, on which each request costs many times as much: let DATABASE_URL name one PostgreSQL, and another one for other concerts (docs/scale.md)`,
  );
}

function mayPass(error: unknown): boolean {
  return isTransient(error) || ['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(codeOf(error) ?? '');
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s+/g, ' ').trim() || (codeOf(error) ?? 'no reason given');
}
