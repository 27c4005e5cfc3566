/** What a server does not hear of, it finds out; what nobody asks about any more, it forgets. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createCatalog } from '../src/catalog/catalog.ts';
import { createFeed } from '../src/platform/feed.ts';
import { createMetrics } from '../src/platform/metrics.ts';
import { createWaitingRoom } from '../src/waiting-room/gate.ts';
import { boxOffice, newFan } from './harness/box-office.ts';
import { readEvents } from './harness/event-stream.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { lockWaiters } from './harness/lock-waiters.ts';

let house: House;

before(async () => {
  house = await openHouse();
});
after(() => house.close());

async function listeners(): Promise<number[]> {
  const rows = await house.sql<{ pid: number }[]>`
    select pid from pg_stat_activity where datname = current_database() and query ilike 'listen%'`;
  return rows.map(({ pid }) => pid);
}

test('a server that missed that a session was extended tells the right end once it hears again', async (t) => {
  const one = await house.start();
  const before = await listeners();
  const two = await house.start();
  const [own, ...others] = (await listeners()).filter((pid) => !before.includes(pid));
  assert(own !== undefined && others.length === 0, 'one connection of the second server listens');
  const [here, there] = [boxOffice(one), boxOffice(two)];
  const { concertId, performanceId } = await here.createConcert({
    sessionSeconds: 300,
    holdSeconds: 500,
    graceSeconds: 600,
  });
  const token = await here.enter(concertId, newFan());
  const before_hold = (await there.status(token)).body.expiresAt;
  assert.equal((await here.status(token)).body.expiresAt, before_hold);
  two.process.kill('SIGSTOP');
  t.after(() => two.process.kill('SIGCONT'));
  await house.sql`select pg_terminate_backend(${own})`;
  await eventually(async () => assert(!(await listeners()).includes(own)));
  assert.equal((await here.hold(token, performanceId, [1])).status, 201);
  two.process.kill('SIGCONT');
  const after_hold = (await here.status(token)).body.expiresAt;
  assert.notEqual(after_hold, before_hold);
  await eventually(async () => assert.equal((await there.status(token)).body.expiresAt, after_hold), 15_000);
});

test('a line that is read for the first time misses nothing of what happens meanwhile', async () => {
  const office = boxOffice(await house.start());
  const { concertId } = await office.createConcert({ maxActive: 1 });
  await office.enter(concertId, newFan());
  const feed = await createFeed(house.databaseUrl, house.sql);
  const { database } = house;
  const metrics = createMetrics();
  const options = { secret: 'x'.repeat(32), batchMax: 1_000, metrics, retentionDays: 30 };
  const room = createWaitingRoom({ database, feed, catalog: createCatalog({ database, feed, metrics }), ...options });
  const heard = Promise.withResolvers<void>();
  // After the room, which subscribed before.
  feed.subscribe('line', ([concert]: [string]) => {
    if (concert === concertId) heard.resolve();
  });
  const { reading } = await house.database.transaction(async (tx) => {
    await tx`lock table queue_tokens in access exclusive mode`;
    const begun = room.settings(concertId);
    // It has seen the room as it was, and waits for what else it reads.
    await lockWaiters(house, 1, { like: '%as claimed%' });
    assert.equal((await office.updateConcert(concertId, { paused: { reason: 'rain' } })).status, 200);
    await heard.promise;
    return { reading: begun };
  });
  assert.deepEqual((await reading)?.paused, { reason: 'rain' });
  await room.drain();
  await feed.close();
});

test('a seat stream whose seats cannot be read is ended, so that the browser opens another', async () => {
  const server = await house.start();
  const office = boxOffice(server);
  const { concertId, performanceId } = await office.createConcert();
  const token = await office.enter(concertId, newFan());
  await house.database.transaction(async (tx) => {
    await tx`lock table seats in access exclusive mode`;
    const url = `${server.origin}/api/v1/performances/${performanceId}/seats/events`;
    const stream = await readEvents(url, token);
    assert.equal(stream.status, 200);
    let isOver = false;
    const over = stream.over.then(() => {
      isOver = true;
    });
    // Each try at reading is refused as it comes.
    await eventually(async () => {
      await house.sql`
        select pg_cancel_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid()`;
      assert(isOver);
    }, 15_000);
    await over;
  });
});

test('of a line that nobody asks about any more nothing stays in memory', async (t) => {
  setFlagsFromString('--expose_gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const server = await house.start();
  const office = boxOffice(server);
  const { concertId } = await office.createConcert({ maxActive: 1 });
  // Put off: everybody goes home without a word.
  await office.updateConcert(concertId, { paused: { reason: 'put off' } });
  await server.stop();
  const feed = await createFeed(house.databaseUrl, house.sql);
  const { database } = house;
  const metrics = createMetrics();
  const options = { secret: 'x'.repeat(32), batchMax: 1_000, retentionDays: 30, metrics };
  const room = createWaitingRoom({ database, feed, catalog: createCatalog({ database, feed, metrics }), ...options });
  const carryOut = async (): Promise<void> => {
    for (const duty of room.duties) await duty.run();
  };
  const fill = async (): Promise<WeakRef<object>> => {
    await room.status(await room.join(concertId, 'u1'));
    const board = room.boards.peek(concertId);
    assert(board !== undefined);
    return new WeakRef(board);
  };
  const board = await fill();
  await carryOut();
  const { now } = performance;
  t.after(() => {
    performance.now = now;
  });
  performance.now = () => now.call(performance) + 11 * 60_000;
  await carryOut();
  await carryOut();
  assert.equal(room.boards.all().length, 0);
  await eventually(() => {
    collectGarbage();
    assert.equal(board.deref(), undefined, 'the board is gone');
  });
  await room.drain();
  await feed.close();
});
