/**
 * Watches every admission at its commit, from within the database: how many are inside then, and how many may be by the seats
 * of the dates on sale. Written against the contract, not against the statements that let people in.
 */
import type { Sql } from '../../src/platform/database.ts';
import type { House } from './house.ts';

export interface Breach {
  /** Which rule: as many were inside as may be, or those inside who hold nothing were as many as the free seats. */
  readonly rule: 'inside' | 'looking';
  readonly entry: number;
  readonly reached: number;
  readonly most: number;
}

/** Columns of `rooms` as `room`: `most` that may be inside, those inside who hold nothing (`looking`), free seats. */
const counts = `
  least(room.max_active, sale.seats) as most, room.active - hold.fans as looking, sale.seats - hold.seats as free
  from rooms as room cross join lateral (
    select coalesce(sum(sale.seats_total - sale.seats_reserved), 0)::int as seats
    from performance_sales as sale join performances as date on date.id = sale.performance_id
    where sale.concert_id = room.concert_id and date.status = 'SCHEDULED' and date.starts_at > clock_timestamp()) as sale
  cross join lateral (
    select coalesce(sum(cardinality(seat_numbers)), 0)::int as seats, count(distinct user_id)::int as fans from reservations
    where concert_id = room.concert_id and status = 'HELD' and held_until > clock_timestamp()) as hold`;

/** Answers who was let in to a concert against which rule; to be called before anybody is. */
export async function watchAdmissions({ sql }: House) {
  await sql.unsafe(`
    create table let_in_to_nothing (concert_id text, rule text, entry bigint, reached int, most int);
    create function watch_admission() returns trigger language plpgsql as $$ begin
      insert into let_in_to_nothing
      select new.concert_id, rule, new.entry, reached, limits.most
      from (select room.active, ${counts} where room.concert_id = new.concert_id) as now
      cross join lateral (values ('inside', now.active, now.most), ('looking', now.looking, now.free)) as limits (rule, reached, most)
      where reached > limits.most;
      return null;
    end $$;
    create constraint trigger watch_admission after update of status on queue_tokens deferrable initially deferred
      for each row when (new.status = 'ACTIVE' and old.status = 'WAIT') execute function watch_admission()`);
  return async ({ concertId }: { readonly concertId: string }, rule: Breach['rule']): Promise<readonly Breach[]> => [
    ...(await sql<Breach[]>`
      select rule, entry, reached, most from let_in_to_nothing where concert_id = ${concertId} and rule = ${rule}`),
  ];
}

/** Whether somebody waits who may be let in by both rules, nobody having been counted wrongly; none of it is so for ever. */
export async function isDue(sql: Sql, concertId: string): Promise<boolean> {
  const [row] = await sql.unsafe<{ due: boolean }[]>(`
    select paused_reason is null and active < most and looking < free and exists (
      select from queue_tokens where concert_id = '${concertId}' and status = 'WAIT') as due
    from (select room.paused_reason, room.active, ${counts} where room.concert_id = '${concertId}') as now`);
  return row?.due === true;
}

/** Whether what was counted of the seats is what there is, and every session that is over has ended. */
export async function isCounted(sql: Sql, concertId: string): Promise<boolean> {
  const [row] = await sql.unsafe<{ counted: boolean }[]>(`
    select (not bound_to_supply or rests_until is not null or openings = least(max_active, free - looking)
      or least(openings, free - looking) >= max_active) and not exists (
        select from queue_tokens where concert_id = '${concertId}' and status = 'ACTIVE' and expires_at <= now()) as counted
    from (select room.bound_to_supply, room.rests_until, room.openings, room.max_active, ${counts}
      where room.concert_id = '${concertId}') as now`);
  return row?.counted === true;
}
