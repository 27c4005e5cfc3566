/** Of several servers one does what time brings to a concert; when it is gone, or sick, the others do. */
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCatalog } from '../src/catalog/catalog.ts';
import { createKeys } from '../src/idempotency/idempotency.ts';
import { createFeed, type Feed } from '../src/platform/feed.ts';
import { createMetrics } from '../src/platform/metrics.ts';
import { createReservations } from '../src/reservation/reservation.ts';
import { createWaitingRoom } from '../src/waiting-room/gate.ts';
import { endHold, endSessions } from './harness/backdate.ts';
import { boxOffice, newFan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import type { Server } from './harness/server.ts';
import { stoppedClock } from './harness/stopped-clock.ts';

/** Enough that each of two has some. */
const concerts_count = 16;
/** Of ten milliseconds each. */
const looks_max = 1_000;

let house: House;
let concerts: string[];
before(async () => {
  house = await openHouse();
  const server = await house.start();
  const office = boxOffice(server);
  const created = Array.from({ length: concerts_count }, () => office.createConcert({ maxActive: 2 }));
  concerts = (await Promise.all(created)).map(({ concertId }) => concertId).toSorted();
  await server.stop();
});
after(() => house.close());

interface Rooms {
  readonly feed: Feed;
  /** Runs the duty of this name once. */
  run(name: 'line.tend' | 'holds.release'): Promise<void>;
  join(concertId: string, userId: string): Promise<void>;
  hold(concertId: string, userId: string, seat: number): Promise<void>;
}

/** The rooms of a server without its door, which says that it is on duty when it is told to. */
async function openRooms(t: TestContext, change: Partial<Feed> = {}): Promise<Rooms> {
  const feed = { ...(await createFeed(house.databaseUrl, house.sql)), ...change };
  const metrics = createMetrics();
  const catalog = createCatalog({ database: house.database, feed, metrics });
  const deps = { database: house.database, feed, catalog, metrics, batchMax: 100, retentionDays: 30, rateLimit: false };
  const waitingRoom = createWaitingRoom({ ...deps, secret: 'unused here' });
  const reservations = createReservations({ ...deps, waitingRoom, keys: createKeys(deps) });
  const duties = [...waitingRoom.duties, ...reservations.duties];
  t.after(async () => {
    await Promise.all([waitingRoom.drain(), reservations.drain()]);
    await feed.close();
  });
  return {
    feed,
    run: async (name) => {
      await duties.find((duty) => duty.name === name)?.run();
    },
    join: async (concertId, userId) => void (await waitingRoom.join(concertId, userId)),
    hold: async (concertId, userId, seat) => {
      const pass = await waitingRoom.join(concertId, userId);
      await reservations.hold(pass, `${concertId}-1`, [seat]);
    },
  };
}

async function saysItsThere(...all: readonly Rooms[]): Promise<void> {
  for (const { feed } of all) await feed.watch.run();
  const [one, other] = all;
  if (one === undefined || other === undefined) return;
  const shares = (): string[] => [...concerts.filter(one.feed.isOurs), ...concerts.filter(other.feed.isOurs)];
  // Each is heard on its own connection, some time after it has spoken; and `eventually` goes by the clock that stands.
  for (let look = 0; look < looks_max && shares().length > concerts.length; look++) await sleep(10);
  assert.deepEqual(shares().toSorted(), concerts);
}

let fans = 0;

/** In each concert two are inside, one of them for too long, and somebody waits. */
async function overdue(rooms: Rooms): Promise<void> {
  await house.sql`
    update queue_tokens set status = 'EXPIRED', ended_at = now(), ended_because = 'LEFT' where status <> 'EXPIRED'`;
  await house.sql`update rooms set active = 0, head = last_number, version = version + 1`;
  for (const concertId of concerts) for (let fan = 0; fan < 3; fan++) await rooms.join(concertId, `fan ${(fans += 1)}`);
  await oneTooLong();
}

async function oneTooLong(): Promise<void> {
  await house.sql`
    update queue_tokens as token set expires_at = now() - interval '1 second' where status = 'ACTIVE'
      and entry = (select min(entry) from queue_tokens where concert_id = token.concert_id and status = 'ACTIVE')`;
}

/** Concerts in which nobody is inside for too long. */
async function tended(): Promise<string[]> {
  const rows = await house.sql<{ id: string }[]>`
    select concert_id as id from rooms where not exists (
      select from queue_tokens as token
      where token.concert_id = rooms.concert_id and status = 'ACTIVE' and expires_at <= now())
    order by id`;
  return rows.map(({ id }) => id);
}

test('what time brings to a line comes by one of two servers, and by all of them together to every line', async (t) => {
  stoppedClock(t);
  const [one, other] = [await openRooms(t), await openRooms(t)];
  await overdue(one);
  await saysItsThere(one, other);
  const ours = concerts.filter(one.feed.isOurs);
  assert(ours.length > 0 && ours.length < concerts.length);
  await one.run('line.tend');
  assert.deepEqual(await tended(), ours);
  await other.run('line.tend');
  assert.deepEqual(await tended(), concerts);
});

test('the twin: a server that takes everything for its own does everything', async (t) => {
  stoppedClock(t);
  const [one, other] = [await openRooms(t, { isOurs: () => true }), await openRooms(t)];
  await overdue(one);
  await other.feed.watch.run();
  await one.run('line.tend');
  assert.deepEqual(await tended(), concerts);
});

test('whoever is not heard of for a second and a half has nothing left to do', async (t) => {
  const pass = stoppedClock(t);
  const [one, other] = [await openRooms(t), await openRooms(t)];
  await overdue(one);
  await saysItsThere(one, other);
  pass(1_600);
  await one.run('line.tend');
  assert.deepEqual(await tended(), concerts);
});

test('whoever is heard of and does nothing is waited for, but not for ever', async (t) => {
  const pass = stoppedClock(t);
  const [one, sick] = [await openRooms(t), await openRooms(t)];
  await overdue(one);
  for (const looked of [false, false, true]) {
    await saysItsThere(one, sick);
    await one.run('line.tend');
    assert.equal((await tended()).length === concerts.length, looked);
    pass(1_000);
  }
});

test('a line that is in the memory of one server is looked at as often by the other to which it falls', async (t) => {
  const pass = stoppedClock(t);
  const [reader, other] = [await openRooms(t), await openRooms(t)];
  await overdue(reader);
  await saysItsThere(reader, other);
  await other.run('line.tend');
  await oneTooLong();
  // Less than a second later: it is not one of the looks at all that have a line.
  pass(250);
  await other.run('line.tend');
  assert.deepEqual(await tended(), concerts.filter(other.feed.isOurs));
});

/** In each concert a hold that has just run out. */
async function runOut(rooms: Rooms, inSeconds: number, seat: number): Promise<void> {
  for (const concertId of concerts) await rooms.hold(concertId, `holder ${(fans += 1)}`, seat);
  const held = await house.sql<{ id: string }[]>`select id from reservations where status = 'HELD'`;
  await endHold(
    house.sql,
    held.map(({ id }) => id),
    inSeconds,
  );
}

async function stillHeld(): Promise<string[]> {
  const rows = await house.sql<{ id: string }[]>`
    select concert_id as id from reservations where status = 'HELD' order by id`;
  return rows.map(({ id }) => id);
}

test('a hold that ran out is given back by one of two servers; one that is late by any', async (t) => {
  stoppedClock(t);
  await house.sql`update rooms set max_active = 100, active_ceiling = 100`;
  const [one, other] = [await openRooms(t), await openRooms(t)];
  await runOut(one, 0, 1);
  await saysItsThere(one, other);
  await one.run('holds.release');
  assert.deepEqual(await stillHeld(), concerts.filter(other.feed.isOurs));
  await other.run('holds.release');
  assert.deepEqual(await stillHeld(), []);
  await runOut(one, -5, 2);
  await one.run('holds.release');
  assert.deepEqual(await stillHeld(), [], 'the other is sick');
});

async function admittedBy({ origin }: Server): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  return Number(/^maejin_admitted_total (\d+)/m.exec(text)?.[1] ?? 0);
}

test('a concert goes on when the server is killed that did what time brings to it', async () => {
  const servers = [await house.start(), await house.start()];
  const [first] = servers;
  assert(first !== undefined);
  let office = boxOffice(first);
  const { concertId, performanceId } = await office.createConcert({ maxActive: 1 });
  const sale = async (seat: number): Promise<void> => {
    const inside = await office.enter(concertId, newFan());
    const held = await office.hold(inside, performanceId, [seat]);
    const waiting = (await office.issue(concertId, newFan())).body.token;
    await endHold(house.sql, held.body.id);
    await endSessions(house.sql, concertId);
    await eventually(async () => {
      const [row] = await house.sql`
        select (select status from reservations where id = ${held.body.id}) as hold,
          (select count(*)::int from queue_tokens where concert_id = ${concertId} and status = 'WAIT') as waiting`;
      assert.deepEqual({ ...row }, { hold: 'EXPIRED', waiting: 0 });
    });
    await office.leave(waiting);
  };
  const before = await Promise.all(servers.map(admittedBy));
  await sale(1);
  const dutiful = await eventually(async () => {
    const since = await Promise.all(servers.map(admittedBy));
    const found = servers.filter((_, place) => (since[place] ?? 0) > (before[place] ?? 0) + (place === 0 ? 1 : 0));
    assert.equal(found.length, 1, `${before.join()} ${since.join()}`);
    return found[0];
  });
  await dutiful?.kill();
  const left = servers.find((server) => server !== dutiful);
  assert(left !== undefined);
  office = boxOffice(left);
  await sale(2);
  await office.assertInvariants();
});
