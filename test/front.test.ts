/** Who is listened to: those near the head and nobody else, and whoever gives a sign is heard. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { boxOffice, newFan, newFans, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';

let house: House;
let office: BoxOffice;

before(async () => {
  house = await openHouse();
  office = boxOffice(await house.start());
});
after(() => house.close());

/** Beyond the head at least so many are listened to. */
const front_places = 200;

/** A full house with a line before it. Answers its tokens, by number; the first is inside. */
async function line(concertId: string, waiting: number): Promise<string[]> {
  const tokens: string[] = [];
  for (const fan of newFans(waiting + 1)) tokens.push((await office.issue(concertId, fan)).body.token);
  return tokens;
}

/** The same, waiting for long. */
async function silentLine(concertId: string, waiting: number): Promise<string[]> {
  const tokens = await line(concertId, waiting);
  // As if all of them had come an hour ago and nobody had been heard of since.
  await house.sql`update rooms set grace_from = now() - interval '9 hours' where concert_id = ${concertId}`;
  await house.sql`
    update queue_tokens set seen_at = now() - interval '1 hour' where concert_id = ${concertId} and status = 'WAIT'`;
  return tokens;
}

async function isHeard(concertId: string, number: number): Promise<boolean> {
  const [row] = await house.sql<{ heard: boolean }[]>`
    select seen_at > now() - interval '1 minute' as heard from queue_tokens
    where concert_id = ${concertId} and number = ${number}`;
  assert(row !== undefined);
  return row.heard;
}

const heard = (concertId: string, number: number) =>
  eventually(async () => assert(await isHeard(concertId, number), `${number} is heard`));

test('in a line that nobody has left yet a poll from far back costs the database nothing', async () => {
  const { concertId } = await office.createConcert({ maxActive: 1, graceSeconds: 600 });
  const tokens = await silentLine(concertId, front_places + 50);
  const last = tokens.length;
  const statuses = [];
  // The far one first: what is gathered before the near one's sign would be written down with it.
  for (const number of [last, 2]) statuses.push((await office.status(tokens[number - 1] ?? '')).body);
  assert.deepEqual(
    statuses.map(({ status, position }) => [status, position]),
    [
      ['WAIT', last - 1],
      ['WAIT', 1],
    ],
  );
  await heard(concertId, 2);
  assert.equal(await isHeard(concertId, last), false);
});

test('the faster a line moves, the further it is listened to', async () => {
  const { concertId } = await office.createConcert({ maxActive: 1, graceSeconds: 600 });
  const tokens = await line(concertId, front_places + 60);
  const [before] = await house.sql`select front from rooms where concert_id = ${concertId}`;
  assert.equal(before?.['front'], 1 + front_places);
  // Twenty a minute are two hundred in the ten minutes that silence is forgiven here, and twice as many are heard in time.
  for (const token of tokens.slice(0, 20)) assert.equal((await office.leave(token)).status, 204);
  await eventually(async () => {
    const [room] = await house.sql`select front, last_number from rooms where concert_id = ${concertId}`;
    assert.equal(room?.['front'], room?.['last_number']);
  });
});

test('when maxActive is raised past those who were listened to, nobody is taken for gone unheard', async () => {
  const { concertId } = await office.createConcert({ maxActive: 1, graceSeconds: 600 });
  const tokens = await silentLine(concertId, front_places + 60);
  const isNear = (number: number) => number > 1 && number <= 1 + front_places;
  const near = tokens.filter((_, index) => isNear(index + 1));
  await Promise.all(near.map((token) => office.status(token)));
  await heard(concertId, front_places);
  await eventually(async () => {
    const [row] = await house.sql`
      select count(*)::int as heard from queue_tokens
      where concert_id = ${concertId} and seen_at > now() - interval '1 minute' and status = 'WAIT'`;
    assert(Number(row?.['heard']) >= front_places - 1);
  });
  const maxActive = front_places + 31;
  assert.equal((await office.updateConcert(concertId, { maxActive })).status, 200);
  const statuses = await Promise.all(tokens.map(async (token) => (await office.status(token)).body.status));
  assert.deepEqual(
    statuses,
    tokens.map((_, index) => (index < maxActive ? 'ACTIVE' : 'WAIT')),
  );
  await office.assertInvariants();
});

test('a sign of life that meets a locked token is written down when the token is free', async () => {
  const { concertId } = await office.createConcert({ maxActive: 1, graceSeconds: 600 });
  const [, second = '', third = ''] = await silentLine(concertId, 2);
  await house.database.transaction(async (tx) => {
    await tx`select from queue_tokens where concert_id = ${concertId} and number = 2 for update`;
    await office.status(second);
    await office.status(third);
    await heard(concertId, 3);
    assert.equal(await isHeard(concertId, 2), false);
  });
  // Without asking again: another poll may be long in coming.
  await heard(concertId, 2);
});

test('a hold is a sign of life: who holds a seat does not lose the slot for silence before', async () => {
  const { concertId, performanceId } = await office.createConcert({ graceSeconds: 600 });
  const token = await office.enter(concertId, newFan());
  // Let in while looking elsewhere, and nothing was written down since.
  await eventually(async () => {
    const silenced = await house.sql`
      update queue_tokens set seen_at = admitted_at - interval '1 hour'
      where concert_id = ${concertId} and status = 'ACTIVE' returning 1`;
    assert.equal(silenced.length, 1);
  });
  assert.equal((await office.hold(token, performanceId, [1])).status, 201);
  const [row] = await house.sql`
    select seen_at >= admitted_at as claimed from queue_tokens where concert_id = ${concertId} and number = 1`;
  assert.equal(row?.['claimed'], true, 'with the hold, not some time after it');
  await office.assertInvariants();
});
