/** The line through the front door: one place a user, exact admission, presence, pauses, several servers. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { boxOffice, newFan, newFans, type BoxOffice } from './harness/box-office.ts';
import { readEvents } from './harness/event-stream.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';

let house: House;
let one: BoxOffice;
let other: BoxOffice;
let origin: string;

before(async () => {
  house = await openHouse();
  const server = await house.start();
  origin = server.origin;
  one = boxOffice(server);
  other = boxOffice(await house.start());
});
after(() => house.close());

const patient = { graceSeconds: 3_600 };
const statusOf = async (office: BoxOffice, token: string) => (await office.status(token)).body;
const becomes = (token: string, status: string, office = one) =>
  eventually(async () => assert.equal((await statusOf(office, token)).status, status));

test('what one server did, another tells: within 250 ms of the promise, from its own board', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  const inside = await one.enter(concertId, newFan());
  assert.equal((await statusOf(other, inside)).status, 'ACTIVE', 'loads its board from the database');
  const { token } = (await one.issue(concertId, newFan())).body;
  assert.equal((await statusOf(other, token)).position, 1);
  await other.leave(inside);
  await becomes(token, 'ACTIVE', one);
  assert.equal((await one.performances(token, concertId)).status, 200);
  assert.deepEqual((await statusOf(one, inside)).expiredBecause, 'LEFT');
});

test('an ended session: told why, the next is admitted, and its fan may come again', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  const fan = newFan();
  const token = await one.enter(concertId, fan);
  const next = (await one.issue(concertId, newFan())).body.token;
  await house.sql`update queue_tokens set expires_at = now() - interval '1 second' where concert_id = ${concertId} and status = 'ACTIVE'`;
  await becomes(next, 'ACTIVE');
  const ended = await statusOf(one, token);
  assert.deepEqual(
    [ended.status, ended.expiredBecause, ended.position, ended.expiresAt],
    ['EXPIRED', 'SESSION_ENDED', null, null],
  );
  const refused = await one.performances(token, concertId);
  assert.deepEqual(
    [refused.status, refused.code, refused.fields['expiredBecause']],
    [403, 'ADMISSION_EXPIRED', 'SESSION_ENDED'],
  );
  const again = await one.issue(concertId, fan);
  assert.equal(again.status, 201);
  assert.notEqual(again.body.token, token);
});

test('a session that is over does not keep its fan out, even before it is swept', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 2 });
  const fan = newFan();
  const token = await one.enter(concertId, fan);
  const [answer] = await Promise.all([
    eventually(async () => {
      const asked = await one.issue(concertId, fan);
      assert.equal(asked.status, 201);
      return asked;
    }),
    house.sql`update queue_tokens set expires_at = now() - interval '1 second' where concert_id = ${concertId}`,
  ]);
  assert.notEqual(answer.body.token, token);
  await one.assertInvariants();
});

test('while paused nobody is admitted, places are kept and the reason is told on every server', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  const inside = await one.enter(concertId, newFan());
  const first = (await one.issue(concertId, newFan())).body.token;
  assert.equal((await statusOf(other, first)).notice ?? null, null);
  assert.equal((await one.updateConcert(concertId, { paused: { reason: 'The stage is on fire' } })).status, 200);
  await eventually(async () => assert.equal((await statusOf(other, first)).notice, 'The stage is on fire'), 2_000);
  await one.leave(inside);
  assert.equal((await one.issue(concertId, newFan())).body.status, 'WAIT', 'also not straight from the street');
  const held = await statusOf(one, first);
  assert.deepEqual(
    [held.status, held.position, held.notice, held.etaSeconds],
    ['WAIT', 1, 'The stage is on fire', null],
  );
  assert.equal((await other.updateConcert(concertId, { paused: null })).status, 200);
  await becomes(first, 'ACTIVE');
});

test('nobody is told when they will be let in where nothing is left to buy', async () => {
  const { concertId } = await one.createConcert({
    ...patient,
    maxActive: 3,
    performances: [
      { startsAt: '2030-05-01T10:00:00Z', sections: [{ name: 'A', rows: 1, seatsPerRow: 1, grade: 'R', price: 0 }] },
    ],
  });
  const inside = await Promise.all(newFans(3).map((fan) => one.enter(concertId, fan)));
  const waits = (await one.issue(concertId, newFan())).body.token;
  const last = (await one.issue(concertId, newFan())).body.token;
  // Watched for long enough to say something, then one goes.
  await new Promise((resolve) => setTimeout(resolve, 6_100));
  await one.leave(inside[0] ?? '');
  await becomes(waits, 'ACTIVE');
  assert.notEqual((await statusOf(one, last)).etaSeconds, null);
  const { body } = await one.hold(waits, `${concertId}-1`, [1]);
  const paid = await one.pay(waits, body.id);
  assert.equal(paid.status, 201, paid.code);
  const later = (await one.issue(concertId, newFan())).body.token;
  await eventually(async () => assert.equal((await statusOf(one, later)).etaSeconds, null));
});

test('a higher maxActive admits at once; a lower one sends nobody away and waits', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  const tokens: string[] = [];
  for (const fan of newFans(6)) tokens.push((await one.issue(concertId, fan)).body.token);
  const states = async () =>
    (await Promise.all(tokens.map((token) => statusOf(one, token)))).map(({ status }) => status[0]).join('');
  assert.equal((await one.updateConcert(concertId, { maxActive: 4 })).status, 200);
  assert.equal(await states(), 'AAAAWW');
  assert.equal((await one.updateConcert(concertId, { maxActive: 2 })).status, 200);
  assert.equal(await states(), 'AAAAWW');
  await one.leave(tokens[0] ?? '');
  await one.leave(tokens[1] ?? '');
  assert.equal(await states(), 'EEAAWW');
  await one.leave(tokens[2] ?? '');
  assert.equal(await states(), 'EEEAAW');
  await one.assertInvariants();
});

test('who leaves from the middle brings everybody behind one place forward', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  await one.enter(concertId, newFan());
  const tokens: string[] = [];
  for (const fan of newFans(5)) tokens.push((await one.issue(concertId, fan)).body.token);
  assert.equal((await one.leave(tokens[1] ?? '')).status, 204);
  assert.equal((await one.leave(tokens[1] ?? '')).status, 204, 'leaving twice is leaving');
  const positions = await Promise.all(tokens.map(async (token) => (await statusOf(one, token)).position));
  assert.deepEqual(positions, [1, null, 2, 3, 4]);
  const third = await house.start();
  const fresh = await Promise.all(tokens.map(async (token) => (await statusOf(boxOffice(third), token)).position));
  assert.deepEqual(fresh, positions, 'a server that starts now counts the same');
});

test('the stream tells the status at once and on every change, and ends with the place', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  const inside = await one.enter(concertId, newFan());
  const { token } = (await one.issue(concertId, newFan())).body;
  const events = await readEvents(`${origin}/api/v1/queue-token/events`, token);
  const seen = async () => {
    const { event, data } = await events.next();
    assert.equal(event, 'status');
    return data as { status: string; position: number | null; expiredBecause: string | null };
  };
  assert.deepEqual([(await seen()).position], [1]);
  await other.leave(inside);
  assert.equal((await seen()).status, 'ACTIVE');
  await one.leave(token);
  const last = await seen();
  assert.deepEqual([last.status, last.expiredBecause], ['EXPIRED', 'LEFT']);
  await events.over;
});

test('only what this service signed is a place in line', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  const token = await one.enter(concertId, newFan());
  const [head = '', body = '', signature = ''] = token.split('.');
  const none = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${body}.`;
  const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
  const bad = [
    '',
    'x',
    'a.b.c',
    none,
    `${head}.${body}.`,
    `${head}.${body}.${flipped}`,
    `${token}x`,
    'é'.repeat(10),
    'a'.repeat(5_000),
  ];
  for (const forged of bad) {
    // Not every byte may stand in a header; what a client cannot send needs no refusal.
    const sent = Buffer.from(forged).toString('latin1');
    const { status, code } = await one.status(sent);
    assert.deepEqual([status, code], [401, 'QUEUE_TOKEN_INVALID'], forged);
    assert.equal((await one.leave(sent)).code, 'QUEUE_TOKEN_INVALID');
  }
  assert.equal((await one.status(token)).status, 200);
});

test('who waits, or stands in another line, gets no further', async () => {
  const { concertId, performanceId } = await one.createConcert({ ...patient, maxActive: 1 });
  const elsewhere = await one.createConcert();
  const inside = await one.enter(concertId, newFan());
  const { token } = (await one.issue(concertId, newFan())).body;
  for (const answer of [
    await one.performances(token, concertId),
    await one.seats(token, performanceId),
    await one.hold(token, performanceId, [1]),
  ]) {
    assert.deepEqual([answer.status, answer.code, answer.fields['position']], [403, 'NOT_ADMITTED', 1]);
  }
  for (const answer of [
    await one.performances(inside, elsewhere.concertId),
    await one.seats(inside, elsewhere.performanceId),
    await one.hold(inside, elsewhere.performanceId, [1]),
  ]) {
    assert.deepEqual([answer.status, answer.code], [403, 'FORBIDDEN']);
  }
  assert.equal((await one.issue('nosuchconcert', newFan())).code, 'NOT_FOUND');
  assert.equal((await one.call('POST', `/api/v1/concerts/${concertId}/queue-tokens`)).code, 'UNAUTHENTICATED');
});
