/**
 * Giving seats back. A seat is freed only while it still belongs to the reservation it is freed from: one that
 * was taken over after its time ran out is somebody else's, and is left alone. For `status || ''` see `lockForPayment`.
 */
import { eachByItself, impatient } from '../platform/each.ts';
import type { Database, Sql, Tx } from '../platform/database.ts';
import type { Feed } from '../platform/feed.ts';
import { rest, type Bell, type Duty } from '../platform/ticker.ts';
import { countChanges } from './counting.ts';
import type { SeatChange } from './seat-board.ts';
import type { SeatBoards } from './seat-boards.ts';

interface ReleasedSeat extends SeatChange {
  readonly reservationId: string;
}

/** Locks, in key order, the unsold seats that belong to these reservations. Answers them as they will be when free. */
async function lockSeatsOf(tx: Tx, concertId: string, reservationIds: readonly string[]): Promise<ReleasedSeat[]> {
  return tx<ReleasedSeat[]>`
    select seat.performance_id as "performanceId", seat.number, seat.reservation_id as "reservationId", seat.version + 1 as version, 0 as code
    from seats as seat
    join (
      select id, performance_id, unnest(seat_numbers) as number from reservations
      where concert_id = ${concertId} and id = any(${reservationIds}::text[])
    ) as held on seat.performance_id = held.performance_id and seat.number = held.number and seat.reservation_id = held.id
    where seat.concert_id = ${concertId} and not seat.sold
    order by seat.performance_id, seat.number
    for update of seat`;
}

/** Frees seats that this transaction has locked; travels with the commit, and nothing stands unless it meets them all. */
function freeSeats(tx: Tx, concertId: string, seats: readonly ReleasedSeat[]): void {
  if (seats.length === 0) return;
  void tx`
    with freed as (
      update seats as seat set reservation_id = null, held_until = null, version = seat.version + 1
      from unnest(${seats.map((seat) => seat.performanceId)}::text[], ${seats.map((seat) => seat.number)}::int[],
        ${seats.map((seat) => seat.reservationId)}::text[]) as released (performance_id, number, reservation_id)
      where seat.concert_id = ${concertId} and seat.performance_id = released.performance_id
        and seat.number = released.number and seat.reservation_id = released.reservation_id and not seat.sold
      returning 1
    )
    select expect_rows(count(*), ${seats.length}) from freed`.execute();
}

/**
 * Gives these holds back before their time; the caller has locked them and found them HELD. What is answered is to be
 * counted in this transaction, when it changes no more seats, and shown after the commit.
 */
export async function giveBack(tx: Tx, concertId: string, held: readonly string[]): Promise<SeatChange[]> {
  if (held.length === 0) return [];
  const seats = await lockSeatsOf(tx, concertId, held);
  void tx`
    update reservations set status = case when held_until > now() then 'CANCELLED' else 'EXPIRED' end,
      released_at = case when held_until > now() then now() end
    where concert_id = ${concertId} and id = any(${held}::text[]) and status || '' = 'HELD'`.execute();
  freeSeats(tx, concertId, seats);
  return seats;
}

/**
 * Gives back whatever these fans hold and have not paid, for one whose session ends can pay for nothing. The caller ends
 * the sessions in this transaction and has locked the places, so that no hold comes in between. A session that ends by
 * the clock needs nothing of this: no hold outlasts it. What is answered is to be counted and shown as by `giveBack`.
 */
export async function giveBackOf(tx: Tx, concertId: string, userIds: readonly string[]): Promise<SeatChange[]> {
  const held = await tx<{ id: string }[]>`
    select id from reservations
    where concert_id = ${concertId} and user_id = any(${userIds}::text[]) and status || '' = 'HELD'
    order by id
    for update`;
  const ids = held.map(({ id }) => id);
  return giveBack(tx, concertId, ids);
}

const sweep_ms = 250;
const batch_max = 500;
/** A run ends after so many batches; what is left waits for the next. */
const batches_max = 20;
/** Longer than the server takes to which they fall, or than it takes to hear that it is gone. */
const late_seconds = 3;

export interface Releasing {
  readonly database: Database;
  readonly boards: SeatBoards;
  readonly feed: Pick<Feed, 'subscribe' | 'isOurs'>;
  /** Rung when something is held from this server; of the others it is heard. */
  readonly bell: Bell;
}

/**
 * Marks holds whose time ran out and frees their seats: those of a concert on the server to which it falls, or, should that
 * one not, on whichever comes first. Rests while nothing is held.
 */
export function releaseDuty({ database, boards, feed, bell }: Releasing): Duty {
  feed.subscribe('seats', bell.ring);
  return {
    name: 'holds.release',
    everyMs: sweep_ms,
    bell,
    sign: (sql) => sql`exists (select from reservations where status = 'HELD')`,
    run: async () => {
      // Of other servers: passed over, so that however many are overdue there they keep nobody here waiting.
      const others = new Set<string>();
      for (let batch = 0; batch < batches_max; batch++) {
        const next = await nextHolds(database.sql, [...others]);
        if (next.length === 0) return others.size === 0 ? rest() : undefined;
        const overdue = next.filter(({ isOverdue }) => isOverdue);
        for (const concertId of new Set(overdue.map((hold) => hold.concertId)))
          if (!feed.isOurs(concertId)) others.add(concertId);
        const ours = overdue.filter(({ concertId, isLate }) => isLate || !others.has(concertId));
        await eachByItself(
          Map.groupBy(ours, (hold) => hold.concertId),
          async ([concertId, holds]) => {
            const ids = holds.map((hold) => hold.id);
            boards.committed(await database.transaction((tx) => release(tx, concertId, ids)));
          },
        );
        if (overdue.length < batch_max) return undefined;
      }
      return undefined;
    },
  };
}

interface NextHold {
  readonly concertId: string;
  readonly id: string;
  readonly isOverdue: boolean;
  /** Whoever should have released it has not. */
  readonly isLate: boolean;
}

/** Those whose time ran out; where there is none, whichever is next. None at all: nothing is held, but perhaps by `others`. */
async function nextHolds(sql: Sql, others: readonly string[]): Promise<NextHold[]> {
  return sql<NextHold[]>`
    select concert_id as "concertId", id, held_until <= now() as "isOverdue",
      held_until <= now() - make_interval(secs => ${late_seconds}) as "isLate"
    from reservations
    where status = 'HELD' and held_until <= greatest(now(), (select min(held_until) from reservations where status = 'HELD'))
      and concert_id <> all(${others}::text[])
    order by held_until limit ${batch_max}`;
}

/** Leaves out what another server is releasing, or a payment is deciding about, at this moment. */
async function release(tx: Tx, concertId: string, ids: readonly string[]): Promise<SeatChange[]> {
  impatient(tx);
  const overdue = await tx<{ id: string }[]>`
    select id from reservations
    where concert_id = ${concertId} and id = any(${ids}::text[]) and status || '' = 'HELD' and held_until <= now()
    order by id
    for update skip locked`;
  if (overdue.length === 0) return [];
  const own = overdue.map((row) => row.id);
  const seats = await lockSeatsOf(tx, concertId, own);
  void tx`
    update reservations set status = 'EXPIRED'
    where concert_id = ${concertId} and id = any(${own}::text[]) and status || '' = 'HELD'`.execute();
  freeSeats(tx, concertId, seats);
  countChanges(tx, concertId, seats);
  return seats;
}
