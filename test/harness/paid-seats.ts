/** Fans whose seats are paid for, and dates that are as near as a test wants them. */
import assert from 'node:assert/strict';
import { newFan, type BoxOffice, type Fan } from './box-office.ts';
import type { House } from './house.ts';

export interface PaidFan {
  readonly fan: Fan;
  readonly reservationId: string;
  readonly paymentId: string;
}

/** A fan who has charged what these seats cost, and paid for them. */
export async function paidSeats(
  box: BoxOffice,
  { concertId, performanceId }: { readonly concertId: string; readonly performanceId: string },
  seats: readonly number[],
  fan: Fan = newFan(),
): Promise<PaidFan> {
  const token = await box.enter(concertId, fan);
  const held = await box.hold(token, performanceId, seats);
  assert.equal(held.status, 201, JSON.stringify(held.fields));
  if (held.body.amount > 0) assert.equal((await box.charge(fan, held.body.amount)).status, 201);
  const paid = await box.pay(token, held.body.id);
  assert.equal(paid.status, 201, JSON.stringify(paid.fields));
  return { fan, reservationId: held.body.id, paymentId: paid.body.id };
}

/**
 * Moves a date to so many days from today by the calendar of Seoul, at that hour there, as if it had always been so: nobody is
 * told, and every hold is over.
 */
export async function startsIn(
  { sql }: Pick<House, 'sql'>,
  performanceId: string,
  days: number,
  hour = 20,
): Promise<void> {
  await sql`
    update performances set starts_at =
      (date_trunc('day', now() at time zone 'Asia/Seoul') + make_interval(days => ${days}, hours => ${hour})) at time zone 'Asia/Seoul'
    where id = ${performanceId}`;
}

/** It was bought so many hours ago. */
export async function boughtAgo({ sql }: Pick<House, 'sql'>, reservationId: string, hours: number): Promise<void> {
  await sql`
    update reservations set paid_at = now() - make_interval(hours => ${hours}),
      created_at = least(created_at, now() - make_interval(hours => ${hours}, mins => 5))
    where id = ${reservationId}`;
}
