/** The operator's endpoints through the front door, on two servers. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { ReplyOf } from '../src/contract.ts';
import { boxOffice, newFan, type BoxOffice, type Fan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { operator } from './harness/server.ts';

let house: House;
let one: BoxOffice;
let other: BoxOffice;

before(async () => {
  house = await openHouse();
  one = boxOffice(await house.start());
  other = boxOffice(await house.start());
});
after(async () => {
  try {
    await one.assertInvariants();
  } finally {
    await house.close();
  }
});

const section = { name: 'A', rows: 5, seatsPerRow: 10, grade: 'R', price: 50_000 };
const date = { startsAt: '2030-05-01T19:30:00+09:00', sections: [section] };
const concert = { title: '봄밤', artist: 'An artist', venue: 'A venue', performances: [date] };
type Created = ReplyOf<'createConcert', 201>;

const create = async (body: unknown) =>
  one.call<Created>('POST', '/api/v1/admin/concerts', { ...(await one.asOperator()), body });
async function operatorId(): Promise<string> {
  const [row] = await house.sql<{ id: string }[]>`select id from users where email = ${operator.email}`;
  return row?.id ?? '';
}

async function heldBy(
  fan: Fan,
  { concertId, performanceId }: { concertId: string; performanceId: string },
  seat: number,
) {
  const token = await one.enter(concertId, fan);
  const { body, status } = await one.hold(token, performanceId, [seat]);
  assert.equal(status, 201, JSON.stringify(body));
  return { token, id: body.id };
}

test('is for operators: 401 without a token, 403 for a fan, and nothing happens', async () => {
  const { concertId } = await one.createConcert();
  const fan = newFan();
  const [{ count }] = await house.sql<[{ count: number }]>`select count(*) from operator_log`;
  for (const [method, url, body] of [
    ['POST', '/api/v1/admin/concerts', concert],
    ['PATCH', `/api/v1/admin/concerts/${concertId}`, { maxActive: 1 }],
    ['GET', `/api/v1/admin/concerts/${concertId}/overview`, undefined],
    ['GET', '/api/v1/admin/audit', undefined],
    ['GET', '/api/v1/admin/reservations', undefined],
  ] as const) {
    const nobody = await one.call(method, url, { body });
    assert.deepEqual([nobody.status, nobody.code], [401, 'UNAUTHENTICATED'], url);
    const aFan = await one.call(method, url, { body, bearer: fan.token });
    assert.deepEqual([aFan.status, aFan.code], [403, 'FORBIDDEN'], url);
    // A fan may claim what they like in a token of the outside identity provider.
    const mark = await one.call(method, url, { body, bearer: newFan(`operator-${randomUUID()}`).token });
    assert.equal(mark.status, 403);
  }
  const [after] = await house.sql<[{ count: number }]>`select count(*) from operator_log`;
  assert.equal(after.count, count);
});

const unsaid = { boundToSupply: false, refundPolicy: { preset: 'kftc' }, timeZone: 'Asia/Seoul' };

describe('putting a concert on sale', () => {
  test('answers what was made, with the defaults, and everybody sees it', async () => {
    const { status, body } = await create({
      ...concert,
      performances: [date, { ...date, sections: [section, { ...section, name: 'B', rows: 2, price: 0 }] }],
    });
    assert.equal(status, 201);
    const { id, performances, ...rest } = body;
    assert.deepEqual(rest, {
      title: '봄밤',
      artist: 'An artist',
      venue: 'A venue',
      currency: 'KRW',
      maxActive: 100,
      sessionSeconds: 600,
      holdSeconds: 300,
      graceSeconds: 20,
      maxSeatsPerFan: 4,
      ...unsaid,
    });
    assert.deepEqual(
      performances.map(({ startsAt, seatsTotal }) => [startsAt, seatsTotal]),
      [
        ['2030-05-01T10:30:00.000Z', 50],
        ['2030-05-01T10:30:00.000Z', 70],
      ],
    );
    const seen = await other.call<ReplyOf<'getConcert', 200>>('GET', `/api/v1/concerts/${id}`);
    assert.deepEqual([seen.status, seen.body.title, seen.body.soldOut], [200, '봄밤', false]);
    const token = await other.enter(id, newFan());
    const seats = (await other.seats(token, performances[1]?.id ?? '')).body.seats;
    assert.deepEqual([seats.length, seats[50]?.label, seats[50]?.price], [70, 'B-1-1', 0]);
  });

  test('takes a stadium of 100,000 seats, and not one more', async () => {
    const stadium = { ...section, rows: 1_000, seatsPerRow: 100 };
    const { status, body } = await create({ ...concert, performances: [{ ...date, sections: [stadium] }] });
    assert.deepEqual([status, body.performances[0]?.seatsTotal], [201, 100_000]);
    const { seats } = (await one.overview(body.id)).body;
    assert.deepEqual(seats, { total: 100_000, available: 100_000, held: 0, reserved: 0 });
    const more = await create({
      ...concert,
      performances: [{ ...date, sections: [stadium, { ...section, rows: 1, seatsPerRow: 1 }] }],
    });
    assert.deepEqual([more.status, more.code], [400, 'VALIDATION_FAILED']);
    const many = await create({
      ...concert,
      performances: Array.from({ length: 11 }, () => ({ ...date, sections: [stadium] })),
    });
    assert.deepEqual([many.status, many.code], [400, 'VALIDATION_FAILED']);
    assert.match(JSON.stringify(many.fields['errors']), /performances.*1000000 seats/);
  });

  test('refuses what is off, says where, and makes nothing', async () => {
    const [{ count }] = await house.sql<[{ count: number }]>`select count(*) from concerts`;
    const performance = (changes: object) => ({ ...concert, performances: [{ ...date, ...changes }] });
    const inSection = (changes: object) => performance({ sections: [{ ...section, ...changes }] });
    for (const [body, where] of [
      [{}, 'title'],
      [{ ...concert, title: '' }, 'title'],
      [{ ...concert, title: 'a\u0000b' }, 'NUL'],
      [{ ...concert, title: 'x'.repeat(201) }, 'title'],
      [{ ...concert, colour: 'red' }, ''],
      [{ ...concert, maxActive: 0 }, 'maxActive'],
      [{ ...concert, maxActive: 1_000_001 }, 'maxActive'],
      [{ ...concert, maxActive: 1.5 }, 'maxActive'],
      [{ ...concert, sessionSeconds: 0 }, 'sessionSeconds'],
      [{ ...concert, holdSeconds: 0 }, 'holdSeconds'],
      [{ ...concert, graceSeconds: 0 }, 'graceSeconds'],
      [{ ...concert, maxSeatsPerFan: 0 }, 'maxSeatsPerFan'],
      [{ ...concert, performances: [] }, 'performances'],
      [performance({ startsAt: 'tomorrow' }), 'startsAt'],
      [performance({ startsAt: '2030-02-30T10:00:00Z' }), 'startsAt'],
      [performance({ sections: [] }), 'sections'],
      [inSection({ rows: 0 }), 'rows'],
      [inSection({ seatsPerRow: -1 }), 'seatsPerRow'],
      [inSection({ price: -1 }), 'price'],
      [inSection({ price: 0.5 }), 'price'],
      [inSection({ name: '' }), 'name'],
      [[concert], ''],
    ] as const) {
      const { status, code, fields } = await create(body);
      assert.deepEqual([status, code], [400, 'VALIDATION_FAILED'], JSON.stringify(body));
      assert(JSON.stringify(fields['errors']).includes(where), `${JSON.stringify(fields['errors'])} names ${where}`);
    }
    const [after] = await house.sql<[{ count: number }]>`select count(*) from concerts`;
    assert.equal(after.count, count);
  });
});

describe('changing how it is sold', () => {
  test('is in force on every server within 2 s', async () => {
    const { concertId, performanceId } = await one.createConcert({ maxActive: 1, maxSeatsPerFan: 1 });
    const [first, second] = [newFan(), newFan()];
    const token = await other.enter(concertId, first);
    assert.equal((await other.issue(concertId, second)).body.status, 'WAIT');
    const changes = { maxActive: 2, maxSeatsPerFan: 3, holdSeconds: 7, sessionSeconds: 8, graceSeconds: 9 };
    const changed = await one.updateConcert(concertId, changes);
    assert.equal(changed.status, 200);
    assert.deepEqual(changed.body, {
      id: concertId,
      ...changes,
      ...unsaid,
      paused: null,
      pauseReasons: null,
    });
    await eventually(async () => {
      assert.equal((await other.overview(concertId)).body.maxActive, 2);
      assert.equal((await other.issue(concertId, second)).body.status, 'ACTIVE', 'the next is let in at once');
      assert.equal((await other.overview(concertId)).body.active, 2);
    }, 2_000);
    assert.equal((await other.hold(token, performanceId, [1, 2, 3])).status, 201);
  });

  test('pauses with a reason that all who wait are shown, and goes on', async () => {
    const { concertId } = await one.createConcert({ maxActive: 1 });
    const token = await one.enter(concertId, newFan());
    const waiting = (await other.issue(concertId, newFan())).body.token;
    const paused = { reason: '점검 중입니다' };
    assert.deepEqual((await one.updateConcert(concertId, { paused })).body.paused, paused);
    await eventually(async () => {
      assert.equal((await other.status(waiting)).body.notice, paused.reason);
      assert.deepEqual((await other.overview(concertId)).body.paused, paused);
    }, 2_000);
    assert.equal((await one.leave(token)).status, 204);
    assert.deepEqual([(await one.status(waiting)).body.status, (await one.status(waiting)).body.position], ['WAIT', 1]);
    assert.equal((await one.updateConcert(concertId, { paused: null })).body.paused, null);
    await eventually(async () => {
      const { body } = await other.status(waiting);
      assert.deepEqual([body.status, body.notice], ['ACTIVE', null]);
    }, 2_000);
  });

  test('refuses what is off and what is not there', async () => {
    const { concertId } = await one.createConcert();
    for (const body of [
      {},
      { maxActive: 0 },
      { paused: 'yes' },
      { paused: {} },
      { paused: { reason: '' } },
      { paused: { reason: 'a\u0000' } },
      { title: 'x' },
      { maxSeatsPerFan: 101 },
    ]) {
      const asked = { ...(await one.asOperator()), body };
      const { status, code } = await one.call('PATCH', `/api/v1/admin/concerts/${concertId}`, asked);
      assert.deepEqual([status, code], [400, 'VALIDATION_FAILED'], JSON.stringify(body));
    }
    for (const id of ['nosuchone0', 'x', 'NOSUCHONE0', '%00']) {
      assert.deepEqual(
        [(await one.updateConcert(id, { maxActive: 1 })).status, (await one.overview(id)).status],
        [404, 404],
        id,
      );
    }
  });

  test('is written down with who did it, what was before and what is after, for good', async () => {
    const { concertId } = await one.createConcert({ maxActive: 5 });
    await one.updateConcert(concertId, { maxActive: 6 });
    const log = await house.sql<
      { operator_id: string; action: string; before: { maxActive: number } | null; after: { maxActive: number } }[]
    >`
      select operator_id, action, before, after from operator_log where concert_id = ${concertId} order by id`;
    const who = await operatorId();
    assert.deepEqual(
      log.map(({ operator_id, action, before, after }) => [operator_id, action, before?.maxActive, after.maxActive]),
      [
        [who, 'CREATE_CONCERT', undefined, 5],
        [who, 'CHANGE_SETTINGS', 5, 6],
      ],
    );
    await assert.rejects(house.sql`delete from operator_log`, /append-only/);
    await assert.rejects(house.sql`update operator_log set operator_id = 'somebody else'`, /append-only/);
  });
});

test('the overview counts seats, money and the line', async () => {
  const sale = await one.createConcert({ maxActive: 3, graceSeconds: 600 });
  const fans = [newFan(), newFan(), newFan(), newFan()] as const;
  await one.charge(fans[0], 50_000);
  const paid = await heldBy(fans[0], sale, 1);
  assert.equal((await one.pay(paid.token, paid.id)).status, 201);
  await heldBy(fans[1], sale, 2);
  await one.enter(sale.concertId, fans[2]);
  await one.enter(sale.concertId, fans[3]);
  assert.equal((await one.issue(sale.concertId, newFan())).body.status, 'WAIT');
  await eventually(async () => {
    for (const server of [one, other]) {
      const { admittedPerMinute, ...rest } = (await server.overview(sale.concertId)).body;
      assert.deepEqual(rest, {
        waiting: 1,
        active: 3,
        maxActive: 3,
        seats: { total: 50, available: 48, held: 1, reserved: 1 },
        revenue: 50_000,
        paused: null,
        pauseReasons: null,
      });
      assert(admittedPerMinute >= 0);
    }
  }, 2_000);
});

test('GET /admin/audit names what is wrong', async () => {
  const fan = newFan();
  await one.charge(fan, 10);
  await one.assertInvariants();
  await house.sql`update wallets set balance = 11 where user_id = ${fan.userId}`;
  const { body } = await other.call<ReplyOf<'getAudit', 200>>('GET', '/api/v1/admin/audit', await other.asOperator());
  assert.equal(body.ok, false);
  const [broken, ...others] = body.checks.filter(({ ok }) => !ok);
  assert.deepEqual(
    [broken?.violations, broken?.sample, others],
    [1, [{ user_id: fan.userId, balance: 11, entries: 10 }], []],
  );
  await house.sql`update wallets set balance = 10 where user_id = ${fan.userId}`;
});
