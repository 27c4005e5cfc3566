/**
 * Whether seats that were paid for can be cancelled now, and what comes back for them. Decided from what was read, and by the
 * time that was read with it: for a quote as it stands, for a cancellation under its locks.
 */
import { seatAt, type Performance } from '../catalog/catalog.ts';
import type { cancellationReasons } from '../contract.ts';
import { refundLess, refundOf, type PaidSeat, type Refund } from '../refunds/refunds.ts';
import { Refusal, refuse, refuseField } from '../refusals.ts';
import type { PaidSeats } from '../reservation/reservation.ts';

/** Whose reservation, and which of its seats; undefined: all that are left. */
export interface Wanted {
  readonly fanId: string;
  readonly seatNumbers: readonly number[] | undefined;
}

/** An operator cancels whatever the policy says, and whatever time it is. */
export interface ForFan {
  readonly operatorId: string;
  readonly reason: (typeof cancellationReasons)[number];
  /** 0–100. */
  readonly feePercent: number;
}

export interface Found {
  readonly paid: PaidSeats | undefined;
  /** Of its date, as it was laid out; prices never change. */
  readonly performance: Performance | undefined;
}

const notOfIt = { en: 'must be seats of this reservation', ko: '이 예매의 좌석이어야 해요' };
const notDistinct = { en: 'must not repeat itself', ko: '같은 값이 두 번 있으면 안 돼요' };

/**
 * What comes back. Refusals, as values, in this order: NOT_FOUND; VALIDATION_FAILED for a number that comes twice or is not of
 * the reservation; NOT_CANCELLABLE because of NOT_PAID, ALREADY_CANCELLED (a single one of the seats, or the date was called
 * off), and where no operator decides STARTED, CLOSED, POLICY.
 */
export function refundFor({ fanId, seatNumbers }: Wanted, found: Found, operator?: ForFan): Refund | Refusal {
  const { paid, performance } = found;
  if (paid === undefined || performance === undefined || paid.userId !== fanId) return refuse('NOT_FOUND');
  const numbers = numbersAmong(paid, seatNumbers);
  if (numbers instanceof Refusal) return numbers;
  const { paidAt, readAt: now } = paid;
  if (paidAt === null) return refuse('NOT_CANCELLABLE', { because: 'NOT_PAID' });
  if (isGivenBack(paid, numbers)) return refuse('NOT_CANCELLABLE', { because: 'ALREADY_CANCELLED' });
  // Here USED has its place, when there are tickets that can be.
  const seats = numbers.map((number) => ({ number, price: priceOf(performance, number) }));
  if (operator !== undefined) return refundLess(operator, seats, `operator:${operator.feePercent}`);
  const refund = refundOf({ ...paid, paidAt, now, seats });
  return 'because' in refund ? refuse('NOT_CANCELLABLE', { because: refund.because }) : refund;
}

/** One of them, or all there were, or the date was called off and all of it comes back by itself. */
function isGivenBack({ isCalledOff, cancelledNumbers }: PaidSeats, numbers: readonly number[]): boolean {
  return isCalledOff || numbers.length === 0 || numbers.some((number) => cancelledNumbers.includes(number));
}

/** Those that are wanted; all that are left, where none is named. */
function numbersAmong(
  { seatNumbers: all, cancelledNumbers }: PaidSeats,
  wanted: Wanted['seatNumbers'],
): readonly number[] | Refusal {
  if (wanted === undefined) return all.filter((number) => !cancelledNumbers.includes(number));
  if (new Set(wanted).size < wanted.length) return refuseField('seatNumbers', notDistinct);
  return wanted.every((number) => all.includes(number)) ? wanted : refuseField('seatNumbers', notOfIt);
}

function priceOf(performance: Performance, number: number): PaidSeat['price'] {
  const seat = seatAt(performance, number);
  if (seat === undefined) throw new Error('a seat that was paid for is none of its date');
  return seat.price;
}
