/** What a sale comes to, by date and grade; and a forecast that says nothing where nothing honest can be said. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ReplyOf } from '../src/contract.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';

let house: House;
let office: BoxOffice;

before(async () => {
  house = await openHouse();
  office = boxOffice(await house.start());
});
after(() => house.close());

type Sales = ReplyOf<'getSales', 200>;

async function salesOf(concertId: string): Promise<Sales> {
  const path = `/api/v1/admin/concerts/${concertId}/sales`;
  const { status, body } = await office.call<Sales>('GET', path, await office.asOperator());
  assert.equal(status, 200);
  return body;
}

/** Until the boards' last second is over, what was counted before it may be told. */
const soon = (concertId: string, check: (sales: Sales) => void) =>
  eventually(async () => check(await salesOf(concertId)));

async function buy(concertId: string, performanceId: string, seats: readonly number[]): Promise<void> {
  const fan = newFan();
  const token = await office.enter(concertId, fan);
  const { body } = await office.hold(token, performanceId, seats);
  await office.charge(fan, body.amount);
  assert.equal((await office.pay(token, body.id)).status, 201);
}

const nothing = { blocked: 0, complimentary: 0, cancelled: 0, fees: 0, refunds: 0 };

test('by date and grade, with sums that add up and are those of the ledger', async () => {
  const sections = [
    { name: 'A', rows: 1, seatsPerRow: 4, grade: 'VIP', price: 100_000 },
    { name: 'B', rows: 1, seatsPerRow: 6, grade: 'R', price: 50_000 },
    { name: 'C', rows: 1, seatsPerRow: 2, grade: 'R', price: 40_000 },
  ];
  const { concertId, performanceIds } = await office.createConcert({
    performances: ['2030-05-01T10:00:00.000Z', '2030-05-02T10:00:00.000Z'].map((startsAt) => ({ startsAt, sections })),
  });
  const [first = '', second = ''] = performanceIds;
  await buy(concertId, first, [1, 5, 11]);
  await buy(concertId, second, [2, 3]);
  await office.hold(await office.enter(concertId, newFan()), first, [12]);
  const vip = { ...nothing, seats: 4, held: 0 };
  const r = { ...nothing, seats: 8 };
  const date = { ...nothing, seats: 12 };
  await soon(concertId, ({ total, grades, performances }) => {
    assert.deepEqual(performances, [
      {
        id: first,
        startsAt: '2030-05-01T10:00:00.000Z',
        status: 'SCHEDULED',
        movedFrom: null,
        ...date,
        available: 8,
        held: 1,
        sold: 3,
        gross: 190_000,
        net: 190_000,
        grades: [
          { grade: 'VIP', ...vip, available: 3, sold: 1, gross: 100_000, net: 100_000 },
          { grade: 'R', ...r, available: 5, held: 1, sold: 2, gross: 90_000, net: 90_000 },
        ],
      },
      {
        id: second,
        startsAt: '2030-05-02T10:00:00.000Z',
        status: 'SCHEDULED',
        movedFrom: null,
        ...date,
        available: 10,
        held: 0,
        sold: 2,
        gross: 200_000,
        net: 200_000,
        grades: [
          { grade: 'VIP', ...vip, available: 2, sold: 2, gross: 200_000, net: 200_000 },
          { grade: 'R', ...r, available: 8, held: 0, sold: 0, gross: 0, net: 0 },
        ],
      },
    ]);
    assert.deepEqual(
      grades.map(({ grade, seats, sold, gross }) => [grade, seats, sold, gross]),
      [
        ['VIP', 8, 3, 300_000],
        ['R', 16, 2, 90_000],
      ],
    );
    assert.deepEqual(total, { ...nothing, seats: 24, available: 18, held: 1, sold: 5, gross: 390_000, net: 390_000 });
  });
  assert.equal((await office.overview(concertId)).body.revenue, 390_000);
  const { status, code } = await office.call(
    'GET',
    '/api/v1/admin/concerts/nosuchone0/sales',
    await office.asOperator(),
  );
  assert.deepEqual([status, code], [404, 'NOT_FOUND']);
});

/** A look as a server took it so long ago. */
async function looked(concertId: string, minutesAgo: number, sold: number): Promise<void> {
  await house.sql`
    insert into concert_samples (concert_id, at, waiting, active, max_active, paused, admitted, seats_total, seats_held, seats_reserved, revenue)
    values (${concertId}, now() - make_interval(secs => ${minutesAgo * 60}), 0, 0, 100, false, 0, 50, 0, ${sold}, 0)`;
}

async function soldLately(seats: number, looks: readonly (readonly [minutesAgo: number, sold: number])[]) {
  const { concertId, performanceId } = await office.createConcert({ maxSeatsPerFan: 100 });
  if (seats > 0)
    await buy(
      concertId,
      performanceId,
      Array.from({ length: seats }, (_none, index) => index + 1),
    );
  // What the server itself has looked at meanwhile is another sale's.
  await house.sql`delete from concert_samples where concert_id = ${concertId}`;
  for (const [minutesAgo, sold] of looks) await looked(concertId, minutesAgo, sold);
  await soon(concertId, ({ total }) => assert.equal(total.sold, seats));
  const { forecast } = await salesOf(concertId);
  const minutes =
    forecast.soldOutAt === null ? null : Math.round((Date.parse(forecast.soldOutAt) - Date.now()) / 60_000);
  return { concertId, forecast, minutes, told: [forecast.because, forecast.seatsSold, forecast.overSeconds] };
}

test('sold out at the pace of the last ten minutes, and from what that is drawn', async () => {
  // 20 seats in ten minutes, 30 are left: fifteen minutes. What was sold before the ten minutes does not count.
  const steady = await soldLately(20, [
    [40, 0],
    [5, 12],
  ]);
  assert.deepEqual([steady.minutes, ...steady.told], [15, null, 20, 600]);
  const early = await soldLately(30, [
    [40, 5],
    [11, 10],
    [2, 29],
  ]);
  assert.deepEqual([early.minutes, ...early.told], [10, null, 20, 600]);
  // A sale that began five minutes ago has the pace of five minutes.
  const young = await soldLately(25, [[5, 0]]);
  assert.deepEqual([young.minutes, ...young.told], [5, null, 25, 300]);
});

test('no forecast, and why: too short, too few, too far, paused, sold out', async () => {
  assert.deepEqual((await soldLately(20, [[1, 0]])).told, ['TOO_SHORT', 20, 60]);
  assert.deepEqual((await soldLately(20, [])).told.slice(0, 2), ['TOO_SHORT', 0]);
  assert.deepEqual((await soldLately(9, [[20, 0]])).told, ['TOO_FEW', 9, 600]);
  assert.deepEqual((await soldLately(50, [[20, 0]])).told, ['SOLD_OUT', 50, 600]);
  const { concertId } = await soldLately(20, [[20, 0]]);
  await office.updateConcert(concertId, { paused: { reason: 'A cable' } });
  assert.equal((await salesOf(concertId)).forecast.because, 'PAUSED');
  const wide = {
    startsAt: '2030-05-01T10:00:00.000Z',
    sections: [{ name: 'A', rows: 100, seatsPerRow: 50, grade: 'R', price: 1_000 }],
  };
  const slow = await office.createConcert({ maxSeatsPerFan: 100, performances: [wide] });
  await buy(
    slow.concertId,
    slow.performanceId,
    Array.from({ length: 12 }, (_none, index) => index + 1),
  );
  await looked(slow.concertId, 20, 0);
  await soon(slow.concertId, ({ forecast }) =>
    assert.deepEqual([forecast.because, forecast.seatsSold], ['TOO_FAR', 12]),
  );
});

test('what a date brought stays in the sums when it has begun, and the forecast is of what is on sale', async () => {
  const sections = [{ name: 'A', rows: 1, seatsPerRow: 10, grade: 'R', price: 50_000 }];
  const { concertId, performanceIds } = await office.createConcert({
    maxSeatsPerFan: 10,
    performances: ['2030-05-01T10:00:00.000Z', '2030-05-02T10:00:00.000Z'].map((startsAt) => ({ startsAt, sections })),
  });
  const [first = '', second = ''] = performanceIds;
  await buy(concertId, first, [1, 2]);
  await buy(concertId, second, [1]);
  const begin = (performanceId: string) =>
    house.sql`update performances set starts_at = now() - interval '1 second' where id = ${performanceId}`;
  const publicly = async (): Promise<number> => {
    const { body } = await office.call<ReplyOf<'getSale', 200>>('GET', `/api/v1/concerts/${concertId}/sale`, {});
    return body.performances.length;
  };
  await begin(first);
  await eventually(async () => assert.equal(await publicly(), 1));
  await soon(concertId, ({ total, grades, performances, forecast }) => {
    assert.deepEqual([total.seats, total.sold, total.gross], [20, 3, 150_000]);
    assert.deepEqual([grades[0]?.sold, performances.map(({ sold }) => sold)], [3, [2, 1]]);
    assert.notEqual(forecast.because, 'SOLD_OUT');
  });
  await buy(concertId, second, [2, 3, 4, 5, 6, 7, 8, 9, 10]);
  await soon(concertId, ({ forecast }) => assert.equal(forecast.because, 'SOLD_OUT'));
  await begin(second);
  await soon(concertId, ({ total, forecast }) =>
    assert.deepEqual([total.sold, total.gross, forecast.because], [12, 600_000, 'SALE_ENDED']),
  );
});

test('ten grades on two hundred dates are answered', async () => {
  const sections = Array.from({ length: 10 }, (_none, index) => {
    return { name: `S${index}`, rows: 1, seatsPerRow: 2, grade: `G${index}`, price: 1_000 * (index + 1) };
  });
  const performances = Array.from({ length: 200 }, (_none, day) => {
    return { startsAt: new Date(Date.UTC(2030, 0, 1 + day, 10)).toISOString(), sections };
  });
  const { concertId, performanceIds } = await office.createConcert({ performances });
  await buy(concertId, performanceIds[199] ?? '', [20]);
  await soon(concertId, (sales) => {
    assert.deepEqual([sales.performances.length, sales.total.seats, sales.total.gross], [200, 4_000, 10_000]);
    assert.deepEqual(sales.performances[199]?.grades[9]?.sold, 1);
    assert.deepEqual(
      sales.grades.map(({ seats }) => seats),
      Array.from({ length: 10 }, () => 400),
    );
  });
});
