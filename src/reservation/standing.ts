/**
 * How a sale stands, counted from the boards in memory: by grade for those who wait, by date for those who choose. A date
 * whose sale has ended is not counted; but it is for an operator, to whom it brought what it brought.
 * Counting a stadium takes a tenth of a millisecond, so it is done once a second at most, however many ask.
 */
import type { Catalog, Performance } from '../catalog/catalog.ts';
import type { SeatCounts } from '../waiting-room/gate.ts';
import type { SeatBoard } from './seat-board.ts';
import type { SeatBoards } from './seat-boards.ts';
import type { SoldSeats } from './sold.ts';

export interface Counts {
  total: number;
  available: number;
  held: number;
  reserved: number;
}

export interface GradeCounts extends Counts {
  readonly grade: string;
  priceMin: number;
  priceMax: number;
  /** What the seats that are RESERVED cost. */
  gross: number;
}

export interface SaleStanding {
  readonly seats: Counts;
  readonly grades: readonly GradeCounts[];
  readonly performances: readonly (Counts & {
    readonly id: string;
    readonly startsAt: string;
    readonly grades: readonly GradeCounts[];
  })[];
}

/** All dates of a concert, be they on sale still or not. */
export interface WholeStanding extends SaleStanding {
  /** The dates whose sale has ended. */
  readonly ended: ReadonlySet<string>;
}

const kept_ms = 1_000;
const kept_max = 1_000;

export interface Standings {
  of(concertId: string): Promise<SaleStanding>;
  ofAllDates(concertId: string): Promise<WholeStanding>;
  /** A date is another now: that is in the next answer. Undefined: of any concert. */
  changed(concertId?: string): void;
  /** The seats of the dates on sale, as they are on the boards now. */
  countsOnSale(concertId: string): Promise<SeatCounts>;
}

interface StandingDeps {
  readonly boards: SeatBoards;
  readonly catalog: Catalog;
  readonly sold: Pick<SoldSeats, 'of'>;
}

export function createStandings({ boards, catalog, sold }: StandingDeps): Standings {
  const boardsOf = async (concertId: string, isWhole: boolean) => {
    const [dates, sales] = await Promise.all([catalog.performancesOf(concertId), sold.of([concertId])]);
    const ended = new Set(sales.get(concertId)?.ended);
    const performances = isWhole ? dates : dates.filter(({ id }) => !ended.has(id));
    const all = await Promise.all(performances.map(async (date) => ({ date, board: (await boards.of(date)).board })));
    return { ended, all };
  };
  const count = async (concertId: string, isWhole: boolean): Promise<WholeStanding> => {
    const { ended, all } = await boardsOf(concertId, isWhole);
    return { ...standingOf(all), ended };
  };
  const onSale = keptForASecond((concertId) => count(concertId, false));
  const allDates = keptForASecond((concertId) => count(concertId, true));
  return {
    of: onSale.of,
    ofAllDates: allDates.of,
    changed: (concertId) => {
      onSale.forget(concertId);
      allDates.forget(concertId);
    },
    countsOnSale: async (concertId) => {
      const { all } = await boardsOf(concertId, false);
      const seats = { ...nothing };
      for (const { date, board } of all) {
        const { available, held, reserved } = board;
        add(seats, { total: date.seatsTotal, available, held, reserved });
      }
      return { available: seats.available, held: seats.held, sold: seats.reserved };
    },
  };
}

function keptForASecond<T>(count: (concertId: string) => Promise<T>) {
  const kept = new Map<string, { until: number; standing: Promise<T> }>();
  const of = (concertId: string): Promise<T> => {
    const now = performance.now();
    const known = kept.get(concertId);
    if (known !== undefined && now < known.until) return known.standing;
    if (kept.size >= kept_max) kept.clear();
    const standing = count(concertId);
    kept.set(concertId, { until: now + kept_ms, standing });
    // What failed is asked for again by the next.
    standing.catch(() => kept.delete(concertId));
    return standing;
  };
  const forget = (concertId?: string): void => {
    if (concertId === undefined) kept.clear();
    else kept.delete(concertId);
  };
  return { of, forget };
}

interface Counted {
  readonly date: Performance;
  readonly board: SeatBoard;
}

function standingOf(dates: readonly Counted[]): SaleStanding {
  const seats = { ...nothing };
  const all = new Map<string, GradeCounts>();
  const performances = dates.map(({ date, board }) => {
    const grades = gradesOf(board);
    for (const grade of grades) addGrade(all, grade);
    const { id, startsAt, seatsTotal: total } = date;
    const { available, held, reserved } = board;
    add(seats, { total, available, held, reserved });
    return { id, startsAt, total, available, held, reserved, grades };
  });
  return { seats, grades: [...all.values()], performances };
}

/** In the order in which the sections name them. */
function gradesOf({ performance, codes }: SeatBoard): readonly GradeCounts[] {
  const grades = new Map<string, GradeCounts>();
  for (const { grade, price, firstNumber, rows, seatsPerRow } of performance.sections) {
    const own: [number, number, number] = [0, 0, 0];
    const end = firstNumber - 1 + rows * seatsPerRow;
    for (let index = firstNumber - 1; index < end; index++) own[codes[index] as 0 | 1 | 2] += 1;
    const [available, held, reserved] = own;
    const counts = { total: rows * seatsPerRow, available, held, reserved };
    addGrade(grades, { grade, priceMin: price, priceMax: price, gross: reserved * price, ...counts });
  }
  return [...grades.values()];
}

function addGrade(to: Map<string, GradeCounts>, more: GradeCounts): void {
  const known = to.get(more.grade);
  if (known === undefined) {
    to.set(more.grade, { ...more });
    return;
  }
  add(known, more);
  known.priceMin = Math.min(known.priceMin, more.priceMin);
  known.priceMax = Math.max(known.priceMax, more.priceMax);
  known.gross += more.gross;
}

const nothing: Counts = { total: 0, available: 0, held: 0, reserved: 0 };

function add(to: Counts, more: Counts): void {
  to.total += more.total;
  to.available += more.available;
  to.held += more.held;
  to.reserved += more.reserved;
}
