/** The rows that the core's scenarios start from: a line of 1,000,000, halls of 100,000 seats, a till. */
import type { Sql } from '../src/platform/database.ts';
import {
  concerts,
  hall_fans,
  hall_performances,
  line_inside,
  long_line,
  seats_per_performance,
  short_line,
  small_seats,
} from './requests.ts';
import { once } from './ground.ts';
import { day_seconds, filled, holdsWithMoney, line, performances, waitersLoseHolds } from './rows.ts';

/** Inside at the till; each payment lets in the next fan, who is long inside when it is that fan's turn to pay. */
const till_inside = 2_000;

/** Migrates the database and fills it; `payments` is how many fans stand ready to pay. */
export function prepare(url: string, payments: number): Promise<void> {
  return filled(url, async (sql: Sql) => {
    await line(sql, concerts.long, { inside: line_inside, waiting: long_line, graceSeconds: 20 });
    await line(sql, concerts.short, { inside: line_inside, waiting: short_line, graceSeconds: 20 });
    await line(sql, concerts.hall, { inside: hall_fans, waiting: 0, graceSeconds: 20 });
    await line(sql, concerts.till, { inside: till_inside, waiting: payments, graceSeconds: day_seconds });
    await performances(sql, concerts.long, [small_seats]);
    await performances(sql, concerts.short, [small_seats]);
    const halls = Array.from({ length: hall_performances }, () => seats_per_performance);
    await performances(sql, concerts.hall, [...halls, small_seats]);
    const tills = Math.ceil(payments / seats_per_performance);
    const till = Array.from({ length: tills }, () => seats_per_performance);
    await performances(sql, concerts.till, till);
    await holdsWithMoney(sql, concerts.till, { fans: payments, seatsPerPerformance: seats_per_performance });
  });
}

/** After the last request, before the audit: those who stand ready to pay and have not come in had no hold to begin with. */
export function closeTill(url: string): Promise<void> {
  return once(url, async (sql) => {
    await sql`set statement_timeout = 0`;
    await waitersLoseHolds(sql, concerts.till);
  });
}
