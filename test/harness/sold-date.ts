/** A date that was sold days ago, written straight into the tables: each reservation has so many seats, one behind the other. */
import type { Sql } from '../../src/platform/database.ts';

interface Sold {
  readonly concertId: string;
  readonly performanceId: string;
  readonly reservations: number;
  readonly seatsEach: number;
  readonly price: number;
}

/** Of a date of which nothing is sold. The fans are `jwt:buyer-1` and so on. */
export async function soldDate(
  sql: Sql,
  { concertId, performanceId, reservations, seatsEach, price }: Sold,
): Promise<void> {
  await sql`
    with sold as (
      select at, format('%s-sold%s', ${concertId}::text, lpad(at::text, 6, '0')) as id, format('jwt:buyer-%s', at) as user_id,
        array(select (at - 1) * ${seatsEach}::int + seat from generate_series(1, ${seatsEach}::int) as seat) as numbers
      from generate_series(1, ${reservations}::int) as at
    ), reserved as (
      insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, status, held_until, created_at,
        payment_id, paid_at)
      select ${concertId}, id, ${performanceId}, user_id, numbers, ${price * seatsEach}, 'CONFIRMED', now() - interval '2 days',
        now() - interval '3 days', 'p-' || id, now() - interval '3 days' from sold
    ), seated as (
      update seats set reservation_id = sold.id, sold = true, version = 2
      from sold, unnest(sold.numbers) as taken
      where seats.concert_id = ${concertId} and seats.performance_id = ${performanceId} and seats.number = taken
    ), counted as (
      update performance_sales set seats_reserved = ${reservations * seatsEach}, revenue = ${reservations * seatsEach * price},
        changes = ${2 * reservations * seatsEach}
      where concert_id = ${concertId} and performance_id = ${performanceId}
    ), banked as (
      insert into wallets (user_id, balance) select user_id, 0 from sold
    ), sourced as (
      insert into money_sources (source) values ('open') on conflict do nothing
    )
    insert into transfers (user_id, kind, amount, balance, reference, source, at)
    select user_id, kind, sign * ${price * seatsEach}, case sign when 1 then ${price * seatsEach} else 0 end,
      case kind when 'CHARGE' then 'c-' || id else 'p-' || id end, case kind when 'CHARGE' then 'open' end, now() - interval '3 days'
    from sold, (values ('CHARGE', 1), ('PAYMENT', -1)) as moved (kind, sign) order by at, sign desc`;
}
