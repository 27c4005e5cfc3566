/** What a policy comes to, presets written out: one shape for all of them, by which a refund is reckoned and put into words. */
import { isSaturday, type WallClock } from './calendar.ts';
import type { RefundPolicy, RefundRule } from './policy.ts';

export interface ScheduledRule extends RefundRule {
  /** A fee is at most so much a seat, in whole units of the currency. */
  readonly feeMax?: number;
}

export interface Schedule {
  /** Days strictly falling; empty: nothing can be cancelled by the fan. */
  readonly rules: readonly ScheduledRule[];
  readonly freeHoursAfterPurchase: number;
  readonly freeUntilDaysBefore: number;
  /** Minutes before the start, or at the hour that a counter closes on the day before (`eveClosing`). */
  readonly closes: number | 'EVE';
}

/** The Korean consumer standard for performances; where it comes from, and every boundary of it: docs/refunds.md. */
const kftc: Schedule = {
  rules: [
    { untilDaysBefore: 10, feePercent: 0 },
    { untilDaysBefore: 7, feePercent: 10 },
    { untilDaysBefore: 3, feePercent: 20 },
    { untilDaysBefore: 1, feePercent: 30 },
    { untilDaysBefore: 0, feePercent: 90 },
  ],
  freeHoursAfterPurchase: 24,
  freeUntilDaysBefore: 3,
  closes: 0,
};

/** What ticket sites print: in the rules of a concert's own there is neither a most nor a closing by the clock. */
const platform: Schedule = {
  rules: [
    { untilDaysBefore: 10, feePercent: 10, feeMax: 4_000 },
    { untilDaysBefore: 7, feePercent: 10 },
    { untilDaysBefore: 3, feePercent: 20 },
    { untilDaysBefore: 1, feePercent: 30 },
  ],
  freeHoursAfterPurchase: 168,
  freeUntilDaysBefore: 10,
  closes: 'EVE',
};

const none: Schedule = { rules: [], freeHoursAfterPurchase: 0, freeUntilDaysBefore: 0, closes: 0 };

const presets = { kftc, platform, none };

export function scheduleOf(policy: RefundPolicy): Schedule {
  if (policy.preset !== undefined) return presets[policy.preset];
  const { rules = [], freeHoursAfterPurchase = 0, freeUntilDaysBefore = 0, closesMinutesBeforeStart = 0 } = policy;
  return { rules, freeHoursAfterPurchase, freeUntilDaysBefore, closes: closesMinutesBeforeStart };
}

/** When a counter closes on the eve of a show, by the clock there. */
export const eveHour = { usual: 17, onSaturday: 11 } as const;

/** The same for a show of that day. */
export function eveClosing(showDay: number): WallClock {
  const day = showDay - 1;
  return { day, hour: isSaturday(day) ? eveHour.onSaturday : eveHour.usual, minute: 0 };
}
