/** What the console shows while a sale goes on, through the front door, on two servers: right, and the same from each. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ReplyOf } from '../src/contract.ts';
import { boxOffice, newFan, newFans, type BoxOffice } from './harness/box-office.ts';
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
    await other.assertInvariants();
  } finally {
    await house.close();
  }
});

const ask = async <Body>(office: BoxOffice, url: string) =>
  office.call<Body>('GET', `/api/v1/admin/${url}`, await office.asOperator());
const list = (office: BoxOffice, query = '') => ask<ReplyOf<'listLiveConcerts', 200>>(office, `concerts${query}`);
const settings = (office: BoxOffice, id: string) => ask<ReplyOf<'getConcertSettings', 200>>(office, `concerts/${id}`);
const service = (office: BoxOffice) => ask<ReplyOf<'getService', 200>>(office, 'service');
const log = (office: BoxOffice, query = '') => ask<ReplyOf<'listOperatorLog', 200>>(office, `log${query}`);

test('is for operators: 401 without a token, 403 for a fan', async () => {
  const { concertId } = await one.createConcert();
  for (const path of ['concerts', `concerts/${concertId}`, `concerts/${concertId}/history`, 'service', 'log']) {
    const nobody = await one.call('GET', `/api/v1/admin/${path}`);
    assert.deepEqual([nobody.status, nobody.code], [401, 'UNAUTHENTICATED'], path);
    const fan = await one.call('GET', `/api/v1/admin/${path}`, { bearer: newFan().token });
    assert.deepEqual([fan.status, fan.code], [403, 'FORBIDDEN'], path);
  }
});

test('refuses what makes no sense', async () => {
  const { concertId } = await one.createConcert();
  for (const [path, status, code] of [
    ['concerts?limit=0', 400, 'VALIDATION_FAILED'],
    ['concerts?limit=201', 400, 'VALIDATION_FAILED'],
    ['concerts?cursor=nonsense', 400, 'VALIDATION_FAILED'],
    [`concerts/${concertId}/history?minutes=0`, 400, 'VALIDATION_FAILED'],
    [`concerts/${concertId}/history?minutes=61`, 400, 'VALIDATION_FAILED'],
    ['log?cursor=none', 400, 'VALIDATION_FAILED'],
    ['log?cursor=0', 400, 'VALIDATION_FAILED'],
    ['log?concertId=A', 400, 'VALIDATION_FAILED'],
    ['concerts/nosuchthing', 404, 'NOT_FOUND'],
    ['concerts/0000000000', 404, 'NOT_FOUND'],
    ['concerts/0000000000/history', 404, 'NOT_FOUND'],
  ] as const) {
    const answer = await ask(one, path);
    assert.deepEqual([answer.status, answer.code], [status, code], path);
  }
});

describe('all concerts', () => {
  test('are listed with their line, seats, revenue and pause, from any server', async () => {
    const { concertId, performanceId } = await one.createConcert({ title: 'Lively', maxActive: 2 });
    const quiet = await one.createConcert({ title: 'Quiet', maxActive: 7 });
    const [buyer = newFan(), ...others] = newFans(5);
    const token = await one.enter(concertId, buyer);
    await one.charge(buyer, 200_000);
    const { body: held } = await one.hold(token, performanceId, [1, 2]);
    assert.equal((await one.pay(token, held.id)).status, 201);
    for (const fan of others) assert.equal((await one.issue(concertId, fan)).status, 201);
    await one.updateConcert(concertId, { paused: { reason: 'Sound check' } });
    for (const office of [one, other]) {
      const { concerts } = await eventually(async () => {
        const { body } = await list(office);
        assert.equal(body.concerts.find(({ id }) => id === concertId)?.waiting, 2);
        return body;
      });
      const lively = concerts.find(({ id }) => id === concertId);
      assert.deepEqual(lively, {
        ...lively,
        title: 'Lively',
        venue: 'A venue',
        currency: 'KRW',
        waiting: 2,
        active: 2,
        maxActive: 2,
        paused: { reason: 'Sound check' },
        seatsTotal: 50,
        seatsSold: 2,
        revenue: 100_000,
      });
      const idle = concerts.find(({ id }) => id === quiet.concertId);
      assert.deepEqual([idle?.waiting, idle?.active, idle?.maxActive, idle?.paused], [0, 0, 7, null]);
    }
  });

  test('are added up, whoever has a line', async () => {
    const { body } = await service(one);
    const { waiting, active, revenue } = body.totals;
    assert.deepEqual([waiting, active, revenue], [2, 2, 100_000]);
    const [row] = await house.sql<[{ total: number; sold: number }]>`
      select sum(seats_total)::bigint as total, sum(seats_reserved)::bigint as sold from performance_sales`;
    assert.deepEqual([body.totals.seatsTotal, body.totals.seatsSold], [row.total, row.sold]);
  });

  test('come page by page, each once', async () => {
    await one.createConcert();
    await one.createConcert();
    const { body: whole } = await list(one, '?limit=200');
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const { body }: { body: ReplyOf<'listLiveConcerts', 200> } = await list(
        one,
        `?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      assert(body.concerts.length <= 2);
      ids.push(...body.concerts.map(({ id }) => id));
      cursor = body.nextCursor;
    } while (cursor !== null);
    assert.deepEqual(
      ids,
      whole.concerts.map(({ id }) => id),
    );
  });
});

describe('settings', () => {
  test('are told with who changed them last', async () => {
    const { concertId } = await one.createConcert({ holdSeconds: 77 });
    const [{ id }] = await house.sql<[{ id: string }]>`select id from users where email = ${operator.email}`;
    const { body } = await settings(one, concertId);
    assert.deepEqual(
      [body.id, body.maxActive, body.sessionSeconds, body.holdSeconds, body.graceSeconds, body.maxSeatsPerFan],
      [concertId, 1_000, 600, 77, 20, 4],
    );
    assert.deepEqual(body.paused, null);
    assert.deepEqual(body.changedBy, { id, email: operator.email, name: 'Operator' });
    assert(body.changedAt !== null && Number.isFinite(Date.parse(body.changedAt)));
  });

  test('that somebody changed meanwhile are not changed; those that nobody touched are', async () => {
    const { concertId } = await one.createConcert({ maxActive: 10 });
    assert.equal((await one.updateConcert(concertId, { maxActive: 20, expected: { maxActive: 10 } })).status, 200);
    const late = await other.updateConcert(concertId, { maxActive: 30, expected: { maxActive: 10 } });
    assert.deepEqual([late.status, late.code], [409, 'SETTINGS_CHANGED']);
    assert.equal((late.fields['current'] as { maxActive: number }).maxActive, 20);
    assert.equal((late.fields['changedBy'] as { email: string }).email, operator.email);
    const [room] = await house.sql<[{ max: number; deeds: number }]>`
      select max_active as max, (select count(*)::int from operator_log where concert_id = ${concertId}) as deeds
      from rooms where concert_id = ${concertId}`;
    assert.deepEqual(room, { max: 20, deeds: 2 }, 'the creation and one change');
    const elsewhere = await other.updateConcert(concertId, { holdSeconds: 60, expected: { holdSeconds: 300 } });
    assert.equal(elsewhere.status, 200);
    const paused = { reason: 'Sound check' };
    assert.equal((await one.updateConcert(concertId, { paused, expected: { paused: null } })).status, 200);
    const again = await one.updateConcert(concertId, { paused: null, expected: { paused: { reason: 'Another' } } });
    assert.deepEqual([again.status, again.code], [409, 'SETTINGS_CHANGED']);
    assert.equal((await one.updateConcert(concertId, { paused: null, expected: { paused } })).status, 200);
    const nothing = await one.updateConcert(concertId, { expected: { maxActive: 20 } });
    assert.deepEqual([nothing.status, nothing.code], [400, 'VALIDATION_FAILED']);
  });

  test('refund terms and the bond to the seats: kept by a copy, and never written over unseen', async () => {
    const rules = [
      { untilDaysBefore: 5, feePercent: 0 },
      { untilDaysBefore: 1, feePercent: 50 },
    ];
    const refundPolicy = { rules, freeHoursAfterPurchase: 2, freeUntilDaysBefore: 1, closesMinutesBeforeStart: 60 };
    const { concertId } = await one.createConcert({ refundPolicy, timeZone: 'Europe/Paris', boundToSupply: true });
    const { body: plan } = await ask<ReplyOf<'getPlan', 200>>(one, `concerts/${concertId}/plan`);
    assert.deepEqual([plan.refundPolicy, plan.timeZone, plan.boundToSupply], [refundPolicy, 'Europe/Paris', true]);
    const terms = { refundPolicy: plan.refundPolicy, timeZone: plan.timeZone };
    const changed = await one.updateConcert(concertId, {
      refundPolicy: { preset: 'platform' },
      boundToSupply: false,
      expected: { ...terms, boundToSupply: true },
    });
    assert.equal(changed.status, 200, JSON.stringify(changed.fields));
    const { body: now } = await settings(one, concertId);
    assert.deepEqual(
      [now.refundPolicy, now.timeZone, now.boundToSupply],
      [{ preset: 'platform' }, 'Europe/Paris', false],
    );
    for (const stale of [{ refundPolicy }, { timeZone: 'Asia/Seoul' }, { boundToSupply: true }]) {
      const refused = await one.updateConcert(concertId, { timeZone: 'Asia/Tokyo', expected: stale });
      const { current, changedBy } = refused.fields as {
        current?: ReplyOf<'getConcertSettings', 200>;
        changedBy?: { email: string };
      };
      assert.deepEqual([refused.code, changedBy?.email], ['SETTINGS_CHANGED', operator.email]);
      assert.deepEqual([current?.refundPolicy, current?.boundToSupply], [{ preset: 'platform' }, false]);
    }
    assert.equal((await settings(one, concertId)).body.timeZone, 'Europe/Paris');
  });
});

describe('the log', () => {
  test('says who changed what, from what to what; by concert, page by page, newest first', async () => {
    const { concertId } = await one.createConcert({ title: 'Logged', maxActive: 10 });
    for (const maxActive of [11, 12, 13]) await one.updateConcert(concertId, { maxActive });
    const { body } = await log(other, `?concertId=${concertId}`);
    assert.deepEqual(
      body.entries.map(({ action, before, after }) => [action, before?.['maxActive'], after?.['maxActive']]),
      [
        ['CHANGE_SETTINGS', 12, 13],
        ['CHANGE_SETTINGS', 11, 12],
        ['CHANGE_SETTINGS', 10, 11],
        ['CREATE_CONCERT', undefined, 10],
      ],
    );
    for (const { operator: by, concertTitle } of body.entries) {
      assert.deepEqual([by?.email, concertTitle], [operator.email, 'Logged']);
    }
    const first = await log(other, `?concertId=${concertId}&limit=3`);
    assert.equal(first.body.entries.length, 3);
    const second = await log(other, `?concertId=${concertId}&limit=3&cursor=${first.body.nextCursor}`);
    assert.deepEqual([...first.body.entries, ...second.body.entries], body.entries);
    assert.equal(second.body.nextCursor, null);
    const all = await log(one, '?limit=4');
    assert.deepEqual(
      all.body.entries.map(({ concertId: id }) => id),
      [concertId, concertId, concertId, concertId],
    );
  });

  test('cannot be changed, by nobody', async () => {
    await assert.rejects(house.sql`update operator_log set action = 'CREATE_CONCERT'`);
    await assert.rejects(house.sql`delete from operator_log`);
  });
});
