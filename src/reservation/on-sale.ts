/**
 * The seats to which a line may be bound, as parts of the waiting room's statements. On sale is a date that was not called off
 * and has not begun, by the clock of the statement, since whoever has waited for the room began long before.
 */
import type { Sql, Statement, Tx } from '../platform/database.ts';
import type { Seats } from '../waiting-room/gate.ts';

type Part = Statement<readonly unknown[]>;

const salesOf = (sql: Sql | Tx, concertId: string | Part): Part => sql`
  performance_sales as sale join performances as date on date.concert_id = sale.concert_id and date.id = sale.performance_id
  where sale.concert_id = ${concertId} and date.status = 'SCHEDULED' and date.starts_at > statement_timestamp()`;

export const seatsOnSale: Omit<Seats, 'counts'> = {
  left: (sql, concertId) => sql`(
    select coalesce(sum(sale.seats_total - sale.seats_reserved), 0)::int from ${salesOf(sql, concertId)})`,
  onSale: (sql, concertId) => sql`(
    select coalesce(sum(sale.seats_total - sale.seats_reserved), 0), count(*) from ${salesOf(sql, concertId)})`,
  held: (sql, concertId) => sql`(
    select coalesce(sum(cardinality(seat_numbers)), 0), count(distinct user_id) from reservations as hold
    where hold.status = 'HELD' and hold.held_until > statement_timestamp() and hold.concert_id = ${concertId})`,
  lastBegins: (sql, concertId) => sql`(select max(date.starts_at) from ${salesOf(sql, concertId)})`,
};
