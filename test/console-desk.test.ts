/** The operator's desk through the front door: making a concert once, looking up fans, places and the story of a seat. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { ReplyOf } from '../src/contract.ts';
import { accountsAt } from './harness/accounts.ts';
import { boxOffice, newFan, newFans, type BoxOffice } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import type { Server } from './harness/server.ts';

let house: House;
let server: Server;
let one: BoxOffice;
let other: BoxOffice;

before(async () => {
  house = await openHouse();
  server = await house.start();
  one = boxOffice(server);
  other = boxOffice(await house.start());
});
after(async () => {
  try {
    await one.assertInvariants();
  } finally {
    await house.close();
  }
});

const ask = async <Body>(url: string) => one.call<Body>('GET', `/api/v1/admin${url}`, await one.asOperator());
const user = (userId: string) => ask<ReplyOf<'getUser', 200>>(`/user?userId=${encodeURIComponent(userId)}`);

test('is for operators: 401 without a token, 403 for a fan, wherever one asks', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const fan = newFan();
  for (const url of [
    '/users?q=a',
    `/user?userId=${fan.userId}`,
    `/ledger?userId=${fan.userId}`,
    `/ledger.csv?userId=${fan.userId}`,
    `/performances/${performanceId}/seats/1/story`,
    `/concerts/${concertId}/plan`,
    `/concerts/${concertId}/reservations.csv`,
    '/users',
  ]) {
    const nobody = await one.call('GET', `/api/v1/admin${url}`);
    assert.deepEqual([nobody.status, nobody.code], [401, 'UNAUTHENTICATED'], url);
    const aFan = await one.call('GET', `/api/v1/admin${url}`, { bearer: fan.token });
    assert.deepEqual([aFan.status, aFan.code], [403, 'FORBIDDEN'], url);
  }
});

test('says what is wrong with a question, and what is not there', async () => {
  const { performanceId } = await one.createConcert();
  for (const [url, status] of [
    ['/users', 400],
    ['/users?q=', 400],
    ['/users?q=%00', 400],
    [`/users?q=${'a'.repeat(201)}`, 400],
    ['/user', 400],
    ['/user?userId=nobody', 404],
    ['/ledger?userId=jwt:a&cursor=x', 400],
    ['/ledger?userId=jwt:a&limit=201', 400],
    ['/ledger.csv?userId=nobody', 404],
    [`/performances/${performanceId}/seats/51/story`, 404],
    [`/performances/${performanceId}/seats/0/story`, 404],
    [`/performances/${performanceId}/seats/1e1/story`, 404],
    ['/performances/zzzzzzzzzz-1/seats/1/story', 404],
    ['/concerts/zzzzzzzzzz/plan', 404],
    ['/concerts/zzzzzzzzzz/reservations.csv', 404],
  ] as const) {
    const answer = await ask(url);
    assert.deepEqual([answer.status, answer.code], [status, status === 400 ? 'VALIDATION_FAILED' : 'NOT_FOUND'], url);
  }
});

describe('a concert is made once', () => {
  const section = { name: 'A', rows: 2, seatsPerRow: 5, grade: 'R', price: 1_000 };
  const sale = {
    title: `Once ${randomUUID()}`,
    artist: 'An artist',
    venue: 'A venue',
    performances: [{ startsAt: '2030-05-01T10:00:00Z', sections: [section] }],
  };
  const put = async (office: BoxOffice, body: unknown, key?: string) =>
    office.call<ReplyOf<'createConcert', 201>>('POST', '/api/v1/admin/concerts', {
      ...(await one.asOperator()),
      body,
      ...(key === undefined ? {} : { key }),
    });
  const made = async (title: string): Promise<number> => {
    const [row] = await house.sql<[{ count: number }]>`select count(*) from concerts where title = ${title}`;
    return row.count;
  };

  test('for each key, however often and on whatever server it is sent at once', async () => {
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_none, n) => put(n % 2 === 0 ? one : other, sale, key)),
    );
    assert.deepEqual(
      answers.map(({ status }) => status),
      answers.map(() => 201),
    );
    assert.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
    assert.equal(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true').length, 9);
    assert.equal(await made(sale.title), 1);
    const { venue, ...rest } = sale;
    const inAnotherOrder = await put(one, { venue, ...rest }, key);
    assert.deepEqual(inAnotherOrder.body, answers[0]?.body);
    const reused = await put(one, { ...sale, venue: 'Elsewhere' }, key);
    assert.deepEqual([reused.status, reused.code], [422, 'IDEMPOTENCY_KEY_REUSED']);
    const logged = await house.sql`select from operator_log where concert_id = ${answers[0]?.body.id ?? ''}`;
    assert.equal(logged.length, 1);
  });

  test('a refusal keeps no key, and without a key each request is a new one', async () => {
    const key = randomUUID();
    const title = `Corrected ${randomUUID()}`;
    const wrong = await put(one, { ...sale, title, performances: [{ startsAt: 'soon', sections: [section] }] }, key);
    assert.equal(wrong.status, 400);
    assert.equal((await put(one, { ...sale, title }, key)).status, 201);
    assert.equal((await put(one, { ...sale, title })).status, 201);
    assert.equal(await made(title), 2);
    const bad = await put(one, sale, '\u00fc');
    assert.deepEqual([bad.status, bad.code], [400, 'IDEMPOTENCY_KEY_REQUIRED']);
  });

  test('and a new one is made from its plan', async () => {
    const title = `Planned ${randomUUID()}`;
    const { body } = await put(one, { ...sale, title, maxActive: 7 });
    const plan = (await ask<ReplyOf<'getPlan', 200>>(`/concerts/${body.id}/plan`)).body;
    assert.deepEqual([plan.title, plan.maxActive, plan.maxSeatsPerFan], [title, 7, 4]);
    assert.deepEqual(plan.performances, [
      {
        id: `${body.id}-1`,
        startsAt: '2030-05-01T10:00:00.000Z',
        seatsTotal: 10,
        sections: [{ ...section, firstNumber: 1 }],
      },
    ]);
  });
});

describe('looking a fan up', () => {
  test('by name, address and id; with money and places, and why they ended', async () => {
    const accounts = accountsAt(server);
    const { body: account } = await accounts.signUp();
    const fan = { userId: account.user.id, token: account.token };
    const { concertId, performanceId } = await one.createConcert();
    const token = await one.enter(concertId, fan);
    await one.charge(fan, 80_000);
    const held = await one.hold(token, performanceId, [1]);
    assert.equal((await one.pay(token, held.body.id)).status, 201);
    const waiting = await one.createConcert({ maxActive: 1 });
    await one.enter(waiting.concertId, newFan());
    await one.issue(waiting.concertId, newFan());
    await one.issue(waiting.concertId, fan);
    for (const q of [account.user.email.toUpperCase(), account.user.email.slice(0, -4), account.user.id]) {
      const { users } = (await ask<ReplyOf<'findUsers', 200>>(`/users?q=${encodeURIComponent(q)}`)).body;
      assert.equal(users[0]?.id, account.user.id, q);
      assert.deepEqual([users[0]?.name, users[0]?.role], ['김매진', 'fan']);
    }
    const { body } = await user(fan.userId);
    assert.deepEqual(body.wallet, {
      balance: 30_000,
      entries: 2,
      charged: 80_000,
      paid: 50_000,
      refunded: 0,
      compensated: 0,
      withdrawn: 0,
      reversed: 0,
      owed: 0,
      adds: true,
    });
    assert.deepEqual(
      body.places.map((place) => [place.concertId, place.status, place.position, place.endedBecause]),
      [
        [waiting.concertId, 'WAIT', 2, null],
        [concertId, 'EXPIRED', null, 'PAID'],
      ],
    );
    assert(body.places[1]?.admittedAt !== null && body.places[1]?.endedAt !== null);
    const own = await ask<ReplyOf<'listAllReservations', 200>>(`/reservations?userId=${fan.userId}`);
    assert.deepEqual(
      own.body.reservations.map(({ id, userName }) => [id, userName]),
      [[held.body.id, '김매진']],
    );
    const first = await ask<ReplyOf<'listUserEntries', 200>>(`/ledger?userId=${fan.userId}&limit=1`);
    assert.deepEqual(
      first.body.entries.map(({ kind, amount }) => [kind, amount]),
      [['PAYMENT', -50_000]],
    );
    const next = await ask<ReplyOf<'listUserEntries', 200>>(
      `/ledger?userId=${fan.userId}&limit=1&cursor=${first.body.nextCursor}`,
    );
    assert.deepEqual([next.body.entries[0]?.kind, next.body.nextCursor], ['CHARGE', null]);
  });

  test('the wallet adds up at every moment, also while it is being charged', async () => {
    const fan = newFan();
    await one.charge(fan, 1);
    const seen = [];
    for (let look = 0; look < 100; look++) {
      const charging = [1, 2, 3, 4].map((amount) => one.charge(fan, amount));
      seen.push((await user(fan.userId)).body.wallet);
      await Promise.all(charging);
    }
    assert.deepEqual(
      seen.filter(({ adds }) => !adds),
      [],
    );
    assert(new Set(seen.map(({ balance }) => balance)).size > 10, 'it grew between the looks');
  });

  test('of an outside provider by the beginning of the id, whatever trace they left', async () => {
    const mark = randomUUID();
    const [charged, holding, waiting, gone, ...none] = ['charged', 'holding', 'waiting', 'gone', 'none'].map((name) =>
      newFan(`${mark}-${name}`),
    );
    assert(charged && holding && waiting && gone);
    const { concertId, performanceId } = await one.createConcert();
    await one.charge(charged, 1);
    await one.hold(await one.enter(concertId, holding), performanceId, [1]);
    await one.issue(concertId, waiting);
    await one.leave(await one.enter(concertId, gone));
    const { users, more } = (await ask<ReplyOf<'findUsers', 200>>(`/users?q=jwt:${mark}`)).body;
    assert.deepEqual(
      users.map(({ id }) => id),
      [charged, gone, holding, waiting].map(({ userId }) => userId),
    );
    assert.equal(more, false);
    assert.deepEqual([(await user(gone.userId)).body.places[0]?.endedBecause, none.length], ['LEFT', 1]);
    assert.equal((await user(none[0]?.userId ?? '')).status, 404);
  });

  test('looking is no sign of life, and a session that ran out is told as ended', async () => {
    const { concertId } = await one.createConcert({ maxActive: 1 });
    const [inside, next] = [newFan(), newFan()];
    await one.enter(concertId, inside);
    await one.issue(concertId, next);
    const seen = async () => {
      const rows = await house.sql<{ at: Date }[]>`
        select seen_at as at from queue_tokens where concert_id = ${concertId} and user_id = ${next.userId}`;
      return rows[0]?.at.getTime();
    };
    const before = await seen();
    assert.equal((await user(next.userId)).body.places[0]?.position, 1);
    assert.equal(await seen(), before);
    await house.sql`
      update queue_tokens set expires_at = now() - interval '1 s', admitted_at = now() - interval '9 s'
      where concert_id = ${concertId} and user_id = ${inside.userId}`;
    const [ended] = (await user(inside.userId)).body.places;
    assert.deepEqual([ended?.status, ended?.endedBecause, ended?.expiresAt], ['EXPIRED', 'SESSION_ENDED', null]);
  });

  test('tells at most 50, and that there are more', async () => {
    const mark = randomUUID();
    const fans = newFans(51).map((_fan, n) => `jwt:${mark}-${String(n).padStart(2, '0')}`);
    await house.sql`insert into wallets (user_id) select unnest(${fans}::text[])`;
    const { users, more } = (await ask<ReplyOf<'findUsers', 200>>(`/users?q=jwt:${mark}`)).body;
    assert.deepEqual([users.length, more], [50, true]);
  });
});
