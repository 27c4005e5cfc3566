/** The whole story of one seat: who held it and until when, how each hold ended, who owns it, who wanted it in vain. */
import { seatAt, type Performance } from '../../catalog/catalog.ts';
import type { Tx } from '../../platform/database.ts';
import { refuse } from '../../refusals.ts';
import type { GivenBack, ReservationStatus } from '../../reservation/reservation.ts';
import { operatorsOf, type Operator } from '../log.ts';
import type { DeskRooms } from './desk.ts';

export interface SeatStory {
  readonly seat: NonNullable<ReturnType<typeof seatAt>> & { readonly status: 'AVAILABLE' | 'HELD' | 'RESERVED' };
  /** The date was: whatever is available is not on sale. */
  readonly calledOff: boolean;
  /** Newest first. */
  readonly holds: SeatHold[];
  readonly moreHolds: boolean;
  readonly refused: { readonly total: number; readonly attempts: SeatAttempt[] };
}

interface SeatHold {
  readonly reservationId: string;
  readonly userId: string;
  readonly name: string | null;
  /** As far as this seat goes: CANCELLED too where it alone of a reservation was given back. */
  readonly status: ReservationStatus;
  readonly from: string;
  /** Null when it was paid, and when nobody wrote it down. */
  readonly until: string | null;
  readonly paidAt: string | null;
  readonly paymentId: string | null;
  /** How it was given back after it was paid. */
  readonly cancellation: SeatCancellation | null;
}

interface SeatCancellation {
  readonly id: string;
  readonly at: string;
  readonly reason: GivenBack['reason'];
  /** Of this seat, as the refund. */
  readonly fee: number;
  readonly refund: number;
  /** Null: the fan, or a date that was called off. */
  readonly by: Operator | null;
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
  /** Null where it was not given back, as what follows. */
  readonly cancellationId: string | null;
  readonly cancelledAt: Date | null;
  readonly reason: GivenBack['reason'] | null;
  readonly fee: number | null;
  readonly operatorId: string | null;
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
  const [users, operators] = await Promise.all([
    accounts.usersOf([...new Set([...holds, ...attempts].map((row) => row.userId))]),
    operatorsOf(
      { accounts },
      holds.map(({ operatorId }) => operatorId),
    ),
  ]);
  const nameOf = (userId: string): string | null => users.get(userId)?.name ?? null;
  return {
    seat: { ...seat, status: now?.status ?? 'AVAILABLE' },
    calledOff: performance.status === 'CANCELLED',
    holds: holds.map((row) => holdOf(row, seat.price, { nameOf, operators })),
    moreHolds: rows.length > holds_max,
    refused: {
      total: count?.refused ?? 0,
      attempts: attempts.map(({ userId, at, status }) => {
        return { userId, name: nameOf(userId), at: at.toISOString(), status, lostTo: winnerAt(holds, at) };
      }),
    },
  };
}

interface Names {
  readonly nameOf: (userId: string) => string | null;
  readonly operators: (id: string | null) => Operator | null;
}

function holdOf(row: HoldRow, price: number, { nameOf, operators }: Names): SeatHold {
  const { cancellationId, cancelledAt, reason, fee, operatorId, ...hold } = row;
  const isGivenBack = cancellationId !== null && cancelledAt !== null && reason !== null;
  const ownFee = fee ?? 0;
  return {
    ...hold,
    name: nameOf(row.userId),
    from: row.from.toISOString(),
    until: row.until?.toISOString() ?? null,
    paidAt: row.paidAt?.toISOString() ?? null,
    cancellation: isGivenBack
      ? {
          id: cancellationId,
          at: cancelledAt.toISOString(),
          reason,
          fee: ownFee,
          refund: price - ownFee,
          by: operators(operatorId),
        }
      : null,
  };
}

/** No index finds reservations by seat: it would cost every hold. The concert's own are read through, once. */
async function holdsOf(tx: Tx, { concertId, id }: Performance, number: number): Promise<HoldRow[]> {
  return tx<HoldRow[]>`
    select reservations.id as "reservationId", user_id as "userId", created_at as "from",
      case when past.id is not null then 'CANCELLED' when status = 'HELD' and held_until <= now() then 'EXPIRED'
        else status end as status,
      case when paid_at is not null then null when status = 'CANCELLED' then released_at else held_until end as until,
      paid_at as "paidAt", payment_id as "paymentId", past.id as "cancellationId", past.at as "cancelledAt", past.reason,
      past.seat_fees[array_position(past.seat_numbers, ${number}::integer)] as fee, past.operator_id as "operatorId"
    from reservations
    left join lateral (
      select cancellations.id, at, reason, cancellations.seat_numbers, seat_fees, operator_id from cancellations
      where cancellations.concert_id = reservations.concert_id and reservation_id = reservations.id
        and cancelled_numbers @> array[${number}::integer] and cancellations.seat_numbers @> array[${number}::integer]
      limit 1) as past on true
    where concert_id = ${concertId} and reservations.id > ${`${concertId}-`} and reservations.id < ${`${concertId}.`}
      and performance_id = ${id} and reservations.seat_numbers @> array[${number}::integer]
    order by created_at desc, reservations.id desc limit ${holds_max + 1}`;
}

/** The attempt was noted after the hold that stood in its way was committed, and before anybody else could have the seat. */
function winnerAt(holds: readonly HoldRow[], at: Date): string | null {
  return holds.find((hold) => hold.from <= at)?.reservationId ?? null;
}
