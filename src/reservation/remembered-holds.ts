/**
 * What a hold is under its Idempotency-Key. A repeat is the same request, and so names the same seats of the same date:
 * remembered are only the id, the amount and the end.
 */
import type { Sql, Statement } from '../platform/database.ts';
import type { Reservation } from './answer.ts';
import { wishOf, type HoldCommand } from './holding.ts';

/** The request. Seats in another order are another request, since the answer names them in the order asked. */
export function fingerprintOf(performanceId: string, numbers: readonly number[]): string {
  return `hold ${performanceId} ${numbers.join(',')}`;
}

/** The text that is remembered. */
export function rememberedAs({ id, amount, heldUntil }: Reservation): string {
  return JSON.stringify({ id, amount, heldUntil });
}

/** The same as a column, from those of the hold. */
export const rememberedIn = (sql: Sql): Statement<readonly unknown[]> => sql`
  format('{"id":"%s","amount":%s,"heldUntil":"%s"}', id, amount,
    to_char(held_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;

/** The first answer again, whatever became of the hold since. */
export function heldAs(remembered: string, command: HoldCommand): Reservation {
  const { id, heldUntil } = JSON.parse(remembered) as Pick<Reservation, 'id' | 'heldUntil'>;
  return { ...wishOf({ ...command, id }), heldUntil };
}
