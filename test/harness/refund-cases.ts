/** Refunds that are asked about where days, hours and clocks of every zone end: cases for properties. */
import fc from 'fast-check';
import type { RefundAsked, RefundPolicy } from '../../src/refunds/refunds.ts';

const minute = 60_000;
const hour = 60 * minute;

const ownRules: fc.Arbitrary<RefundPolicy> = fc
  .record({
    days: fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 20 }),
    percents: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 20, maxLength: 20 }),
    others: fc.record(
      {
        freeHoursAfterPurchase: fc.integer({ min: 0, max: 200 }),
        freeUntilDaysBefore: fc.integer({ min: 0, max: 15 }),
        closesMinutesBeforeStart: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 10_000 })),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ days, percents, others }) => ({
    rules: days
      .toSorted((one, other) => other - one)
      .map((untilDaysBefore, index) => ({ untilDaysBefore, feePercent: percents[index] ?? 0 })),
    ...others,
  }));
const policies = fc.oneof(
  fc.constantFrom<RefundPolicy>({ preset: 'kftc' }, { preset: 'platform' }, { preset: 'none' }),
  ownRules,
);
const zones = fc.oneof(
  fc.constantFrom('Asia/Seoul', 'Europe/Berlin', 'America/New_York', 'America/Santiago', 'Asia/Kathmandu'),
  fc.constantFrom('Pacific/Apia', 'Pacific/Kiritimati', 'Australia/Lord_Howe', 'America/St_Johns', 'Asia/Kolkata'),
  fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
);
export const prices = fc.oneof(fc.integer({ min: 0, max: 100_000_000 }), fc.maxSafeNat());

/** Whole quarters of an hour and the milliseconds about them: that is where days, hours and clocks of every zone end. */
function moments(from: string): fc.Arbitrary<number> {
  const quarters = { min: Date.parse(from) / (15 * minute), max: Date.parse('2036-01-01T00:00:00Z') / (15 * minute) };
  const about = fc.constantFrom(0, 0, -1, 1, 999, -1_000, 61_234);
  return fc.tuple(fc.integer(quarters), about).map(([quarter, ms]) => quarter * 15 * minute + ms);
}

/** Paid, perhaps moved, and asked about within some weeks before the show, or just after its start. */
export function askedSince(from: string): fc.Arbitrary<RefundAsked> {
  const quarters = (max: number) => fc.oneof(fc.nat(max), fc.nat(24 * 4)).map((count) => count * 15 * minute);
  return fc
    .record({
      startsAt: moments(from),
      before: fc.oneof(quarters(45 * 24 * 4), quarters(15 * 24 * 4)),
      about: fc.constantFrom(0, -1, 1, -500),
      sincePaid: fc.oneof(quarters(10 * 24 * 4), fc.constantFrom(24 * hour, 168 * hour, 23 * hour)),
      sinceMoved: fc.option(fc.oneof(quarters(10 * 24 * 4), fc.constant(168 * hour))),
      seats: fc.array(prices, { minLength: 1, maxLength: 4 }),
      refundPolicy: policies,
      timeZone: zones,
    })
    .map(({ startsAt, before, about, sincePaid, sinceMoved, seats, refundPolicy, timeZone }) => {
      const now = startsAt - before + about;
      return {
        terms: { refundPolicy, timeZone },
        paidAt: new Date(now - sincePaid),
        startsAt: new Date(startsAt),
        movedAt: sinceMoved === null ? null : new Date(now - sinceMoved),
        now: new Date(now),
        seats: seats.map((price, index) => ({ number: 7 * index + 3, price })),
      };
    });
}
