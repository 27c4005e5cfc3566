/**
 * Tokens that were made void, as when their fan signs out everywhere: whoever has one has nothing, and the fan, who asks
 * again, has the place that they had.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createCatalog } from '../src/catalog/catalog.ts';
import { createFeed, type Feed } from '../src/platform/feed.ts';
import { createMetrics } from '../src/platform/metrics.ts';
import { createWaitingRoom, type WaitingRoom } from '../src/waiting-room/gate.ts';
import { accountsAt, assertProblem } from './harness/accounts.ts';
import { boxOffice, newFan, newFans, type BoxOffice, type Fan } from './harness/box-office.ts';
import { readEvents } from './harness/event-stream.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { lockWaiters } from './harness/lock-waiters.ts';
import type { Server } from './harness/server.ts';

let house: House;
let servers: readonly [Server, Server];
let one: BoxOffice;
let other: BoxOffice;
let feed: Feed;
/** A third server's, which knows of none of these lines. */
let room: WaitingRoom;

before(async () => {
  house = await openHouse();
  servers = [await house.start(), await house.start()];
  one = boxOffice(servers[0]);
  other = boxOffice(servers[1]);
  feed = await createFeed(house.databaseUrl, house.sql);
  const metrics = createMetrics();
  room = createWaitingRoom({
    database: house.database,
    feed,
    catalog: createCatalog({ database: house.database, feed, metrics }),
    secret: 'unused here',
    batchMax: 500,
    metrics,
    retentionDays: 30,
  });
});
after(async () => {
  await feed.close();
  await house.close();
});

const patient = { graceSeconds: 3_600 };
const invalid = [401, 'QUEUE_TOKEN_INVALID'];
const said = ({ status, code }: { status: number; code: string | undefined }) => [status, code];

/** The place that the fan has, by a new token. */
async function askedAgain(office: BoxOffice, concertId: string, fan: Fan): Promise<string> {
  const { status, body } = await office.issue(concertId, fan);
  assert.equal(status, 200, 'the place is the one they had');
  return body.token;
}

test('inside: the old token is good for nothing at once, the new one for all that was held from the place', async () => {
  const { concertId, performanceId } = await one.createConcert(patient);
  const fan = newFan();
  const old = await one.enter(concertId, fan);
  const bystander = await other.enter(concertId, newFan());
  const { body: held } = await one.hold(old, performanceId, [1, 2]);
  assert.equal((await one.charge(fan, 1_000_000)).status, 201);
  const stream = await readEvents(`${servers[1].origin}/api/v1/queue-token/events`, old);
  await room.voidTokens(fan.userId);
  for (const office of [one, other]) {
    // What changes anything asks the database; what is shown follows within 250 ms.
    assert.deepEqual(said(await office.hold(old, performanceId, [3])), invalid);
    assert.deepEqual(said(await office.pay(old, held.id)), invalid);
    assert.deepEqual(said(await office.leave(old)), invalid);
    await eventually(async () => assert.deepEqual(said(await office.status(old)), invalid));
    assert.deepEqual(said(await office.performances(old, concertId)), invalid);
    assert.deepEqual(said(await office.seats(old, performanceId)), invalid);
  }
  await stream.over;
  const own = await askedAgain(one, concertId, fan);
  for (const office of [other, one]) {
    assert.equal((await office.status(own)).body.status, 'ACTIVE');
    assert.equal((await office.seats(own, performanceId)).status, 200);
    assert.equal((await office.status(bystander)).body.status, 'ACTIVE');
  }
  assert.equal(await askedAgain(other, concertId, fan), own, 'one token a place, whoever asks');
  assert.equal((await other.pay(own, held.id)).status, 201);
  assert.equal((await other.status(own)).body.expiredBecause, 'PAID');
  await one.assertInvariants();
});

test('in line: the position is kept, and neither a server that starts then nor a second time takes the old one', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  await one.enter(concertId, newFan());
  const fan = newFan();
  const fans = [newFan(), fan, newFan()];
  const tokens: string[] = [];
  for (const each of fans) tokens.push((await one.issue(concertId, each)).body.token);
  const [, first = ''] = tokens;
  assert.equal((await other.status(first)).body.position, 2);
  await room.voidTokens(fan.userId);
  const second = await askedAgain(other, concertId, fan);
  await room.voidTokens(fan.userId);
  const third = await askedAgain(one, concertId, fan);
  const late = boxOffice(await house.start());
  for (const office of [late, one, other]) {
    assert.equal((await office.status(third)).body.position, 2);
    for (const old of [first, second]) {
      await eventually(async () => assert.deepEqual(said(await office.status(old)), invalid));
      assert.deepEqual(said(await office.leave(old)), invalid);
    }
  }
  assert.equal((await late.status(tokens[2] ?? '')).body.position, 3);
  assert.equal((await one.leave(third)).status, 204);
  await one.assertInvariants();
});

test('a void token keeps nobody present', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  await one.enter(concertId, newFan());
  const [fan, beside] = newFans(2);
  assert(fan !== undefined && beside !== undefined);
  const old = (await one.issue(concertId, fan)).body.token;
  const heard = (await one.issue(concertId, beside)).body.token;
  await room.voidTokens(fan.userId);
  await house.sql`update queue_tokens set seen_at = now() - interval '10 minutes' where concert_id = ${concertId} and status = 'WAIT'`;
  await one.status(old);
  await eventually(async () => {
    await one.status(heard);
    const rows = await house.sql`
      select seen_at < now() - interval '1 minute' as late from queue_tokens
      where concert_id = ${concertId} and status = 'WAIT' order by entry`;
    assert.deepEqual(
      rows.map((row) => row['late']),
      [true, false],
    );
  });
});

test('many at once with a token that becomes void: what was granted stands, and afterwards nothing more is', async () => {
  const { concertId, performanceId } = await one.createConcert({ ...patient, maxSeatsPerFan: 50 });
  const fan = newFan();
  const old = await one.enter(concertId, fan);
  const hold = (seat: number) => (seat % 2 === 0 ? one : other).hold(old, performanceId, [seat]);
  const holds = Array.from({ length: 30 }, (_, index) => hold(index + 1));
  const [answers] = await Promise.all([Promise.all(holds), room.voidTokens(fan.userId), room.voidTokens(fan.userId)]);
  for (const answer of answers) assert(answer.status === 201 || answer.code === 'QUEUE_TOKEN_INVALID', answer.code);
  const afterwards = await Promise.all([31, 32, 33, 34].map(hold));
  assert.deepEqual(new Set(afterwards.map(({ code }) => code)), new Set(['QUEUE_TOKEN_INVALID']));
  const granted = answers.filter(({ status }) => status === 201).length;
  const { body } = await one.reservations(fan, '?limit=200');
  assert.equal(body.reservations.length, granted);
  const twin = await house.sql`
    select from queue_tokens
    where concert_id = ${concertId} and entry = 1 and user_id = ${fan.userId} and status = 'ACTIVE' for no key update`;
  assert.equal(twin.length, 1, 'the twin, which looks at number and user alone, would go on granting');
  await one.assertInvariants();
});

test('who has no place has none afterwards, and others keep their tokens', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  const fans = newFans(3);
  const tokens = [];
  for (const fan of fans) tokens.push((await one.issue(concertId, fan)).body.token);
  await room.voidTokens(newFan().userId);
  const states = await Promise.all(tokens.map(async (token) => (await other.status(token)).body.status));
  assert.deepEqual(states, ['ACTIVE', 'WAIT', 'WAIT']);
});

test('who signs out everywhere keeps the place, and whoever had a session or a token of theirs has neither', async () => {
  const { concertId } = await one.createConcert(patient);
  const [here, there] = [accountsAt(servers[0]), accountsAt(servers[1])];
  const { body: own } = await here.signUp();
  const { body: stolen } = await there.signIn(own.user.email);
  const issue = `/api/v1/concerts/${concertId}/queue-tokens`;
  type Issued = { token: string };
  const { body: before } = await here.call<Issued>('POST', issue, { bearer: own.token });
  assert.equal(
    (await there.call('POST', issue, { bearer: stolen.token })).status,
    200,
    'the other server knows the session',
  );
  assert.equal((await here.call('POST', '/api/auth/revoke-other-sessions', { bearer: own.token })).status, 200);
  // Sooner than what a server remembers of a session (2 s) is over.
  await eventually(
    async () => assert.equal((await there.call('POST', issue, { bearer: stolen.token })).status, 401),
    1_000,
  );
  for (const office of [one, other]) {
    await eventually(async () => assert.deepEqual(said(await office.status(before.token)), invalid));
  }
  const again = await here.call<Issued>('POST', issue, { bearer: own.token });
  assert.equal(again.status, 200, 'the place is the one they had');
  assert.equal((await other.status(again.body.token)).status, 200);
});

test('whoever was on the way with a session that is being ended is not given the new token', async () => {
  const { concertId } = await one.createConcert(patient);
  const here = accountsAt(servers[0]);
  const { body: own } = await here.signUp();
  const { body: stolen } = await here.signIn(own.user.email);
  const issue = `/api/v1/concerts/${concertId}/queue-tokens`;
  for (const { token } of [own, stolen]) assert((await here.call('POST', issue, { bearer: token })).status < 300);
  const waiting = (count: number) => lockWaiters(house, count);
  const { first, thief, revoked } = await house.database.transaction(async (tx) => {
    await tx`select from rooms where concert_id = ${concertId} for update`;
    const ahead = one.issue(concertId, newFan());
    await waiting(1);
    // Known by their session, and in the lane behind the one that waits for the room.
    const behind = here.call('POST', issue, { bearer: stolen.token });
    for (const _ of [1, 2]) await here.call('GET', '/healthz');
    const revoking = here.call('POST', '/api/auth/revoke-other-sessions', { bearer: own.token });
    await waiting(2);
    return { first: ahead, thief: behind, revoked: revoking };
  });
  assert.equal((await first).status, 201);
  assert.equal((await revoked).status, 200);
  // Refused; or, where it came in time for the batch before, with a token that is void since.
  const { status, body } = await thief;
  if (status !== 401)
    assertProblem(await one.status((body as { readonly token: string }).token), 401, 'QUEUE_TOKEN_INVALID');
});
