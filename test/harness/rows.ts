/** What is in the database, to show that nothing changed. */
import type { House } from './house.ts';

/**
 * All rows, without what a server notes by itself as time goes by: that fans are there, that it lives, what it sees, how many
 * seats nobody looks for, that nobody is in a line any more.
 */
export async function rowsOf({ sql }: House): Promise<Readonly<Record<string, string>>> {
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'
      and table_name not in ('heartbeat', 'concert_samples', 'server_samples')`;
  const sums = tables.map(async ({ name }): Promise<[string, string]> => {
    const [row] = await sql<{ sum: string }[]>`
      select count(*) || ' ' || coalesce(md5(string_agg(line, ',' order by line)), '') as sum from (
        select (to_jsonb(t) - array['seen_at', 'front', 'version', 'grace_from', 'is_live', 'openings', 'openings_counted'])::text as line
        from ${sql(name)} as t) as lines`;
    return [name, row?.sum ?? ''];
  });
  return Object.fromEntries(await Promise.all(sums));
}
