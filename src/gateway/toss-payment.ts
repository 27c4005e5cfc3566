/**
 * How Toss Payments says that a payment stands, read with care: what does not have the shape that it should is
 * `GatewayUnclear`, and never money. Shapes as of Toss's public reference of the core API, the object Payment
 * (docs.tosspayments.com/reference, version 2022-11-16 and later).
 */
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { GatewayUnclear, type Standing, type Undone } from './terms.ts';

const amount_max = 1_000_000_000_000;
const text = Type.String({ minLength: 1, maxLength: 300 });
const maybeText = Type.Union([Type.String({ maxLength: 2_000 }), Type.Null()]);

const Cancel = Type.Object({
  cancelAmount: Type.Integer({ minimum: 1, maximum: amount_max }),
  cancelReason: Type.Optional(maybeText),
  /** DONE; with gateways abroad also IN_PROGRESS and ABORTED. Older versions of the API leave it out, and mean DONE. */
  cancelStatus: Type.Optional(maybeText),
});

const Payment = Type.Object({
  paymentKey: text,
  orderId: text,
  status: Type.Enum([
    'READY',
    'IN_PROGRESS',
    'WAITING_FOR_DEPOSIT',
    'DONE',
    'CANCELED',
    'PARTIAL_CANCELED',
    'ABORTED',
    'EXPIRED',
  ]),
  totalAmount: Type.Integer({ minimum: 0, maximum: amount_max }),
  currency: text,
  /** When money came; null before. */
  approvedAt: Type.Optional(maybeText),
  secret: Type.Optional(maybeText),
  cancels: Type.Optional(Type.Union([Type.Array(Cancel, { maxItems: 1_000 }), Type.Null()])),
  virtualAccount: Type.Optional(Type.Union([Type.Object({ dueDate: Type.Optional(maybeText) }), Type.Null()])),
  failure: Type.Optional(Type.Union([Type.Object({ code: text }), Type.Null()])),
});
export type TossPayment = Static<typeof Payment>;

const payment = Compile(Payment);

/** Throws `GatewayUnclear` for what is no payment. */
export function readPayment(body: unknown): TossPayment {
  if (!payment.Check(body)) throw new GatewayUnclear('Toss answered what is no payment');
  return body;
}

const open_states: ReadonlySet<TossPayment['status']> = new Set(['READY', 'IN_PROGRESS', 'WAITING_FOR_DEPOSIT']);
const failed_states: ReadonlySet<TossPayment['status']> = new Set(['ABORTED', 'EXPIRED']);

export function standingOf(paid: TossPayment): Standing {
  const { paymentKey, status } = paid;
  if (open_states.has(status)) {
    const agreed = status === 'IN_PROGRESS' ? { isAgreed: true as const } : {};
    return { state: 'OPEN', paymentKey, ...agreed, ...secretOf(paid), ...untilOf(paid) };
  }
  if (failed_states.has(status)) return { state: 'FAILED', because: paid.failure?.code ?? status };
  // Cancelled before anything was paid in, as an account that nobody used: no money came, and none went back.
  if (status === 'CANCELED' && paid.approvedAt === null) return { state: 'FAILED', because: status };
  return {
    state: 'PAID',
    orderId: paid.orderId,
    paymentKey,
    amount: paid.totalAmount,
    currency: paid.currency,
    undone: undoneOf(paid),
    ...secretOf(paid),
  };
}

function secretOf({ secret }: TossPayment): { readonly secret?: string } {
  return typeof secret === 'string' && secret !== '' ? { secret } : {};
}

/** When an account that was given to pay into is closed. Written with the offset of Seoul. */
function untilOf({ virtualAccount }: TossPayment): { readonly until?: Date } {
  const dueDate = virtualAccount?.dueDate;
  if (typeof dueDate !== 'string') return {};
  // Older answers leave the offset out, and mean Seoul.
  const until = new Date(/(?:Z|[+-]\d\d:?\d\d)$/.test(dueDate) ? dueDate : `${dueDate}+09:00`);
  return Number.isNaN(until.getTime()) ? {} : { until };
}

/**
 * What went back. A part of ours has its id in the reason, which is the only word of ours that Toss gives back; a reason
 * that comes a second time is somebody else's copy of it.
 */
function undoneOf(paid: TossPayment): readonly Undone[] {
  const known = new Set<string>();
  const undone = cancelsOf(paid)
    .filter(isDone)
    .map(({ cancelAmount, cancelReason }) => {
      const partId = partIn(cancelReason);
      const isFirst = partId !== undefined && !known.has(partId);
      if (isFirst) known.add(partId);
      return { amount: cancelAmount, partId: isFirst ? partId : undefined };
    });
  const sum = undone.reduce((total, { amount }) => total + amount, 0);
  if (sum > paid.totalAmount) throw new GatewayUnclear('Toss says that more went back than came');
  // Of what was cancelled before anybody paid, Toss need not say what went back: nothing is left of it, that is all.
  const rest = paid.status === 'CANCELED' && cancelsOf(paid).every(isDone) ? paid.totalAmount - sum : 0;
  return rest > 0 ? [...undone, { amount: rest, partId: undefined }] : undone;
}

type TossCancel = Static<typeof Cancel>;

function cancelsOf({ cancels }: TossPayment): readonly TossCancel[] {
  return cancels ?? [];
}

function isDone({ cancelStatus }: TossCancel): boolean {
  return cancelStatus === undefined || cancelStatus === null || cancelStatus === 'DONE';
}

const part_in_reason = /\[([0-9a-z-]{1,30})\]$/;

function partIn(reason: string | null | undefined): string | undefined {
  return part_in_reason.exec(reason ?? '')?.[1];
}

/** Seen by the fan in some receipts, and by the operator at Toss's desk. At most 200 characters there. */
export function reasonFor(partId: string): string {
  return `지갑 출금 · Wallet withdrawal [${partId}]`;
}

/** How far a part of ours went: undefined if Toss has not heard of it, or could not do it. */
export function partOf(paid: TossPayment, partId: string): 'DONE' | 'PENDING' | undefined {
  const ours = cancelsOf(paid).filter(({ cancelReason }) => partIn(cancelReason) === partId);
  if (ours.some(isDone)) return 'DONE';
  return ours.some(({ cancelStatus }) => cancelStatus === 'IN_PROGRESS') ? 'PENDING' : undefined;
}
