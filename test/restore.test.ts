/**
 * After a restore from a backup, numbers that were handed out before are handed out again, to others. A token names its
 * fan: whoever comes with one of before acts on nobody's place, and nobody's sign of life is given by another.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { boxOffice, newFan, newFans, type BoxOffice, type Fan } from './harness/box-office.ts';
import { readEvents } from './harness/event-stream.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import type { Server } from './harness/server.ts';

let house: House;
let server: Server;
let office: BoxOffice;

before(async () => {
  house = await openHouse();
});
beforeEach(async () => {
  await server?.stop();
  server = await house.start();
  office = boxOffice(server);
});
after(() => house.close());

const patient = { graceSeconds: 3_600 };

/** What a backup taken before anybody came would bring back: servers are stopped, and start on rows of then. */
async function restored(concertId: string): Promise<void> {
  await server.stop();
  await house.sql`delete from queue_tokens where concert_id = ${concertId}`;
  await house.sql`
    update rooms set last_number = 0, head = 0, front = 0, active = 0, active_ceiling = max_active, version = 0
    where concert_id = ${concertId}`;
  server = await house.start();
  office = boxOffice(server);
}

async function issued(concertId: string, fan: Fan): Promise<string> {
  const { status, body } = await office.issue(concertId, fan);
  assert.equal(status, 201);
  return body.token;
}

/** Everything that a token opens, asked one after the other; the place it names belongs to somebody else. */
async function assertOpensNothing(token: string, { concertId, performanceId, held }: Opened): Promise<void> {
  for (const answer of [
    await office.status(token),
    await office.performances(token, concertId),
    await office.seats(token, performanceId),
    await office.call('GET', `/api/v1/performances/${performanceId}/map`, { queueToken: token }),
    await office.hold(token, performanceId, [9]),
    await office.pay(token, held),
    await office.leave(token),
  ])
    assert.deepEqual([answer.status, answer.code], [401, 'QUEUE_TOKEN_INVALID']);
  for (const url of ['/api/v1/queue-token/events', `/api/v1/performances/${performanceId}/seats/events`]) {
    const stream = await readEvents(`${server.origin}${url}`, token);
    assert.equal(stream.status, 401);
    stream.close();
  }
}

interface Opened {
  readonly concertId: string;
  readonly performanceId: string;
  /** A hold of the token's own fan. */
  readonly held: string;
}

test('a token of before a restore neither sees nor holds nor pays nor leaves with the place of whoever has its number now', async () => {
  const { concertId, performanceId } = await office.createConcert(patient);
  const [before_, now] = [newFan(), newFan()];
  const old = await office.enter(concertId, before_);
  await restored(concertId);
  const own = await office.enter(concertId, now);
  const again = await office.enter(concertId, before_);
  const { body: held } = await office.hold(again, performanceId, [2]);
  assert.equal((await office.charge(before_, 100_000)).status, 201);
  await assertOpensNothing(old, { concertId, performanceId, held: held.id });
  assert.equal((await office.status(own)).body.status, 'ACTIVE', 'nobody ended the place of its new owner');
  assert.equal((await office.hold(own, performanceId, [1])).status, 201);
  assert.equal((await office.pay(again, held.id)).status, 201, 'the fan of before pays from their new place');
  assert.equal((await office.status(own)).body.status, 'ACTIVE');
  // Of a place that has ended, too.
  assert.equal((await office.leave(own)).status, 204);
  await assertOpensNothing(old, { concertId, performanceId, held: held.id });
  await office.assertInvariants();
});

test('who stands at the front is not kept there by the polls of a token of before', async () => {
  const { concertId } = await office.createConcert({ ...patient, maxActive: 1 });
  await office.enter(concertId, newFan());
  const old = await issued(concertId, newFan());
  await restored(concertId);
  await office.enter(concertId, newFan());
  const silent = newFan();
  const [first, second] = [await issued(concertId, silent), await issued(concertId, newFan())];
  await house.sql`update queue_tokens set seen_at = now() - interval '10 minutes' where concert_id = ${concertId} and status = 'WAIT'`;
  const seen = async () => {
    const rows = await house.sql<{ late: boolean }[]>`
      select seen_at < now() - interval '1 minute' as late from queue_tokens
      where concert_id = ${concertId} and status = 'WAIT' order by entry`;
    return rows.map(({ late }) => late);
  };
  // Signs are written in the order in which they were given, the second's behind the one that must not be written.
  await office.status(old);
  await eventually(async () => {
    await office.status(second);
    assert.deepEqual(await seen(), [true, false]);
  });
  await office.status(old);
  await eventually(async () => {
    await office.status(first);
    assert.deepEqual(await seen(), [false, false], 'their own poll is heard, whoever polls beside them');
  });
});

test('a hundred tokens of before at once take nothing from a hundred fans of now', async () => {
  const fans = 40;
  const sections = [{ name: 'A', rows: 10, seatsPerRow: 10, grade: 'R', price: 1_000 }];
  const { concertId, performanceId } = await office.createConcert({
    ...patient,
    performances: [{ startsAt: '2030-05-01T10:00:00.000Z', sections }],
  });
  const old = await Promise.all(newFans(fans).map((fan) => office.enter(concertId, fan)));
  await restored(concertId);
  const now = newFans(fans);
  const own = await Promise.all(now.map((fan) => office.enter(concertId, fan)));
  await Promise.all(now.map((fan) => office.charge(fan, 10_000)));
  const strangers = await Promise.all(
    old.flatMap((token, index) => [
      office.hold(token, performanceId, [index + 1]),
      office.hold(token, performanceId, [index + 1 + fans]),
      office.leave(token),
      office.status(token),
    ]),
  );
  const [held] = await Promise.all([
    Promise.all(own.map((token, index) => office.hold(token, performanceId, [index + 1]))),
    ...old.map((token) => office.leave(token)),
  ]);
  assert.deepEqual(new Set(strangers.map(({ code }) => code)), new Set(['QUEUE_TOKEN_INVALID']));
  assert(held.every(({ status }) => status === 201));
  const [paid, wrong] = await Promise.all([
    Promise.all(own.map((token, index) => office.pay(token, held[index]?.body.id ?? ''))),
    Promise.all(old.map((token, index) => office.pay(token, held[index]?.body.id ?? ''))),
  ]);
  assert(paid.every(({ status }) => status === 201));
  assert(wrong.every(({ code }) => code === 'QUEUE_TOKEN_INVALID'));
  await office.assertInvariants();
});

test('twin: a statement that asks for the number alone ends the place of somebody else', async () => {
  const { concertId } = await office.createConcert(patient);
  const old = newFan();
  await office.enter(concertId, old);
  await restored(concertId);
  await office.enter(concertId, newFan());
  const ended = await house.sql`
    update queue_tokens set status = 'EXPIRED', ended_at = now(), ended_because = 'LEFT'
    where concert_id = ${concertId} and entry = 1 and status <> 'EXPIRED' returning user_id`;
  assert.equal(ended.length, 1);
  assert.notEqual(ended[0]?.['user_id'], old.userId);
});
