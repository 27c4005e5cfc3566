/** Refunds against a reckoning of the same contract by simpler means, and against their own sentences. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { dice } from '../../test/harness/properties.ts';
import {
  percentOf,
  refundOf,
  sentenceOf,
  sentencesOf,
  type RefundAsked,
  type RefundPolicy,
  type RefundTerms,
  type RuleId,
} from './refunds.ts';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

/** The contract once more, as one would do it with a wall calendar: `2026-12-19` and `17:00` are texts, days are crossed off. */
const naive = {
  date: (at: Date, timeZone: string): string => at.toLocaleDateString('en-CA', { timeZone }),
  clock: (at: Date, timeZone: string): string =>
    at.toLocaleTimeString('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }),
  isLeap: (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0,
  dayBefore(date: string): string {
    const [year = 0, month = 0, of = 0] = date.split('-').map(Number);
    const lengths = [31, naive.isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    const [y, m, d] =
      of > 1 ? [year, month, of - 1] : month > 1 ? [year, month - 1, lengths[month - 2] ?? 0] : [year - 1, 12, 31];
    return [y, String(m).padStart(2, '0'), String(d).padStart(2, '0')].join('-');
  },
  /** Days crossed off from the show back to today; more than a year is as much as anybody asks. */
  daysLeft(today: string, show: string): number {
    let days = 0;
    for (let date = show; date > today && days < 400; date = naive.dayBefore(date)) days += 1;
    return show < today ? -1 : days;
  },
  isSaturday(date: string): boolean {
    const [year = 0, month = 0, of = 0] = date.split('-').map(Number);
    const [m, y] = month < 3 ? [month + 12, year - 1] : [month, year];
    return (
      (of + Math.floor((13 * (m + 1)) / 5) + y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)) % 7 ===
      0
    );
  },
  percent: (price: number, percent: number): number => Number((BigInt(price) * BigInt(percent)) / 100n),

  /** The fee of each seat, or why there is none. */
  fees(asked: RefundAsked): number[] | string {
    const { terms, paidAt, startsAt, movedAt, now, seats } = asked;
    if (now.getTime() >= startsAt.getTime()) return 'STARTED';
    const fees = (percent: number, most = Infinity): number[] =>
      seats.map(({ price }) => Math.min(most, naive.percent(price, percent)));
    if (movedAt !== null && paidAt < movedAt && now.getTime() - movedAt.getTime() < 168 * hour) return fees(0);
    const [today, show] = [naive.date(now, terms.timeZone), naive.date(startsAt, terms.timeZone)];
    const left = naive.daysLeft(today, show);
    const sincePaid = now.getTime() - paidAt.getTime();
    const { preset } = terms.refundPolicy;
    if (preset === 'none') return 'POLICY';
    if (preset === 'kftc') {
      if (left >= 10 || (sincePaid < 24 * hour && left >= 3)) return fees(0);
      return left < 0 ? 'POLICY' : fees(left >= 7 ? 10 : left >= 3 ? 20 : left >= 1 ? 30 : 90);
    }
    if (preset === 'platform') {
      const eve = naive.dayBefore(show);
      if (`${today} ${naive.clock(now, terms.timeZone)}` >= `${eve} ${naive.isSaturday(eve) ? '11' : '17'}:00`)
        return 'CLOSED';
      if (left >= 10) return sincePaid < 168 * hour ? fees(0) : fees(10, 4_000);
      return fees(left >= 7 ? 10 : left >= 3 ? 20 : 30);
    }
    const own = terms.refundPolicy;
    if (now.getTime() >= startsAt.getTime() - (own.closesMinutesBeforeStart ?? 0) * minute) return 'CLOSED';
    if (sincePaid < (own.freeHoursAfterPurchase ?? 0) * hour && left >= (own.freeUntilDaysBefore ?? 0)) return fees(0);
    for (const { untilDaysBefore, feePercent } of own.rules ?? []) if (left >= untilDaysBefore) return fees(feePercent);
    return 'POLICY';
  },
};

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
const prices = fc.oneof(fc.integer({ min: 0, max: 100_000_000 }), fc.maxSafeNat());

/** Whole quarters of an hour and the milliseconds about them: that is where days, hours and clocks of every zone end. */
function moments(from: string): fc.Arbitrary<number> {
  const quarters = { min: Date.parse(from) / (15 * minute), max: Date.parse('2036-01-01T00:00:00Z') / (15 * minute) };
  const about = fc.constantFrom(0, 0, -1, 1, 999, -1_000, 61_234);
  return fc.tuple(fc.integer(quarters), about).map(([quarter, ms]) => quarter * 15 * minute + ms);
}

/** Paid, perhaps moved, and asked about within some weeks before the show, or just after its start. */
function askedSince(from: string): fc.Arbitrary<RefundAsked> {
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

test('a refund is what crossing off days on a calendar makes it', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(askedSince('2011-01-01T00:00:00Z'), (asked) => {
      const refund = refundOf(asked);
      seen.add('because' in refund ? refund.because : refund.rule.replace(/:.*/, ''));
      assert.deepEqual('because' in refund ? refund.because : refund.seats.map(({ fee }) => fee), naive.fees(asked));
    }),
    dice(1_500),
  );
  assert.deepEqual(seen, new Set(['STARTED', 'CLOSED', 'POLICY', 'days', 'purchase', 'moved']));
});

test('a fee and a refund are the price, of each seat and of all, and each seat is reckoned by itself', () => {
  fc.assert(
    fc.property(askedSince('2020-01-01T00:00:00Z'), (asked) => {
      const all = refundOf(asked);
      if ('because' in all) return;
      for (const [index, seat] of all.seats.entries()) {
        assert.deepEqual([seat.number, seat.price], Object.values(asked.seats[index] ?? {}));
        assert.equal(seat.fee + seat.refund, seat.price);
        assert(seat.fee >= 0 && seat.refund >= 0 && Number.isSafeInteger(seat.fee), String(seat.fee));
        const alone = refundOf({ ...asked, seats: asked.seats.slice(index, index + 1) });
        assert.deepEqual(alone, { seats: [seat], fee: seat.fee, refund: seat.refund, rule: all.rule });
      }
      assert.equal(
        all.fee,
        all.seats.reduce((sum, { fee }) => sum + fee, 0),
      );
      assert.equal(
        all.refund,
        all.seats.reduce((sum, { refund }) => sum + refund, 0),
      );
    }),
    dice(300),
  );
});

test('percents of any price are whole and rounded down, where floating point would not be', () => {
  assert.equal(percentOf(Number.MAX_SAFE_INTEGER, 100), Number.MAX_SAFE_INTEGER);
  assert.equal(percentOf(Number.MAX_SAFE_INTEGER, 99), 8_917_127_262_193_581);
  fc.assert(
    fc.property(prices, fc.integer({ min: 0, max: 100 }), (price, percent) => {
      assert.equal(percentOf(price, percent), naive.percent(price, percent));
    }),
    dice(1_000),
  );
});

test('under a preset, waiting never makes cancelling cheaper', () => {
  const presets = fc.constantFrom<RefundPolicy>({ preset: 'kftc' }, { preset: 'platform' });
  fc.assert(
    fc.property(askedSince('2020-01-01T00:00:00Z'), presets, fc.nat(20 * day), (asked, refundPolicy, wait) => {
      const unmoved = { ...asked, movedAt: null, terms: { ...asked.terms, refundPolicy } };
      const [sooner, later] = [refundOf(unmoved), refundOf({ ...unmoved, now: new Date(asked.now.getTime() + wait) })];
      if ('because' in sooner) assert('because' in later);
      else assert('because' in later || later.fee >= sooner.fee);
    }),
    dice(300),
  );
});

describe('a sentence', () => {
  const kftc: RefundTerms = { refundPolicy: { preset: 'kftc' }, timeZone: 'Asia/Seoul' };
  const platform: RefundTerms = { refundPolicy: { preset: 'platform' }, timeZone: 'Asia/Seoul' };
  const plain = (text: string): string => text.replaceAll('\u00a0', ' ');
  const at = (paid: string, starts: string, moved?: string) => ({
    paidAt: new Date(paid),
    startsAt: new Date(starts),
    movedAt: moved === undefined ? null : new Date(moved),
  });
  const sunday = at('2026-12-01T12:00:00+09:00', '2026-12-20T19:00:00+09:00');
  const said = (rule: RuleId, terms = kftc, bought?: typeof sunday): string[] =>
    (['en', 'ko'] as const).map((language) => plain(sentenceOf(rule, language, terms, bought)));

  test('names the day to whose end its rule holds', () => {
    assert.deepEqual(said('days:7:10', kftc, sunday), [
      'Until the end of Sun 13 Dec 2026, 7 days before the show, the cancellation fee is 10% of the price of each seat.',
      '공연 7일 전인 2026년 12월 13일(일)까지는 취소 수수료가 좌석당 티켓 금액의 10%예요.',
    ]);
    assert.deepEqual(said('days:10:0', kftc, sunday), [
      'Until the end of Thu 10 Dec 2026, 10 days before the show, there is no cancellation fee.',
      '공연 10일 전인 2026년 12월 10일(목)까지는 취소 수수료가 없어요.',
    ]);
    assert.deepEqual(said('days:1:30', kftc, sunday), [
      'Until the end of Sat 19 Dec 2026, the day before the show, the cancellation fee is 30% of the price of each seat.',
      '공연 전날인 2026년 12월 19일(토)까지는 취소 수수료가 좌석당 티켓 금액의 30%예요.',
    ]);
    assert.deepEqual(said('days:0:90', kftc, sunday), [
      'On Sun 20 Dec 2026, the day of the show, until it starts, the cancellation fee is 90% of the price of each seat.',
      '공연 당일인 2026년 12월 20일(일) 공연 시작 전까지는 취소 수수료가 좌석당 티켓 금액의 90%예요.',
    ]);
  });

  test('names the clock where that comes first', () => {
    assert.deepEqual(said('days:1:30', platform, sunday), [
      'Until 11:00 KST on Sat 19 Dec 2026, the cancellation fee is 30% of the price of each seat.',
      '2026년 12월 19일(토) 11:00 KST까지는 취소 수수료가 좌석당 티켓 금액의 30%예요.',
    ]);
    assert.deepEqual(said('purchase:168:10', platform, sunday), [
      'Within 168 hours (7 days) of paying, until 12:00 KST on Tue 8 Dec 2026, there is no cancellation fee.',
      '결제 후 168시간(7일) 안에는 2026년 12월 8일(화) 12:00 KST까지 취소 수수료가 없어요.',
    ]);
    const lordHowe = { ...kftc, timeZone: 'Australia/Lord_Howe' };
    assert.deepEqual(
      said('purchase:24:3', lordHowe, at('2027-04-03T20:00:00+11:00', '2027-04-08T19:30:00+10:30'))[0],
      'Within 24 hours of paying, until 19:30 GMT+10:30 on Sun 4 Apr 2027, there is no cancellation fee.',
    );
  });

  test('tells what was moved, called off, or cancelled by an operator', () => {
    const moved = at('2026-12-01T12:00:00+09:00', '2026-12-20T19:00:00+09:00', '2026-12-02T09:00:00+09:00');
    assert.deepEqual(said('moved', kftc, moved), [
      'Your date was moved, so there is no cancellation fee until 09:00 KST on Wed 9 Dec 2026.',
      '일정이 변경된 회차라 2026년 12월 9일(수) 09:00 KST까지 취소 수수료가 없어요.',
    ]);
    assert.deepEqual(said('moved'), [
      'Your date was moved, so there is no cancellation fee for 7 days after the change.',
      '일정이 변경된 회차라 변경 후 7일 동안 취소 수수료가 없어요.',
    ]);
    assert.deepEqual(said('called_off'), [
      'Your date was called off, so everything is refunded.',
      '취소된 회차라 전액을 환불해요.',
    ]);
    assert.deepEqual(said('operator:0'), [
      'The box office cancelled it for you: there is no cancellation fee.',
      '예매처에서 대신 취소했어요. 취소 수수료가 없어요.',
    ]);
    assert.deepEqual(
      said('operator:20')[0],
      'The box office cancelled it for you: the cancellation fee is 20% of the price of each seat.',
    );
  });

  test('tells rules of a concert’s own', () => {
    const own: RefundTerms = {
      refundPolicy: {
        rules: [
          { untilDaysBefore: 30, feePercent: 0 },
          { untilDaysBefore: 1, feePercent: 50 },
          { untilDaysBefore: 0, feePercent: 100 },
        ],
        freeHoursAfterPurchase: 1,
        closesMinutesBeforeStart: 90,
      },
      timeZone: 'Europe/London',
    };
    assert.deepEqual(sentencesOf(own, 'en').slice(0, -1), [
      'Within 1 hour of paying, until 90 minutes before the show starts, there is no cancellation fee.',
      'Up to 30 days before the show, there is no cancellation fee.',
      'Up to the day before the show, the cancellation fee is 50% of the price of each seat.',
      'Until 90 minutes before the show starts, the cancellation fee is the whole price of each seat.',
      'Cancelling closes 90 minutes before the show starts.',
      'Otherwise it cannot be cancelled.',
    ]);
    assert.deepEqual(sentencesOf(own, 'ko').slice(0, -1), [
      '결제 후 1시간 안에는 공연 시작 90분 전까지 취소 수수료가 없어요.',
      '공연 30일 전까지는 취소 수수료가 없어요.',
      '공연 전날까지는 취소 수수료가 좌석당 티켓 금액의 50%예요.',
      '공연 시작 90분 전까지는 티켓 금액 전액이 취소 수수료예요.',
      '공연 시작 90분 전에 취소가 마감돼요.',
      '그 밖에는 취소할 수 없어요.',
    ]);
    assert.equal(
      said('days:0:100', own, at('2026-06-01T12:00:00Z', '2026-06-20T00:30:00+01:00'))[0],
      'Until 23:00 BST on Fri 19 Jun 2026, the cancellation fee is the whole price of each seat.',
    );
  });

  test('is true of the moment at which its rule ends', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(askedSince('2020-01-01T00:00:00Z'), (asked) => {
        const refund = refundOf(asked);
        if ('because' in refund) return;
        const { rule } = refund;
        const { terms, startsAt } = asked;
        const holds = (now: number): boolean => {
          const then = refundOf({ ...asked, now: new Date(now) });
          return !('because' in then) && then.rule === rule;
        };
        let [last, end] = [asked.now.getTime(), startsAt.getTime()];
        while (end - last > 1) {
          const middle = Math.floor((last + end) / 2);
          if (holds(middle)) last = middle;
          else end = middle;
        }
        const text = plain(sentenceOf(rule, 'en', terms, asked));
        const [, clock, date] = /(?:(\d\d:\d\d) \S+ on |the end of |^On )\w{3} (\d+ \w+ \d{4})/.exec(text) ?? [];
        kinds.add(clock === undefined ? text.slice(0, 12).replaceAll(/\d/g, '') : 'clock');
        if (date === undefined) assert.equal(end, startsAt.getTime(), text);
        // A clock is that of the first moment it holds no more; a day is the last on which it holds.
        const told = new Date(clock === undefined ? last : end);
        if (clock !== undefined) assert.equal(clock, naive.clock(told, terms.timeZone), text);
        if (date !== undefined)
          assert.equal(new Date(`${date} 00:00Z`).toISOString().slice(0, 10), naive.date(told, terms.timeZone), text);
      }),
      dice(400),
    );
    assert(kinds.has('clock') && kinds.size > 2, [...kinds].join());
  });
});
