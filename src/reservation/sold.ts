/**
 * How many seats of each concert are sold and which dates are on sale still, for the public list. However many ask, one question at a time goes to the
 * database, and its answer is kept for as long as news from another server may take.
 */
import type { Sql } from '../platform/database.ts';
import { createLane, type LaneMetrics } from '../platform/lane.ts';
import { createShortMemory } from '../platform/short-memory.ts';
import type { Duty } from '../platform/ticker.ts';
import type { WaitingRoom } from '../waiting-room/gate.ts';

export interface Sold {
  readonly total: number;
  readonly sold: number;
  /** Every seat is paid for, of the dates that are on sale still; of all that were not called off, where none is. */
  readonly isSoldOut: boolean;
  /** Nothing is left to buy, be it that the last date has begun or was called off. */
  readonly isOver: boolean;
  /** The dates whose sale has ended: they have begun, or were called off. */
  readonly ended: readonly string[];
}

export interface SoldSeats {
  /** Seats in all and seats paid for, of those of the concerts that there are; without the dates that were called off. */
  of(concertIds: readonly string[]): Promise<ReadonlyMap<string, Sold>>;
  /** Some were paid for here, or a date is another now: that is in the next answer. Undefined: of any concert. */
  changed(concertId?: string): void;
}

const kept_ms = 250;
const kept_max = 10_000;

export function createSoldSeats(sql: Sql, metrics: LaneMetrics): SoldSeats {
  const memory = createShortMemory<Sold>({ keptMs: kept_ms, keptMax: kept_max });
  const lane = createLane<readonly string[], ReadonlyMap<string, Sold>>({
    name: 'sales.read',
    batchMax: 1_000,
    pendingMax: 2_000,
    metrics,
    run: async (asked) => {
      const remember = memory.asking();
      const rows = await sql<(Sold & { concertId: string })[]>`
        select sale.concert_id as "concertId", coalesce(sum(sale.seats_total) filter (where not called_off), 0)::int8 as total,
          coalesce(sum(seats_reserved) filter (where not called_off), 0)::int8 as sold,
          coalesce(bool_and(seats_reserved = sale.seats_total) filter (where starts_at > now() and not called_off),
            bool_and(seats_reserved = sale.seats_total) filter (where not called_off), false) as "isSoldOut",
          coalesce(bool_and(seats_reserved = sale.seats_total) filter (where starts_at > now() and not called_off), true) as "isOver",
          coalesce(array_agg(date.id) filter (where starts_at <= now() or called_off), '{}') as ended
        from performance_sales as sale
        join performances as date on date.concert_id = sale.concert_id and date.id = sale.performance_id
        where sale.concert_id = any(${[...new Set(asked.flat())]}::text[]) group by sale.concert_id`;
      const found = new Map<string, Sold>();
      for (const { concertId, ...sold } of rows) {
        found.set(concertId, sold);
        remember(concertId, sold);
      }
      return asked.map(() => found);
    },
  });
  return {
    of: async (concertIds) => {
      const known = new Map<string, Sold>();
      const unknown: string[] = [];
      for (const id of concertIds) {
        const sold = memory.get(id);
        if (sold === undefined) unknown.push(id);
        else known.set(id, sold);
      }
      if (unknown.length === 0) return known;
      const found = await lane.submit(unknown);
      for (const id of unknown) {
        const sold = found.get(id);
        if (sold !== undefined) known.set(id, sold);
      }
      return known;
    },
    changed: memory.forget,
  };
}

const told_every_ms = 1_000;
/** Lines that are asked about at once; a server with more has other worries than an estimate. */
const lines_max = 1_000;

/** Tells the lines in memory whether anything is left to buy: a place leads nowhere where nothing is. */
export function soldOutDuty(
  { of }: Pick<SoldSeats, 'of'>,
  { boards, soldOut }: Pick<WaitingRoom, 'boards' | 'soldOut'>,
): Duty {
  return {
    name: 'lines.soldOut',
    everyMs: told_every_ms,
    run: async () => {
      // One that is bound to its seats knows them.
      const lines = boards.all().filter(({ waiting, settings }) => waiting > 0 && !settings.boundToSupply);
      const ids = lines.slice(0, lines_max).map(({ concertId }) => concertId);
      if (ids.length === 0) return;
      for (const [concertId, { isOver }] of await of(ids)) soldOut(concertId, isOver);
    },
  };
}
