/**
 * How many seats of each concert are sold, for the public list. However many ask, one question at a time goes to the
 * database, and its answer is kept for as long as news from another server may take.
 */
import type { Sql } from '../platform/database.ts';
import { createLane, type LaneMetrics } from '../platform/lane.ts';
import { createShortMemory } from '../platform/short-memory.ts';

export interface Sold {
  readonly total: number;
  readonly sold: number;
}

export interface SoldSeats {
  /** Seats in all and seats paid for, of those of the concerts that there are. */
  of(concertIds: readonly string[]): Promise<ReadonlyMap<string, Sold>>;
  /** Some were paid for here: that is in the next answer. */
  changed(concertId: string): void;
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
      const rows = await sql<(Sold & { id: string })[]>`
        select concert_id as id, sum(seats_total)::int8 as total, sum(seats_reserved)::int8 as sold
        from performance_sales where concert_id = any(${[...new Set(asked.flat())]}::text[]) group by concert_id`;
      const found = new Map<string, Sold>();
      for (const { id, total, sold } of rows) {
        found.set(id, { total, sold });
        remember(id, { total, sold });
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
