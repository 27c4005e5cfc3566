/**
 * The seats to which a line may be bound, as a part of the waiting room's statements. On sale is a date that was not called off
 * and has not begun, by the clock of the statement, since whoever has waited for the room began long before.
 */
import type { Seats } from '../waiting-room/gate.ts';

export const seatsLeft: Seats['left'] = (sql, concertId) => sql`(
  select coalesce(sum(sale.seats_total - sale.seats_reserved), 0)::int
  from performance_sales as sale
  join performances as date on date.concert_id = sale.concert_id and date.id = sale.performance_id
  where sale.concert_id = ${concertId} and date.status = 'SCHEDULED' and date.starts_at > statement_timestamp())`;
