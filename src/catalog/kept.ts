/**
 * The concerts in memory: those that were asked for last, until they change. What was asked for before a change is not kept
 * after it.
 */
import type { Sql } from '../platform/database.ts';
import { createLane, type LaneMetrics } from '../platform/lane.ts';
import { createShortMemory } from '../platform/short-memory.ts';
import { readConcerts, type Entry } from './reading.ts';

export interface KeptConcerts {
  find(concertId: string): Promise<Entry | undefined>;
  /** If it is in memory. */
  known(concertId: string): Entry | undefined;
  /** It may be another now; undefined: any of them. */
  forget(concertId?: string): void;
  /** It is there now. */
  announced(concertId: string): void;
}

const cached_rows_max = 200_000;
const absent_kept = { keptMs: 250, keptMax: 5_000 };
const concert_id = /^[a-z0-9]{10}$/;
export function createKeptConcerts(sql: Sql, metrics: LaneMetrics): KeptConcerts {
  const entries = new Map<string, Entry>();
  const absent = createShortMemory<true>(absent_kept);
  let rows = 0;
  /** Counts what was forgotten: what was asked for before is not kept after it. */
  let epoch = 0;

  const keep = (entry: Entry): void => {
    if (entries.has(entry.concert.id)) return;
    entries.set(entry.concert.id, entry);
    rows += entry.rows;
    for (const [id, oldest] of entries) {
      if (rows <= cached_rows_max || id === entry.concert.id) break;
      entries.delete(id);
      rows -= oldest.rows;
    }
  };

  // However many ask for what is not in memory, one query at a time goes to the database.
  const misses = createLane<string, Entry | undefined>({
    name: 'catalog.read',
    batchMax: 100,
    pendingMax: 20_000,
    metrics,
    run: async (ids) => {
      const remember = absent.asking();
      const askedIn = epoch;
      const found = await readConcerts(sql, [...new Set(ids)]);
      if (epoch === askedIn) for (const entry of found.values()) keep(entry);
      for (const id of ids) if (!found.has(id)) remember(id, true);
      return ids.map((id) => found.get(id));
    },
  });

  const find = async (concertId: string): Promise<Entry | undefined> => {
    const entry = entries.get(concertId);
    if (entry !== undefined) {
      // The map's order is the order of use.
      entries.delete(concertId);
      entries.set(concertId, entry);
      return entry;
    }
    return concert_id.test(concertId) && absent.get(concertId) === undefined ? misses.submit(concertId) : undefined;
  };

  return {
    find,
    known: (concertId) => entries.get(concertId),
    forget: (concertId) => {
      epoch += 1;
      for (const id of concertId === undefined ? [...entries.keys()] : [concertId]) {
        rows -= entries.get(id)?.rows ?? 0;
        entries.delete(id);
      }
    },
    announced: absent.forget,
  };
}
