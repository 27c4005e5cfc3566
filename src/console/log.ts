/** The operators' log: written by the transaction of each deed, never changed, read here. */
import type { Accounts } from '../accounts/accounts.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Database, Tx } from '../platform/database.ts';
import { refuseCursor } from '../refusals.ts';

/** What somebody may do to settings. */
const of_settings = ['CREATE_CONCERT', 'CHANGE_SETTINGS'] as const satisfies readonly Deed['action'][];

export interface Deed {
  /** Null: the service itself. */
  readonly operatorId: string | null;
  readonly action:
    | 'CREATE_CONCERT'
    | 'CHANGE_SETTINGS'
    | 'CANCEL_RESERVATION'
    | 'CALL_OFF_PERFORMANCE'
    | 'MOVE_PERFORMANCE';
  readonly concertId: string;
  /** Null for what is new. */
  readonly before: object | null;
  readonly after: object;
}

export async function writeDown(tx: Tx, { operatorId, action, concertId, before, after }: Deed): Promise<void> {
  await tx`
    insert into operator_log (operator_id, action, concert_id, before, after)
    values (${operatorId}, ${action}, ${concertId}, ${before === null ? null : JSON.stringify(before)}::text::jsonb,
      ${JSON.stringify(after)}::text::jsonb)`;
}

export interface Operator {
  readonly id: string;
  /** Null where the account is no longer known. */
  readonly email: string | null;
  readonly name: string | null;
}

export interface LogEntry {
  readonly id: string;
  readonly at: string;
  readonly operator: Operator | null;
  readonly action: string;
  readonly concertId: string;
  readonly concertTitle: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>>;
}

export interface LogQuery {
  /** 1–200. */
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly concertId?: string | undefined;
  /** Of these alone; else of all. */
  readonly actions?: readonly Deed['action'][] | undefined;
}

export interface LogPage {
  readonly entries: LogEntry[];
  /** Null at the end. */
  readonly nextCursor: string | null;
}

interface LogRooms {
  readonly database: Database;
  readonly accounts: Pick<Accounts, 'usersOf'>;
  readonly catalog: Pick<Catalog, 'concert'>;
}

interface Row extends Pick<LogEntry, 'action' | 'concertId' | 'before' | 'after'> {
  readonly id: number;
  readonly at: Date;
  readonly operatorId: string | null;
}

/** Newest first. Refusal: VALIDATION_FAILED for a cursor that is none. */
export async function readLog(rooms: LogRooms, { limit, cursor, concertId, actions }: LogQuery): Promise<LogPage> {
  if (cursor !== undefined && !/^[1-9]\d{0,14}$/.test(cursor)) {
    throw refuseCursor();
  }
  const { sql } = rooms.database;
  const rows = await sql<Row[]>`
    select id, at, operator_id as "operatorId", action, concert_id as "concertId", before, after from operator_log
    where ${cursor === undefined ? sql`true` : sql`id < ${cursor}::bigint`}
      ${concertId === undefined ? sql`` : sql`and concert_id = ${concertId}`}
      ${actions === undefined ? sql`` : sql`and action = any(${actions}::text[])`}
    order by id desc limit ${limit + 1}`;
  const shown = rows.slice(0, limit);
  const operators = await operatorsOf(
    rooms,
    shown.map(({ operatorId }) => operatorId),
  );
  const entries = shown.map(async ({ id, at, operatorId, ...entry }) => ({
    ...entry,
    id: String(id),
    at: at.toISOString(),
    operator: operators(operatorId),
    concertTitle: (await rooms.catalog.concert(entry.concertId))?.title ?? null,
  }));
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { entries: await Promise.all(entries), nextCursor: last === undefined ? null : String(last.id) };
}

/** Who they are by whom something was done. */
export async function operatorsOf({ accounts }: Pick<LogRooms, 'accounts'>, operatorIds: readonly (string | null)[]) {
  const ids = [...new Set(operatorIds.filter((id) => id !== null))];
  const users = await accounts.usersOf(ids);
  return (id: string | null): Operator | null =>
    id === null ? null : { id, email: users.get(id)?.email ?? null, name: users.get(id)?.name ?? null };
}

/** Who changed the settings of a concert last, and when. */
export async function lastDeed(
  rooms: LogRooms,
  concertId: string,
): Promise<{ readonly changedAt: string | null; readonly changedBy: Operator | null }> {
  const { entries } = await readLog(rooms, { limit: 1, concertId, actions: of_settings });
  const [entry] = entries;
  return { changedAt: entry?.at ?? null, changedBy: entry?.operator ?? null };
}
