/** The refund terms of concerts: each kept once and never changed, so that a number stands for them wherever they are copied. */
import type { Tx } from '../platform/database.ts';
import { refuse } from '../refusals.ts';
import { faultsInTerms, firstTerms, type GivenTerms, type RefundTerms } from '../refunds/refunds.ts';

export interface KeptTerms extends RefundTerms {
  readonly id: number;
}

/** The number of these terms, what is left out being as in `before`; the caller has looked for faults. */
export async function keepTerms(tx: Tx, given: GivenTerms, before: RefundTerms = firstTerms): Promise<KeptTerms> {
  const { refundPolicy = before.refundPolicy, timeZone = before.timeZone } = given;
  const policy = JSON.stringify(refundPolicy);
  await tx`
    insert into refund_terms (policy, time_zone) values (${policy}::text::jsonb, ${timeZone})
    on conflict on constraint refund_terms_once do nothing`;
  const [{ id }] = await tx<[{ id: number }]>`
    select id from refund_terms where policy = ${policy}::text::jsonb and time_zone = ${timeZone}`;
  return { id, refundPolicy, timeZone };
}

/**
 * Changes the terms that a concert's reservations are paid under from now on; those that were paid keep theirs. Refuses with
 * VALIDATION_FAILED and NOT_FOUND.
 */
export async function changeTerms(
  tx: Tx,
  concertId: string,
  given: GivenTerms,
): Promise<{ readonly before: RefundTerms; readonly after: RefundTerms }> {
  const errors = faultsInTerms(given);
  if (errors.length > 0) throw refuse('VALIDATION_FAILED', { errors });
  const [before] = await tx<RefundTerms[]>`
    select policy as "refundPolicy", time_zone as "timeZone"
    from concerts join refund_terms as terms on terms.id = concerts.refund_terms
    where concerts.id = ${concertId} for no key update of concerts`;
  if (before === undefined) throw refuse('NOT_FOUND');
  const { id, ...after } = await keepTerms(tx, given, before);
  await tx`update concerts set refund_terms = ${id} where id = ${concertId}`;
  return { before, after };
}
