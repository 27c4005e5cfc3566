/** One key at many doors at once, and answers that are lost with their server or on the wire: one hold, as the answer says. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createAudit } from '../src/audit/audit.ts';
import { boxOffice, newFan, newFans, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { assertAgain, holdsOf, insideOf, isReplay } from './harness/held-once.ts';
import { openHouse, type House } from './harness/house.ts';
import { lockWaiters } from './harness/lock-waiters.ts';
import { openTwoOffices } from './harness/two-offices.ts';
import { openWire } from './harness/wire.ts';

const { house, one, other } = await openTwoOffices();

/** One request, twenty times at once, over two servers. */
async function twentyTimes(offices: readonly [BoxOffice, BoxOffice]) {
  const { concertId, performanceId, token } = await insideOf(offices[0]);
  await Promise.all(offices.map((office) => office.seats(token, performanceId)));
  const asked = Array.from({ length: 20 }, (_, index) =>
    (index % 2 === 0 ? offices[0] : offices[1]).hold(token, performanceId, [1, 2], 'once'),
  );
  return { concertId, answers: await Promise.all(asked) };
}

test('twenty at once with one key on two servers: one hold, twenty equal answers', async (t) => {
  const { concertId, answers } = await twentyTimes([one, other]);
  assert.equal(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size, 1);
  assert.deepEqual(
    answers.map(({ status }) => status),
    answers.map(() => 201),
  );
  assert.equal(answers.filter(isReplay).length, 19);
  assert.equal(await holdsOf(house, concertId), 1);
  await one.assertInvariants();

  const twin = await openTwin(
    t,
    `
    create function forget() returns trigger language plpgsql as $$ begin return null; end $$;
    create trigger forget before insert on idempotency_keys for each row execute function forget()`,
  );
  const { answers: theirs } = await twentyTimes(twin.offices);
  // Of those who come together on one server the first counts, remembered or not.
  assert(
    theirs.some(({ code }) => code === 'SEAT_UNAVAILABLE'),
    'the twin, which remembers nothing, refuses a fan with their own seat',
  );
});

/** Two servers on a database in which something is missing. */
async function openTwin(t: TestContext, changes: string): Promise<{ house: House; offices: [BoxOffice, BoxOffice] }> {
  const twin = await openHouse();
  t.after(() => twin.close());
  await twin.sql.unsafe(changes);
  return { house: twin, offices: [boxOffice(await twin.start()), boxOffice(await twin.start())] };
}

/** One fan holds at two concerts with one key, on a server each. Both have looked for it before either has written it. */
async function atTwoConcerts({ sql, database }: House, offices: readonly [BoxOffice, BoxOffice]): Promise<number[]> {
  const fan = newFan();
  const halls = await Promise.all(
    offices.map(async (office) => {
      const { concertId, performanceId } = await office.createConcert();
      const token = await office.enter(concertId, fan);
      await office.seats(token, performanceId);
      return { concertId, hold: () => office.hold(token, performanceId, [1], 'for-either') };
    }),
  );
  const asked = await database.transaction(async (tx) => {
    // Changes are counted before keys are stored.
    await tx`
      select from performance_sales where concert_id = any(${halls.map(({ concertId }) => concertId)}::text[]) for update`;
    const holding = halls.map(({ hold }) => hold());
    await lockWaiters({ sql }, 2);
    // Not waited for in here, where they cannot go on.
    return { holding };
  });
  const answers = await Promise.all(asked.holding);
  return answers.map(({ status }) => status).toSorted((a, b) => a - b);
}

test('one key at two concerts at once: one hold; without the uniqueness of keys there are two', async (t) => {
  assert.deepEqual(await atTwoConcerts(house, [one, other]), [201, 422]);
  const twin = await openTwin(t, 'alter table idempotency_keys drop constraint idempotency_keys_pkey');
  assert.deepEqual(await atTwoConcerts(twin.house, twin.offices), [201, 201], 'the twin holds twice');
  const { checks } = await createAudit(twin.house).run();
  assert(
    checks.some(({ name, ok }) => name.startsWith('I6') && !ok),
    'and the audit sees it',
  );
});

test('fans who use one key for several concerts at once never wait for each other in a circle', async () => {
  const fans = newFans(30);
  const concerts = await Promise.all([one, other].map((office) => office.createConcert()));
  const orders = concerts.map((_, at) => (at === 0 ? fans : fans.toReversed()));
  const tokens = await Promise.all(
    concerts.map(({ concertId }, at) => Promise.all((orders[at] ?? []).map((fan) => one.enter(concertId, fan)))),
  );
  await Promise.all(
    concerts.map(({ performanceId }, at) => (at === 0 ? one : other).seats(tokens[at]?.[0] ?? '', performanceId)),
  );
  const answers = await Promise.all(
    concerts.flatMap(({ performanceId }, at) =>
      (tokens[at] ?? []).map((token, seat) => (at === 0 ? one : other).hold(token, performanceId, [seat + 1], 'same')),
    ),
  );
  assert.equal(answers.filter(({ status }) => status === 201).length, 30);
  assert.equal(answers.filter(({ status }) => status === 422).length, 30);
  await house.sql`select pg_stat_clear_snapshot()`;
  const [row] = await house.sql`select deadlocks from pg_stat_database where datname = current_database()`;
  assert.equal(Number(row?.['deadlocks']), 0);
});

test('a server that is killed between the commit and its answer: the repeat gets the 201 that was lost', async (t) => {
  const wire = await openWire(house.databaseUrl);
  t.after(() => wire.close());
  const victim = await house.start({ DATABASE_URL: wire.url });
  const { concertId, performanceId, fan, token } = await insideOf(one);
  const office = boxOffice(victim);
  await office.seats(token, performanceId);
  wire.muteAfter('the-lost-answer');
  const lost = office.hold(token, performanceId, [5, 6], 'the-lost-answer').then(
    () => 'answered',
    () => 'lost',
  );
  await eventually(async () => assert.equal(await holdsOf(house, concertId), 1));
  await victim.kill();
  assert.equal(await lost, 'lost');
  const again = await other.hold(token, performanceId, [5, 6], 'the-lost-answer');
  assert.deepEqual([again.status, isReplay(again)], [201, true]);
  assert.deepEqual((await other.reservation(fan, again.body.id)).body, again.body);
  assert.equal(await holdsOf(house, concertId), 1);
  await one.assertInvariants();
});

test('a commit whose answer was lost on the wire is found by the try after it: a first answer, and one hold', async (t) => {
  const wire = await openWire(house.databaseUrl);
  t.after(() => wire.close());
  const server = await house.start({ DATABASE_URL: wire.url });
  const { concertId, performanceId, token } = await insideOf(one);
  const office = boxOffice(server);
  await office.seats(token, performanceId);
  wire.muteAfter('cut-off');
  const asked = office.hold(token, performanceId, [7], 'cut-off');
  await eventually(async () => assert.equal(await holdsOf(house, concertId), 1));
  await wire.down();
  await wire.up(house.databaseUrl);
  const answer = await asked;
  assert.deepEqual([answer.status, isReplay(answer)], [201, false]);
  assertAgain(await other.hold(token, performanceId, [7], 'cut-off'), answer, 'once');
  assert.equal(await holdsOf(house, concertId), 1);
  await server.stop();
});
