/**
 * A date that is moved or called off. Each change counts up its revision, here and where whoever holds or pays locks a row
 * anyway (`performance_sales`, which the room of reservations changes in the same transaction): so whoever decided by what
 * stood before finds that out.
 */
import type { Tx } from '../platform/database.ts';
import { refuse, refuseField } from '../refusals.ts';
import { sentences, utc } from './creation.ts';
import { concertIdOf, type Performance } from './layout.ts';

export interface LockedDate extends Pick<Performance, 'startsAt' | 'status' | 'revision' | 'movedAt' | 'movedFrom'> {
  readonly concertId: string;
  readonly id: string;
}

interface Row {
  readonly startsAt: Date;
  readonly status: Performance['status'];
  readonly revision: number;
  readonly movedAt: Date | null;
  readonly movedFrom: Date | null;
}

/**
 * A date that is to be changed: two who change dates of a concert wait for each other here, before they take its room. Refuses
 * with NOT_FOUND, and with NOT_CANCELLABLE (ALREADY_CANCELLED) what was called off, which nothing changes any more.
 */
export async function lockDate(tx: Tx, performanceId: string): Promise<LockedDate> {
  const concertId = concertIdOf(performanceId);
  void tx`select from concerts where id = ${concertId} for no key update`.execute();
  const [row] = await tx<Row[]>`
    select ${columns(tx)} from performances where concert_id = ${concertId} and id = ${performanceId}`;
  if (row === undefined) throw refuse('NOT_FOUND');
  const { startsAt, movedAt, movedFrom } = row;
  if (row.status === 'CANCELLED') throw refuse('NOT_CANCELLABLE', { because: 'ALREADY_CANCELLED' });
  return {
    ...row,
    concertId,
    id: performanceId,
    startsAt: startsAt.toISOString(),
    movedAt: movedAt?.toISOString() ?? null,
    movedFrom: movedFrom?.toISOString() ?? null,
  };
}

/**
 * Moves a date; `startsAt` is ISO 8601 with an offset. Answers it as it is then: the same where it is there already. The
 * caller has locked the room, so that whoever paid for it by the earlier start has paid before `movedAt`. Refuses with
 * VALIDATION_FAILED a start that is none or is over.
 */
export async function moveDate(tx: Tx, date: LockedDate, startsAt: string): Promise<LockedDate> {
  const start = utc(startsAt);
  if (start === undefined) throw refuseField('startsAt', sentences.date);
  if (start === date.startsAt) return date;
  const { concertId, id } = date;
  // Whoever paid in the millisecond before has paid before it.
  const [moved] = await tx<{ movedAt: Date }[]>`
    update performances
    set starts_at = ${start}::text::timestamptz, moved_from = starts_at, revision = revision + 1,
      moved_at = date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond'
    where concert_id = ${concertId} and id = ${id} and ${start}::text::timestamptz > clock_timestamp()
    returning moved_at as "movedAt"`;
  if (moved === undefined) throw refuseField('startsAt', isOver);
  void tx`
    update concerts set first_starts_at = first, last_starts_at = last
    from (select min(starts_at) as first, max(starts_at) as last from performances where concert_id = ${concertId}) as dates
    where id = ${concertId}`.execute();
  const movedAt = moved.movedAt.toISOString();
  return { ...date, startsAt: start, movedFrom: date.startsAt, movedAt, revision: date.revision + 1 };
}

/** Calls a date off, for good, be it that it has begun; the caller has locked the room. Answers it as it is then. */
export function callOffDate(tx: Tx, date: LockedDate): LockedDate {
  void tx`
    update performances set status = 'CANCELLED', revision = revision + 1
    where concert_id = ${date.concertId} and id = ${date.id}`.execute();
  return { ...date, status: 'CANCELLED', revision: date.revision + 1 };
}

const isOver = { en: 'must be in the future', ko: '앞으로의 시각이어야 해요' };

const columns = (tx: Tx) =>
  tx`starts_at as "startsAt", status, revision, moved_at as "movedAt", moved_from as "movedFrom"`;
