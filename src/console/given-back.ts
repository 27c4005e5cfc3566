/** What was given back of a concert's paid seats, by date and section: the prices of these are those of their seats. */
import type { Sql } from '../platform/database.ts';

export interface GivenBackSeats {
  readonly performanceId: string;
  /** Of the date's sections in their order, from 0. */
  readonly section: number;
  readonly seats: number;
  readonly fees: number;
  /** Of the seats: those given back because their date was called off. */
  readonly calledOff: number;
}

/** Seats are counted each time that they are given back. Reads all cancellations of the concert, and of each its seats. */
export async function givenBackOf(sql: Sql, concertId: string): Promise<GivenBackSeats[]> {
  return sql<GivenBackSeats[]>`
    select past.performance_id as "performanceId", width_bucket(seat.number, date.firsts) - 1 as section,
      count(*)::int as seats, sum(seat.fee)::bigint as fees,
      count(*) filter (where reason = 'called_off')::int as "calledOff"
    from cancellations as past
    join (
      select performance_id, array_agg(first_number order by ordinal) as firsts from sections
      where concert_id = ${concertId} group by performance_id
    ) as date on date.performance_id = past.performance_id
    cross join lateral unnest(past.seat_numbers, past.seat_fees) as seat (number, fee)
    where past.concert_id = ${concertId}
    group by 1, 2`;
}

/** Dates of the concert that were called off in the last so many seconds. */
export async function calledOffLately(sql: Sql, concertId: string, seconds: number): Promise<ReadonlySet<string>> {
  const rows = await sql<{ id: string }[]>`
    select performance_id as id from performance_cancellations
    where concert_id = ${concertId} and started_at > now() - make_interval(secs => ${seconds})`;
  return new Set(rows.map(({ id }) => id));
}
