/** A Checkout session of Stripe's, and how it stands with its payment. */
import type { Standing } from '../terms.ts';
import { type Json, amountOf, asObject, objectOf, textOf } from '../reading.ts';
import { GatewayUnclear } from '../terms.ts';
import { type Ask, because, firstText, get } from './asking.ts';
import { undoneOf } from './undone.ts';

/** What comes from outside goes into an address only if it looks like one of theirs. */
export function isSession(key: string): boolean {
  return /^cs_\w{1,150}$/.test(key);
}

/** A session with its payment and charge. Undefined: Stripe knows none of that id. */
export async function sessionOf(ask: Ask, id: string): Promise<Json | undefined> {
  if (!isSession(id)) return undefined;
  const answer = await ask(get(`/v1/checkout/sessions/${id}`, { 'expand[]': 'payment_intent.latest_charge' }));
  if (answer.status === 404 && because(answer) === 'resource_missing') return undefined;
  if (answer.status !== 200) throw new GatewayUnclear(`Stripe shows no session: ${because(answer)}`);
  if (textOf(answer.body, 'id') !== id) throw new GatewayUnclear('Stripe shows another session');
  return answer.body;
}

/** Whether there is money, the payment says; whether there may come some yet, the session too. */
export async function standingOf(ask: Ask, session: Json): Promise<Standing> {
  const payment = session['payment_intent'];
  if (payment == null) return withoutPayment(session);
  const intent = asObject(payment, 'payment_intent');
  const state = textOf(intent, 'status');
  if (state === 'succeeded') return paid(ask, session, intent);
  if (statusOf(session) === 'open') return openStill(session);
  // On a page that is over nobody tries again. In any other state (a bank is asked, say) money may still come.
  if (state !== 'requires_payment_method' && state !== 'canceled') {
    return { state: 'OPEN', paymentKey: textOf(session, 'id') };
  }
  return { state: 'FAILED', because: statusOf(session) === 'expired' ? 'expired' : failureOf(intent) };
}

function withoutPayment(session: Json): Standing {
  const status = statusOf(session);
  if (status === 'open') return openStill(session);
  // What is complete without a payment was for nothing, and no order is.
  if (status === 'complete') throw new GatewayUnclear('a session that is complete without a payment');
  return { state: 'FAILED', because: 'expired' };
}

function statusOf(session: Json): 'open' | 'complete' | 'expired' {
  const status = textOf(session, 'status');
  if (status === 'open' || status === 'complete' || status === 'expired') return status;
  throw new GatewayUnclear(`a session that is ${status}`);
}

function openStill(session: Json): Standing {
  const until = new Date(amountOf(session, 'expires_at') * 1_000);
  return { state: 'OPEN', paymentKey: textOf(session, 'id'), until };
}

async function paid(ask: Ask, session: Json, intent: Json): Promise<Standing> {
  if (session['payment_status'] !== 'paid') throw new GatewayUnclear('paid, and the session does not know it yet');
  return {
    state: 'PAID',
    orderId: textOf(session, 'client_reference_id'),
    paymentKey: textOf(session, 'id'),
    amount: amountOf(intent, 'amount_received'),
    currency: textOf(intent, 'currency').toUpperCase(),
    undone: await undoneOf(ask, intent),
  };
}

function failureOf(intent: Json): string {
  if (intent['last_payment_error'] == null) return firstText(intent['cancellation_reason']) ?? 'payment_failed';
  const error = objectOf(intent, 'last_payment_error');
  return firstText(error['decline_code'], error['code']) ?? 'payment_failed';
}
