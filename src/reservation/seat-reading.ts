/** Reading all seats of a performance into a board, a few boards at a time. */
import type { Sql } from '../platform/database.ts';
import { OverloadedError } from '../platform/lane.ts';
import type { SeatBoard } from './seat-board.ts';

/** Brings the board up to what the table says; answers the numbers whose status changed. */
export type ReadSeats = (board: SeatBoard) => Promise<number[]>;

const reads_max = 4;
const reads_waiting_max = 1_000;
/** So many take this process a millisecond; 80,000 at once kept everybody else waiting for fifty. */
const seats_per_read = 5_000;

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

/** One stretch after the other. Each is as of its own moment, which the seats' versions allow. */
async function read(sql: Sql, board: SeatBoard): Promise<number[]> {
  const changed: number[] = [];
  for (let first = 1; first <= board.performance.seatsTotal; first += seats_per_read) {
    // oxlint-disable-next-line no-await-in-loop
    for (const number of await readStretch(sql, board, first)) changed.push(number);
  }
  return changed;
}

/** Two strings instead of a row a seat cost this process a tenth. */
async function readStretch(sql: Sql, board: SeatBoard, first: number): Promise<number[]> {
  const { concertId, id, seatsTotal } = board.performance;
  const last = Math.min(first + seats_per_read - 1, seatsTotal);
  const [row] = await sql<{ codes: string | null; versions: string | null }[]>`
    select string_agg(case when sold then '2' when held_until > now() then '1' else '0' end, '' order by number) as codes,
      string_agg(version::text, ',' order by number) as versions
    from seats
    where concert_id = ${concertId} and performance_id = ${id} and number >= ${first} and number <= ${last}`;
  const versions = row?.versions?.split(',') ?? [];
  if (versions.length !== last - first + 1) {
    throw new Error(`of seats ${first} to ${last} of performance ${id} there are ${versions.length}`);
  }
  return board.applyAll(first, row?.codes ?? '', versions);
}
