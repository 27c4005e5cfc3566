/**
 * What an account at Stripe has: sessions, payments, refunds and disputes, in the shapes of Stripe's public reference.
 * Written after those documents and never verified against Stripe.
 */
import { randomBytes } from 'node:crypto';
import type { Stripe } from 'stripe';

export type Fields = Record<string, unknown>;

/** An answer as Stripe says no. */
export class Refused extends Error {
  readonly status: number;
  readonly error: Fields;

  constructor(status: number, error: Fields) {
    super(String(error['code'] ?? error['type']));
    this.status = status;
    this.error = error;
  }
}

type Of<T, Names extends keyof T> = { -readonly [Name in Names]: T[Name] };

// The names and the words of Stripe's own types, so that what is here is at least spelt as they have it.
export type Session = Of<
  Stripe.Checkout.Session,
  | 'id'
  | 'object'
  | 'mode'
  | 'status'
  | 'payment_status'
  | 'url'
  | 'client_reference_id'
  | 'expires_at'
  | 'metadata'
  | 'success_url'
  | 'cancel_url'
> & {
  payment_intent: string | null;
  readonly amount_total: number;
  readonly currency: string;
  readonly paymentMetadata: Record<string, string>;
};

export type Intent = Of<
  Stripe.PaymentIntent,
  | 'id'
  | 'object'
  | 'status'
  | 'amount'
  | 'amount_received'
  | 'currency'
  | 'cancellation_reason'
  | 'livemode'
  | 'metadata'
> & {
  latest_charge: string | null;
  last_payment_error: Of<Stripe.PaymentIntent.LastPaymentError, 'type' | 'code' | 'decline_code'> | null;
};

export type Charge = Of<
  Stripe.Charge,
  'id' | 'object' | 'amount' | 'amount_refunded' | 'currency' | 'disputed' | 'metadata'
> & { readonly payment_intent: string };

export type Refund = Of<Stripe.Refund, 'id' | 'object' | 'amount' | 'currency' | 'failure_reason'> & {
  status: string;
  readonly payment_intent: string;
  readonly charge: string | null;
  readonly metadata: Record<string, string>;
};

export type Dispute = Of<Stripe.Dispute, 'id' | 'object' | 'amount' | 'currency' | 'metadata' | 'status'> & {
  readonly payment_intent: string;
  readonly charge: string | null;
  readonly balance_transactions: Of<Stripe.BalanceTransaction, 'id' | 'amount' | 'currency' | 'fee'>[];
};

/** Seconds of Stripe's clock. */
export const seconds = (): number => Math.floor(Date.now() / 1_000);
export const newId = (prefix: string): string => `${prefix}_${randomBytes(12).toString('hex')}`;

const missing = (id: string): Refused =>
  new Refused(404, { type: 'invalid_request_error', code: 'resource_missing', message: `No such object: '${id}'` });
const invalid = (param: string, more: Fields = {}): Refused =>
  new Refused(400, { type: 'invalid_request_error', param, message: `Invalid ${param}`, ...more });

function need<T>(value: T | undefined, id: string): T {
  if (value === undefined) throw missing(id);
  return value;
}

export interface Wanted {
  readonly amount: number;
  readonly currency: string;
  readonly expiresAt: number;
  readonly orderId: string | null;
  readonly metadata: Record<string, string>;
  readonly paymentMetadata: Record<string, string>;
  readonly successUrl: string;
  readonly cancelUrl: string;
}

export function createAccount() {
  const sessions = new Map<string, Session>();
  const intents = new Map<string, Intent>();
  const charges = new Map<string, Charge>();
  const refunds: Refund[] = [];
  const disputes: Dispute[] = [];
  /** What the next refunds are when they are made. */
  let refundsBecome = 'succeeded';

  const session = (id: string): Session => need(sessions.get(id), id);
  const intent = (id: string): Intent => need(intents.get(id), id);
  const chargeOf = (payment: Intent): Charge => need(charges.get(payment.latest_charge ?? ''), payment.id);
  const paymentOf = (of: string): Intent => intent(session(of).payment_intent ?? 'none');

  const begin = (amount: number, currency: string, metadata: Record<string, string>): Intent => {
    const made: Intent = {
      id: newId('pi'),
      object: 'payment_intent',
      status: 'requires_payment_method',
      amount,
      amount_received: 0,
      currency,
      latest_charge: null,
      last_payment_error: null,
      cancellation_reason: null,
      livemode: false,
      metadata,
    };
    intents.set(made.id, made);
    return made;
  };
  const charge = (payment: Intent): void => {
    const made: Charge = {
      id: newId('ch'),
      object: 'charge',
      amount: payment.amount,
      amount_refunded: 0,
      currency: payment.currency,
      disputed: false,
      payment_intent: payment.id,
      metadata: payment.metadata,
    };
    charges.set(made.id, made);
    payment.latest_charge = made.id;
    payment.amount_received = payment.amount;
    payment.status = 'succeeded';
  };
  /** The fan's press on the button of the page; the payment begins with it. */
  const press = (id: string): Intent => {
    const page = session(id);
    const payment =
      page.payment_intent === null
        ? begin(page.amount_total, page.currency, page.paymentMetadata)
        : intent(page.payment_intent);
    page.payment_intent = payment.id;
    return payment;
  };
  const undone = (payment: string): number =>
    refunds
      .filter((one) => one.payment_intent === payment && !['failed', 'canceled'].includes(one.status))
      .reduce((sum, { amount }) => sum + amount, 0);

  return {
    session,
    intent,
    chargeOf,
    paymentOf,
    begin,
    charge,
    sessionsOf: (payment: string): Session[] =>
      [...sessions.values()].filter(({ payment_intent }) => payment_intent === payment),
    sessionsOfOrder: (order: string): Session[] =>
      [...sessions.values()].filter(({ client_reference_id }) => client_reference_id === order),
    open: (wanted: Wanted): Session => {
      // Half an hour at least, a day at most.
      const ahead = wanted.expiresAt - seconds();
      if (ahead < 1_800 || ahead > 86_400) throw invalid('expires_at');
      if (!Number.isSafeInteger(wanted.amount) || wanted.amount < 1_000) {
        throw invalid('line_items', { code: 'amount_too_small' });
      }
      const id = newId('cs_test');
      const made: Session = {
        id,
        object: 'checkout.session',
        mode: 'payment',
        status: 'open',
        payment_status: 'unpaid',
        url: `https://checkout.stripe.example/c/pay/${id}`,
        payment_intent: null,
        amount_total: wanted.amount,
        currency: wanted.currency,
        client_reference_id: wanted.orderId,
        expires_at: wanted.expiresAt,
        metadata: wanted.metadata,
        success_url: wanted.successUrl,
        cancel_url: wanted.cancelUrl,
        paymentMetadata: wanted.paymentMetadata,
      };
      sessions.set(id, made);
      return made;
    },
    /** The fan pays by card: done at once. */
    pay: (id: string): void => {
      charge(press(id));
      Object.assign(session(id), { status: 'complete', payment_status: 'paid', url: null });
    },
    /** The card is declined, and the page is still open. */
    decline: (id: string, code = 'card_declined'): void => {
      press(id).last_payment_error = { type: 'card_error', code, decline_code: 'insufficient_funds' };
    },
    /** The fan is done, and a bank takes its time. */
    wait: (id: string): void => {
      press(id).status = 'processing';
      Object.assign(session(id), { status: 'complete', url: null });
    },
    /** The bank said how it went. */
    settle: (id: string, went: 'well' | 'badly'): void => {
      const payment = paymentOf(id);
      if (went === 'well') {
        charge(payment);
        session(id).payment_status = 'paid';
      } else {
        payment.status = 'requires_payment_method';
        payment.last_payment_error = { type: 'card_error', code: 'payment_method_provider_decline' };
      }
    },
    expire: (id: string): void => {
      Object.assign(session(id), { status: 'expired', url: null });
    },
    setRefunds: (status: string): void => {
      refundsBecome = status;
    },
    /** By us, or by somebody at Stripe's desk, who writes nothing on it. */
    refund: (payment: string, wanted: number | undefined, metadata: Record<string, string> = {}): Refund => {
      const of = intent(payment);
      if (of.status !== 'succeeded') throw invalid('payment_intent');
      const left = of.amount - undone(payment);
      if (left === 0) throw new Refused(400, { type: 'invalid_request_error', code: 'charge_already_refunded' });
      if (chargeOf(of).disputed) throw new Refused(400, { type: 'invalid_request_error', code: 'charge_disputed' });
      const amount = wanted ?? left;
      if (!Number.isSafeInteger(amount) || amount < 1 || amount > left) throw invalid('amount');
      const made: Refund = {
        id: newId('re'),
        object: 'refund',
        amount,
        currency: of.currency,
        charge: of.latest_charge,
        payment_intent: payment,
        status: refundsBecome,
        metadata,
      };
      refunds.unshift(made);
      chargeOf(of).amount_refunded = undone(payment);
      return made;
    },
    refundSettles: (part: string, status: string): void => {
      const made = need(
        refunds.find(({ metadata }) => metadata['part'] === part),
        part,
      );
      made.status = status;
      if (status === 'failed') made.failure_reason = 'expired_or_canceled_card';
      const of = intent(made.payment_intent);
      chargeOf(of).amount_refunded = undone(of.id);
    },
    /** A fan's bank asks for the money: Stripe takes it, unless it is an inquiry. */
    dispute: (id: string, amount: number, isInquiry = false): Dispute => {
      const of = paymentOf(id);
      chargeOf(of).disputed = true;
      const made: Dispute = {
        id: newId('du'),
        object: 'dispute',
        amount,
        currency: of.currency,
        charge: of.latest_charge,
        payment_intent: of.id,
        metadata: {},
        status: isInquiry ? 'warning_needs_response' : 'needs_response',
        // In the account's own currency.
        balance_transactions: isInquiry ? [] : [{ id: newId('txn'), amount: -1_234, currency: 'eur', fee: 1_500 }],
      };
      disputes.unshift(made);
      return made;
    },
    win: (dispute: Dispute): void => {
      dispute.status = 'won';
      // The rate is another by now.
      dispute.balance_transactions.push({ id: newId('txn'), amount: 1_230, currency: 'eur', fee: 0 });
    },
    refundsOf: (payment: string): Refund[] => refunds.filter(({ payment_intent }) => payment_intent === payment),
    disputesOf: (payment: string): Dispute[] => disputes.filter(({ payment_intent }) => payment_intent === payment),
  };
}

export type Account = ReturnType<typeof createAccount>;
