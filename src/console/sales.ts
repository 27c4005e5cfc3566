/** What a sale comes to, by date and grade, and when it will be sold out if it goes on as it went. */
import type { Catalog, Performance } from '../catalog/catalog.ts';
import { currency } from '../contract.ts';
import type { Database } from '../platform/database.ts';
import { refuse } from '../refusals.ts';
import { createShortMemory, type ShortMemory } from '../platform/short-memory.ts';
import type { Reservations, SaleStanding } from '../reservation/reservation.ts';
import type { WaitingRoom } from '../waiting-room/gate.ts';
import { calledOffLately, givenBackOf, type GivenBackSeats } from './given-back.ts';

/**
 * Seats, and money in whole units of the currency. `gross` is what was paid, for what was given back too; of that `refunds`
 * went back, and `net` is kept: the price of what is sold, and the fees. Compensations are no part of a sale.
 */
export interface SalesCounts {
  readonly seats: number;
  readonly available: number;
  readonly blocked: number;
  readonly held: number;
  readonly sold: number;
  readonly complimentary: number;
  readonly cancelled: number;
  readonly gross: number;
  readonly fees: number;
  readonly refunds: number;
  readonly net: number;
}

interface GradeSales extends SalesCounts {
  readonly grade: string;
}

export interface Forecast {
  /** ISO 8601, UTC; null where nothing honest can be said, and then `because`. */
  readonly soldOutAt: string | null;
  readonly because: 'SOLD_OUT' | 'SALE_ENDED' | 'PAUSED' | 'TOO_SHORT' | 'TOO_FEW' | 'TOO_FAR' | null;
  /** What it is drawn from: so many seats were sold in so many seconds. */
  readonly seatsSold: number;
  readonly overSeconds: number;
}

export interface Sales {
  readonly concertId: string;
  readonly currency: string;
  readonly total: SalesCounts;
  readonly grades: GradeSales[];
  readonly performances: (SalesCounts & {
    readonly id: string;
    readonly startsAt: string;
    readonly status: Performance['status'];
    /** ISO 8601, UTC; null if it never was. */
    readonly movedFrom: string | null;
    readonly grades: GradeSales[];
  })[];
  readonly forecast: Forecast;
}

export interface SalesRooms {
  readonly database: Database;
  readonly waitingRoom: Pick<WaitingRoom, 'numbers'>;
  readonly catalog: Pick<Catalog, 'performancesOf'>;
  readonly reservations: Pick<Reservations, 'standingOfAllDates'>;
}

const looked_back_seconds = 600;
/** Of less nothing is said: the first seconds of a sale are no pace, and neither are a few seats. */
const looked_back_seconds_min = 120;
const seats_sold_min = 10;
/** The pace of ten minutes says nothing about another day. */
const ahead_seconds_max = 86_400;

/**
 * As long as boards are good for, and for ten times as long as it took: of 50,000 seats of a date that was called off it takes
 * tens of milliseconds, and a database that has other things to do is asked less often.
 */
const kept_ms_min = 1_000;
const kept_times = 10;
const given_back_kept = { keptMs: 10_000, keptMax: 100 };

/** Answers from boards in memory, at most a second old, and what was given back, at most ten seconds. Refusal: NOT_FOUND. */
export function createSales(rooms: SalesRooms): (concertId: string) => Promise<Sales> {
  const { database, waitingRoom, catalog, reservations } = rooms;
  const memory = createShortMemory<readonly GivenBackSeats[]>(given_back_kept);
  return async (concertId) => {
    const [line, standing, before, dates] = await Promise.all([
      waitingRoom.numbers(concertId),
      reservations.standingOfAllDates(concertId),
      lookBack(database, concertId),
      catalog.performancesOf(concertId),
    ]);
    if (line === undefined) throw refuse('NOT_FOUND');
    const [givenBack, lately] = await Promise.all([
      remembered(memory, concertId, () => givenBackOf(database.sql, concertId)),
      calledOffLately(database.sql, concertId, before.seconds),
    ]);
    const performances = datesOf(standing, dates, givenBack);
    const total = summed(performances);
    const scheduled = performances.filter(({ status }) => status === 'SCHEDULED');
    const selling = {
      total: summed(scheduled),
      onSale: summed(scheduled.filter(({ id }) => !standing.ended.has(id))),
      // Seats that were sold before and are no more, since their date was called off: that is no pace.
      calledOff:
        summed(performances.filter(({ id }) => lately.has(id))).sold +
        givenBack.reduce((sum, back) => sum + (lately.has(back.performanceId) ? back.calledOff : 0), 0),
    };
    return {
      concertId,
      currency,
      total,
      grades: gradesOfAll(performances),
      performances,
      forecast: forecastOf(selling, before, line.paused !== null),
    };
  };
}

async function remembered<V>(memory: ShortMemory<V>, key: string, read: () => Promise<V>): Promise<V> {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const remember = memory.asking();
  const askedAt = performance.now();
  const value = await read();
  remember(key, value, Math.max(kept_ms_min, kept_times * (performance.now() - askedAt)));
  return value;
}

/** Each date with its grades, in the order of the sections that name them. */
function datesOf(
  { performances }: Pick<SaleStanding, 'performances'>,
  dates: readonly Performance[],
  givenBack: readonly GivenBackSeats[],
): Sales['performances'] {
  const byDate = Map.groupBy(givenBack, ({ performanceId }) => performanceId);
  const known = new Map(dates.map((date) => [date.id, date]));
  return performances.map(({ id, startsAt, grades }) => {
    const date = known.get(id);
    const back = backByGrade(date, byDate.get(id) ?? []);
    const status = date?.status ?? 'SCHEDULED';
    const own = grades.map((grade) => ({ grade: grade.grade, ...countsOf(grade, back.get(grade.grade), status) }));
    const about = { id, startsAt: date?.startsAt ?? startsAt, status, movedFrom: date?.movedFrom ?? null };
    return Object.assign(summed(own), about, { grades: own });
  });
}

interface Back {
  seats: number;
  price: number;
  fees: number;
}

function backByGrade(date: Performance | undefined, givenBack: readonly GivenBackSeats[]): ReadonlyMap<string, Back> {
  const byGrade = new Map<string, Back>();
  for (const { section, seats, fees } of givenBack) {
    const { grade = '', price = 0 } = date?.sections[section] ?? {};
    const back = byGrade.get(grade) ?? { seats: 0, price: 0, fees: 0 };
    back.seats += seats;
    back.price += seats * price;
    back.fees += fees;
    byGrade.set(grade, back);
  }
  return byGrade;
}

const noneBack: Back = { seats: 0, price: 0, fees: 0 };

/** Nothing is blocked or given away yet. Of a date that was called off nothing is for sale, and what is sold waits for its refund. */
function countsOf(
  { total, available, held, reserved, gross: kept }: SaleStanding['grades'][number],
  { seats: cancelled, price, fees }: Back = noneBack,
  status: Performance['status'],
): SalesCounts {
  const forSale =
    status === 'SCHEDULED' ? { seats: total, available, held } : { seats: reserved, available: 0, held: 0 };
  const refunds = price - fees;
  const gross = kept + price;
  return {
    ...forSale,
    sold: reserved,
    blocked: 0,
    complimentary: 0,
    cancelled,
    gross,
    fees,
    refunds,
    net: gross - refunds,
  };
}

/** Of all dates together, in the order in which they name them. */
function gradesOfAll(performances: Sales['performances']): GradeSales[] {
  const byGrade = Map.groupBy(
    performances.flatMap(({ grades }) => grades),
    ({ grade }) => grade,
  );
  return [...byGrade].map(([grade, own]) => Object.assign({ grade }, summed(own)));
}

function summed(all: readonly SalesCounts[]): SalesCounts {
  const sum = (part: keyof SalesCounts): number => all.reduce((total, counts) => total + counts[part], 0);
  return {
    seats: sum('seats'),
    available: sum('available'),
    blocked: sum('blocked'),
    held: sum('held'),
    sold: sum('sold'),
    complimentary: sum('complimentary'),
    cancelled: sum('cancelled'),
    gross: sum('gross'),
    fees: sum('fees'),
    refunds: sum('refunds'),
    net: sum('net'),
  };
}

interface LookBack {
  readonly now: Date;
  /** Sold by then; null where nobody has looked. */
  readonly sold: number | null;
  readonly seconds: number;
}

/** A look holds until the next one, so the last before the ten minutes is that of their beginning. */
async function lookBack({ sql }: Database, concertId: string): Promise<LookBack> {
  const [row] = await sql<[LookBack]>`
    select now() as now, look.seats_reserved as sold,
      least(coalesce(extract(epoch from now() - look.at), 0), ${looked_back_seconds})::float8 as seconds
    from (select now() - make_interval(secs => ${looked_back_seconds}) as begin) as window_of
    left join lateral (
      (select at, seats_reserved from concert_samples where concert_id = ${concertId} and at <= begin order by at desc limit 1)
      union all
      (select at, seats_reserved from concert_samples where concert_id = ${concertId} and at > begin order by at limit 1)
      order by at limit 1) as look on true`;
  return row;
}

interface Selling {
  /** Of all dates but those that were called off, as what was sold before is counted. */
  readonly total: SalesCounts;
  /** Of those that can still be sold out. */
  readonly onSale: SalesCounts;
  /** Of what was sold before: seats of dates that were called off since. */
  readonly calledOff: number;
}

function forecastOf({ total, onSale, calledOff }: Selling, before: LookBack, isPaused: boolean): Forecast {
  const seatsSold = before.sold === null ? 0 : Math.max(0, total.sold + calledOff - before.sold);
  const basis = { seatsSold, overSeconds: Math.round(before.seconds) };
  const none = (because: Forecast['because']): Forecast => ({ soldOutAt: null, because, ...basis });
  const left = unsold(onSale);
  if (left <= 0) return none(onSale.seats > 0 || unsold(total) <= 0 ? 'SOLD_OUT' : 'SALE_ENDED');
  if (isPaused) return none('PAUSED');
  if (before.seconds < looked_back_seconds_min) return none('TOO_SHORT');
  if (seatsSold < seats_sold_min) return none('TOO_FEW');
  const seconds = (left / seatsSold) * before.seconds;
  if (seconds > ahead_seconds_max) return none('TOO_FAR');
  return { soldOutAt: new Date(before.now.getTime() + seconds * 1_000).toISOString(), because: null, ...basis };
}

function unsold({ seats, blocked, sold }: SalesCounts): number {
  return seats - blocked - sold;
}
