/** Reading all seats of a performance into a board, a few boards at a time. */
import type { Sql } from '../platform/database.ts';
import { OverloadedError } from '../platform/lane.ts';
import type { SeatBoard } from './seat-board.ts';

/** Brings the board up to what the table says; answers the numbers whose status changed. */
export type ReadSeats = (board: SeatBoard) => Promise<number[]>;

/** A read of 50,000 seats takes the database some 40 ms. */
const reads_max = 4;
const reads_waiting_max = 1_000;

/** Reads that find too many waiting already are refused with `OverloadedError`. */
export function createSeatReading(sql: Sql): ReadSeats {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (board) => {
    if (running < reads_max) {
      running++;
    } else {
      if (waiting.length >= reads_waiting_max) throw new OverloadedError('seat boards');
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
    }
    try {
      return await read(sql, board);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

/** Two strings instead of a row a seat: 50,000 seats cost this process 10 ms instead of 100. */
async function read(sql: Sql, board: SeatBoard): Promise<number[]> {
  const { concertId, id, seatsTotal } = board.performance;
  const [row] = await sql<{ codes: string | null; versions: string | null }[]>`
    select string_agg(case when sold then '2' when held_until > now() then '1' else '0' end, '' order by number) as codes,
      string_agg(version::text, ',' order by number) as versions
    from seats where concert_id = ${concertId} and performance_id = ${id}`;
  const versions = row?.versions?.split(',') ?? [];
  if (versions.length !== seatsTotal) {
    throw new Error(`performance ${id} has ${versions.length} seats instead of ${seatsTotal}`);
  }
  return board.applyAll(row?.codes ?? '', versions);
}
