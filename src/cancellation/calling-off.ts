/** Calling a date off, and how far it has come. */
import { concertIdOf } from '../catalog/catalog.ts';
import { fingerprintOf, keyed, once, type Once } from '../idempotency/idempotency.ts';
import type { Sql, Tx } from '../platform/database.ts';
import { timeOrderedId } from '../platform/ids.ts';
import { refuse } from '../refusals.ts';
import { callOffSale } from '../reservation/reservation.ts';
import { lockRoom } from '../waiting-room/gate.ts';
import type { DatesOptions } from './dates.ts';

export interface CallOffCommand {
  readonly performanceId: string;
  /** For the readers of both languages. */
  readonly reason: { readonly ko: string; readonly en: string };
  /** 0 to 10, of the price of each seat. */
  readonly compensationPercent: number;
  readonly operatorId: string;
  readonly key: string;
}

export interface CallingOff extends Pick<CallOffCommand, 'performanceId' | 'reason' | 'compensationPercent'> {
  readonly id: string;
  readonly state: 'RUNNING' | 'DONE';
  /** Reservations that it gave back. */
  readonly done: number;
  /** Those that it has given back when it is DONE. One that was cancelled otherwise at the same moment is none of them then. */
  readonly total: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string | null;
}

interface Row extends Omit<CallingOff, 'performanceId' | 'reason' | 'startedAt' | 'endedAt'> {
  readonly ko: string;
  readonly en: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

/** One short transaction, under the room's lock, since it lowers the supply; see `Dates.callOff`. */
export async function callOff(
  { database, ...rooms }: DatesOptions,
  command: CallOffCommand,
): Promise<Once<CallingOff>> {
  const { key, operatorId, ...asked } = command;
  const request = { userId: operatorId, key, fingerprint: fingerprintOf('calling-off', asked) };
  return keyed(() => database.transaction((tx) => once(tx, request, () => callOffIn(tx, rooms, command))));
}

async function callOffIn(
  tx: Tx,
  { catalog, writeDown }: Pick<DatesOptions, 'catalog' | 'writeDown'>,
  { performanceId, reason, compensationPercent, operatorId }: CallOffCommand,
): Promise<CallingOff> {
  const date = await catalog.lockDate(tx, performanceId);
  const { concertId, startsAt } = date;
  await lockRoom(tx, concertId);
  catalog.callOffDate(tx, date);
  const total = await callOffSale(tx, date);
  const id = timeOrderedId();
  const [row] = await tx<[Row]>`
    insert into performance_cancellations
      (concert_id, performance_id, id, reason_ko, reason_en, compensation_percent, operator_id, total)
    values (${concertId}, ${performanceId}, ${id}, ${reason.ko}, ${reason.en}, ${compensationPercent}, ${operatorId}, ${total})
    returning ${columns(tx)}`;
  const after = { performanceId, startsAt, reason, compensationPercent, total };
  await writeDown(tx, { operatorId, action: 'CALL_OFF_PERFORMANCE', concertId, before: null, after });
  return shown(performanceId, row);
}

/** See `Dates.callingOff`. */
export async function readCallingOff(sql: Sql, performanceId: string): Promise<CallingOff> {
  const concertId = concertIdOf(performanceId);
  const [row] = await sql<Row[]>`
    select ${columns(sql)} from performance_cancellations
    where concert_id = ${concertId} and performance_id = ${performanceId}`;
  if (row === undefined) throw refuse('NOT_FOUND');
  return shown(performanceId, row);
}

const columns = (sql: Sql) =>
  sql`id, state, done, total, reason_ko as ko, reason_en as en, compensation_percent as "compensationPercent",
    started_at as "startedAt", ended_at as "endedAt"`;

function shown(performanceId: string, { id, ko, en, startedAt, endedAt, ...row }: Row): CallingOff {
  const times = { startedAt: startedAt.toISOString(), endedAt: endedAt?.toISOString() ?? null };
  return { id, performanceId, ...row, reason: { ko, en }, ...times };
}
