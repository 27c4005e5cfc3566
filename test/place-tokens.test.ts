/** Whoever gets a token can use it; and the first thing a fan says to a server that has just started is heard. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessToken, boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { readEvents } from './harness/event-stream.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
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

const longest = [
  ['Hangul', '가'.repeat(255)],
  ['emoji', '🎫'.repeat(127)],
  ['quotes', '"\\'.repeat(127)],
  ['a mail address', `${'a'.repeat(243)}@example.com`],
] as const;

for (const [what, sub] of longest) {
  test(`a user id as long as may be, of ${what}, has a token that is taken everywhere`, async () => {
    const { concertId, performanceId } = await office.createConcert();
    const fan = { userId: `jwt:${sub}`, token: accessToken(sub) };
    const token = await office.enter(concertId, fan);
    assert.equal((await office.status(token)).body.status, 'ACTIVE');
    const { body } = await office.hold(token, performanceId, [1]);
    assert.equal((await office.charge(fan, 1_000_000)).status, 201);
    assert.equal((await office.reservations(fan)).body.reservations.length, 1);
    assert.equal((await office.pay(token, body.id)).status, 201);
    const headers = { cookie: `maejin_place=${token}`, accept: 'text/html', 'accept-language': 'en' };
    const { status, body: page } = await office.call<string>('GET', `/concerts/${concertId}/wait`, { headers });
    assert.equal(status, 200);
    const without = await office.call<string>('GET', `/concerts/${concertId}/wait`, {
      headers: { accept: 'text/html', 'accept-language': 'en' },
    });
    if (page.includes('id="hall"')) assert.notEqual(page, without.body, 'the first paint knows the place');
    const operator = await office.asOperator();
    const asked = await office.call('GET', `/api/v1/admin/user?userId=${encodeURIComponent(fan.userId)}`, operator);
    assert.equal(asked.status, 200, 'the desk finds them too');
    const reserved = await office.call(
      'GET',
      `/api/v1/admin/reservations?userId=${encodeURIComponent(fan.userId)}`,
      operator,
    );
    assert.equal(reserved.status, 200);
  });
}

/** Asks a server once that was never asked about this line; whoever asks so has been silent for ten minutes. */
async function heardOnce(
  ask: (server: Server, token: string, performanceId: string) => Promise<unknown>,
  active: boolean,
) {
  const { concertId, performanceId } = await office.createConcert({ graceSeconds: 3_600, maxActive: active ? 2 : 1 });
  await office.enter(concertId, newFan());
  const { token } = (await office.issue(concertId, newFan())).body;
  await house.sql`
    update queue_tokens set seen_at = now() - interval '10 minutes'
    where concert_id = ${concertId} and entry = 2`;
  const cold = await house.start();
  await ask(cold, token, performanceId);
  await eventually(async () => {
    const [row] = await house.sql`
      select seen_at > now() - interval '1 minute' as heard from queue_tokens where concert_id = ${concertId} and entry = 2`;
    assert.equal(row?.['heard'], true);
  });
  await cold.stop();
}

test('the first poll on a server that knows nothing of the line is a sign of life', () =>
  heardOnce((cold, token) => boxOffice(cold).status(token), false));

test('so is the first look at seats of one who was let in and not heard since', () =>
  heardOnce((cold, token, performanceId) => boxOffice(cold).seats(token, performanceId), true));

test('so is an attempt to pay, whatever becomes of it', () =>
  heardOnce((cold, token) => boxOffice(cold).pay(token, `${'0'.repeat(10)}-x`), true));

test('so is a stream that is opened and lost at once', () =>
  heardOnce(async (cold, token) => {
    const stream = await readEvents(`${cold.origin}/api/v1/queue-token/events`, token);
    stream.close();
  }, false));
