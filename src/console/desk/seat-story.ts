/** The whole story of one seat: who held it and until when, how each hold ended, who owns it, who wanted it in vain. */
import { seatAt, type Performance } from '../../catalog/catalog.ts';
import type { Tx } from '../../platform/database.ts';
import { refuse } from '../../refusals.ts';
import type { ReservationStatus } from '../../reservation/reservation.ts';
import type { DeskRooms } from './desk.ts';

export interface SeatStory {
  readonly seat: NonNullable<ReturnType<typeof seatAt>> & { readonly status: 'AVAILABLE' | 'HELD' | 'RESERVED' };
  /** Newest first. */
  readonly holds: SeatHold[];
  readonly moreHolds: boolean;
  readonly refused: { readonly total: number; readonly attempts: SeatAttempt[] };
}

interface SeatHold {
  readonly reservationId: string;
  readonly userId: string;
  readonly name: string | null;
  readonly status: ReservationStatus;
  readonly from: string;
  /** Null when it was paid, and when nobody wrote it down. */
  readonly until: string | null;
  readonly paidAt: string | null;
  readonly paymentId: string | null;
}

interface SeatAttempt {
  readonly userId: string;
  readonly name: string | null;
  readonly at: string;
  readonly status: 'HELD' | 'RESERVED';
  readonly lostTo: string | null;
}

interface HoldRow {
  readonly reservationId: string;
  readonly userId: string;
  readonly status: ReservationStatus;
  readonly from: Date;
  readonly until: Date | null;
  readonly paidAt: Date | null;
  readonly paymentId: string | null;
}

interface AttemptRow {
  readonly userId: string;
  readonly at: Date;
  readonly status: 'HELD' | 'RESERVED';
}

const holds_max = 100;

export async function seatStory(
  { database, accounts }: Pick<DeskRooms, 'database' | 'accounts'>,
  performance: Performance,
  number: number,
): Promise<SeatStory> {
  const seat = seatAt(performance, number);
  if (seat === undefined) throw refuse('NOT_FOUND');
  const { concertId, id } = performance;
  // One look: the parts of a story told while the seat changes hands must fit each other.
  const [rows, attempts, [now], [count]] = await database.transaction(async (tx) => {
    await tx`set transaction isolation level repeatable read, read only`;
    return Promise.all([
      holdsOf(tx, performance, number),
      tx<AttemptRow[]>`
        select user_id as "userId", at, status from seat_refusals
        where concert_id = ${concertId} and performance_id = ${id} and number = ${number} order by at desc, slot desc`,
      tx<{ status: 'AVAILABLE' | 'HELD' | 'RESERVED' }[]>`
        select case when sold then 'RESERVED' when held_until > now() then 'HELD' else 'AVAILABLE' end as status
        from seats where concert_id = ${concertId} and performance_id = ${id} and number = ${number}`,
      tx<{ refused: number }[]>`
        select refused from seat_refusal_counts
        where concert_id = ${concertId} and performance_id = ${id} and number = ${number}`,
    ]);
  });
  const holds = rows.slice(0, holds_max);
  const users = await accounts.usersOf([...new Set([...holds, ...attempts].map((row) => row.userId))]);
  const nameOf = (userId: string): string | null => users.get(userId)?.name ?? null;
  return {
    seat: { ...seat, status: now?.status ?? 'AVAILABLE' },
    holds: holds.map((row) => ({
      ...row,
      name: nameOf(row.userId),
      from: row.from.toISOString(),
      until: row.until?.toISOString() ?? null,
      paidAt: row.paidAt?.toISOString() ?? null,
    })),
    moreHolds: rows.length > holds_max,
    refused: {
      total: count?.refused ?? 0,
      attempts: attempts.map(({ userId, at, status }) => {
        return { userId, name: nameOf(userId), at: at.toISOString(), status, lostTo: winnerAt(holds, at) };
      }),
    },
  };
}

/** No index finds reservations by seat: it would cost every hold. The concert's own are read through, once. */
async function holdsOf(tx: Tx, { concertId, id }: Performance, number: number): Promise<HoldRow[]> {
  return tx<HoldRow[]>`
    select id as "reservationId", user_id as "userId", created_at as "from",
      case when status = 'HELD' and held_until <= now() then 'EXPIRED' else status end as status,
      case status when 'CONFIRMED' then null when 'CANCELLED' then released_at else held_until end as until,
      paid_at as "paidAt", payment_id as "paymentId"
    from reservations
    where concert_id = ${concertId} and id > ${`${concertId}-`} and id < ${`${concertId}.`}
      and performance_id = ${id} and seat_numbers @> array[${number}::integer]
    order by created_at desc, id desc limit ${holds_max + 1}`;
}

/** The attempt was noted after the hold that stood in its way was committed, and before anybody else could have the seat. */
function winnerAt(holds: readonly HoldRow[], at: Date): string | null {
  return holds.find((hold) => hold.from <= at)?.reservationId ?? null;
}
