/**
 * Toss Payments as a `Gateway`, by plain HTTP. Written after its public documents (docs.tosspayments.com: the reference
 * of the core API, error codes, idempotency keys, webhooks) and exercised against the sandbox, which speaks the same
 * words; `npm run gateway-check` holds it against Toss itself, with test keys.
 *
 * What decides how it is built:
 * - An `Idempotency-Key` (300 characters at most, remembered for 15 days) is matched by key and address there, and the
 *   address of a confirmation is the same for all: so its key is made of the order and the payment.
 * - Its notices of payments are not signed: they name an order, and are a reason to ask.
 * - Some of its codes below 500 say nothing about the payment: that it should be asked later, or that our key is wrong.
 */
import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bilingual } from '../refusals.ts';
import { createCalls, type Answer, type Call } from './calls.ts';
import { partOf, readPayment, reasonFor, standingOf, type TossPayment } from './toss-payment.ts';
import { readTossNotice } from './toss-notice.ts';
import {
  GatewayUnclear,
  type Confirmed,
  type Gateway,
  type GatewayOrder,
  type MethodId,
  type Part,
  type SentBack,
  type Standing,
} from './terms.ts';

export interface TossOptions {
  readonly id: MethodId;
  readonly name: Bilingual;
  readonly secretKey: string;
  /** Scheme and host (and a folder), without a slash at the end. */
  readonly api: string;
  readonly open: Gateway['open'];
  /** How long an answer may take, in ms; tests have less patience. */
  readonly patience?: Patience;
}

interface Patience {
  readonly confirmMs: number;
  readonly otherMs: number;
}

/** Toss itself waits for card companies, up to a minute; a fan does not, and the order is asked about afterwards. */
const usual_patience: Patience = { confirmMs: 12_000, otherMs: 8_000 };
/** What is confirmed keeps nobody's question waiting, and the other way round. */
const confirms_at_once = 64;
const others_at_once = 32;
/** A first try under the same key is still at work there: asked again after so long. */
const again_ms = 300;

/** By card at least 100 won; beyond the most that a charge may be nobody is let here. */
const amount_min = 100;
const amount_max = 10_000_000;

export function createToss(options: TossOptions): Gateway {
  const { id, name, open, patience = usual_patience } = options;
  const toss = connect(options, patience);
  return {
    id,
    name,
    minAmount: amount_min,
    maxAmount: amount_max,
    takesDeposits: true,
    open,
    confirm: (order, paymentKey) => confirm(toss, order, paymentKey),
    lookUp: async (order) => {
      const payment = await find(toss, order);
      return payment === undefined ? { state: 'ABSENT' } : standingFor(order, payment);
    },
    sendBack: (order, part) => sendBack(toss, order, part),
    readNotice: (_headers, body) => readTossNotice(body),
  };
}

interface Toss {
  confirm(body: object, key: string): Promise<Answer>;
  ask(call: Omit<Call, 'msMax'>): Promise<Answer>;
}

function connect({ id, api, secretKey }: TossOptions, patience: Patience): Toss {
  const headers = {
    authorization: `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`,
    'content-type': 'application/json',
  };
  const confirms = createCalls({ name: id, api, headers, atOnce: confirms_at_once });
  const others = createCalls({ name: id, api, headers, atOnce: others_at_once });
  return {
    confirm: (body, key) =>
      patiently(patience.confirmMs, (msMax) =>
        confirms({
          method: 'POST',
          path: '/v1/payments/confirm',
          headers: { 'idempotency-key': key },
          body: JSON.stringify(body),
          msMax,
        }),
      ),
    ask: (call) => patiently(patience.otherMs, (msMax) => others({ ...call, msMax })),
  };
}

async function confirm(toss: Toss, order: GatewayOrder, paymentKey: string): Promise<Confirmed> {
  const key = `confirm-${order.id}-${hash('sha256', paymentKey, 'base64url')}`;
  const body = { paymentKey, orderId: order.id, amount: order.amount };
  const { status, body: answer } = await toss.confirm(body, key);
  if (status === 200) return standingFor(order, readPayment(answer));
  const because = refusalIn(answer);
  const isDone = because === 'ALREADY_PROCESSED_PAYMENT';
  // A no to this payment is no word on the order, for which another window may have paid, or be about to.
  const payment = await find(toss, { ...order, paymentKey: isDone ? paymentKey : undefined });
  const standing: Standing = payment === undefined ? { state: 'ABSENT' } : standingFor(order, payment);
  const isOther = standing.state === 'OPEN' && standing.paymentKey !== paymentKey;
  return isDone || isOther || standing.state === 'PAID' ? standing : { state: 'REFUSED', because };
}

/** By what Toss calls it, if that is known there, else by the order. Undefined if Toss knows none. */
async function find(toss: Toss, { id, paymentKey }: GatewayOrder): Promise<TossPayment | undefined> {
  // A key that a browser brought may be anything: a no to it is no word on the order. These two would be another address.
  if (paymentKey !== undefined && paymentKey !== '.' && paymentKey !== '..') {
    const { status, body } = await toss.ask({ method: 'GET', path: `/v1/payments/${encodeURIComponent(paymentKey)}` });
    if (status === 200) return readPayment(body);
    refusalIn(body);
  }
  const { status, body } = await toss.ask({ method: 'GET', path: `/v1/payments/orders/${id}` });
  if (status === 200) return readPayment(body);
  const because = refusalIn(body);
  if (because !== 'NOT_FOUND_PAYMENT') throw new GatewayUnclear(`Toss does not say how it stands: ${because}`);
  return undefined;
}

/** Of another order only money is told, for whoever asks to see whose it is. */
function standingFor(order: GatewayOrder, payment: TossPayment): Standing {
  const standing = standingOf(payment);
  return standing.state !== 'PAID' && payment.orderId !== order.id ? { state: 'ABSENT' } : standing;
}

/**
 * Toss is asked first whether it has done this part: it knows keys for 15 days, and a part that is repeated later must
 * not be sent twice. Within that time, of two at once, the key is what keeps it to one.
 */
async function sendBack(toss: Toss, order: GatewayOrder, part: Part): Promise<SentBack> {
  const payment = await find(toss, order);
  // It was paid there once: with another merchant's key it is not known, and nobody can say what became of an earlier try.
  if (payment === undefined) throw new GatewayUnclear('Toss does not know the payment that is to be sent back');
  const before = partOf(payment, part.id);
  if (before !== undefined) return { state: before };
  const { bank, number, holder } = order.refundAccount ?? {};
  const account = { bank, accountNumber: number?.replaceAll('-', ''), holderName: holder };
  const hasAccount = order.refundAccount !== undefined && (payment.virtualAccount ?? null) !== null;
  const { status, body } = await toss.ask({
    method: 'POST',
    path: `/v1/payments/${encodeURIComponent(payment.paymentKey)}/cancel`,
    headers: { 'idempotency-key': `cancel-${part.id}` },
    body: JSON.stringify({
      cancelReason: reasonFor(part.id),
      cancelAmount: part.amount,
      ...(hasAccount ? { refundReceiveAccount: account } : {}),
    }),
  });
  if (status !== 200) return { state: 'REFUSED', because: refusalIn(body) };
  const after = partOf(readPayment(body), part.id);
  if (after === undefined) throw new GatewayUnclear('Toss cancelled, and does not tell this part');
  return { state: after };
}

/** Again as long as a first try under the same key is at work there, and until the time is up. */
async function patiently(msMax: number, ask: (msLeft: number) => Promise<Answer>): Promise<Answer> {
  const until = performance.now() + msMax;
  for (let msLeft = msMax; msLeft > 0; msLeft = Math.floor(until - performance.now())) {
    const answer = await ask(msLeft);
    if (answer.status !== 409) return answer;
    await sleep(again_ms);
  }
  throw new GatewayUnclear('Toss is still at work on it');
}

/** These say when to ask again, or what is wrong with us, and nothing about the payment. */
const unclear_codes: ReadonlySet<string> = new Set([
  'PROVIDER_ERROR',
  'NOT_AVAILABLE_BANK',
  'FORBIDDEN_CONSECUTIVE_REQUEST',
  'IDEMPOTENT_REQUEST_PROCESSING',
  'INVALID_IDEMPOTENCY_KEY',
  'INVALID_API_KEY',
  'UNAUTHORIZED_KEY',
  'FORBIDDEN_REQUEST',
  'INCORRECT_BASIC_AUTH_FORMAT',
]);

/** The code of a no. Throws `GatewayUnclear` if there is none, or it is none about the payment. */
function refusalIn(body: unknown): string {
  const { code } = (typeof body === 'object' && body !== null ? body : {}) as { readonly code?: unknown };
  if (typeof code !== 'string' || !/^[A-Z0-9_]{1,100}$/.test(code))
    throw new GatewayUnclear('Toss answered nothing that can be read');
  if (unclear_codes.has(code)) throw new GatewayUnclear(`Toss answered ${code}`);
  return code;
}
