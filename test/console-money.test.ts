/** What an operator finds of money from outside: orders, what goes back, what somebody has to act on. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ReplyOf } from '../src/contract.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import { aFewDays, orderRow, putMoney, type OrderRow } from './harness/money-rows.ts';
import { ended, sentBack, topUps, with_sandbox } from './harness/topping-up.ts';

let house: House;
let office: BoxOffice;

before(async () => {
  house = await openHouse();
  office = boxOffice(await house.start(with_sandbox));
});
after(() => house.close());

type Path = 'charge-orders' | 'withdrawals' | 'money-days' | 'money';
const ask = async <Body>(path: Path, query = '') =>
  office.call<Body>('GET', `/api/v1/admin/${path}${query}`, await office.asOperator());
const orders = async (query: string) => (await ask<ReplyOf<'listAllChargeOrders', 200>>('charge-orders', query)).body;
const idsOf = async (query: string): Promise<string[]> => (await orders(query)).orders.map(({ id }) => id);

async function allPages(query: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: ReplyOf<'listAllChargeOrders', 200> = await orders(
      `${query}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    pages.push(page.orders.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  return pages;
}

const range = '?from=2026-02-28&to=2026-03-05';

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
  const [[first, second], [longest]] = [all, unclear];
  assert(first !== undefined && second !== undefined && longest !== undefined);
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
    [`q=${second.paymentKey}`, [second]],
  ];
  for (const [query, expected] of cases) {
    const ids = expected.map(({ id }) => id);
    assert.deepEqual(await idsOf(`?${query}`), ids, query);
    const pages = await allPages(`?${query}&limit=2`);
    assert.deepEqual(pages.flat(), ids, `${query} by two`);
  }
  const [told] = (await orders(`?q=${longest.id}`)).orders;
  assert.deepEqual(told && { ...told, expiresAt: '' }, {
    id: longest.id,
    userId: fan,
    userName: null,
    amount: longest.amount,
    method: 'toss',
    status: 'EXPIRED',
    paymentKey: null,
    reservationId: null,
    createdAt: longest.createdAt,
    expiresAt: '',
    paidAt: null,
    unclearSince: longest.unclearSince,
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
  const pages = await allPages('?status=EXPIRED&method=stripe');
  const found = pages.flat();
  assert.equal(found.at(-1), old.id);
  assert.equal(new Set(found).size, found.length);
  assert(pages.length >= 3 && pages.length <= 5, String(pages.length));
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
  assert.deepEqual([was.charges, was.sandbox, was.playMoney], ['open', true, true]);
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
  assert.deepEqual(grew('pending'), [1, 30]);
  assert.equal(now.pending.since, '2019-02-01T00:00:00.000Z');
  assert.deepEqual(grew('failed'), [1, 20]);
});

test('an order paid at a gateway and partly sent back is seen, found and summed as the gateway has it', async () => {
  const fan = newFan();
  const tops = topUps(office);
  const dayFromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const summed = async () => {
    const query = `?from=${dayFromNow(-1)}&to=${dayFromNow(2)}`;
    const { body } = await ask<ReplyOf<'listMoneyDays', 200>>('money-days', query);
    const own = body.days.filter(({ method }) => method === 'sandbox');
    return (['ordered', 'paid', 'withdrawn'] as const).map((what) =>
      own.reduce((sum, one) => sum + one[what].amount, 0),
    );
  };
  const was = await summed();
  const filled = await tops.fill(fan, 80_000);
  const { body: withdrawal } = await tops.withdraw(fan, 30_000);
  await ended(tops, fan, withdrawal.id);
  const [order, ...others] = (await orders(`?userId=${encodeURIComponent(fan.userId)}`)).orders;
  assert(order !== undefined && others.length === 0);
  const { id, status, amount, withdrawn, unclearSince, paymentKey } = order;
  assert.deepEqual([id, status, amount, withdrawn, unclearSince], [filled.id, 'PAID', 80_000, 30_000, null]);
  assert.deepEqual(await idsOf(`?q=${encodeURIComponent(paymentKey ?? '')}`), [id]);
  const { body } = await ask<ReplyOf<'listAllWithdrawals', 200>>('withdrawals', `?orderId=${id}`);
  assert.deepEqual(
    body.withdrawals.map((one) => [one.id, one.status, one.parts.map((part) => part.amount)]),
    [[withdrawal.id, 'DONE', await sentBack(house, filled)]],
  );
  const now = await summed();
  assert.deepEqual(
    now.map((sum, n) => sum - (was[n] ?? 0)),
    [80_000, 80_000, 30_000],
  );
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
