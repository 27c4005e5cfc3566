/** Dates that were sold out days ago, written in bulk, one seat a reservation: for whoever gives them back. */
import type { Sql } from '../src/platform/database.ts';

const price = 1_000;

/** The first dates of a concert, of which nothing is sold yet: all of their seats are. */
export async function soldOut(
  sql: Sql,
  concertId: string,
  { dates, seats }: { dates: number; seats: number },
): Promise<void> {
  for (let date = 1; date <= dates; date++) {
    const performanceId = `${concertId}-${date}`;
    await sql`
      create temporary table sold as
      select number, ${`${concertId}-s${date}`} || lpad(number::text, 20, '0') as id, 'jwt:buyer-' || ${date}::int || '-' || number as user_id
      from generate_series(1, ${seats}::int) as number`;
    await sql`
      insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, status, held_until, created_at,
        payment_id, paid_at)
      select ${concertId}, id, ${performanceId}, user_id, array[number], ${price}, 'CONFIRMED', now() - interval '2 days',
        now() - interval '3 days', 'p-' || id, now() - interval '3 days' from sold`;
    await sql`
      update seats set reservation_id = sold.id, sold = true, version = 2 from sold
      where concert_id = ${concertId} and performance_id = ${performanceId} and seats.number = sold.number`;
    await sql`
      update performance_sales set seats_reserved = seats_total, revenue = seats_total * ${price}, changes = 2 * seats_total
      where concert_id = ${concertId} and performance_id = ${performanceId}`;
    await sql`insert into wallets (user_id, balance) select user_id, 0 from sold`;
    await sql`
      insert into transfers (user_id, kind, amount, balance, reference, source, at)
      select user_id, kind, sign * ${price}, case sign when 1 then ${price} else 0 end,
        case sign when 1 then 'c-' else 'p-' end || id, case sign when 1 then 'open' end, now() - interval '3 days'
      from sold, (values ('CHARGE', 1), ('PAYMENT', -1)) as moved (kind, sign) order by sign desc, number`;
    await sql`drop table sold`;
  }
  await sql`insert into money_sources (source) values ('open') on conflict do nothing`;
}
