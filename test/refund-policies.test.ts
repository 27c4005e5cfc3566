/** A concert's refund policy, as an operator gives it and as its page says it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { BodyOf, ReplyOf } from '../src/contract.ts';
import { boxOffice, type BoxOffice } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import { refundOf, sentencesOf, type RefundPolicy, type RefundTerms } from '../src/refunds/refunds.ts';

let house: House;
let box: BoxOffice;
let concertId: string;

before(async () => {
  house = await openHouse();
  box = boxOffice(await house.start());
  ({ concertId } = await box.createConcert());
});
after(() => house.close());

type Concert = ReplyOf<'getConcert', 200>;
type Given = Pick<BodyOf<'updateConcert'>, 'refundPolicy' | 'timeZone'>;

const sale = (changes: object) => ({
  title: 'A concert',
  artist: 'An artist',
  venue: 'A venue',
  performances: [
    {
      startsAt: '2030-05-01T10:00:00.000Z',
      sections: [{ name: 'A', rows: 1, seatsPerRow: 1, grade: 'R', price: 1 }],
    },
  ],
  ...changes,
});
const create = async (changes: object) =>
  box.call<ReplyOf<'createConcert', 201>>('POST', '/api/v1/admin/concerts', {
    ...(await box.asOperator()),
    body: sale(changes),
  });
const change = async (changes: object) =>
  box.call<ReplyOf<'updateConcert', 200>>('PATCH', `/api/v1/admin/concerts/${concertId}`, {
    ...(await box.asOperator()),
    body: changes,
  });
const shown = async (id: string, language: string): Promise<Concert> =>
  (await box.call<Concert>('GET', `/api/v1/concerts/${id}`, { headers: { 'accept-language': language } })).body;

const falling = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ untilDaysBefore: 365 - index, feePercent: index }));
const own: RefundPolicy = {
  rules: [
    { untilDaysBefore: 14, feePercent: 0 },
    { untilDaysBefore: 1, feePercent: 50 },
  ],
  freeHoursAfterPurchase: 2,
  closesMinutesBeforeStart: 90,
};

describe('a policy that is given', () => {
  const bad: readonly (readonly [given: object, path: string])[] = [
    [{ refundPolicy: {} }, 'refundPolicy'],
    [{ refundPolicy: 'kftc' }, 'refundPolicy'],
    [{ refundPolicy: { preset: 'kftc', rules: falling(1) } }, 'refundPolicy'],
    [{ refundPolicy: { preset: 'kftc', freeHoursAfterPurchase: 24 } }, 'refundPolicy'],
    [{ refundPolicy: { freeHoursAfterPurchase: 24 } }, 'refundPolicy'],
    [{ refundPolicy: { preset: 'fair' } }, 'refundPolicy.preset'],
    [{ refundPolicy: { rules: [] } }, 'refundPolicy.rules'],
    [{ refundPolicy: { rules: falling(21) } }, 'refundPolicy.rules'],
    [{ refundPolicy: { rules: [{ untilDaysBefore: 1 }] } }, 'refundPolicy.rules[0].feePercent'],
    [{ refundPolicy: { rules: [{ untilDaysBefore: 1, feePercent: 101 }] } }, 'refundPolicy.rules[0].feePercent'],
    [{ refundPolicy: { rules: [{ untilDaysBefore: 1, feePercent: -1 }] } }, 'refundPolicy.rules[0].feePercent'],
    [{ refundPolicy: { rules: [{ untilDaysBefore: 1, feePercent: 12.5 }] } }, 'refundPolicy.rules[0].feePercent'],
    [{ refundPolicy: { rules: [{ untilDaysBefore: 366, feePercent: 0 }] } }, 'refundPolicy.rules[0].untilDaysBefore'],
    [
      { refundPolicy: { rules: [...falling(3), { untilDaysBefore: 363, feePercent: 9 }] } },
      'refundPolicy.rules[3].untilDaysBefore',
    ],
    [
      { refundPolicy: { rules: [{ untilDaysBefore: 1, feePercent: 9 }, ...falling(1)] } },
      'refundPolicy.rules[1].untilDaysBefore',
    ],
    [{ refundPolicy: { rules: falling(1), freeHours: 24 } }, 'refundPolicy.freeHours'],
    [{ refundPolicy: { rules: falling(1), freeUntilDaysBefore: -1 } }, 'refundPolicy.freeUntilDaysBefore'],
    [
      { refundPolicy: { rules: falling(1), closesMinutesBeforeStart: 525_601 } },
      'refundPolicy.closesMinutesBeforeStart',
    ],
    // Not a name; a name in another case; no name though Intl takes it, where BST is Dhaka; not one of today.
    ...['', 'Seoul', 'Asia/Soul', 'Asia/Seoul ', 'asia/seoul', 'Asia/SEOUL', 'asia/kolkata', 'utc'].map(
      (timeZone) => [{ timeZone }, 'timeZone'] as const,
    ),
    ...['Etc/Unknown', '+09:00', '+0900', 'BST', 'PST', 'SystemV/PST8', 'US/Pacific'].map(
      (timeZone) => [{ timeZone }, 'timeZone'] as const,
    ),
  ];

  test('is refused where it is off, with the path, and nothing is made or changed', async () => {
    const before = await shown(concertId, 'en');
    const [{ count }] = await house.sql<[{ count: number }]>`select count(*) from concerts`;
    for (const [given, path] of bad)
      for (const { status, code, fields } of [await create(given), await change(given)]) {
        assert.deepEqual([status, code], [400, 'VALIDATION_FAILED'], JSON.stringify(given));
        const paths = (fields['errors'] as { path: string }[]).map((error) => error.path);
        assert(paths.includes(path), `${JSON.stringify(given)}: ${paths.join()}`);
      }
    assert.deepEqual(await shown(concertId, 'en'), before);
    const [rows] = await house.sql<[{ count: number }]>`select count(*) from concerts`;
    assert.equal(rows.count, count);
  });

  test('comes back as it was given, with the usual for what was left out', async () => {
    for (const given of [
      {},
      { refundPolicy: { preset: 'platform' }, timeZone: 'Europe/Kyiv' },
      { refundPolicy: { preset: 'none' }, timeZone: 'Asia/Kolkata' },
      { refundPolicy: own, timeZone: 'America/Argentina/Buenos_Aires' },
      {
        refundPolicy: { rules: falling(20), freeUntilDaysBefore: 365, freeHoursAfterPurchase: 8_760 },
        timeZone: 'UTC',
      },
    ] satisfies Given[]) {
      const expected: RefundTerms = { refundPolicy: { preset: 'kftc' }, timeZone: 'Asia/Seoul', ...given };
      const { status, body } = await create(given);
      assert.equal(status, 201, JSON.stringify(given));
      assert.deepEqual({ refundPolicy: body.refundPolicy, timeZone: body.timeZone }, expected);
      const { timeZone, refundRules } = await shown(body.id, 'ko-KR');
      assert.deepEqual([timeZone, refundRules], [expected.timeZone, sentencesOf(expected, 'ko')]);
    }
  });

  test('is changed by itself, and so is the zone; the page says it at once, in the reader’s language', async () => {
    const said = async () => [(await shown(concertId, 'en')).refundRules, (await shown(concertId, 'ko')).refundRules];
    const kftc = { refundPolicy: { preset: 'kftc' }, timeZone: 'Asia/Seoul' } as const;
    assert.deepEqual(await said(), [sentencesOf(kftc, 'en'), sentencesOf(kftc, 'ko')]);
    const policy = (await change({ refundPolicy: own })).body;
    assert.deepEqual([policy.refundPolicy, policy.timeZone], [own, 'Asia/Seoul']);
    const zone = (await change({ timeZone: 'Australia/Lord_Howe' })).body;
    assert.deepEqual([zone.refundPolicy, zone.timeZone], [own, 'Australia/Lord_Howe']);
    const [en = [], ko = []] = await said();
    assert.deepEqual(en, sentencesOf({ ...kftc, refundPolicy: own }, 'en'));
    assert.equal(en[2], 'Up to the day before the show, the cancellation fee is 50% of the price of each seat.');
    assert.equal(ko[2], '공연 전날까지 취소하면 취소 수수료가 좌석당 티켓 금액의 50%예요.');
    assert.deepEqual((await change({ refundPolicy: { preset: 'kftc' } })).body.refundPolicy, { preset: 'kftc' });
  });
});

test('every zone that may be given is one that refunds can be reckoned in', async () => {
  const zones = [
    'UTC',
    'Etc/UTC',
    'Asia/Kolkata',
    'Europe/Kyiv',
    'America/Nuuk',
    ...Intl.supportedValuesOf('timeZone'),
  ];
  for (const timeZone of zones) {
    const terms = { refundPolicy: { preset: 'kftc' }, timeZone } as const;
    const [paidAt, startsAt, now] = [new Date('2026-11-01'), new Date('2026-12-20'), new Date('2026-12-01')];
    const refund = refundOf({ terms, paidAt, startsAt, movedAt: null, now, seats: [{ number: 1, price: 10 }] });
    assert.equal('because' in refund ? refund.because : refund.rule, 'days:10:0', timeZone);
  }
});
