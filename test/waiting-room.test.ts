/** The line through the front door: one place a user, exact admission, presence, pauses, several servers. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { boxOffice, newFan, newFans, type BoxOffice } from './harness/box-office.ts';
import { readEvents } from './harness/event-stream.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';

let house: House;
let one: BoxOffice;
let other: BoxOffice;
let origin: string;

before(async () => {
  house = await openHouse();
  const server = await house.start();
  origin = server.origin;
  one = boxOffice(server);
  other = boxOffice(await house.start());
});
after(() => house.close());

const patient = { graceSeconds: 3_600 };
/** Moves the moment since when silence counts, as if the room had been open for hours. */
const openForHours = (concertId: string) =>
  house.sql`update rooms set grace_from = now() - interval '9 hours' where concert_id = ${concertId}`;
const statusOf = async (office: BoxOffice, token: string) => (await office.status(token)).body;
const becomes = (token: string, status: string, office = one) =>
  eventually(async () => assert.equal((await statusOf(office, token)).status, status));

test('500 fans at once: exactly 50 inside at any moment, positions without gap, each leaving admits the next', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 50 });
  let most = 0;
  let looking = true;
  const look = async (): Promise<void> => {
    while (looking) {
      const [row] =
        await house.sql`select count(*)::int as active from queue_tokens where concert_id = ${concertId} and status = 'ACTIVE'`;
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
    const all = await Promise.all(tokens.map(async (token) => ({ token, ...(await statusOf(one, token)) })));
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
  looking = false;
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

test('what one server did, another tells: within 250 ms of the promise, from its own board', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  const inside = await one.enter(concertId, newFan());
  assert.equal((await statusOf(other, inside)).status, 'ACTIVE', 'loads its board from the database');
  const { token } = (await one.issue(concertId, newFan())).body;
  assert.equal((await statusOf(other, token)).position, 1);
  await other.leave(inside);
  await becomes(token, 'ACTIVE', one);
  assert.equal((await one.performances(token, concertId)).status, 200);
  assert.deepEqual((await statusOf(one, inside)).expiredBecause, 'LEFT');
});

test('an ended session: told why, the next is admitted, and its fan may come again', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  const fan = newFan();
  const token = await one.enter(concertId, fan);
  const next = (await one.issue(concertId, newFan())).body.token;
  await house.sql`update queue_tokens set expires_at = now() - interval '1 second' where concert_id = ${concertId} and status = 'ACTIVE'`;
  await becomes(next, 'ACTIVE');
  const ended = await statusOf(one, token);
  assert.deepEqual(
    [ended.status, ended.expiredBecause, ended.position, ended.expiresAt],
    ['EXPIRED', 'SESSION_ENDED', null, null],
  );
  const refused = await one.performances(token, concertId);
  assert.deepEqual(
    [refused.status, refused.code, refused.fields['expiredBecause']],
    [403, 'ADMISSION_EXPIRED', 'SESSION_ENDED'],
  );
  const again = await one.issue(concertId, fan);
  assert.equal(again.status, 201);
  assert.notEqual(again.body.token, token);
});

test('a session that is over does not keep its fan out, even before it is swept', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 2 });
  const fan = newFan();
  const token = await one.enter(concertId, fan);
  const [answer] = await Promise.all([
    eventually(async () => {
      const asked = await one.issue(concertId, fan);
      assert.equal(asked.status, 201);
      return asked;
    }),
    house.sql`update queue_tokens set expires_at = now() - interval '1 second' where concert_id = ${concertId}`,
  ]);
  assert.notEqual(answer.body.token, token);
  await one.assertInvariants();
});

test('who is silent at the front is passed over, keeps a protected place, and is admitted first on coming back', async () => {
  const { concertId } = await one.createConcert({ maxActive: 1, graceSeconds: 20 });
  const inside = await one.enter(concertId, newFan());
  const silent = (await one.issue(concertId, newFan())).body.token;
  const present = (await one.issue(concertId, newFan())).body.token;
  await openForHours(concertId);
  await house.sql`update queue_tokens set seen_at = now() - interval '1 hour' where concert_id = ${concertId} and number = 2`;
  await one.leave(inside);
  await becomes(present, 'ACTIVE');
  const last = (await one.issue(concertId, newFan())).body.token;
  assert.equal((await statusOf(one, silent)).position, 1, 'the protected place is the next');
  await eventually(async () => {
    const [row] =
      await house.sql`select seen_at > skipped_at as back from queue_tokens where concert_id = ${concertId} and number = 2`;
    assert.equal(row?.['back'], true, 'asking was a sign of life');
  });
  await one.leave(present);
  await becomes(silent, 'ACTIVE');
  assert.equal((await statusOf(one, last)).status, 'WAIT');
  await one.assertInvariants();
});

test('silence beyond the second chance ends the place as ABSENT', async () => {
  const { concertId } = await one.createConcert({ maxActive: 1, graceSeconds: 20 });
  const inside = await one.enter(concertId, newFan());
  const silent = (await one.issue(concertId, newFan())).body.token;
  await openForHours(concertId);
  await house.sql`update queue_tokens set seen_at = now() - interval '1 hour' where concert_id = ${concertId} and number = 2`;
  await one.leave(inside);
  await eventually(async () => {
    const rows = await house.sql`
      update queue_tokens set skipped_at = now() - interval '1 hour' where concert_id = ${concertId} and skipped_at is not null returning 1`;
    assert.equal(rows.length, 1);
  });
  await openForHours(concertId);
  await eventually(async () => {
    const [row] =
      await house.sql`select ended_because from queue_tokens where concert_id = ${concertId} and number = 2`;
    assert.equal(row?.['ended_because'], 'ABSENT');
  });
  assert.equal((await statusOf(one, silent)).expiredBecause, 'ABSENT');
  await one.assertInvariants();
});

test('a slot given to somebody who never came is taken back, and the place kept', async () => {
  const { concertId } = await one.createConcert({ maxActive: 1, graceSeconds: 20 });
  const inside = await one.enter(concertId, newFan());
  const gone = (await one.issue(concertId, newFan())).body.token;
  const next = (await one.issue(concertId, newFan())).body.token;
  await one.leave(inside);
  await eventually(async () => {
    const rows = await house.sql`
      update queue_tokens set admitted_at = admitted_at - interval '1 hour',
        seen_at = case number when 2 then seen_at - interval '2 hours' else seen_at end
      where concert_id = ${concertId} and exists (
        select from queue_tokens where concert_id = ${concertId} and number = 2 and status = 'ACTIVE') returning 1`;
    assert.equal(rows.length, 3);
  });
  await openForHours(concertId);
  await becomes(next, 'ACTIVE');
  const kept = await statusOf(one, gone);
  assert.deepEqual([kept.status, kept.position], ['WAIT', 1]);
  await one.assertInvariants();
});

test('with 30 % of the line gone, throughput stays within 5 %', async () => {
  const { concertId } = await one.createConcert({ maxActive: 10, graceSeconds: 600 });
  const tokens = (await Promise.all(newFans(310).map((fan) => one.issue(concertId, fan)))).map(
    ({ body }) => body.token,
  );
  await house.sql`
    update queue_tokens set seen_at = now() - interval '1 hour'
    where concert_id = ${concertId} and status = 'WAIT' and number % 10 in (2, 5, 8)`;
  await openForHours(concertId);
  let rounds = 0;
  let admitted = 10;
  for (; admitted < 220; rounds++) {
    const active =
      await house.sql`select entry from queue_tokens where concert_id = ${concertId} and status = 'ACTIVE'`;
    await Promise.all(active.map(({ entry }) => one.leave(tokenOf(tokens, entry as number))));
    const [row] =
      await house.sql`select count(*)::int as n from queue_tokens where concert_id = ${concertId} and admitted_at is not null`;
    admitted = row?.['n'] as number;
    assert(rounds < 100, 'the line moves');
  }
  assert(rounds <= 22, `210 present fans took ${rounds} rounds of 10`);
  await one.assertInvariants();
});

function tokenOf(tokens: readonly string[], entry: number): string {
  const found = tokens.find(
    (token) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).e === entry,
  );
  assert(found !== undefined);
  return found;
}

test('while paused nobody is admitted, places are kept and the reason is told on every server', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  const inside = await one.enter(concertId, newFan());
  const first = (await one.issue(concertId, newFan())).body.token;
  assert.equal((await statusOf(other, first)).notice ?? null, null);
  assert.equal((await one.updateConcert(concertId, { paused: { reason: 'The stage is on fire' } })).status, 200);
  await eventually(async () => assert.equal((await statusOf(other, first)).notice, 'The stage is on fire'), 2_000);
  await one.leave(inside);
  assert.equal((await one.issue(concertId, newFan())).body.status, 'WAIT', 'also not straight from the street');
  const held = await statusOf(one, first);
  assert.deepEqual(
    [held.status, held.position, held.notice, held.etaSeconds],
    ['WAIT', 1, 'The stage is on fire', null],
  );
  assert.equal((await other.updateConcert(concertId, { paused: null })).status, 200);
  await becomes(first, 'ACTIVE');
});

test('a higher maxActive admits at once; a lower one sends nobody away and waits', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  const tokens: string[] = [];
  for (const fan of newFans(6)) tokens.push((await one.issue(concertId, fan)).body.token);
  const states = async () =>
    (await Promise.all(tokens.map((token) => statusOf(one, token)))).map(({ status }) => status[0]).join('');
  assert.equal((await one.updateConcert(concertId, { maxActive: 4 })).status, 200);
  assert.equal(await states(), 'AAAAWW');
  assert.equal((await one.updateConcert(concertId, { maxActive: 2 })).status, 200);
  assert.equal(await states(), 'AAAAWW');
  await one.leave(tokens[0] ?? '');
  await one.leave(tokens[1] ?? '');
  assert.equal(await states(), 'EEAAWW');
  await one.leave(tokens[2] ?? '');
  assert.equal(await states(), 'EEEAAW');
  await one.assertInvariants();
});

test('who leaves from the middle brings everybody behind one place forward', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  await one.enter(concertId, newFan());
  const tokens: string[] = [];
  for (const fan of newFans(5)) tokens.push((await one.issue(concertId, fan)).body.token);
  assert.equal((await one.leave(tokens[1] ?? '')).status, 204);
  assert.equal((await one.leave(tokens[1] ?? '')).status, 204, 'leaving twice is leaving');
  const positions = await Promise.all(tokens.map(async (token) => (await statusOf(one, token)).position));
  assert.deepEqual(positions, [1, null, 2, 3, 4]);
  const third = await house.start();
  const fresh = await Promise.all(tokens.map(async (token) => (await statusOf(boxOffice(third), token)).position));
  assert.deepEqual(fresh, positions, 'a server that starts now counts the same');
});

test('the stream tells the status at once and on every change, and ends with the place', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  const inside = await one.enter(concertId, newFan());
  const { token } = (await one.issue(concertId, newFan())).body;
  const events = await readEvents(`${origin}/api/v1/queue-token/events`, token);
  const seen = async () => {
    const { event, data } = await events.next();
    assert.equal(event, 'status');
    return data as { status: string; position: number | null; expiredBecause: string | null };
  };
  assert.deepEqual([(await seen()).position], [1]);
  await other.leave(inside);
  assert.equal((await seen()).status, 'ACTIVE');
  await one.leave(token);
  const last = await seen();
  assert.deepEqual([last.status, last.expiredBecause], ['EXPIRED', 'LEFT']);
  await events.over;
});

test('an open stream is a sign of life', async () => {
  const { concertId } = await one.createConcert({ maxActive: 1, graceSeconds: 1 });
  await one.enter(concertId, newFan());
  const { token } = (await one.issue(concertId, newFan())).body;
  const events = await readEvents(`${origin}/api/v1/queue-token/events`, token);
  await house.sql`update queue_tokens set seen_at = now() - interval '1 hour' where concert_id = ${concertId} and number = 2`;
  await eventually(async () => {
    const [row] =
      await house.sql`select seen_at > now() - interval '2 seconds' as seen from queue_tokens where concert_id = ${concertId} and number = 2`;
    assert.equal(row?.['seen'], true);
  });
  events.close();
});

test('silence while the service itself was away counts against nobody', async () => {
  const { concertId } = await one.createConcert({ maxActive: 1, graceSeconds: 20 });
  const inside = await one.enter(concertId, newFan());
  const first = (await one.issue(concertId, newFan())).body.token;
  await house.database.transaction(async (tx) => {
    await tx`update queue_tokens set seen_at = now() - interval '1 hour' where concert_id = ${concertId} and number = 2`;
    await tx`update heartbeat set at = now() - interval '1 hour'`;
  });
  await eventually(async () => {
    const [row] =
      await house.sql`select grace_from > now() - interval '10 seconds' as forgiven from rooms where concert_id = ${concertId}`;
    assert.equal(row?.['forgiven'], true);
  });
  await one.leave(inside);
  assert.equal((await statusOf(one, first)).status, 'ACTIVE');
});

test('only what this service signed is a place in line', async () => {
  const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
  const token = await one.enter(concertId, newFan());
  const [head = '', body = '', signature = ''] = token.split('.');
  const none = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${body}.`;
  const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
  const bad = [
    '',
    'x',
    'a.b.c',
    none,
    `${head}.${body}.`,
    `${head}.${body}.${flipped}`,
    `${token}x`,
    'é'.repeat(10),
    'a'.repeat(5_000),
  ];
  for (const forged of bad) {
    // Not every byte may stand in a header; what a client cannot send needs no refusal.
    const sent = Buffer.from(forged).toString('latin1');
    const { status, code } = await one.status(sent);
    assert.deepEqual([status, code], [401, 'QUEUE_TOKEN_INVALID'], forged);
    assert.equal((await one.leave(sent)).code, 'QUEUE_TOKEN_INVALID');
  }
  assert.equal((await one.status(token)).status, 200);
});

test('who waits, or stands in another line, gets no further', async () => {
  const { concertId, performanceId } = await one.createConcert({ ...patient, maxActive: 1 });
  const elsewhere = await one.createConcert();
  const inside = await one.enter(concertId, newFan());
  const { token } = (await one.issue(concertId, newFan())).body;
  for (const answer of [
    await one.performances(token, concertId),
    await one.seats(token, performanceId),
    await one.hold(token, performanceId, [1]),
  ]) {
    assert.deepEqual([answer.status, answer.code, answer.fields['position']], [403, 'NOT_ADMITTED', 1]);
  }
  for (const answer of [
    await one.performances(inside, elsewhere.concertId),
    await one.seats(inside, elsewhere.performanceId),
    await one.hold(inside, elsewhere.performanceId, [1]),
  ]) {
    assert.deepEqual([answer.status, answer.code], [403, 'FORBIDDEN']);
  }
  assert.equal((await one.issue('nosuchconcert', newFan())).code, 'NOT_FOUND');
  assert.equal((await one.call('POST', `/api/v1/concerts/${concertId}/queue-tokens`)).code, 'UNAUTHENTICATED');
});
