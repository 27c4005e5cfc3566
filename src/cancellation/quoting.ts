/** What cancelling would give back now. Nothing is locked: what holds when it is asked for, the cancellation decides again. */
import { concertIdOf, type Catalog } from '../catalog/catalog.ts';
import type { Database } from '../platform/database.ts';
import type { Language } from '../platform/language.ts';
import { Refusal } from '../refusals.ts';
import { sentenceOf, type RefundedSeat } from '../refunds/refunds.ts';
import { readPaid } from '../reservation/reservation.ts';
import { refundFor, type Wanted } from './deciding.ts';

export interface Quote {
  readonly reservationId: string;
  readonly seats: readonly RefundedSeat[];
  readonly fee: number;
  readonly refund: number;
  /** The sentence that decided. */
  readonly rule: string;
  /** ISO 8601, UTC; of PostgreSQL. */
  readonly now: string;
}

interface Quoting {
  readonly database: Pick<Database, 'sql'>;
  readonly catalog: Pick<Catalog, 'performance'>;
}

/** Throws what `refundFor` refuses. */
export async function quote(
  { database: { sql }, catalog }: Quoting,
  reservationId: string,
  wanted: Wanted,
  language: Language,
): Promise<Quote> {
  const [paid] = await readPaid(sql, concertIdOf(reservationId), [reservationId]);
  const performance = paid && (await catalog.performance(paid.performanceId));
  const refund = refundFor(wanted, { paid, performance });
  if (refund instanceof Refusal) throw refund;
  if (paid?.paidAt == null) throw new Error('nothing is refunded that was not paid');
  const { seats, fee, refund: sum, rule } = refund;
  const sentence = sentenceOf(rule, language, paid.terms, { ...paid, paidAt: paid.paidAt });
  return { reservationId, seats, fee, refund: sum, rule: sentence, now: paid.readAt.toISOString() };
}
