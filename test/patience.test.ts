/** A server that says that it is on duty and does nothing, and more lines than are gone over in a few seconds. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createCatalog } from '../src/catalog/catalog.ts';
import { createFeed } from '../src/platform/feed.ts';
import { createMetrics } from '../src/platform/metrics.ts';
import { createWaitingRoom } from '../src/waiting-room/gate.ts';
import { createBoards } from '../src/waiting-room/boards.ts';
import { boxOffice } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import { stoppedClock } from './harness/stopped-clock.ts';
import { tendingOf } from './harness/tending-of.ts';

let house: House;
let concerts: string[];
before(async () => {
  house = await openHouse();
  const server = await house.start();
  const office = boxOffice(server);
  const created = Array.from({ length: 12 }, () => office.createConcert({ maxActive: 1 }));
  concerts = (await Promise.all(created)).map(({ concertId }) => concertId).toSorted();
  await server.stop();
});
after(() => house.close());

test('what a sick server leaves undone is done, however many lines there are', async (t) => {
  const pass = stoppedClock(t);
  const feed = await createFeed(house.databaseUrl, house.sql);
  t.after(() => feed.close());
  const metrics = createMetrics();
  const { database } = house;
  const catalog = createCatalog({ database, feed, metrics });
  const room = createWaitingRoom({
    database,
    feed,
    catalog,
    metrics,
    batchMax: 100,
    retentionDays: 30,
    secret: 'unused here',
  });
  for (const concertId of concerts) await room.join(concertId, 'somebody');
  await house.sql`update queue_tokens set expires_at = now() - interval '1 second' where status = 'ACTIVE'`;
  await room.drain();
  // All falls to somebody else, who says that it is on duty and does nothing. Another server looks, two lines at a time.
  const sick = { isOurs: () => false, hasCompany: () => true };
  const boards = createBoards(database, feed);
  const duty = tendingOf({ database, boards, feed: { ...feed, ...sick }, roomsPerLook: 2 });
  for (let second = 0; second < 60; second++) {
    await duty.run();
    pass(1_000);
  }
  const [row] =
    await house.sql`select count(*)::int as left from queue_tokens where status = 'ACTIVE' and expires_at <= now()`;
  assert.equal(row?.['left'], 0);
});
