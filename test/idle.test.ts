/** A server at which nothing goes on does next to nothing, and misses nothing of what begins. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { endHold, endSessions } from './harness/backdate.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import type { Server } from './harness/server.ts';
import { openWire, type Wire } from './harness/wire.ts';

/** The look and the feed's own message, once a second each, and now and then a sample; it were 17. */
const statements_max = 4;
/** Those, their answers, and how late what is due is. Once it were 170, most of them to measure the last. */
const wakings_max = 60;

let house: House;
let wire: Wire;
let server: Server;
let office: BoxOffice;

before(async () => {
  house = await openHouse();
  wire = await openWire(house.databaseUrl);
  server = await house.start({ DATABASE_URL: wire.url });
  office = boxOffice(server);
});
after(async () => {
  await house.close();
  await wire.close();
});

/** How often the server's main thread had nothing more to do, where the system says so. */
function rests(): number {
  const file = `/proc/${server.process.pid}/status`;
  if (!existsSync(file)) return 0;
  return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(file, 'utf8'))?.[1]);
}

/** Whatever keeps the machine from its work can only make it less. */
async function inASecond(): Promise<{ statements: number; wakings: number }> {
  const before = { statements: wire.statements(), wakings: rests() };
  await sleep(1_000);
  return { statements: wire.statements() - before.statements, wakings: rests() - before.wakings };
}

async function comesToRest(): Promise<void> {
  await eventually(async () => {
    const { statements, wakings } = await inASecond();
    assert(statements <= statements_max, `${statements} statements in a second`);
    assert(wakings <= wakings_max, `woken ${wakings} times in a second`);
  }, 20_000);
}

/** One inside who holds a seat, and one who waits. */
async function aSale() {
  const { concertId, performanceId } = await office.createConcert({ maxActive: 1 });
  const inside = await office.enter(concertId, newFan());
  const waiting = (await office.issue(concertId, newFan())).body.token;
  const { body } = await office.hold(inside, performanceId, [1]);
  assert('heldUntil' in body);
  return { concertId, performanceId, inside, waiting, hold: body.id };
}

type Sale = Awaited<ReturnType<typeof aSale>>;

/** The one who waits is let in. */
async function nextIsIn({ concertId, waiting }: Sale): Promise<void> {
  await endSessions(house.sql, concertId);
  await eventually(async () => assert.equal((await office.status(waiting)).body.status, 'ACTIVE'));
}

test('a server at which nothing goes on is seldom woken and hardly asks', async () => {
  await comesToRest();
  const before = await house.sql<{ at: Date }[]>`select at from heartbeat`;
  await inASecond();
  assert.deepEqual(await house.sql`select at from heartbeat`, before, 'and writes nothing down for nobody');
});

test('what begins while it rests ends in time, and it comes to rest again', async () => {
  const sale = await aSale();
  await endHold(house.sql, sale.hold);
  await eventually(async () => {
    const [row] = await house.sql`select status from reservations where id = ${sale.hold}`;
    assert.equal(row?.['status'], 'EXPIRED');
  });
  const seats = await office.seats(sale.inside, sale.performanceId, 'all');
  assert.equal(seats.body.seats.find(({ number }) => number === 1)?.status, 'AVAILABLE');
  await nextIsIn(sale);
  assert((await inASecond()).statements > statements_max, 'while somebody is there it looks as often as ever');
  await endSessions(house.sql, sale.concertId);
  await comesToRest();
});

test('what another server left behind that died before it could say so is found', async () => {
  const sale = await aSale();
  const { concertId, hold } = sale;
  await nextIsIn(sale);
  await endSessions(house.sql, concertId);
  await comesToRest();
  await house.database.transaction(async (tx) => {
    await tx`update rooms set active = 1, is_live = true, version = version + 1 where concert_id = ${concertId}`;
    await tx`update queue_tokens set status = 'ACTIVE', ended_at = null, ended_because = null
      where concert_id = ${concertId} and number = 1`;
    await tx`update reservations set status = 'HELD' where id = ${hold}`;
    await tx`update seats set reservation_id = ${hold}, held_until = now() where concert_id = ${concertId} and number = 1`;
  });
  await eventually(async () => {
    const [row] = await house.sql`
      select active, (select count(*)::int from reservations where status = 'HELD') as held
      from rooms where concert_id = ${concertId}`;
    assert.deepEqual(row, { active: 0, held: 0 });
  });
  await office.assertInvariants();
});
