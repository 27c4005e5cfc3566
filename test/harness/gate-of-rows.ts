/** Stops whoever changes rows of a table, between two steps of what they do, for as long as a test likes. */
import type { House } from './house.ts';
import { lockWaiters } from './lock-waiters.ts';

export interface RowGate {
  /** Runs `work` while the gate is shut. It may wait for those who stand before it: `stopped(count)`. */
  whileShut<T>(work: (gate: { stopped(count: number): Promise<void> }) => Promise<T>): Promise<T>;
}

let gates = 0;

/** A gate before each update of `table` that is like `condition`, in which `old` and `new` are its row. */
export async function gateBefore({ sql, database }: House, table: string, condition = 'true'): Promise<RowGate> {
  gates += 1;
  const key = 170_000 + gates;
  await sql.unsafe(`
    create function gate_${key}() returns trigger language plpgsql as $$ begin
      if ${condition} then perform pg_advisory_xact_lock_shared(${key}); end if; return new; end $$;
    create trigger gate_${key} before update on ${table} for each row execute function gate_${key}()`);
  return {
    whileShut: (work) =>
      database.transaction(async (tx) => {
        await tx`select pg_advisory_xact_lock(${key})`;
        // Others may wait behind those for rows that they have locked.
        return work({ stopped: (count) => lockWaiters({ sql }, count, { like: `%update ${table}%` }) });
      }),
  };
}
