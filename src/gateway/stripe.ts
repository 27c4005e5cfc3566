/**
 * Stripe, by its Checkout pages: an order is a session, and the payment's key is the id of the session, which is known from
 * its opening on. Written after Stripe's public documentation and never run against Stripe itself (docs/money.md).
 */
import { refuse } from '../refusals.ts';
import type { Confirmed, Gateway, GatewayOrder, Notice, Opened, Part, Return, SentBack, Standing } from './terms.ts';
import { type Json, amountOf, asObject, objectOf, objectsOf, textOf } from './reading.ts';
import { type Ask, type StripeOptions, because, createAsk, get, post } from './stripe/asking.ts';
import { refund } from './stripe/refunding.ts';
import { isSession, sessionOf, standingOf } from './stripe/sessions.ts';
import { isSignedWith } from './stripe/signature.ts';
import { GatewayUnclear } from './terms.ts';

/**
 * Stripe takes no session that ends in less than half an hour, and an order ends after just that. So the session ends a
 * little later, always at the same time, since a repeat must be the same request. Asked for still later, none is opened.
 */
const session_longer_seconds = 300;
/** Amounts of these are whole units; of all others they would be hundredths. */
const zero_decimal: ReadonlySet<string> = new Set(['KRW', 'JPY']);
/** Not in the fan's language: a repeat in another one must be the same request. */
const product_name = '지갑 충전 · Wallet top-up';

export function createStripe(options: StripeOptions): Gateway {
  const ask = createAsk(options);
  return {
    id: 'stripe',
    name: { en: 'Card and more (Stripe)', ko: '카드·간편결제 (Stripe)' },
    // Stripe's least is about half a dollar or euro, in the account's own currency; and eight digits are its most.
    minAmount: 1_000,
    maxAmount: 99_999_999,
    takesDeposits: false,
    open: (order, back) => open(ask, order, back),
    confirm: (order, paymentKey) => confirm(ask, order, paymentKey),
    lookUp: async ({ paymentKey }): Promise<Standing> => {
      // The address of a session that was never written down was told to nobody, so nobody pays there.
      if (paymentKey === undefined) return { state: 'ABSENT' };
      return standingOf(ask, (await sessionOf(ask, paymentKey)) ?? unknownToStripe());
    },
    sendBack: (order, part) => sendBack(ask, order, part),
    readNotice: async (headers, body): Promise<Notice | undefined> => {
      const isSigned = isSignedWith(options.webhookSecret, headers['stripe-signature'], body);
      if (!isSigned) throw refuse('SIGNATURE_INVALID');
      const event = eventOf(body);
      const orderId = event && (await orderOf(ask, event));
      return orderId === undefined ? undefined : { orderId, isSigned };
    },
  };
}

/** No session is ever removed: the key is of another account, or live where this is a test, and that says nothing. */
function unknownToStripe(): never {
  throw new GatewayUnclear('Stripe does not know a session that it opened: is STRIPE_SECRET_KEY of the same account?');
}

/** Nothing is taken here: with Stripe the fan has paid by the time he is back, or has not. */
async function confirm(ask: Ask, order: GatewayOrder, paymentKey: string): Promise<Confirmed> {
  if (order.paymentKey !== undefined && order.paymentKey !== paymentKey) return another;
  const session = await sessionOf(ask, paymentKey);
  if (session === undefined) {
    return order.paymentKey === undefined ? { state: 'REFUSED', because: 'resource_missing' } : unknownToStripe();
  }
  return session['client_reference_id'] === order.id ? standingOf(ask, session) : another;
}

const another = { state: 'REFUSED', because: 'session_of_another_order' } as const;

async function open(ask: Ask, order: GatewayOrder, back: Return): Promise<Opened> {
  if (!zero_decimal.has(order.currency)) throw new Error(`${order.currency} has minor units`);
  const item = 'line_items[0][price_data]';
  const success = `${back.successUrl}${back.successUrl.includes('?') ? '&' : '?'}session={CHECKOUT_SESSION_ID}`;
  const answer = await ask(
    post('/v1/checkout/sessions', `maejin-order-${order.id}`, {
      mode: 'payment',
      client_reference_id: order.id,
      'metadata[order]': order.id,
      // Whatever is told of the payment later (a refund, say) has the order with it.
      'payment_intent_data[metadata][order]': order.id,
      'line_items[0][quantity]': 1,
      [`${item}[currency]`]: order.currency.toLowerCase(),
      [`${item}[unit_amount]`]: order.amount,
      [`${item}[product_data][name]`]: product_name,
      // Or Stripe would ask travellers for another currency than the order's.
      'adaptive_pricing[enabled]': false,
      success_url: success,
      cancel_url: back.failUrl,
      expires_at: Math.floor(order.expiresAt.getTime() / 1_000) + session_longer_seconds,
    }),
  );
  if (answer.status !== 200) throw new GatewayUnclear(`Stripe opens no session: ${because(answer)}`);
  const id = textOf(answer.body, 'id');
  if (!isSession(id) || textOf(answer.body, 'client_reference_id') !== order.id) {
    throw new GatewayUnclear('Stripe opened something else');
  }
  if (amountOf(answer.body, 'amount_total') !== order.amount) throw new GatewayUnclear('Stripe wants another amount');
  return { checkout: { url: textOf(answer.body, 'url') }, paymentKey: id };
}

async function sendBack(ask: Ask, { id, paymentKey }: GatewayOrder, part: Part): Promise<SentBack> {
  if (paymentKey === undefined || !isSession(paymentKey)) throw new GatewayUnclear('nobody paid this order');
  const shown = await ask(get(`/v1/checkout/sessions/${paymentKey}`));
  if (shown.status !== 200) throw new GatewayUnclear(`Stripe shows no session: ${because(shown)}`);
  return refund(ask, { intent: textOf(shown.body, 'payment_intent'), orderId: id }, part);
}

/** What a session, a charge, a refund or a dispute is told about: begun, ended, paid, sent back, or taken back. */
const concerning =
  /^(?:checkout\.session\.(?:completed|async_payment_succeeded|async_payment_failed|expired)|charge\.refunded|charge\.refund\.updated|refund\.\w+|charge\.dispute\.\w+)$/;

/** What is signed and no JSON object is not Stripe's, and of no use. */
function eventOf(body: Buffer): Json | undefined {
  try {
    return asObject(JSON.parse(body.toString()), 'the event');
  } catch {
    return undefined;
  }
}

/** The order that an event speaks of. Where the object has it not (a dispute, a refund made at Stripe), its session has. */
async function orderOf(ask: Ask, event: Json): Promise<string | undefined> {
  const { type, data } = event;
  if (typeof type !== 'string' || !concerning.test(type)) return undefined;
  const about = objectOf(asObject(data, 'data'), 'object');
  const named = about['client_reference_id'] ?? asObject(about['metadata'] ?? {}, 'metadata')['order'];
  const intent = about['payment_intent'];
  if (named !== undefined || typeof intent !== 'string') return anOrder(named);
  const answer = await ask(get('/v1/checkout/sessions', { payment_intent: intent, limit: 1 }));
  if (answer.status !== 200) throw new GatewayUnclear(`Stripe shows no session: ${because(answer)}`);
  return anOrder(objectsOf(answer.body, 'data')[0]?.['client_reference_id']);
}

/** An account may be used for more than this box office. */
function anOrder(id: unknown): string | undefined {
  return typeof id === 'string' && /^[a-z0-9]{22}$/.test(id) ? id : undefined;
}
