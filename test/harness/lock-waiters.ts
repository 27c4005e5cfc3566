/** For a test that lets others go on only when they stand before a lock. */
import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import type { House } from './house.ts';

interface Whose {
  /** Only those whose statement is like this. */
  readonly like?: string;
  readonly ms?: number;
}

/** Resolves when exactly so many sessions of the house's database wait for a lock. */
export function lockWaiters({ sql }: Pick<House, 'sql'>, count: number, { like = '%', ms }: Whose = {}): Promise<void> {
  return eventually(async () => {
    const waiting = await sql`
      select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like ${like}`;
    assert.equal(waiting.length, count);
  }, ms);
}
