/** What the sandbox says that it took and gave back, read from its own table: the gateway's statement. */
import type { Database } from '../src/platform/database.ts';
import type { Taken } from './history.ts';

/** A part that was sent back for the service bears its id at the end of the reason; all else is the gateway's own doing. */
export async function readSandbox({ sql }: Pick<Database, 'sql'>): Promise<Taken[]> {
  const rows = await sql<{ id: string; took: number; back: number; undone: number }[]>`
    select order_id as id, case when approved_at is null then 0 else amount end as took,
      coalesce(cancelled.back, 0) as back, coalesce(cancelled.undone, 0) as undone
    from sandbox_payments cross join lateral (
      select sum((cancel->>'amount')::bigint) filter (where cancel->>'reason' ~ '\\[[0-9a-z-]+\\]$')::bigint as back,
        sum((cancel->>'amount')::bigint) filter (where cancel->>'reason' !~ '\\[[0-9a-z-]+\\]$')::bigint as undone
      from jsonb_array_elements(cancels) as cancel) as cancelled
    order by order_id`;
  return rows.map(({ id, took, back, undone }) => [id, took, back, undone] as const);
}
