/** Each day of money from outside, reckoned here once more from the rows, to the moment of midnight in Seoul; and the files. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Papa from 'papaparse';
import type { ReplyOf } from '../src/contract.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import { aFewDays, orderRow, putMoney, type MoneyRows } from './harness/money-rows.ts';
import type { Server } from './harness/server.ts';

let house: House;
let server: Server;
let office: BoxOffice;

before(async () => {
  house = await openHouse();
  server = await house.start();
  office = boxOffice(server);
});
after(() => house.close());

async function file(name: string, query: string, language = 'en'): Promise<Response> {
  const { bearer = '' } = await office.asOperator();
  const headers = { authorization: `Bearer ${bearer}`, 'accept-language': language };
  return fetch(`${server.origin}/api/v1/admin/${name}.csv${query}`, { headers });
}

function read(text: string): Record<string, string>[] {
  const { data, errors } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  assert.deepEqual(errors, []);
  return data;
}

/** By the hall's clock, which has no summer time. */
const seoul = (time: string): string =>
  new Date(Date.parse(time) + 9 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
const dayOf = (time: string): string => seoul(time).slice(0, 10);

interface Reckoned {
  readonly count: number;
  readonly amount: number;
}
type Reckoning = Record<string, Record<string, Reckoned>>;

interface Fact {
  readonly time: string;
  readonly orderId: string;
  readonly what: string;
  readonly amount: number;
}

/** What happened, from the rows alone, each at the time of what it counts. */
function factsOf({ orders, withdrawals, reversals }: MoneyRows): Fact[] {
  const parts = withdrawals.flatMap(({ at, parts: own }) => own.map((part) => ({ asked: at, endedAt: '', ...part })));
  const paid = orders.flatMap(({ paidAt: time, ...one }) => (time === null ? [] : [{ ...one, time }]));
  const [done, pending] = ['DONE', 'PENDING'].map((status) => parts.filter((part) => part.status === status));
  return [
    ...orders.map(({ id, createdAt, amount }) => ({ time: createdAt, orderId: id, what: 'ordered', amount })),
    ...paid.map(({ id, time, amount }) => ({ time, orderId: id, what: 'paid', amount })),
    ...paid.map(({ id, time, owed }) => ({ time, orderId: id, what: 'owed', amount: owed })),
    ...(done ?? []).map(({ orderId, endedAt, amount }) => ({ time: endedAt, orderId, what: 'withdrawn', amount })),
    ...(pending ?? []).map(({ orderId, asked, amount }) => ({ time: asked, orderId, what: 'pending', amount })),
    ...reversals.map(({ orderId, at, amount }) => ({ time: at, orderId, what: 'reversed', amount })),
  ].filter(({ amount }) => amount > 0);
}

function reckon(rows: MoneyRows): Reckoning {
  const days: Reckoning = {};
  const methods = new Map(rows.orders.map(({ id, method }) => [id, method]));
  for (const { time, orderId, what, amount } of factsOf(rows)) {
    const own = (days[`${dayOf(time)} ${methods.get(orderId)}`] ??= {});
    const before = own[what] ?? { count: 0, amount: 0 };
    own[what] = { count: before.count + 1, amount: before.amount + amount };
  }
  return days;
}

const sums = ['ordered', 'paid', 'withdrawn', 'pending', 'reversed', 'owed'] as const;
const heads: Readonly<Record<(typeof sums)[number], readonly [count: string, amount: string]>> = {
  ordered: ['Orders', 'Ordered'],
  paid: ['Payments', 'Paid'],
  withdrawn: ['Withdrawals done', 'Withdrawn'],
  pending: ['Withdrawals pending', 'Pending'],
  reversed: ['Reversals', 'Reversed'],
  owed: ['Orders that owe', 'Owed'],
};

const range = '?from=2026-02-28&to=2026-03-05';

test('each day by method is what its rows come to, to the moment of midnight in Seoul, and as a file', async () => {
  const rows = aFewDays(newFan().userId);
  await putMoney(house.sql, rows);
  const reckoned = reckon(rows);
  for (const outside of ['2026-02-27', '2026-03-06']) delete reckoned[`${outside} sandbox`];
  const { body } = await office.call<ReplyOf<'listMoneyDays', 200>>(
    'GET',
    `/api/v1/admin/money-days${range}`,
    await office.asOperator(),
  );
  const none = { count: 0, amount: 0 };
  const found = Object.fromEntries(
    body.days.map(({ day, method, fees, ...told }) => {
      assert.equal(fees, null);
      return [`${day} ${method}`, Object.fromEntries(Object.entries(told).filter(([, { count }]) => count > 0))];
    }),
  );
  assert.deepEqual(found, reckoned);
  assert.deepEqual(
    body.days.map(({ day }) => day),
    body.days.map(({ day }) => day).toSorted((a, b) => b.localeCompare(a)),
    'newest first',
  );
  assert.equal(body.currency, 'KRW');

  const answer = await file('money-days', range);
  assert.equal(answer.headers.get('content-type'), 'text/csv; charset=utf-8');
  assert.equal(answer.headers.get('content-disposition'), 'attachment; filename="money-2026-02-28-to-2026-03-05.csv"');
  const bytes = new Uint8Array(await answer.arrayBuffer());
  assert.deepEqual(Array.from(bytes.slice(0, 3)), [0xef, 0xbb, 0xbf]);
  const names: Record<string, string> = { sandbox: 'Sandbox (simulated)', toss: 'Toss Payments', stripe: 'Stripe' };
  const expected = Object.entries(reckoned)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([key, told]) => {
      const [day = '', method = ''] = key.split(' ');
      const cells = sums.flatMap((what) => {
        const { count, amount } = told[what] ?? none;
        return [
          [heads[what][0], String(count)],
          [heads[what][1], String(amount)],
        ];
      });
      const fees = 'not known here: see the gateway’s statement';
      return { 'Day (KST)': day, Method: names[method], ...Object.fromEntries(cells), Fees: fees };
    });
  const byDay = (a: Record<string, string | undefined>, b: Record<string, string | undefined>): number =>
    `${a['Day (KST)']} ${a['Method']}`.localeCompare(`${b['Day (KST)']} ${b['Method']}`);
  const text = new TextDecoder().decode(bytes);
  assert.deepEqual(read(text).toSorted(byDay), expected.toSorted(byDay));
  assert.match(text, /\r\n$/);
  const [korean] = read(await (await file('money-days', range, 'ko')).text());
  assert.equal(korean?.['수수료'], '알 수 없음(결제사 정산서에서 확인)');
});

test('the orders of these days are in their file once each, however many share a moment', async () => {
  const fan = newFan().userId;
  const at = '2025-06-10T03:00:00.123Z';
  const many = Array.from({ length: 2_100 }, (_, n) =>
    orderRow({ userId: fan, amount: 1_000 + n, createdAt: at, status: n % 3 === 0 ? 'FAILED' : 'PAID' }),
  );
  const early = orderRow({ userId: fan, createdAt: '2025-06-01T00:00:00Z', status: 'PAID', paidAt: at, amount: 77 });
  const outside = orderRow({ userId: fan, createdAt: '2025-06-01T00:00:00Z', status: 'PAID', amount: 78 });
  await putMoney(house.sql, { orders: [...many, early, outside], withdrawals: [], reversals: [] });
  const told = read(await (await file('charge-orders', '?from=2025-06-10&to=2025-06-10')).text());
  assert.deepEqual(
    told.map((row) => row['Order']),
    [early, ...many.toSorted((a, b) => (a.id < b.id ? -1 : 1))].map(({ id }) => id),
  );
  assert.deepEqual(told[0], {
    Order: early.id,
    'Payment at the gateway': early.paymentKey,
    Method: 'Sandbox (simulated)',
    Amount: '77',
    Currency: 'KRW',
    Status: 'Paid',
    'Opened at (KST)': seoul(early.createdAt),
    'Paid at (KST)': seoul(at),
    'Unclear since (KST)': '',
    Withdrawn: '0',
    Reversed: '0',
    Owed: '0',
    'User ID': fan,
  });
});
