/**
 * What cancelling gives back: fee = floor(price × percent / 100) a seat, refund = price − fee, by the first rule that holds
 * now. Nothing is read here, neither a clock nor a row: what goes in decides what comes out, to the millisecond.
 */
import { hour_ms, minute_ms, minutesOf, wallClockIn, type WallClock } from './calendar.ts';
import type { RefundTerms } from './policy.ts';
import { eveClosing, scheduleOf, type Schedule, type ScheduledRule } from './schedule.ts';

/** What was paid for: the price of a seat is in whole units of the currency. */
export interface PaidSeat {
  readonly number: number;
  readonly price: number;
}

/** price = fee + refund. */
export interface RefundedSeat extends PaidSeat {
  readonly fee: number;
  readonly refund: number;
}

/**
 * Which rule decided, kept for good: `days:<untilDaysBefore>:<feePercent>[:<feeMax>]`, `purchase:<hours>:<untilDaysBefore>`,
 * a date that was `moved` or `called_off`, and `operator:<feePercent>`, who cancelled for the fan.
 */
export type RuleId =
  | `days:${number}:${number}`
  | `days:${number}:${number}:${number}`
  | `purchase:${number}:${number}`
  | `operator:${number}`
  | 'moved'
  | 'called_off';

export interface Refund {
  /** In the order they were asked about. */
  readonly seats: readonly RefundedSeat[];
  readonly fee: number;
  readonly refund: number;
  readonly rule: RuleId;
}

/** The first that holds of these, in this order. */
export interface NotRefunded {
  readonly because: 'STARTED' | 'CLOSED' | 'POLICY';
}

export interface RefundAsked {
  /** As they were copied when it was paid. */
  readonly terms: RefundTerms;
  readonly paidAt: Date;
  /** Of the date as it is now. */
  readonly startsAt: Date;
  /** When the date was moved last; null: never. */
  readonly movedAt: Date | null;
  readonly now: Date;
  readonly seats: readonly PaidSeat[];
}

export const free_hours_after_move = 168;
const free = { feePercent: 0 };

/** What the fan gets who cancels now, or why nothing can be cancelled. Costs two looks at a calendar. */
export function refundOf(asked: RefundAsked): Refund | NotRefunded {
  const { paidAt, startsAt, movedAt, now, seats } = asked;
  if (now >= startsAt) return { because: 'STARTED' };
  // Whoever paid for another time may go, whatever the policy says.
  if (movedAt !== null && movedAt > paidAt && isWithin(free_hours_after_move, movedAt, now))
    return refundLess(free, seats, 'moved');
  return refundByPolicy(asked);
}

function refundByPolicy({ terms, paidAt, startsAt, now, seats }: RefundAsked): Refund | NotRefunded {
  const schedule = scheduleOf(terms.refundPolicy);
  const here = wallClockIn(terms.timeZone, now);
  const showDay = wallClockIn(terms.timeZone, startsAt).day;
  if (isClosed(schedule, { now, startsAt, here, showDay })) return { because: 'CLOSED' };
  const daysLeft = showDay - here.day;
  const rule = schedule.rules.find(({ untilDaysBefore }) => daysLeft >= untilDaysBefore);
  const { freeHoursAfterPurchase: hours, freeUntilDaysBefore: days } = schedule;
  // Where cancelling is free by its day anyway, that is the rule to name: it is the one that lasts.
  if (rule?.feePercent !== 0 && daysLeft >= days && isWithin(hours, paidAt, now))
    return refundLess(free, seats, `purchase:${hours}:${days}`);
  return rule === undefined ? { because: 'POLICY' } : refundLess(rule, seats, idOf(rule));
}

/** What seats give back after a fee, whoever decided on it. */
export function refundLess(
  { feePercent, feeMax }: Pick<ScheduledRule, 'feePercent' | 'feeMax'>,
  seats: readonly PaidSeat[],
  rule: RuleId,
): Refund {
  const refunded = seats.map(({ number, price }) => {
    const fee = Math.min(percentOf(price, feePercent), feeMax ?? price);
    return { number, price, fee, refund: price - fee };
  });
  return {
    seats: refunded,
    fee: refunded.reduce((sum, { fee }) => sum + fee, 0),
    refund: refunded.reduce((sum, { refund }) => sum + refund, 0),
    rule,
  };
}

/** floor(price × percent / 100), exact for every whole price up to 2⁵³ − 1: no product here is larger than the price. */
export function percentOf(price: number, percent: number): number {
  const rest = price % 100;
  return ((price - rest) / 100) * percent + Math.floor((rest * percent) / 100);
}

function idOf({ untilDaysBefore, feePercent, feeMax }: ScheduledRule): RuleId {
  const id = `days:${untilDaysBefore}:${feePercent}` as const;
  return feeMax === undefined ? id : `${id}:${feeMax}`;
}

function isWithin(hours: number, since: Date, now: Date): boolean {
  return now.getTime() < since.getTime() + hours * hour_ms;
}

interface Moment {
  readonly now: Date;
  readonly startsAt: Date;
  readonly here: WallClock;
  readonly showDay: number;
}

function isClosed({ closes }: Schedule, { now, startsAt, here, showDay }: Moment): boolean {
  if (closes !== 'EVE') return now.getTime() >= startsAt.getTime() - closes * minute_ms;
  return minutesOf(here) >= minutesOf(eveClosing(showDay));
}
