/** One date: what calling it off or moving it would come to at this moment, and what was given back of it so far. */
import { currency, type ReplyOf } from '../../contract.ts';
import type { Performance } from '../../catalog/catalog.ts';
import type { Tx } from '../../platform/database.ts';
import { refuse } from '../../refusals.ts';
import type { DeskRooms } from './desk.ts';

export type DateInFull = ReplyOf<'getPerformance', 200>;

interface Kept {
  readonly section: number;
  readonly seats: number;
}

/** One look, so that the sums fit each other while people buy. Refusal: NOT_FOUND. */
export async function dateInFull(
  { database, catalog }: Pick<DeskRooms, 'database' | 'catalog'>,
  { id, concertId }: Performance,
): Promise<DateInFull> {
  const [now, kept, [holders], [held], [back]] = await database.transaction(async (tx) => {
    await tx`set transaction isolation level repeatable read, read only`;
    const date = { concertId, id };
    return Promise.all([
      rowOf(tx, date),
      keptSeats(tx, date),
      holdersOf(tx, date),
      tx<[DateInFull['held']]>`
        select count(distinct reservation_id)::int as reservations, count(*)::int as seats from seats
        where concert_id = ${concertId} and performance_id = ${id} and held_until > now()`,
      tx<[DateInFull['givenBack']]>`
        select count(*)::int as cancellations, coalesce(sum(cardinality(seat_numbers)), 0)::int as seats,
          coalesce(sum(fee), 0)::bigint as fees, coalesce(sum(refund), 0)::bigint as refunds,
          coalesce(sum(compensation), 0)::bigint as compensations
        from cancellations where concert_id = ${concertId} and performance_id = ${id}`,
    ]);
  });
  // What never changes of it is in memory; its time and whether it takes place are of the same look as the sums.
  const [concert, performance] = await Promise.all([catalog.concert(concertId), catalog.performance(id)]);
  if (now === undefined || concert === undefined || performance === undefined) throw refuse('NOT_FOUND');
  const prices = pricesOf(performance, kept);
  return {
    id,
    concertId,
    concertTitle: concert.title,
    currency,
    startsAt: now.startsAt.toISOString(),
    started: now.started,
    status: now.status,
    movedFrom: now.movedFrom?.toISOString() ?? null,
    movedAt: now.movedAt?.toISOString() ?? null,
    seatsTotal: performance.seatsTotal,
    paid: {
      ...holders,
      seats: prices.reduce((sum, { seats }) => sum + seats, 0),
      amount: prices.reduce((sum, { price, seats }) => sum + price * seats, 0),
      prices,
    },
    held,
    givenBack: back,
  };
}

type DateKey = Pick<Performance, 'concertId' | 'id'>;

interface Row extends Pick<Performance, 'status'> {
  readonly startsAt: Date;
  readonly started: boolean;
  readonly movedFrom: Date | null;
  readonly movedAt: Date | null;
}

async function rowOf(tx: Tx, { concertId, id }: DateKey): Promise<Row | undefined> {
  const [row] = await tx<Row[]>`
    select starts_at as "startsAt", starts_at <= now() as started, status, moved_from as "movedFrom", moved_at as "movedAt"
    from performances where concert_id = ${concertId} and id = ${id}`;
  return row;
}

/** Sold seats by section, by its place among the date's. */
function keptSeats(tx: Tx, { concertId, id }: DateKey): Promise<Kept[]> {
  return tx<Kept[]>`
    select width_bucket(number, firsts) - 1 as section, count(*)::int as seats
    from seats cross join (
      select array_agg(first_number order by ordinal) as firsts from sections
      where concert_id = ${concertId} and performance_id = ${id}) as date
    where concert_id = ${concertId} and performance_id = ${id} and sold
    group by 1 order by 1`;
}

/** Found by its seats: no index finds reservations by date, and a concert may have two hundred. */
function holdersOf(tx: Tx, { concertId, id }: DateKey) {
  return tx<[Pick<DateInFull['paid'], 'reservations' | 'fans'>]>`
    select count(*)::int as reservations, count(distinct user_id)::int as fans from reservations
    where concert_id = ${concertId} and id in (
      select reservation_id from seats where concert_id = ${concertId} and performance_id = ${id} and sold)`;
}

/** The dearest first. */
function pricesOf({ sections }: Performance, kept: readonly Kept[]): DateInFull['paid']['prices'] {
  const seatsAt = new Map<number, number>();
  for (const { section, seats } of kept) {
    const price = sections[section]?.price ?? 0;
    seatsAt.set(price, (seatsAt.get(price) ?? 0) + seats);
  }
  return [...seatsAt].map(([price, seats]) => ({ price, seats })).toSorted((one, other) => other.price - one.price);
}
