/** What a batch of holds is decided by: read in one flight behind the locks of the fans' places. */
import type { Tx } from '../platform/database.ts';
import {
  holdingKey,
  holds_seconds,
  madeLately,
  seatKey,
  type DateFacts,
  type Facts,
  type Hold,
  type HoldsLately,
  type Rules,
  type SeatRow,
} from './holding.ts';
import { keptSeats } from './paid.ts';
import type { SeatBoards } from './seat-boards.ts';

export interface HoldBatch {
  readonly holds: readonly Hold[];
  /**
   * Whether the seats are looked at under lock, and the dates in the table: that costs a third of a hold, and hardly ever is a
   * seat contended for.
   */
  readonly isLocking: boolean;
  readonly rateLimit: boolean;
  /** What an earlier try may have committed. */
  readonly retried: readonly string[];
}

/**
 * Everything the decision needs. The fans' tokens are locked by the statement before, so no other server can count
 * or hold for the same fans meanwhile. A seat that is free on this server's board is taken at its word: if it is not
 * free any more, taking it fails. Whatever else is wanted is looked up, for a board may not know yet that it is free.
 */
export async function readFacts(
  tx: Tx,
  boards: SeatBoards,
  concertId: string,
  { holds, isLocking, rateLimit, retried }: HoldBatch,
): Promise<Omit<Facts, 'tokens'>> {
  const users = [...new Set(holds.map((hold) => hold.pass.userId))];
  const known: SeatRow[] = [];
  const unknown: Seat[] = [];
  for (const seat of wantedSeats(holds)) {
    const free = isLocking ? undefined : freeOnBoard(boards, seat);
    if (free === undefined) unknown.push(seat);
    else known.push(free);
  }
  const [[rules], holdings, seats, committed, dates] = await Promise.all([
    tx<Rules[]>`
      select max_seats_per_fan as "seatsMax", now() as now from rooms where concert_id = ${concertId}`,
    // Live ones, and those made lately whatever became of them: the index leads to all of a fan's.
    tx<(HoldsLately & { performanceId: string; seats: number })[]>`
      select user_id as "userId", performance_id as "performanceId",
        coalesce(sum(${keptSeats(tx)}) filter (where
          status = 'CONFIRMED' or status = 'HELD' and held_until > now()), 0)::int as seats,
        count(*) filter (where created_at > now() - make_interval(secs => ${holds_seconds}))::int as made,
        ceil(extract(epoch from min(created_at) filter (
          where created_at > now() - make_interval(secs => ${holds_seconds})) - now()) + ${holds_seconds})::int as "secondsLeft"
      from reservations where concert_id = ${concertId} and user_id = any(${users}::text[])
      group by user_id, performance_id`,
    unknown.length === 0 ? [] : lookAt(tx, concertId, unknown, isLocking),
    retried.length === 0 ? [] : committedHolds(tx, concertId, retried),
    isLocking ? datesOf(tx, concertId, holds) : [],
  ]);
  if (rules === undefined) throw new Error(`concert ${concertId} has no room`);
  return {
    rules,
    lately: rateLimit ? madeLately(holdings) : undefined,
    holdings: new Map(holdings.map((row) => [holdingKey(row.userId, row.performanceId), row.seats])),
    seats: new Map([...known, ...seats].map((row) => [seatKey(row.performanceId, row.number), row])),
    dates: new Map(dates.map(({ id, startsAt, ...date }) => [id, { ...date, startsAt: startsAt.toISOString() }])),
    committed: new Map(committed.map((row) => [row.id, row.heldUntil])),
  };
}

/** A commit whose answer was lost with its connection may have happened: then the same command must not act again. */
async function committedHolds(
  tx: Tx,
  concertId: string,
  ids: readonly string[],
): Promise<{ id: string; heldUntil: Date }[]> {
  return tx<{ id: string; heldUntil: Date }[]>`
    select id, held_until as "heldUntil" from reservations
    where concert_id = ${concertId} and id = any(${ids}::text[])`;
}

/** Read after the locks of the places were waited for; that they are so still is asserted where they are counted. */
function datesOf(
  tx: Tx,
  concertId: string,
  holds: readonly Hold[],
): PromiseLike<(Omit<DateFacts, 'startsAt'> & { id: string; startsAt: Date })[]> {
  const ids = [...new Set(holds.map(({ performance }) => performance.id))];
  return tx<(Omit<DateFacts, 'startsAt'> & { id: string; startsAt: Date })[]>`
    select id, starts_at as "startsAt", status, revision from performances
    where concert_id = ${concertId} and id = any(${ids}::text[])`;
}

type Seat = Pick<SeatRow, 'performanceId' | 'number'>;

function freeOnBoard(boards: SeatBoards, { performanceId, number }: Seat): SeatRow | undefined {
  const version = boards.known(performanceId)?.board.versionIfFree(number);
  return version === undefined ? undefined : { performanceId, number, version, code: 0 };
}

function lookAt(tx: Tx, concertId: string, seats: readonly Seat[], isLocking: boolean): PromiseLike<SeatRow[]> {
  return tx<SeatRow[]>`
    select seat.performance_id as "performanceId", seat.number, seat.version,
      case when seat.sold then 2 when seat.held_until > now() then 1 else 0 end as code
    from seats as seat
    join unnest(${seats.map((seat) => seat.performanceId)}::text[], ${seats.map((seat) => seat.number)}::int[])
      as wanted (performance_id, number)
      on seat.performance_id = wanted.performance_id and seat.number = wanted.number
    where seat.concert_id = ${concertId}
    order by seat.performance_id, seat.number
    ${isLocking ? tx`for no key update of seat` : tx``}`;
}

/** Each seat once, and only numbers that the hall has: a client may send any integer. */
function wantedSeats(holds: readonly Hold[]): Seat[] {
  const wanted = new Map<string, Seat>();
  for (const { performance, numbers } of holds) {
    for (const number of numbers) {
      if (number > performance.seatsTotal) continue;
      wanted.set(seatKey(performance.id, number), { performanceId: performance.id, number });
    }
  }
  return [...wanted.values()];
}
