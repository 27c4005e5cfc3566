/** Sends part of a payment back, once. */
import { type Json, amountOf, asObject, textOf } from '../reading.ts';
import { GatewayUnclear, type Part, type SentBack } from '../terms.ts';
import { type Ask, because, firstText, post } from './asking.ts';
import { partOf, refundsOf } from './undone.ts';

export interface Payment {
  /** Stripe's id of the payment. */
  readonly intent: string;
  readonly orderId: string;
}

/**
 * Stripe forgets an idempotency key after a day, and a part may be asked for longer than that: so it is looked for first, by
 * its id, which every refund of ours carries. Asked again for what is under way, it answers what became of it.
 */
export async function refund(ask: Ask, { intent, orderId }: Payment, part: Part): Promise<SentBack> {
  const made = (await refundsOf(ask, intent)).find((one) => partOf(one) === part.id);
  if (made !== undefined) return sentBack(made, part);
  const answer = await ask(
    post('/v1/refunds', `maejin-part-${part.id}`, {
      payment_intent: intent,
      amount: part.amount,
      'metadata[part]': part.id,
      'metadata[order]': orderId,
    }),
  );
  if (answer.status === 200) return sentBack(answer.body, part);
  const type = asObject(answer.body['error'] ?? {}, 'error')['type'];
  // Of the same key with another wish, and of whatever else there may be, nobody knows what became.
  if (type !== 'invalid_request_error' && type !== 'card_error') {
    throw new GatewayUnclear(`Stripe sends nothing back: ${because(answer)}`);
  }
  return { state: 'REFUSED', because: because(answer) };
}

function sentBack(made: Json, part: Part): SentBack {
  if (partOf(made) !== part.id || amountOf(made, 'amount') !== part.amount) {
    throw new GatewayUnclear('Stripe sent something else back');
  }
  const status = textOf(made, 'status');
  if (status === 'succeeded') return { state: 'DONE' };
  if (status === 'pending' || status === 'requires_action') return { state: 'PENDING' };
  if (status !== 'failed' && status !== 'canceled') throw new GatewayUnclear(`a refund that is ${status}`);
  return { state: 'REFUSED', because: firstText(made['failure_reason']) ?? status };
}
