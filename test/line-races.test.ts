/** Everybody comes at once: one place a user, and never one more inside than may be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newFan, newFans, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse } from './harness/house.ts';
import { openTwoOffices } from './harness/two-offices.ts';

const { house, one, other } = await openTwoOffices();

const patient = { graceSeconds: 3_600 };
const statusOf = async (office: BoxOffice, token: string) => (await office.status(token)).body;
const becomes = (token: string, status: string, office = one) =>
  eventually(async () => assert.equal((await statusOf(office, token)).status, status));

test('500 fans at once: exactly 50 inside at any moment, positions without gap, each leaving admits the next', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 50 });
  let most = 0;
  const looking = new AbortController();
  const look = async (): Promise<void> => {
    while (!looking.signal.aborted) {
      const [row] = await house.sql`
        select count(*)::int as active from queue_tokens where concert_id = ${concertId} and status = 'ACTIVE'`;
      most = Math.max(most, row?.['active'] as number);
    }
  };
  const looks = look();
  const issued = await Promise.all(
    newFans(500).map((fan, index) => (index % 2 === 0 ? one : other).issue(concertId, fan)),
  );
  assert(issued.every(({ status }) => status === 201));
  const tokens = issued.map(({ body }) => body.token);
  const inside = issued.filter(({ body }) => body.status === 'ACTIVE').map(({ body }) => body.token);
  assert.equal(inside.length, 50);
  const waiting = await eventually(async () => {
    const all = await Promise.all(tokens.map(async (token) => Object.assign(await statusOf(one, token), { token })));
    const line = all
      .filter(({ status }) => status === 'WAIT')
      .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
    assert.deepEqual(
      line.map(({ position }) => position),
      Array.from({ length: 450 }, (_, index) => index + 1),
    );
    return line;
  });

  await one.leave(inside[0] ?? '');
  await becomes(waiting[0]?.token ?? '', 'ACTIVE', one);
  assert.equal((await statusOf(one, waiting[1]?.token ?? '')).position, 1);
  await Promise.all(inside.slice(1).map((token, index) => (index % 2 === 0 ? one : other).leave(token)));
  await eventually(async () => {
    const states = await Promise.all(waiting.slice(0, 51).map(({ token }) => statusOf(other, token)));
    assert.deepEqual(
      states.map(({ status }) => status),
      [...Array.from({ length: 50 }, () => 'ACTIVE'), 'WAIT'],
    );
  });
  looking.abort();
  await looks;
  assert(most <= 50, `${most} were inside at once`);
  await one.assertInvariants();
});

test('twin: counting before inserting, without the lock of the room, lets too many in', async () => {
  const { concertId } = await one.createConcert({ maxActive: 1 });
  const countAndEnter = (entry: number) =>
    house.database.transaction(async (tx) => {
      const [row] =
        await tx`select count(*)::int as active from queue_tokens where concert_id = ${concertId} and status = 'ACTIVE'`;
      await both.arrive();
      if (row?.['active'] === 0) {
        await tx`insert into queue_tokens (concert_id, entry, number, user_id, status, admitted_at, expires_at)
          values (${concertId}, ${entry}, ${entry}, ${`twin-${entry}`}, 'ACTIVE', now(), now() + interval '1 minute')`;
      }
    });
  const both = meeting(2);
  await Promise.all([countAndEnter(1), countAndEnter(2)]);
  const [row] = await house.sql`select count(*)::int as active from queue_tokens where concert_id = ${concertId}`;
  assert.equal(row?.['active'], 2, 'the race that the lock prevents is real');
  await house.sql`delete from queue_tokens where concert_id = ${concertId}`;
});

/** Everybody waits until `count` have arrived. */
function meeting(count: number): { arrive(): Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  return {
    arrive: () => {
      arrived += 1;
      if (arrived === count) resolve();
      return promise;
    },
  };
}

test('one place a user, however many devices and servers ask at once', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  await one.enter(concertId, newFan());
  const fan = newFan();
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? one : other).issue(concertId, fan)),
  );
  assert.equal(answers.filter(({ status }) => status === 201).length, 1);
  assert.equal(answers.filter(({ status }) => status === 200).length, 49);
  assert.equal(new Set(answers.map(({ body }) => body.token)).size, 1);
  assert(answers.every(({ body }) => body.position === 1));
  await one.assertInvariants();
});

test('twin: looking before inserting gives one user two places where no index forbids it', async () => {
  const { concertId } = await one.createConcert();
  const bare = await openHouse();
  try {
    await bare.sql`drop index queue_tokens_live`;
    const both = meeting(2);
    const lookAndJoin = (entry: number) =>
      bare.database.transaction(async (tx) => {
        const live = await tx`select from queue_tokens where user_id = 'somebody' and status <> 'EXPIRED'`;
        await both.arrive();
        if (live.length === 0)
          await tx`insert into queue_tokens (concert_id, entry, number, user_id) values (${concertId}, ${entry}, ${entry}, 'somebody')`;
      });
    await Promise.all([lookAndJoin(1), lookAndJoin(2)]);
    const [row] = await bare.sql`select count(*)::int as places from queue_tokens`;
    assert.equal(row?.['places'], 2, 'the race that lock and index prevent is real');
  } finally {
    await bare.close();
  }
});
