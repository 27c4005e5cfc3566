/** What is said of refunds: in both languages, and true of the moment at which a rule ends. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { dice } from '../../test/harness/properties.ts';
import { askedSince } from '../../test/harness/refund-cases.ts';
import { clockIn, dateIn } from '../../test/harness/refunds-by-hand.ts';
import { refundOf, sentenceOf, sentencesOf, type RefundTerms, type RuleId } from './refunds.ts';

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
      '공연 7일 전인 2026년 12월 13일(일)까지 취소하면 취소 수수료가 좌석당 티켓 금액의 10%예요.',
    ]);
    assert.deepEqual(said('days:10:0', kftc, sunday), [
      'Until the end of Thu 10 Dec 2026, 10 days before the show, there is no cancellation fee.',
      '공연 10일 전인 2026년 12월 10일(목)까지 취소하면 취소 수수료가 없어요.',
    ]);
    assert.deepEqual(said('days:1:30', kftc, sunday), [
      'Until the end of Sat 19 Dec 2026, the day before the show, the cancellation fee is 30% of the price of each seat.',
      '공연 전날인 2026년 12월 19일(토)까지 취소하면 취소 수수료가 좌석당 티켓 금액의 30%예요.',
    ]);
    assert.deepEqual(said('days:0:90', kftc, sunday), [
      'On Sun 20 Dec 2026, the day of the show, until it starts, the cancellation fee is 90% of the price of each seat.',
      '공연 당일인 2026년 12월 20일(일) 공연 시작 전까지 취소하면 취소 수수료가 좌석당 티켓 금액의 90%예요.',
    ]);
  });

  test('names the clock where that comes first', () => {
    assert.deepEqual(said('days:1:30', platform, sunday), [
      'Until 11:00 KST on Sat 19 Dec 2026, the cancellation fee is 30% of the price of each seat.',
      '2026년 12월 19일(토) 11:00 KST까지 취소하면 취소 수수료가 좌석당 티켓 금액의 30%예요.',
    ]);
    assert.deepEqual(said('purchase:168:10', platform, sunday), [
      'Within 168 hours (7 days) of paying, until 12:00 KST on Tue 8 Dec 2026, there is no cancellation fee.',
      '결제 후 168시간(7일) 안에, 2026년 12월 8일(화) 12:00 KST까지 취소하면 취소 수수료가 없어요.',
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
      '결제 후 1시간 안에, 공연 시작 90분 전까지 취소하면 취소 수수료가 없어요.',
      '공연 30일 전까지 취소하면 취소 수수료가 없어요.',
      '공연 전날까지 취소하면 취소 수수료가 좌석당 티켓 금액의 50%예요.',
      '공연 시작 90분 전까지 취소하면 티켓 금액 전액이 취소 수수료예요.',
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
        if (clock !== undefined) assert.equal(clock, clockIn(terms.timeZone, told), text);
        if (date !== undefined)
          assert.equal(new Date(`${date} 00:00Z`).toISOString().slice(0, 10), dateIn(terms.timeZone, told), text);
      }),
      dice(400),
    );
    assert(kinds.has('clock') && kinds.size > 2, [...kinds].join());
  });
});
