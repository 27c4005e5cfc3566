/** Who is gone does not hold up the line, and who is there does not lose a place. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { boxOffice, newFan, newFans, type BoxOffice } from './harness/box-office.ts';
import { readEvents } from './harness/event-stream.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { openWire } from './harness/wire.ts';

let house: House;
let one: BoxOffice;
let origin: string;

before(async () => {
  house = await openHouse();
  const server = await house.start();
  origin = server.origin;
  one = boxOffice(server);
});
after(() => house.close());

/** Moves the moment since when silence counts, as if the room had been open for hours. */
const openForHours = (concertId: string) =>
  house.sql`update rooms set grace_from = now() - interval '9 hours' where concert_id = ${concertId}`;
const statusOf = async (office: BoxOffice, token: string) => (await office.status(token)).body;
const becomes = (token: string, status: string, office = one) =>
  eventually(async () => assert.equal((await statusOf(office, token)).status, status));

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

test('a server that cannot pass signs of life on says so to those near the front, and to nobody else', async (t) => {
  const { concertId } = await one.createConcert({ maxActive: 1, graceSeconds: 2 });
  const inside = await one.enter(concertId, newFan());
  const line: string[] = [];
  for (const fan of newFans(450)) line.push((await one.issue(concertId, fan)).body.token);
  const [first = '', far = ''] = [line[0], line.at(-1)];
  // As in a line that is longer than what is listened to.
  await house.sql`update rooms set front = 100 where concert_id = ${concertId}`;
  const wire = await openWire(house.databaseUrl);
  const cutOff = await house.start({ DATABASE_URL: wire.url });
  t.after(async () => {
    await wire.down();
    await cutOff.kill();
    await wire.close();
  });
  const two = boxOffice(cutOff);
  for (const token of [first, far]) assert.equal((await two.status(token)).status, 200);
  wire.freeze();
  const refused = await eventually(async () => {
    const answer = await fetch(`${cutOff.origin}/api/v1/queue-token`, { headers: { 'queue-token': first } });
    assert.equal(answer.status, 503);
    return answer;
  }, 15_000);
  assert.equal(refused.headers.get('connection'), 'close', 'the next connection may lead to another server');
  assert.ok(Number(refused.headers.get('retry-after')) >= 1);
  assert.equal((await two.status(far)).body.status, 'WAIT', 'far back nobody is taken for gone: from memory');
  // Heard by the other server, the fan is let in when it is time.
  await one.status(first);
  await one.leave(inside);
  await becomes(first, 'ACTIVE');
  await one.assertInvariants();
});

test('signs of one concert that cannot be written down hold up no other, and let nobody of their own be passed over', async (t) => {
  await house.sql`create table deaf (concert_id text)`;
  await house.sql`
    create function refuse_signs() returns trigger language plpgsql as $$ begin
      if current_setting('synchronous_commit') = 'off' and new.concert_id in (select concert_id from deaf) then
        raise exception 'signs of life cannot be written down';
      end if;
      return new;
    end $$`;
  await house.sql`create trigger refuse before update on queue_tokens for each row execute function refuse_signs()`;
  t.after(() => house.sql`drop trigger refuse on queue_tokens`);
  const nexts: string[] = [];
  const concerts: string[] = [];
  for (const isDeaf of [true, false]) {
    const { concertId } = await one.createConcert({ maxActive: 1, graceSeconds: 30 });
    if (isDeaf) await house.sql`insert into deaf values (${concertId})`;
    await one.enter(concertId, newFan());
    nexts.push((await one.issue(concertId, newFan())).body.token);
    concerts.push(concertId);
    await openForHours(concertId);
    await house.sql`update queue_tokens set seen_at = now() - interval '1 hour' where concert_id = ${concertId} and number = 2`;
  }
  for (const next of nexts) assert.equal((await statusOf(one, next)).status, 'WAIT');
  await house.sql`update queue_tokens set expires_at = now() where concert_id = any(${concerts}) and status = 'ACTIVE'`;
  for (const next of nexts) await becomes(next, 'ACTIVE');
  const passedOver = await house.sql`
    select from queue_tokens where concert_id = any(${concerts}) and skipped_at is not null`;
  assert.equal(passedOver.length, 0);
  await house.sql`delete from deaf`;
  await one.assertInvariants();
});
