/**
 * How a sale stands, counted from the boards in memory: by grade for those who wait, by date for those who choose. What
 * has begun is not on sale any more, and is not counted.
 * Counting a stadium takes a tenth of a millisecond, so it is done once a second at most, however many ask.
 */
import type { Catalog } from '../catalog/catalog.ts';
import type { SeatBoard } from './seat-board.ts';
import type { SeatBoards } from './seat-boards.ts';
import type { SoldSeats } from './sold.ts';

export interface Counts {
  total: number;
  available: number;
  held: number;
  reserved: number;
}

export interface SaleStanding {
  readonly seats: Counts;
  readonly grades: readonly (Counts & { grade: string; priceMin: number; priceMax: number })[];
  readonly performances: readonly (Counts & { id: string; startsAt: string })[];
}

type Grade = SaleStanding['grades'][number];

const kept_ms = 1_000;
const kept_max = 1_000;

export interface Standings {
  of(concertId: string): Promise<SaleStanding>;
}

interface StandingDeps {
  readonly boards: SeatBoards;
  readonly catalog: Catalog;
  readonly sold: Pick<SoldSeats, 'of'>;
}

export function createStandings({ boards, catalog, sold }: StandingDeps): Standings {
  const kept = new Map<string, { until: number; standing: Promise<SaleStanding> }>();

  const count = async (concertId: string): Promise<SaleStanding> => {
    const [dates, sales] = await Promise.all([catalog.performancesOf(concertId), sold.of([concertId])]);
    const begun = new Set(sales.get(concertId)?.begun);
    const performances = dates.filter(({ id }) => !begun.has(id));
    const all = await Promise.all(performances.map((performance) => boards.of(performance)));
    return standingOf(all.map(({ board }) => board));
  };

  return {
    of: (concertId) => {
      const now = performance.now();
      const known = kept.get(concertId);
      if (known !== undefined && now < known.until) return known.standing;
      if (kept.size >= kept_max) kept.clear();
      const standing = count(concertId);
      kept.set(concertId, { until: now + kept_ms, standing });
      // What failed is asked for again by the next.
      standing.catch(() => kept.delete(concertId));
      return standing;
    },
  };
}

function standingOf(boards: readonly SeatBoard[]): SaleStanding {
  const seats = { total: 0, available: 0, held: 0, reserved: 0 };
  const grades = new Map<string, Grade>();
  const performances = boards.map((board) => {
    countGrades(board, grades);
    const { id, startsAt, seatsTotal: total } = board.performance;
    const { available, held, reserved } = board;
    add(seats, { total, available, held, reserved });
    return { id, startsAt, total, available, held, reserved };
  });
  return { seats, grades: [...grades.values()], performances };
}

function countGrades({ performance, codes }: SeatBoard, grades: Map<string, Grade>): void {
  for (const { grade, price, firstNumber, rows, seatsPerRow } of performance.sections) {
    const known = grades.get(grade) ?? { grade, priceMin: price, priceMax: price, ...nothing };
    const own: [number, number, number] = [0, 0, 0];
    const end = firstNumber - 1 + rows * seatsPerRow;
    for (let index = firstNumber - 1; index < end; index++) own[codes[index] as 0 | 1 | 2] += 1;
    add(known, { total: rows * seatsPerRow, available: own[0], held: own[1], reserved: own[2] });
    known.priceMin = Math.min(known.priceMin, price);
    known.priceMax = Math.max(known.priceMax, price);
    grades.set(grade, known);
  }
}

const nothing: Counts = { total: 0, available: 0, held: 0, reserved: 0 };

function add(to: Counts, more: Counts): void {
  to.total += more.total;
  to.available += more.available;
  to.held += more.held;
  to.reserved += more.reserved;
}
