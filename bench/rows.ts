/**
 * Rows written in bulk: lines of any length, halls, fans with holds and money. They keep every rule of the service,
 * so that the audit after a run speaks for the run alone.
 */
import path from 'node:path';
import { connect, type Sql } from '../src/platform/database.ts';
import { migrate } from '../src/platform/migrations.ts';
import { seat_price as price, seat_step } from './requests.ts';

export const day_seconds = 86_400;
/** Of holds: they end before the sessions of those who are inside, as the house has it. */
const half_day_seconds = day_seconds / 2;
/** Within the session, as nearly always: a hold then does not move its end. */
const hold_seconds = 3_600;
/** A connection that is silent for long is taken for lost, so no statement may last long. */
const rows_per_statement = 100_000;
const money = 10_000;

/** Migrates the database, lets `fill` write its rows, and leaves it tidy. */
export async function filled(url: string, fill: (sql: Sql) => Promise<void>): Promise<void> {
  const database = connect(url, { poolMax: 1, applicationName: 'maejin-bench' });
  try {
    const { sql } = database;
    await migrate(database, path.join(import.meta.dirname, '../db/migrations'));
    await sql`set statement_timeout = 0`;
    // Only while preparing: what a crash would lose here is made again.
    await sql`set synchronous_commit = off`;
    await fill(sql);
    await sql`vacuum analyze`;
    await sql`checkpoint`;
  } finally {
    await database.close();
  }
}

export interface Line {
  readonly inside: number;
  readonly waiting: number;
  /** Long where nobody polls, yet everybody shall be admitted. */
  readonly graceSeconds: number;
  /** As many as are inside, unless told otherwise. */
  readonly maxActive?: number;
}

/** A concert with its room: the first entries are inside for a day, the others wait. */
export async function line(sql: Sql, id: string, { inside, waiting, graceSeconds, maxActive }: Line): Promise<void> {
  const last = inside + waiting;
  const most = maxActive ?? inside;
  const front = Math.min(last, inside + 20_000);
  await sql`
    insert into concerts (id, title, artist, venue, first_starts_at, last_starts_at)
    values (${id}, 'A concert to measure', 'An artist', 'A venue', '2030-05-01T10:00:00Z', '2030-05-01T10:00:00Z')`;
  await sql`
    insert into rooms (concert_id, max_active, active_ceiling, session_seconds, hold_seconds, grace_seconds,
      max_seats_per_fan, max_seats_per_fan_ever, last_number, head, front, active)
    values (${id}, ${most}, ${most}, ${day_seconds}, ${hold_seconds}, ${graceSeconds}, 4, 4,
      ${last}, ${inside}, ${front}, ${inside})`;
  for (let from = 1; from <= last; from += rows_per_statement) {
    await sql`
      insert into queue_tokens (concert_id, entry, number, user_id, status, admitted_at, expires_at)
      select ${id}, entry, entry, 'jwt:' || ${id} || '-' || entry, case when entry <= ${inside} then 'ACTIVE' else 'WAIT' end,
        case when entry <= ${inside} then now() end,
        case when entry <= ${inside} then now() + make_interval(secs => ${day_seconds}) end
      from generate_series(${from}::bigint, ${Math.min(last, from + rows_per_statement - 1)}::bigint) as entry`;
  }
}

/** Dates of one section each, whose rows have 50 seats. */
export async function performances(sql: Sql, concertId: string, seats: readonly number[]): Promise<void> {
  for (const [index, total] of seats.entries()) {
    const id = `${concertId}-${index + 1}`;
    await sql`
      insert into performances (concert_id, id, starts_at, seats_total)
      values (${concertId}, ${id}, '2030-05-01T10:00:00Z', ${total})`;
    await sql`
      insert into sections (concert_id, performance_id, ordinal, name, rows, seats_per_row, grade, price, first_number)
      values (${concertId}, ${id}, 0, 'A', ${total / 50}, 50, 'R', ${price}, 1)`;
    await sql`
      insert into performance_sales (concert_id, performance_id, seats_total) values (${concertId}, ${id}, ${total})`;
    await sql`
      insert into seats (concert_id, performance_id, number)
      select ${concertId}, ${id}, number from generate_series(1, ${total}::integer) as number`;
  }
}

export interface Holds {
  /** As many as there are entries from the first on. */
  readonly fans: number;
  readonly seatsPerPerformance: number;
}

/** The first fans of a concert have one seat on hold each and the money for it, charged the day before yesterday. */
export async function holdsWithMoney(sql: Sql, concertId: string, { fans, seatsPerPerformance }: Holds): Promise<void> {
  await sql`
    create temporary table held as
    select fan, 'jwt:' || ${concertId} || '-' || fan as user_id, ${`${concertId}-r`} || lpad(fan::text, 21, '0') as id,
      ${concertId} || '-' || (fan - 1) / ${seatsPerPerformance} + 1 as performance_id,
      ((fan - 1) * ${seat_step} % ${seatsPerPerformance} + 1)::integer as number,
      now() + make_interval(secs => ${half_day_seconds}) as held_until
    from generate_series(1, ${fans}::bigint) as fan`;
  await sql`
    insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, held_until)
    select ${concertId}, id, performance_id, user_id, array[number], ${price}, held_until from held`;
  await sql`
    update seats set reservation_id = held.id, held_until = held.held_until, version = 1
    from held where concert_id = ${concertId} and seats.performance_id = held.performance_id and seats.number = held.number`;
  await sql`
    update performance_sales as sales set changes = seat.changes
    from (select performance_id, count(*) as changes from held group by performance_id) as seat
    where concert_id = ${concertId} and sales.performance_id = seat.performance_id`;
  await sql`insert into wallets (user_id, balance) select user_id, ${money} from held`;
  await sql`
    insert into transfers (user_id, kind, amount, balance, reference, source, at)
    select user_id, 'CHARGE', ${money}, ${money}, 'bench-' || user_id, 'open', now() - interval '2 days' from held order by fan`;
  await sql`insert into money_sources (source) values ('open') on conflict do nothing`;
  await sql`drop table held`;
}

/** The first fans of a concert have paid for one seat each, the day before yesterday, under its terms, and have money left. */
export async function paidFor(sql: Sql, concertId: string, { fans, seatsPerPerformance }: Holds): Promise<void> {
  await sql`
    create temporary table paid as
    select fan, 'jwt:' || ${concertId} || '-' || fan as user_id, ${`${concertId}-r`} || lpad(fan::text, 21, '0') as id,
      ${`${concertId}-p`} || lpad(fan::text, 21, '0') as payment_id,
      ${concertId} || '-' || (fan - 1) / ${seatsPerPerformance} + 1 as performance_id,
      ((fan - 1) * ${seat_step} % ${seatsPerPerformance} + 1)::integer as number, now() - interval '2 days' as at
    from generate_series(1, ${fans}::bigint) as fan`;
  await sql`
    insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, status, held_until, created_at,
      payment_id, paid_at, refund_terms)
    select ${concertId}, id, performance_id, user_id, array[number], ${price}, 'CONFIRMED', at + interval '5 minutes', at, payment_id, at,
      (select refund_terms from concerts where id = ${concertId}) from paid`;
  await sql`
    update seats set reservation_id = paid.id, sold = true, version = 2
    from paid where concert_id = ${concertId} and seats.performance_id = paid.performance_id and seats.number = paid.number`;
  await sql`
    update performance_sales as sales set changes = 2 * seat.sold, seats_reserved = seat.sold, revenue = ${price}::bigint * seat.sold
    from (select performance_id, count(*)::integer as sold from paid group by performance_id) as seat
    where concert_id = ${concertId} and sales.performance_id = seat.performance_id`;
  await sql`insert into wallets (user_id, balance) select user_id, ${money - price} from paid`;
  await sql`
    insert into transfers (user_id, kind, amount, balance, reference, source, at)
    select user_id, 'CHARGE', ${money}, ${money}, 'bench-' || user_id, 'open', at from paid order by fan`;
  await sql`
    insert into transfers (user_id, kind, amount, balance, reference, at)
    select user_id, 'PAYMENT', ${-price}, ${money - price}, payment_id, at from paid order by fan`;
  await sql`insert into money_sources (source) values ('open') on conflict do nothing`;
  await sql`drop table paid`;
}

/**
 * Before the audit: no hold is of a fan who waits, but these rows gave some to them. Whoever has not come in by now loses
 * theirs, by the clock, as the house would have it.
 */
export async function waitersLoseHolds(sql: Sql, concertId: string): Promise<void> {
  await sql`
    with lost as (
      update reservations as hold set held_until = now() from queue_tokens as place
      where hold.concert_id = ${concertId} and hold.status = 'HELD' and place.concert_id = hold.concert_id
        and place.user_id = hold.user_id and place.status = 'WAIT'
      returning hold.id, hold.held_until
    )
    update seats set held_until = lost.held_until from lost
    where seats.concert_id = ${concertId} and seats.reservation_id = lost.id`;
}
