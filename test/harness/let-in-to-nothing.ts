/**
 * Watches every admission at its commit, from within the database: how many are inside then, and how many may be by the seats
 * of the dates on sale. Written against the contract, not against the statements that let people in.
 */
import type { House } from './house.ts';

export interface Breach {
  readonly entry: number;
  readonly active: number;
  readonly most: number;
}

/** Answers who was let in to a concert though as many were inside as may be; to be called before anybody is. */
export async function watchAdmissions({ sql }: House) {
  await sql.unsafe(`
    create table let_in_to_nothing (concert_id text, entry bigint, active int, most int);
    create function watch_admission() returns trigger language plpgsql as $$
    declare inside int; most int;
    begin
      select room.active, least(max_active, (
        select coalesce(sum(sale.seats_total - sale.seats_reserved), 0)
        from performance_sales as sale join performances as date on date.id = sale.performance_id
        where sale.concert_id = new.concert_id and date.status = 'SCHEDULED' and date.starts_at > clock_timestamp()))
      into inside, most from rooms as room where concert_id = new.concert_id;
      if inside > most then insert into let_in_to_nothing values (new.concert_id, new.entry, inside, most); end if;
      return null;
    end $$;
    create constraint trigger watch_admission after update of status on queue_tokens deferrable initially deferred
      for each row when (new.status = 'ACTIVE' and old.status = 'WAIT') execute function watch_admission()`);
  return async ({ concertId }: { readonly concertId: string }): Promise<readonly Breach[]> => [
    ...(await sql<Breach[]>`select entry, active, most from let_in_to_nothing where concert_id = ${concertId}`),
  ];
}
