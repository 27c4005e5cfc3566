/** The console's charts, through the front door, on two servers: right, the same from each, and kept. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ReplyOf } from '../src/contract.ts';
import { boxOffice, newFan, newFans, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { type Server } from './harness/server.ts';

let house: House;
let firstServer: Server;
let one: BoxOffice;
let other: BoxOffice;

before(async () => {
  house = await openHouse();
  firstServer = await house.start();
  one = boxOffice(firstServer);
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
const service = (office: BoxOffice) => ask<ReplyOf<'getService', 200>>(office, 'service');
const history = async (office: BoxOffice, id: string, minutes = 60) => {
  const { status, body } = await ask<ReplyOf<'getHistory', 200>>(office, `concerts/${id}/history?minutes=${minutes}`);
  assert.equal(status, 200);
  return body;
};
const lastOf = <T>(values: readonly T[]): T | undefined => values.at(-1);
const sum = (values: readonly (number | null)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0);

/** Moves all samples so many seconds into the past. */
async function backdateSamples(seconds: number): Promise<void> {
  // By way of somewhere far off, so that no row steps onto another.
  const far = 1_000_000;
  for (const by of [-seconds - far, far]) {
    await house.sql`update concert_samples set at = at + make_interval(secs => ${by})`;
    await house.sql`update server_samples set at = at + make_interval(secs => ${by})`;
  }
}

describe('the last hour', () => {
  test('shows the sale as the database has it, the same from every server, a value a step', async () => {
    const { concertId, performanceId } = await one.createConcert({ maxActive: 2 });
    const [buyer = newFan(), holder = newFan(), ...others] = newFans(5);
    await one.charge(buyer, 100_000);
    const token = await one.enter(concertId, buyer);
    const { body: bought } = await one.hold(token, performanceId, [1]);
    const waiting = await one.enter(concertId, holder);
    assert.equal((await one.hold(waiting, performanceId, [2, 3])).status, 201);
    assert.equal((await one.pay(token, bought.id)).status, 201);
    for (const fan of others) assert.equal((await one.issue(concertId, fan)).status, 201);
    // Both servers follow it from now on, and both look every five seconds.
    await other.overview(concertId);
    const shown = await eventually(async () => {
      const found = await history(other, concertId);
      assert.equal(lastOf(found.line.waiting), 2);
      // Told by the server that admitted them, which may look a moment after the one that told of the line.
      assert.equal(lastOf(found.line.admittedPerMinute), 3);
      return found;
    }, 20_000);
    assert.deepEqual([shown.stepSeconds, shown.steps, shown.line.waiting.length], [5, 720, 720]);
    assert.deepEqual(
      [shown.line.active, shown.line.maxActive, shown.line.paused].map((values) => lastOf<unknown>(values)),
      [2, 2, false],
    );
    assert.deepEqual(
      [shown.seats.available, shown.seats.held, shown.seats.reserved, shown.revenue].map(lastOf),
      [47, 2, 1, 50_000],
    );
    assert.equal(Date.parse(shown.from) % 5_000, 0);
    const short = await history(one, concertId, 1);
    assert.equal(short.line.active.length, 12);
    const twice = await house.sql`
      select at from concert_samples where concert_id = ${concertId} group by at having count(*) > 1`;
    assert.equal(twice.length, 0);
    const slots = await house.sql<{ servers: number }[]>`
      select count(distinct server)::int as servers from server_samples
      where at in (select at from concert_samples where concert_id = ${concertId}) group by at`;
    assert(
      slots.some(({ servers }) => servers === 2),
      'both servers wrote their own of one step',
    );
  });

  test('a sale that stands still is not written again, and still shown', async () => {
    const { concertId } = await one.createConcert();
    await one.enter(concertId, newFan());
    await other.overview(concertId);
    const settled = await eventually(async () => {
      const rows = await house.sql<{ at: Date }[]>`select at from concert_samples where concert_id = ${concertId}`;
      assert.equal(rows.length, 1);
      return rows;
    }, 20_000);
    const { body } = await service(one);
    assert.equal(body.servers.length, 2);
    await eventually(async () => {
      const [{ count }] = await house.sql<[{ count: number }]>`
        select count(distinct at)::int as count from server_samples where at > ${settled[0]?.at ?? null}`;
      assert(count >= 2);
    }, 20_000);
    const [{ count }] = await house.sql<[{ count: number }]>`
      select count(*)::int as count from concert_samples where concert_id = ${concertId}`;
    assert.equal(count, 1);
    const shown = await history(one, concertId, 1);
    assert.deepEqual(shown.line.active.slice(-2), [1, 1]);
  });

  test('refusals of all servers are added up, by code', async () => {
    const { concertId } = await one.createConcert();
    const before = await history(one, concertId);
    const known = sum(before.refusals['QUEUE_TOKEN_INVALID'] ?? []);
    const damaged = (office: BoxOffice) => office.call('GET', '/api/v1/queue-token', { queueToken: 'none' });
    for (let asked = 0; asked < 7; asked++) await damaged(one);
    for (let asked = 0; asked < 4; asked++) await damaged(other);
    await eventually(async () => {
      const { refusals } = await history(other, concertId);
      assert.equal(sum(refusals['QUEUE_TOKEN_INVALID'] ?? []) - known, 11);
    }, 20_000);
    const { service: all } = await history(one, concertId);
    assert(sum(all.requests) >= 11);
    assert.equal(sum(all.errors), 0);
    assert.equal(lastOf(all.servers), 2);
    assert((lastOf(all.connections) ?? 0) >= 2);
  });

  test('how many were admitted is known to a server that has just been started', async () => {
    const { concertId } = await one.createConcert({ maxActive: 5 });
    for (const fan of newFans(3)) await one.enter(concertId, fan);
    await eventually(
      async () => assert.equal(lastOf((await history(one, concertId)).line.admittedPerMinute), 3),
      20_000,
    );
    const fresh = await house.start();
    assert.equal((await boxOffice(fresh).overview(concertId)).body.admittedPerMinute, 3);
    assert.equal(await fresh.stop(), 0);
  });

  test('is kept when the servers are started again, with a gap where none was', async () => {
    const { concertId } = await one.createConcert({ maxActive: 5 });
    await one.enter(concertId, newFan());
    await eventually(async () => assert.equal(lastOf((await history(one, concertId)).line.active), 1), 20_000);
    await backdateSamples(600);
    assert.equal(await firstServer.stop(), 0);
    const again = boxOffice(await house.start());
    const shown = await eventually(async () => {
      const found = await history(again, concertId);
      assert.equal(lastOf(found.service.servers), 2);
      return found;
    }, 20_000);
    const seen = shown.line.active.lastIndexOf(1, -100);
    assert(seen > 0, 'what the servers before saw ten minutes ago');
    assert.equal(shown.line.active[seen + 10], null, 'nobody looked');
    assert.equal(lastOf(shown.line.active), 1, 'and nothing has changed since');
  });

  test('is not kept for ever, but for the newest look at each concert', async () => {
    const { concertId } = await other.createConcert();
    await other.enter(concertId, newFan());
    await eventually(async () => assert.equal(lastOf((await history(other, concertId)).line.active), 1), 20_000);
    await house.sql`
      insert into concert_samples select concert_id, at - interval '3 hours', waiting, active, max_active, paused,
        admitted, seats_total, seats_held, seats_reserved, revenue
      from concert_samples where concert_id = ${concertId}`;
    await house.sql`update server_samples set at = at - interval '30 days'`;
    const pruned = boxOffice(await house.start());
    await eventually(async () => {
      const [{ old }] = await house.sql<[{ old: number }]>`
        select (select count(*) from concert_samples where concert_id = ${concertId})::int
          + (select count(*) from server_samples where at < now() - interval '1 day')::int as old`;
      assert.equal(old, 1);
    }, 40_000);
    assert.equal(lastOf((await history(pruned, concertId)).line.active), 1);
  });
});
