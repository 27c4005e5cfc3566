/** A fan's live places as any device is told of them: all of them, only those, with tokens that are good. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accountsAt, cookieOf } from './harness/accounts.ts';
import { boxOffice, newFan, newFans, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { type House, openHouse } from './harness/house.ts';
import type { Server } from './harness/server.ts';

let house: House;
let server: Server;
let office: BoxOffice;

before(async () => {
  house = await openHouse();
  server = await house.start();
  office = boxOffice(server);
});
after(() => house.close());

const patient = { graceSeconds: 3_600 };

test('places that wait and places that are let in, the newest first, on a server that knows nothing of the lines', async () => {
  const inside = await office.createConcert(patient);
  const full = await office.createConcert({ ...patient, maxActive: 1 });
  const fan = newFan();
  await office.enter(full.concertId, newFan());
  for (const other of newFans(2)) await office.issue(full.concertId, other);
  const active = (await office.issue(inside.concertId, fan)).body;
  const waiting = (await office.issue(full.concertId, fan)).body;
  const cold = boxOffice(await house.start());
  for (const asked of [office, cold]) {
    const { status, body } = await asked.places(fan);
    assert.equal(status, 200);
    const [first, second] = body.places;
    assert.deepEqual(body.places, [
      {
        concertId: full.concertId,
        token: waiting.token,
        status: 'WAIT',
        position: 3,
        etaSeconds: first?.etaSeconds ?? null,
        expiresAt: null,
      },
      {
        concertId: inside.concertId,
        token: active.token,
        status: 'ACTIVE',
        position: null,
        etaSeconds: null,
        expiresAt: second?.expiresAt ?? 'a time',
      },
    ]);
    assert.equal(second?.expiresAt, active.expiresAt);
  }
});

test('the first paint of the waiting room knows the place of whoever is signed in, and of nobody else', async () => {
  const { concertId } = await office.createConcert({ ...patient, maxActive: 1 });
  await office.enter(concertId, newFan());
  const account = await accountsAt(server).signUp();
  await office.issue(concertId, { userId: account.body.user.id, token: account.body.token });
  const cookie = cookieOf(account);
  const painted = async (address: string, headers: Record<string, string>): Promise<string> =>
    (await office.call<string>('GET', `/concerts/${concertId}/wait${address}`, { headers })).body;
  const html = { accept: 'text/html', 'accept-language': 'en' };
  assert.match(await painted('', { ...html, cookie }), /data-known.*id="position"[^>]*>1</s);
  for (const page of [
    await painted('', html),
    await painted('', { ...html, cookie: cookie.replaceAll(/=[^;]{4}/g, '=none') }),
    await painted('?take=1', { ...html, cookie }),
  ]) {
    assert.match(page, /id="join"/);
    assert.doesNotMatch(page, /id="position"/);
  }
});

test('of whoever asks, by bearer or by cookie, and of nobody else', async () => {
  const { concertId } = await office.createConcert(patient);
  const accounts = accountsAt(server);
  const account = await accounts.signUp();
  const { user, token: session } = account.body;
  const place = (await office.issue(concertId, { userId: user.id, token: session })).body;
  const cookie = cookieOf(account);
  const byCookie = await office.call<{ places: { token: string }[] }>('GET', '/api/v1/queue-tokens', {
    headers: { cookie },
  });
  assert.deepEqual(
    byCookie.body.places.map(({ token }) => token),
    [place.token],
  );
  assert.deepEqual((await office.places(newFan())).body.places, []);
  assert.equal((await office.call('GET', '/api/v1/queue-tokens')).code, 'UNAUTHENTICATED');
});

test('what was left, was paid for, or ran out though nobody swept it yet is not live', async () => {
  const concerts = await Promise.all(Array.from({ length: 4 }, () => office.createConcert(patient)));
  const fan = newFan();
  const tokens = [];
  for (const { concertId } of concerts) tokens.push((await office.issue(concertId, fan)).body.token);
  const [left = '', paid = '', over = '', kept = ''] = tokens;
  assert.equal((await office.leave(left)).status, 204);
  const { body: held } = await office.hold(paid, concerts[1]?.performanceId ?? '', [1]);
  await office.charge(fan, held.amount);
  assert.equal((await office.pay(paid, held.id)).status, 201);
  // Nobody sweeps while the room is taken, and whoever asks does not wait for it.
  const places = await house.database.transaction(async (tx) => {
    await tx`select from rooms where concert_id = ${concerts[2]?.concertId ?? ''} for update`;
    await house.sql`update queue_tokens set expires_at = now() where concert_id = ${concerts[2]?.concertId ?? ''}`;
    return (await office.places(fan)).body.places;
  });
  assert.notEqual(over, '');
  assert.deepEqual(
    places.map(({ token }) => token),
    [kept],
  );
});

test('a place taken anew is told with its new token, and not to a session that was ended and is remembered', async () => {
  const { concertId } = await office.createConcert(patient);
  const accounts = accountsAt(server);
  const { body: own } = await accounts.signUp();
  const { body: stolen } = await accounts.signIn(own.user.email);
  const old = (await office.issue(concertId, { userId: own.user.id, token: own.token })).body.token;
  assert.equal((await office.places(stolen)).status, 200);
  // Behind the server's back: it goes on remembering the session for two seconds.
  await house.sql`delete from sessions where token = ${stolen.token}`;
  assert.equal((await office.places(stolen)).body.places[0]?.token, old, 'the twin: what is remembered would do');
  await house.sql`update queue_tokens set generation = 1 where concert_id = ${concertId}`;
  assert.equal((await office.places(stolen)).code, 'UNAUTHENTICATED');
  const [place] = (await office.places(own)).body.places;
  assert(place !== undefined);
  assert.notEqual(place.token, old);
  assert.equal((await office.issue(concertId, { userId: own.user.id, token: own.token })).body.token, place.token);
});

test('asking keeps nobody present', async () => {
  const { concertId } = await office.createConcert({ ...patient, maxActive: 1 });
  await office.enter(concertId, newFan());
  const [fan, beside] = newFans(2);
  assert(fan !== undefined && beside !== undefined);
  await office.issue(concertId, fan);
  const heard = (await office.issue(concertId, beside)).body.token;
  await house.sql`update queue_tokens set seen_at = now() - interval '10 minutes' where concert_id = ${concertId} and status = 'WAIT'`;
  await office.places(fan);
  await eventually(async () => {
    await office.status(heard);
    const rows = await house.sql`
      select seen_at < now() - interval '1 minute' as late from queue_tokens
      where concert_id = ${concertId} and status = 'WAIT' order by entry`;
    assert.deepEqual(
      rows.map((row) => row['late']),
      [true, false],
    );
  });
});

test('a fan is found by one probe of one index, and however many ask at once share a question', async () => {
  const plan = await house.sql<{ 'QUERY PLAN': string }[]>`
    explain select entry from queue_tokens where user_id = ${newFan().userId} and ended_because is null`;
  const text = plan.map((line) => line['QUERY PLAN']).join('\n');
  assert.match(text, /queue_tokens_live.*\n\s*(?:Index|Recheck) Cond: \(user_id = /);
  const metrics = async () => (await fetch(new URL('/metrics', server.origin))).text();
  const figure = async (name: string) =>
    Number(new RegExp(`^maejin_lane_${name}\\{lane="live places"\\} (\\d+)$`, 'm').exec(await metrics())?.[1]);
  // While the first question waits for the table, others come together behind it; how many is the machine's business.
  const asking = await house.database.transaction(async (tx) => {
    await tx`lock table queue_tokens in access exclusive mode`;
    const all = newFans(200).map((fan) => office.places(fan));
    await eventually(async () => {
      const [waiting] = await house.sql<{ count: number }[]>`
        select count(*)::int as count from pg_locks where relation = 'queue_tokens'::regclass and not granted`;
      assert((waiting?.count ?? 0) > 0);
    });
    return { all };
  });
  const answers = await Promise.all(asking.all);
  assert(answers.every(({ status }) => status === 200));
  const [batches, asked] = [await figure('batch_size_count'), await figure('batch_size_sum')];
  assert(asked >= 200, String(asked));
  assert(batches < asked, `${batches} questions for ${asked}`);
});
