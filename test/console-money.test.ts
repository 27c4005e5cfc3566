/** What the promoter sees of money: orders, withdrawals and days, reckoned here once more from the rows, and as files. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Papa from 'papaparse';
import type { ReplyOf } from '../src/contract.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import { orderRow, putMoney, type MoneyRows, type OrderRow } from './harness/money-rows.ts';
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

type Path = 'charge-orders' | 'withdrawals' | 'money-days' | 'money';
const ask = async <Body>(path: Path, query = '') =>
  office.call<Body>('GET', `/api/v1/admin/${path}${query}`, await office.asOperator());
const orders = async (query: string) => (await ask<ReplyOf<'listAllChargeOrders', 200>>('charge-orders', query)).body;
const idsOf = async (query: string): Promise<string[]> => (await orders(query)).orders.map(({ id }) => id);

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

/** From the rows alone, each number on the day of what it counts. */
function reckon({ orders: all, withdrawals, reversals }: MoneyRows): Reckoning {
  const days: Reckoning = {};
  const add = (time: string, order: OrderRow, what: string, amount: number): void => {
    const own = (days[`${dayOf(time)} ${order.method}`] ??= {});
    const { count, amount: before } = own[what] ?? { count: 0, amount: 0 };
    own[what] = { count: count + 1, amount: before + amount };
  };
  const byId = new Map(all.map((order) => [order.id, order]));
  const order = (id: string): OrderRow => byId.get(id) ?? assert.fail(id);
  for (const one of all) {
    add(one.createdAt, one, 'ordered', one.amount);
    if (one.paidAt !== null) add(one.paidAt, one, 'paid', one.amount);
    if (one.paidAt !== null && one.owed > 0) add(one.paidAt, one, 'owed', one.owed);
  }
  for (const { at, parts } of withdrawals) {
    for (const part of parts) {
      if (part.status === 'DONE') add(part.endedAt ?? '', order(part.orderId), 'withdrawn', part.amount);
      if (part.status === 'PENDING') add(at, order(part.orderId), 'pending', part.amount);
    }
  }
  for (const { at, orderId, amount } of reversals) add(at, order(orderId), 'reversed', amount);
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

/** A few days of all that can become of an order, around midnight in Seoul, which is three in the afternoon in Greenwich. */
function aFewDays(fan: string): MoneyRows {
  const [late, early] = ['2026-03-01T14:59:59.999Z', '2026-03-01T15:00:00.000Z'];
  const paid = (changes: Partial<OrderRow>): OrderRow =>
    orderRow({ userId: fan, status: 'PAID', createdAt: late, paidAt: early, ...changes });
  const all = [
    paid({ amount: 10_000 }),
    paid({ amount: 20_000, method: 'stripe', paidAt: late, withdrawn: 15_000 }),
    paid({ amount: 30_000, reversed: 30_000, owed: 12_000 }),
    paid({ amount: 7_000, createdAt: early, paidAt: '2026-03-05T14:59:59.999Z', withdrawn: 5_000 }),
    orderRow({ userId: fan, amount: 1_000, createdAt: early, status: 'FAILED', method: 'toss' }),
    orderRow({ userId: fan, amount: 2_000, createdAt: '2026-03-04T00:00:00Z', status: 'EXPIRED', method: 'toss' }),
    // Outside of what is asked for, by a moment.
    paid({ amount: 500, createdAt: '2026-02-27T14:59:59.999Z', paidAt: '2026-02-27T14:59:59.999Z' }),
    paid({ amount: 600, createdAt: '2026-03-05T15:00:00Z', paidAt: '2026-03-05T15:00:00Z' }),
  ];
  const [, stripe, undone, old] = all.map(({ id }) => id);
  assert(stripe !== undefined && undone !== undefined && old !== undefined);
  return {
    orders: all,
    withdrawals: [
      {
        userId: fan,
        at: late,
        parts: [
          { orderId: stripe, amount: 9_000, status: 'DONE', endedAt: early },
          { orderId: old, amount: 3_000, status: 'FAILED', endedAt: early, because: 'ALREADY_REFUNDED' },
        ],
      },
      {
        userId: fan,
        at: early,
        parts: [
          { orderId: stripe, amount: 6_000, status: 'PENDING' },
          { orderId: old, amount: 5_000, status: 'DONE', endedAt: '2026-03-02T00:00:00Z' },
        ],
      },
    ],
    reversals: [
      { userId: fan, orderId: undone, amount: 11_000, at: late },
      { userId: fan, orderId: undone, amount: 7_000, at: early },
    ],
  };
}

const range = '?from=2026-02-28&to=2026-03-05';

test('each day by method is what its rows come to, to the moment of midnight in Seoul, and as a file', async () => {
  const rows = aFewDays(newFan().userId);
  await putMoney(house.sql, rows);
  const reckoned = reckon(rows);
  for (const outside of ['2026-02-27', '2026-03-06']) delete reckoned[`${outside} sandbox`];
  const { body } = await ask<ReplyOf<'listMoneyDays', 200>>('money-days', range);
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

test('orders by each filter and by all together, page by page, none twice and none left out', async () => {
  const fan = newFan(`money_100%-${process.pid}`).userId;
  const states = ['OPEN', 'PAID', 'FAILED', 'EXPIRED'] as const;
  const all = Array.from({ length: 24 }, (_, n) => {
    const status = states[n % 4] ?? 'OPEN';
    const isUnclear = status === 'OPEN' && n % 8 === 0;
    return orderRow({
      userId: fan,
      status,
      method: n % 2 === 0 ? 'toss' : 'stripe',
      createdAt: new Date(Date.UTC(2024, 0, 1, n)).toISOString(),
      // Two of them since the same moment, and not in the order of their ids.
      ...(isUnclear ? { unclearSince: new Date(Date.UTC(2024, 1, 9 - (n >> 4))).toISOString() } : {}),
      ...(status === 'PAID' ? { reversed: n, owed: n } : {}),
    });
  });
  await putMoney(house.sql, { orders: all, withdrawals: [], reversals: [] });
  const newest = all.toReversed();
  const own = `userId=${encodeURIComponent(fan)}`;
  const byUnclear = (a: OrderRow, b: OrderRow): number =>
    `${a.unclearSince} ${a.id}` < `${b.unclearSince} ${b.id}` ? -1 : 1;
  const unclear = all.filter(({ unclearSince }) => unclearSince !== null).toSorted(byUnclear);
  assert(unclear.length === 3);
  const [first] = all;
  assert(first !== undefined);
  const cases: readonly (readonly [query: string, expected: readonly OrderRow[]])[] = [
    [own, newest],
    [`${own}&status=FAILED`, newest.filter(({ status }) => status === 'FAILED')],
    // Whatever is long past is over, written down or not.
    [`${own}&status=OPEN`, []],
    [`${own}&status=EXPIRED`, newest.filter(({ status }) => status === 'OPEN' || status === 'EXPIRED')],
    [`${own}&method=stripe`, newest.filter(({ method }) => method === 'stripe')],
    [`${own}&owed=true`, newest.filter(({ owed }) => owed > 0)],
    [`${own}&unclear=true`, unclear],
    [`q=${first.id}`, [first]],
    [`q=${encodeURIComponent('money_100%-')}`, []],
    [`q=${encodeURIComponent(fan.slice(0, -1))}&status=PAID`, newest.filter(({ status }) => status === 'PAID')],
    [`q=${encodeURIComponent(fan)}&unclear=true&method=toss`, unclear.filter(({ method }) => method === 'toss')],
    [`q=${encodeURIComponent(all[1]?.paymentKey ?? '')}`, all.slice(1, 2)],
  ];
  for (const [query, expected] of cases) {
    const ids = expected.map(({ id }) => id);
    assert.deepEqual(await idsOf(`?${query}`), ids, query);
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: ReplyOf<'listAllChargeOrders', 200> = await orders(
        `?${query}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      paged.push(...page.orders.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    assert.deepEqual(paged, ids, `${query} by two`);
  }
  const [told] = (await orders(`?q=${unclear[0]?.id}`)).orders;
  assert.deepEqual(told && { ...told, expiresAt: '' }, {
    id: unclear[0]?.id,
    userId: fan,
    userName: null,
    amount: unclear[0]?.amount,
    method: 'toss',
    status: 'EXPIRED',
    paymentKey: null,
    reservationId: null,
    createdAt: unclear[0]?.createdAt,
    expiresAt: '',
    paidAt: null,
    unclearSince: unclear[0]?.unclearSince,
    asks: 0,
    askAt: null,
    withdrawn: 0,
    reversed: 0,
    owed: 0,
  });
});

test('whatever no index finds is looked for in bounded steps, and found behind ten thousand others', async () => {
  const old = orderRow({ createdAt: '2020-01-01T00:00:00Z', method: 'stripe', status: 'EXPIRED' });
  await putMoney(house.sql, { orders: [old], withdrawals: [], reversals: [] });
  await house.sql`
    insert into charge_orders (id, user_id, amount, currency, method, status, created_at, expires_at)
    select '0zz' || lpad(n::text, 19, '0'), 'jwt:crowd', 1, 'KRW', 'toss', 'FAILED', '2023-01-01', '2023-01-01'
    from generate_series(1, 25000) as n`;
  const found: string[] = [];
  let pages = 0;
  for (let cursor: string | null = ''; cursor !== null; pages++) {
    const page: ReplyOf<'listAllChargeOrders', 200> = await orders(
      `?status=EXPIRED&method=stripe${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    found.push(...page.orders.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  assert.equal(found.at(-1), old.id);
  assert.equal(new Set(found).size, found.length);
  assert(pages >= 3 && pages <= 5, String(pages));
  await house.sql`delete from charge_orders where user_id = 'jwt:crowd'`;
});

test('withdrawals with their parts and why one came back, by state, by fan, by order', async () => {
  const fan = newFan().userId;
  const rows = aFewDays(fan);
  await putMoney(house.sql, rows);
  const list = async (query: string) =>
    (await ask<ReplyOf<'listAllWithdrawals', 200>>('withdrawals', `?userId=${encodeURIComponent(fan)}${query}`)).body
      .withdrawals;
  const [pending, done, ...others] = await list('');
  assert(pending !== undefined && done !== undefined);
  assert.deepEqual(others, []);
  assert.deepEqual([pending.status, pending.endedAt, done.status], ['PENDING', null, 'DONE']);
  const { parts } = rows.withdrawals[0] ?? assert.fail();
  assert.deepEqual(
    done.parts.map(({ orderId, method, amount, status, because }) => ({ orderId, method, amount, status, because })),
    [
      { orderId: parts[0]?.orderId, method: 'stripe', amount: 9_000, status: 'DONE', because: null },
      { orderId: parts[1]?.orderId, method: 'sandbox', amount: 3_000, status: 'FAILED', because: 'ALREADY_REFUNDED' },
    ],
  );
  for (const [query, ...expected] of [
    ['&status=PENDING', pending],
    ['&status=DONE', done],
    ['&status=FAILED'],
    ['&failed=true', done],
    [`&orderId=${parts[1]?.orderId}`, pending, done],
    [`&orderId=${rows.orders[0]?.id}`],
    [`&limit=1&cursor=${pending.id}`, done],
  ] as const) {
    assert.deepEqual(await list(query), expected, query);
  }
});

test('what somebody has to act on is told without being looked for, and whether this is play money', async () => {
  const standing = async () => (await ask<ReplyOf<'getMoneyStanding', 200>>('money')).body;
  const was = await standing();
  assert.deepEqual([was.charges, was.sandbox, was.playMoney], ['open', false, true]);
  const fan = newFan().userId;
  const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
  const one = orderRow({ userId: fan, amount: 400, unclearSince: ago(14) });
  const two = orderRow({ userId: fan, amount: 500, unclearSince: '2019-01-01T00:00:00.000Z' });
  const owing = orderRow({ userId: fan, amount: 900, status: 'PAID', reversed: 900, owed: 250, createdAt: ago(60) });
  await putMoney(house.sql, {
    orders: [one, two, owing],
    withdrawals: [
      {
        userId: fan,
        at: '2019-02-01T00:00:00.000Z',
        parts: [
          { orderId: owing.id, amount: 30, status: 'PENDING' },
          { orderId: owing.id, amount: 20, status: 'FAILED', endedAt: ago(60) },
          { orderId: owing.id, amount: 10, status: 'FAILED', endedAt: ago(8 * 1_440) },
        ],
      },
    ],
    reversals: [],
  });
  const now = await standing();
  const grew = (of: 'unclear' | 'owed' | 'pending' | 'failed') => [
    now[of].count - was[of].count,
    now[of].amount - was[of].amount,
  ];
  assert.deepEqual(grew('unclear'), [2, 900]);
  const { late } = now.unclear;
  assert.deepEqual([late.count - was.unclear.late.count, late.amount - was.unclear.late.amount], [1, 500]);
  assert.equal(now.unclear.since, '2019-01-01T00:00:00.000Z');
  assert.deepEqual(grew('owed'), [1, 250]);
  assert.deepEqual(grew('pending'), [1, 60]);
  assert.equal(now.pending.since, '2019-02-01T00:00:00.000Z');
  assert.deepEqual(grew('failed'), [1, 20]);
});

test('a fan’s wallet adds up with what was sent back, undone and made good, and says what is owed', async () => {
  const fan = newFan();
  await house.sql`insert into wallets (user_id, balance) values (${fan.userId}, 100000)`;
  await house.sql`
    insert into transfers (user_id, kind, amount, balance, reference, source)
    values (${fan.userId}, 'CHARGE', 100000, 100000, 'x', 'open')`;
  for (const [kind, amount] of [
    ['WITHDRAWAL', -30_000],
    ['WITHDRAWAL', 10_000],
    ['REVERSAL', -25_000],
    ['COMPENSATION', 5_000],
  ] as const) {
    await house.sql`with taken as (
        update wallets set balance = balance + ${amount}::bigint, owed = 700 where user_id = ${fan.userId} returning balance)
      insert into transfers (user_id, kind, amount, balance, reference)
      select ${fan.userId}, ${kind}, ${amount}::bigint, balance, 'x' from taken`;
  }
  const { body } = await office.call<ReplyOf<'getUser', 200>>(
    'GET',
    `/api/v1/admin/user?userId=${encodeURIComponent(fan.userId)}`,
    await office.asOperator(),
  );
  assert.deepEqual(body.wallet, {
    balance: 60_000,
    entries: 5,
    charged: 100_000,
    paid: 0,
    refunded: 0,
    compensated: 5_000,
    withdrawn: 20_000,
    reversed: 25_000,
    owed: 700,
    adds: true,
  });
});

test('operators only; days that are none, too many or backwards, and cursors of other lists are refused', async () => {
  const fan = newFan();
  for (const path of ['money', 'charge-orders', 'withdrawals', `money-days${range}`, `money-days.csv${range}`]) {
    const { status, code } = await office.call('GET', `/api/v1/admin/${path}`, { bearer: fan.token });
    assert.deepEqual([status, code], [403, 'FORBIDDEN'], path);
    assert.equal((await office.call('GET', `/api/v1/admin/${path}`, {})).status, 401, path);
  }
  for (const path of [
    'money-days',
    'money-days?from=2026-02-28',
    'money-days?from=2026-02-30&to=2026-03-01',
    'money-days?from=2026-03-02&to=2026-03-01',
    'money-days?from=2025-01-01&to=2026-01-02',
    'money-days?from=20260101&to=20260102',
    'money-days.csv?from=2026-13-01&to=2027-01-01',
    'charge-orders.csv?from=2026-03-02&to=2026-03-01',
    'charge-orders?cursor=x',
    'charge-orders?unclear=true&cursor=0zz0000000000000000001',
    'charge-orders?unclear=yes',
    'charge-orders?status=LOST',
    'withdrawals?cursor=1-x',
    'withdrawals?orderId=x',
  ]) {
    const { status, code } = await office.call('GET', `/api/v1/admin/${path}`, await office.asOperator());
    assert.deepEqual([status, code], [400, 'VALIDATION_FAILED'], path);
  }
  // A leap year, whole.
  assert.equal((await ask('money-days', '?from=2024-01-01&to=2024-12-31')).status, 200);
});
