/**
 * News between servers leave after the commit, so they can be lost: what they spoke of is found out, and who is alone has
 * nobody to tell.
 */
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { createCatalog } from '../src/catalog/catalog.ts';
import { openLink } from '../src/platform/connections.ts';
import { connect } from '../src/platform/database.ts';
import { createFeed, type Feed } from '../src/platform/feed.ts';
import { createMetrics } from '../src/platform/metrics.ts';
import { sqlBy } from '../src/platform/statements.ts';
import { countChanges } from '../src/reservation/counting.ts';
import { createKeys } from '../src/idempotency/idempotency.ts';
import { createReservations, type Reservations } from '../src/reservation/reservation.ts';
import { createWaitingRoom, type WaitingRoom } from '../src/waiting-room/gate.ts';
import { boxOffice, newFan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { openWire } from './harness/wire.ts';

let house: House;
/** Each with one date; nobody but what a test makes serves them. */
let concerts: { readonly concertId: string; readonly performanceId: string }[];

before(async () => {
  house = await openHouse();
  const server = await house.start();
  const office = boxOffice(server);
  concerts = [await office.createConcert({ maxActive: 1 }), await office.createConcert({ maxActive: 1 })];
  await server.stop();
});
after(() => house.close());

interface Rooms {
  readonly waitingRoom: WaitingRoom;
  readonly reservations: Reservations;
}

/** The rooms of a server without its door; time brings nothing there but what a test carries out. */
function roomsOn(feed: Feed): Rooms {
  const metrics = createMetrics();
  const catalog = createCatalog({ database: house.database, feed, metrics });
  const deps = { database: house.database, feed, catalog, metrics, batchMax: 100, retentionDays: 30, rateLimit: false };
  const waitingRoom = createWaitingRoom({ ...deps, secret: 'unused here' });
  return { waitingRoom, reservations: createReservations({ ...deps, waitingRoom, keys: createKeys(deps) }) };
}

async function openFeed(t: TestContext): Promise<Feed> {
  const feed = await createFeed(house.databaseUrl, house.sql);
  t.after(() => feed.close());
  return feed;
}

async function look({ waitingRoom, reservations }: Rooms): Promise<void> {
  const checks = [...waitingRoom.duties, ...reservations.duties].filter(({ name }) => name.endsWith('.check'));
  assert.equal(checks.length, 2);
  for (const check of checks) await check.run();
}

test('a line and a seat that nobody told of are found out by one look; before it, they are behind', async (t) => {
  const [{ concertId, performanceId } = { concertId: '', performanceId: '' }] = concerts;
  const reader = roomsOn(await openFeed(t));
  // As if it were killed after each commit.
  const mute = roomsOn({ ...(await openFeed(t)), tell: () => undefined });
  const pass = await mute.waitingRoom.join(concertId, 'a fan');
  const seen = async () => [
    (await reader.waitingRoom.numbers(concertId))?.waiting,
    (await reader.reservations.seatNumbersByState(concertId)).held,
  ];
  assert.deepEqual(await seen(), [0, 0]);
  // The first look is at all boards, the next ones at those of use.
  for (const seat of [1, 2, 3]) {
    await mute.waitingRoom.join(concertId, `behind ${seat}`);
    await mute.reservations.hold(pass, performanceId, [seat]);
    assert.deepEqual(await seen(), [seat - 1, seat - 1], 'nothing else tells it');
    await look(reader);
    assert.deepEqual(await seen(), [seat, seat]);
  }
});

/** All that is said on the channel from now on, without its sender. */
async function overhear(t: TestContext): Promise<{ readonly said: string[]; say(message: string): Promise<unknown> }> {
  const said: string[] = [];
  const link = await openLink(house.databaseUrl, 'maejin-test');
  t.after(() => link.destroy());
  link.on('notification', ({ payload = '' }) => said.push(payload.slice(10)));
  const sql = sqlBy((ready, settle) => link.send(ready, settle));
  await sql`listen maejin_4`;
  return { said, say: (message) => sql`select pg_notify('maejin_4', ${message})` };
}

test('who is alone sends no news; somebody new is answered at once and told all from then on', async (t) => {
  const [, { concertId, performanceId } = { concertId: '', performanceId: '' }] = concerts;
  const { said, say } = await overhear(t);
  const feed = await openFeed(t);
  const { waitingRoom, reservations } = roomsOn(feed);
  const pass = await waitingRoom.join(concertId, 'a fan');
  await reservations.hold(pass, performanceId, [1]);
  await feed.watch.run();
  await feed.watch.run();
  await eventually(() => assert.deepEqual(said, ['!', '+', '+']));
  await say('a stranger!');
  await eventually(() => assert.deepEqual(said.slice(3), ['!', '.']));
  await reservations.hold(pass, performanceId, [2]);
  await eventually(() => assert.equal(said.length, 6));
  assert.deepEqual(JSON.parse(said[5] ?? ''), [['seats', { p: performanceId, s: [[2, 1, 1]] }]]);
  await say('a stranger-');
  // On another connection than the one that listens here.
  await eventually(() => assert(said.length === 7 && !feed.hasCompany()));
  await reservations.hold(pass, performanceId, [3]);
  await feed.watch.run();
  await feed.watch.run();
  await eventually(() => assert.deepEqual(said.slice(7), ['+', '+'], 'alone again'));
});

test('own news come back to nobody; another server’s come once and in order, and a gap is told to it', async (t) => {
  const [one, two] = [await openFeed(t), await openFeed(t)];
  const heard: string[] = [];
  for (const [name, feed] of Object.entries({ one, two })) {
    feed.subscribe('topic', (message: string) => heard.push(`${name} hears ${message}`));
    feed.onGap(() => heard.push(`${name} may have missed something`));
  }
  await eventually(() => assert(one.hasCompany() && two.hasCompany()));
  for (const message of ['a', 'b', 'c']) one.tell('topic', message);
  await eventually(() => assert.equal(heard.length, 3));
  await two.warn('topic', 'd');
  await eventually(() => assert.equal(heard.length, 4));
  one.lost();
  await eventually(() => assert.equal(heard.length, 6));
  assert.deepEqual(heard, [
    ...['a', 'b', 'c'].map((message) => `two hears ${message}`),
    'one hears d',
    'one may have missed something',
    'two may have missed something',
  ]);
});

test('changes of two dates are counted by many at once, whatever comes first; the twin that does not order them meets a deadlock', async () => {
  const ids = ['count-1', 'count-2'];
  await house.sql`
    insert into performance_sales (concert_id, performance_id, seats_total) select 'count', id, 1 from unnest(${ids}::text[]) as id`;
  const changesOf = (order: readonly string[]) => order.map((performanceId) => ({ performanceId }));
  await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      house.database.transaction(async (tx) => {
        countChanges(tx, 'count', changesOf(n % 2 === 0 ? ids : ids.toReversed()));
      }),
    ),
  );
  const counted = await house.sql`select changes from performance_sales where concert_id = 'count'`;
  assert.deepEqual(
    counted.map(({ changes }) => changes),
    [60, 60],
  );
  const met = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const twins = [ids, ids.toReversed()].map((order, twin) =>
    house.database.transaction(async (tx) => {
      await tx`set local deadlock_timeout = '50ms'`;
      for (const change of changesOf(order)) {
        countChanges(tx, 'count', [change]);
        await tx`select 1`;
        met[twin]?.resolve();
        await Promise.all(met.map(({ promise }) => promise));
      }
    }),
  );
  const refused = (await Promise.allSettled(twins)).find((twin) => twin.status === 'rejected');
  assert.equal((refused?.reason as { code?: string } | undefined)?.code, '40P01');
  await house.sql`delete from performance_sales where concert_id = 'count'`;
});

test('a server that has said nothing for long takes it that it missed something, and says so', async (t) => {
  const [stopped, other] = [await openFeed(t), await openFeed(t)];
  const heard: string[] = [];
  other.onGap(() => heard.push('the other'));
  await stopped.watch.run();
  await stopped.watch.run();
  stopped.onGap(() => heard.push('itself'));
  assert.equal(heard.length, 0);
  const { now } = performance;
  t.after(() => {
    performance.now = now;
  });
  performance.now = () => now.call(performance) + 4_000;
  await stopped.watch.run();
  await eventually(() => assert.deepEqual(new Set(heard), new Set(['itself', 'the other'])));
});

test('a commit whose answer was lost is told as one in doubt; whatever else fails is none', async (t) => {
  const wire = await openWire(house.databaseUrl);
  const database = connect(wire.url, { poolMax: 1, applicationName: 'maejin-test' });
  t.after(() => database.close(0));
  let doubts = 0;
  database.onDoubt(() => {
    doubts += 1;
  });
  await database.transaction((tx) => tx`select 1`);
  await assert.rejects(database.transaction((tx) => tx`select 1 / 0`));
  await assert.rejects(
    database.transaction(async (tx) => {
      void tx`select 1 / 0`.execute();
    }),
  );
  assert.equal(doubts, 0);
  const ended = wire.transactions.length;
  wire.freezeAfter('commit\0');
  const committing = database.transaction((tx) => tx`select 1`);
  committing.catch(() => undefined);
  await eventually(() => assert.equal(wire.transactions.length, ended + 1));
  await wire.down();
  await assert.rejects(committing);
  assert.equal(doubts, 1);
  await wire.up(house.databaseUrl);
  wire.freezeAfter('select 2');
  const flying = database.flight([database.sql`select 2`]);
  flying.catch(() => undefined);
  await eventually(() => assert(wire.transactions.at(-1)?.text.includes('select 2')));
  await wire.down();
  await assert.rejects(flying);
  assert.equal(doubts, 2, 'a flight is its own commit');
});

test('a server is killed between a commit and its news: the others find out what it did', async (t) => {
  const wire = await openWire(house.databaseUrl);
  t.after(() => wire.close());
  const doomed = await house.start({ DATABASE_URL: wire.url });
  const [here, there] = [boxOffice(doomed), boxOffice(await house.start())];
  // The session is extended by the hold, which shows in no version.
  const { concertId, performanceId } = await here.createConcert({ sessionSeconds: 300, holdSeconds: 500 });
  const token = await here.enter(concertId, newFan());
  const seen = async () => {
    const [status, seats] = [await there.status(token), await there.seats(token, performanceId)];
    return { expiresAt: status.body.expiresAt, free: seats.body.seats.length };
  };
  const before = await seen();
  wire.freezeAfter('\\"seats\\"');
  assert.equal((await here.hold(token, performanceId, [1, 2])).status, 201);
  await doomed.kill();
  await eventually(async () => assert.equal((await seen()).free, before.free - 2));
  const { body } = await there.status(token);
  assert.equal(body.status, 'ACTIVE');
  await eventually(async () => assert((await seen()).expiresAt !== before.expiresAt), 10_000);
  await there.assertInvariants();
});
