/** What time brings reaches every line, however many there are, and is not looked for where there is none. */
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { createCatalog } from '../src/catalog/catalog.ts';
import { createFeed, type Feed } from '../src/platform/feed.ts';
import { createKeys } from '../src/idempotency/idempotency.ts';
import { createReservations } from '../src/reservation/reservation.ts';
import { createBoards } from '../src/waiting-room/boards.ts';
import { createLiveRooms, turnOver } from '../src/waiting-room/live-rooms.ts';
import { createPresence } from '../src/waiting-room/presence.ts';
import { createSupply } from '../src/waiting-room/supply.ts';
import { createWaitingRoom, type WaitingRoom } from '../src/waiting-room/gate.ts';
import type { Tx } from '../src/platform/database.ts';
import { createMetrics } from '../src/platform/metrics.ts';
import { boxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { tendingOf } from './harness/tending-of.ts';

const concerts_count = 5;

let house: House;
let feed: Feed;
/** Takes places, and leaves tending the lines to the tests. */
let room: WaitingRoom;
let concerts: string[];

before(async () => {
  house = await openHouse();
  const server = await house.start();
  const office = boxOffice(server);
  const created = Array.from({ length: concerts_count }, () => office.createConcert({ maxActive: 1 }));
  concerts = (await Promise.all(created)).map(({ concertId }) => concertId).toSorted();
  await server.stop();
  feed = await createFeed(house.databaseUrl, house.sql);
  room = openRoom(feed);
});
after(async () => {
  await room.drain();
  await feed.close();
  await house.close();
});

function openRoom(heard: Feed): WaitingRoom {
  const deps = { database: house.database, metrics: createMetrics() };
  const options = { secret: 'x'.repeat(32), batchMax: 1_000, retentionDays: 30 };
  return createWaitingRoom({ ...deps, feed: heard, catalog: createCatalog({ ...deps, feed: heard }), ...options });
}

let fans = 0;

/** Everywhere somebody inside whose time is over, and somebody who waits. */
async function overdue(): Promise<void> {
  for (const concertId of concerts) {
    for (let fan = 0; fan < 2; fan++) await room.join(concertId, `fan ${(fans += 1)}`);
  }
  await house.sql`update queue_tokens set expires_at = now() - interval '1 second' where status = 'ACTIVE'`;
}

async function everybodyLeaves(): Promise<void> {
  await house.sql`
    update queue_tokens set status = 'EXPIRED', ended_at = now(), ended_because = 'LEFT' where status <> 'EXPIRED'`;
  await house.sql`update rooms set active = 0, head = last_number, version = version + 1`;
}

async function live(): Promise<string[]> {
  const rows = await house.sql<{ id: string }[]>`select concert_id as id from rooms where is_live order by concert_id`;
  return rows.map(({ id }) => id);
}

/** Seconds pass with each call, without being waited for. */
function hasten(t: TestContext): void {
  let ahead = 0;
  const now = performance.now.bind(performance);
  t.mock.method(performance, 'now', () => now() + (ahead += 1_000));
}

test('a look asks about so many rooms, the next one goes on behind them, and none waits for ever', async () => {
  await overdue();
  const rooms = createLiveRooms(house.sql, { perLook: 2, supply: createSupply() });
  const looks = [await rooms.live(), await rooms.live(), await rooms.live()];
  assert.deepEqual(looks, [concerts.slice(0, 2), concerts.slice(2, 4), concerts.slice(4)]);
  assert.deepEqual(await rooms.live(), concerts.slice(0, 2), 'and from the beginning');
  const named = [await rooms.among(concerts), await rooms.among(concerts), await rooms.among(concerts)];
  assert.deepEqual(named.flat().toSorted(), concerts);
  assert(named.every((some) => some.length <= 2));
});

test('with more lines than one look asks about, time reaches all of them', async (t) => {
  await overdue();
  const boards = createBoards(house.database, feed);
  const duty = tendingOf({ database: house.database, boards, feed, roomsPerLook: 2 });
  hasten(t);
  for (let run = 0; run < 3; run++) await duty.run();
  const late = await house.sql`select from queue_tokens where status = 'ACTIVE' and expires_at <= now()`;
  assert.equal(late.length, 0);
  const inside = await house.sql`select from queue_tokens where status = 'ACTIVE'`;
  assert.equal(inside.length, concerts_count, 'the next are inside');
});

test('where nobody waits or is inside, nothing is looked at; whoever comes is seen, and one forgotten is found', async () => {
  await overdue();
  const rooms = createLiveRooms(house.sql, { perLook: 100, supply: createSupply() });
  await rooms.live();
  assert.deepEqual(await live(), concerts);
  await everybodyLeaves();
  assert.deepEqual(await rooms.live(), []);
  assert.deepEqual(await live(), []);
  const [first = '', second = ''] = concerts;
  await room.join(first, `fan ${(fans += 1)}`);
  assert.deepEqual(await live(), [first]);
  // By a server that is older than the column.
  await room.join(second, `fan ${(fans += 1)}`);
  await house.sql`update rooms set is_live = false where concert_id = ${second}`;
  await house.sql`update queue_tokens set expires_at = now() where status = 'ACTIVE' and concert_id = ${second}`;
  assert.deepEqual(await rooms.live(), []);
  assert.deepEqual(await rooms.empty(), [second]);
  assert.deepEqual(await live(), [first, second].toSorted());
  await everybodyLeaves();
});

test('somebody who comes while a room is being found empty is not overlooked', async () => {
  const [concertId = ''] = concerts;
  await everybodyLeaves();
  await createLiveRooms(house.sql, { perLook: 100, supply: createSupply() }).live();
  await house.sql`update rooms set is_live = true where concert_id = ${concertId}`;
  const seenEmpty = async () => {
    const rows = await house.sql<{ version: number }[]>`select version from rooms where concert_id = ${concertId}`;
    return rows.map(({ version }) => ({ concertId, version }));
  };
  const looked = await seenEmpty();
  await room.join(concertId, `fan ${(fans += 1)}`);
  await turnOver(house.sql, looked);
  assert.deepEqual(await live(), [concertId]);
  // The twin: by what the room is like now, it would be.
  await turnOver(house.sql, await seenEmpty());
  assert.deepEqual(await live(), []);
  await everybodyLeaves();
});

/** How many rows of a table a transaction's work updated, and of how many no index was written. */
function updatesOf(table: string, work: (tx: Tx) => Promise<void>): Promise<{ made: number; hot: number }> {
  return house.database.transaction(async (tx) => {
    // Of this transaction, and of what its connection did lately.
    const counted = async (): Promise<readonly [all: number, hot: number]> => {
      const [row] = await tx<{ all: number; hot: number }[]>`
        select pg_stat_get_xact_tuples_updated(${table}::regclass)::int as all,
          pg_stat_get_xact_tuples_hot_updated(${table}::regclass)::int as hot`;
      return [row?.all ?? 0, row?.hot ?? 0];
    };
    const [all, hot] = await counted();
    await work(tx);
    const [allAfter, hotAfter] = await counted();
    return { made: allAfter - all, hot: hotAfter - hot };
  });
}

test('saying that a room has a line costs its row no place in an index', async () => {
  const [concertId = ''] = concerts;
  await room.join(concertId, `fan ${(fans += 1)}`);
  const updates = await updatesOf('rooms', async (tx) => {
    for (let round = 0; round < 20; round++)
      await tx`update rooms set version = version + 1, is_live = true where concert_id = ${concertId}`;
  });
  assert.deepEqual(updates, { made: 20, hot: 20 });
});

test('a sign of life costs no place in an index, of those who wait and of those who are inside', async () => {
  const [concertId = ''] = concerts;
  for (let count = 0; count < 3; count++) await room.join(concertId, `fan ${(fans += 1)}`);
  const updates = await updatesOf('queue_tokens', async (tx) => {
    for (let round = 0; round < 5; round++)
      await tx`
        update queue_tokens set seen_at = statement_timestamp()
        where concert_id = ${concertId} and status <> 'EXPIRED' and not is_unheard`;
  });
  assert(updates.made >= 15);
  assert.equal(updates.hot, updates.made);
});

test('who comes calls whoever tends the lines, and who holds whoever gives seats back, on every server', async () => {
  const [concertId = ''] = concerts;
  await everybodyLeaves();
  const { database } = house;
  const elsewhere = await createFeed(house.databaseUrl, house.sql);
  const called = new Set<string>();
  const open = (where: string, heard: Feed, waitingRoom: WaitingRoom) => {
    const deps = { database, metrics: createMetrics(), feed: heard, waitingRoom, batchMax: 100, retentionDays: 30 };
    const reservations = createReservations({ ...deps, catalog: createCatalog(deps), keys: createKeys(deps) });
    for (const { name, bell } of [...waitingRoom.duties, ...reservations.duties])
      bell?.onRing(() => called.add(`${name} ${where}`));
    return reservations;
  };
  try {
    // What it does itself it need not hear.
    const deaf: Feed = { ...feed, subscribe: () => undefined };
    const own = openRoom(deaf);
    const here = open('here', deaf, own);
    open('there', elsewhere, openRoom(elsewhere));
    const pass = await own.join(concertId, `fan ${(fans += 1)}`);
    await eventually(() =>
      assert.deepEqual([...called].toSorted(), [
        'boards.check here',
        'boards.check there',
        'line.tend here',
        'line.tend there',
      ]),
    );
    await here.hold(pass, `${concertId}-1`, [1]);
    await eventually(() => assert(called.has('holds.release here') && called.has('holds.release there')));
    await Promise.all([here.drain(), own.drain()]);
  } finally {
    await elsewhere.close();
  }
  await everybodyLeaves();
});

test('a heart that did not beat while there was no line is no outage; one that could not is', async () => {
  const [concertId = ''] = concerts;
  await everybodyLeaves();
  await room.join(concertId, `fan ${(fans += 1)}`);
  const boards = createBoards(house.database, feed);
  const presence = createPresence(house.database);
  const graceFrom = async (): Promise<Date> => {
    const [row] = await house.sql<[{ at: Date }]>`select grace_from as at from rooms where concert_id = ${concertId}`;
    return row.at;
  };
  const beatAfterAnHour = async (quietAt?: number): Promise<boolean> => {
    await house.sql`update heartbeat set at = now() - interval '1 hour'`;
    const before = await graceFrom();
    await tendingOf({ database: house.database, boards, presence, feed }).run(quietAt);
    const [row] = await house.sql<[{ isFresh: boolean }]>`
      select at > now() - interval '1 minute' as "isFresh" from heartbeat`;
    assert(row.isFresh);
    return (await graceFrom()) > before;
  };
  assert.equal(await beatAfterAnHour(performance.now()), false, 'a moment ago there was nobody who could be silent');
  assert.equal(
    await beatAfterAnHour(performance.now() - 60_000),
    true,
    'whoever came in the last minute was not heard',
  );
  assert.equal(await beatAfterAnHour(), true);
  await everybodyLeaves();
});
