/** What a sale comes to, by date and grade, and when it will be sold out if it goes on as it went. */
import { currency } from '../contract.ts';
import type { Database } from '../platform/database.ts';
import { refuse } from '../refusals.ts';
import type { Reservations, SaleStanding } from '../reservation/reservation.ts';
import type { WaitingRoom } from '../waiting-room/gate.ts';

/** Seats, and money in whole units of the currency. */
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
    readonly grades: GradeSales[];
  })[];
  readonly forecast: Forecast;
}

export interface SalesRooms {
  readonly database: Database;
  readonly waitingRoom: Pick<WaitingRoom, 'numbers'>;
  readonly reservations: Pick<Reservations, 'standingOfAllDates'>;
}

const looked_back_seconds = 600;
/** Of less nothing is said: the first seconds of a sale are no pace, and neither are a few seats. */
const looked_back_seconds_min = 120;
const seats_sold_min = 10;
/** The pace of ten minutes says nothing about another day. */
const ahead_seconds_max = 86_400;

/** From boards in memory, at most a second old, and one look at the samples. Refusal: NOT_FOUND. */
export async function readSales(
  { database, waitingRoom, reservations }: SalesRooms,
  concertId: string,
): Promise<Sales> {
  const [line, standing, before] = await Promise.all([
    waitingRoom.numbers(concertId),
    reservations.standingOfAllDates(concertId),
    lookBack(database, concertId),
  ]);
  if (line === undefined) throw refuse('NOT_FOUND');
  const { grades, performances } = standing;
  const total = summed(grades.map(countsOf));
  const dates = performances.map(({ id, startsAt, grades: own }) =>
    Object.assign(summed(own.map(countsOf)), { id, startsAt, grades: own.map(gradeOf) }),
  );
  const onSale = summed(dates.filter(({ id }) => !standing.ended.has(id)));
  return {
    concertId,
    currency,
    total,
    grades: grades.map(gradeOf),
    performances: dates,
    forecast: forecastOf({ total, onSale }, before, line.paused !== null),
  };
}

type GradeCounts = SaleStanding['grades'][number];

/** Nothing is blocked, given away or cancelled yet. */
function countsOf({ total, available, held, reserved, gross }: GradeCounts): SalesCounts {
  const none = { blocked: 0, complimentary: 0, cancelled: 0, fees: 0, refunds: 0 };
  return { seats: total, available, held, sold: reserved, ...none, gross, net: gross };
}

function gradeOf(counts: GradeCounts): GradeSales {
  return { grade: counts.grade, ...countsOf(counts) };
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
  /** Of all dates, as what was sold before is counted. */
  readonly total: SalesCounts;
  /** Of those that can still be sold out. */
  readonly onSale: SalesCounts;
}

function forecastOf({ total, onSale }: Selling, before: LookBack, isPaused: boolean): Forecast {
  const seatsSold = Math.max(0, total.sold - (before.sold ?? total.sold));
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
