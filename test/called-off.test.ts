/** A date that is called off: from then on nobody holds or pays there, on any server, and everybody hears of it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import type { ReplyOf } from '../src/contract.ts';
import { boxOffice, newFan, newFans, type BoxOffice, type Fan } from './harness/box-office.ts';
import { callingOff, callOff, called, move } from './harness/dates.ts';
import { readEvents } from './harness/event-stream.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse } from './harness/house.ts';

const house = await openHouse();
after(() => house.close());
const servers = [await house.start(), await house.start()] as const;
const [one, other] = [boxOffice(servers[0]), boxOffice(servers[1])];
const price = 50_000;
const sections = [{ name: 'A', rows: 5, seatsPerRow: 10, grade: 'R', price }];
const dates = ['2030-05-01T10:00:00.000Z', '2030-05-02T10:00:00.000Z'].map((startsAt) => ({ startsAt, sections }));

async function inside(concertId: string, fan: Fan = newFan()) {
  return { fan, token: await one.enter(concertId, fan) };
}

async function held(concertId: string, performanceId: string, seat: number) {
  const { fan, token } = await inside(concertId);
  await one.charge(fan, price);
  const key = randomUUID();
  const { status, body } = await one.hold(token, performanceId, [seat], key);
  assert.equal(status, 201);
  return { fan, token, key, reservationId: body.id };
}

async function paid(concertId: string, performanceId: string, seat: number) {
  const hold = await held(concertId, performanceId, seat);
  const payKey = randomUUID();
  assert.equal((await one.pay(hold.token, hold.reservationId, payKey)).status, 201);
  return { ...hold, payKey };
}

const concertOf = (office: BoxOffice, concertId: string, language = 'en') =>
  office.call<ReplyOf<'getConcert', 200>>('GET', `/api/v1/concerts/${concertId}`, {
    headers: { 'accept-language': language },
  });
const listed = async (office: BoxOffice): Promise<string[]> =>
  (await office.call<ReplyOf<'listConcerts', 200>>('GET', '/api/v1/concerts?limit=200')).body.concerts.map(
    ({ id }) => id,
  );
const saleOf = (office: BoxOffice, concertId: string) =>
  office.call<ReplyOf<'getSale', 200>>('GET', `/api/v1/concerts/${concertId}/sale`);

test('called off, a date is out of every list on both servers, nobody holds or pays there, and whoever looks is told', async () => {
  const { concertId, performanceIds } = await one.createConcert({ performances: dates });
  const [off = '', on = ''] = performanceIds;
  const holder = await held(concertId, off, 1);
  const payer = await paid(concertId, off, 2);
  const { token } = await inside(concertId);
  // Both know the date as it was.
  for (const office of [one, other]) {
    assert.equal((await office.seats(token, off)).body.seats.length, 48);
    assert.equal((await saleOf(office, concertId)).body.performances.length, 2);
  }
  const streams = await Promise.all(
    servers.map(({ origin }) => readEvents(`${origin}/api/v1/performances/${off}/seats/events`, token)),
  );

  const key = randomUUID();
  const answer = await callOff(one, off, { key, body: { ...called, compensationPercent: 10 } });
  assert.equal(answer.status, 202, JSON.stringify(answer.fields));
  const { id, startedAt } = answer.body;
  assert.deepEqual(answer.body, {
    id,
    startedAt,
    performanceId: off,
    state: 'RUNNING',
    done: 0,
    total: 1,
    reason: called.reason,
    compensationPercent: 10,
    endedAt: null,
  });
  // At once here.
  assert.deepEqual((await one.seats(token, off)).body.seats, []);
  assert.equal((await one.hold(token, off, [5])).code, 'SALE_ENDED');
  assert.deepEqual(
    (await saleOf(one, concertId)).body.performances.map((date) => date.id),
    [on],
  );
  assert.deepEqual(
    (await one.performances(token, concertId)).body.performances.map((date) => date.id),
    [on],
  );
  const all = (await one.performances(token, concertId, 'all')).body.performances;
  assert.deepEqual(
    all.map(({ status }) => status),
    ['CANCELLED', 'SCHEDULED'],
  );

  for (const stream of streams) {
    let event = await stream.next();
    while (event.event !== 'performance') event = await stream.next();
    assert.deepEqual(event.data, { id: off, status: 'CANCELLED', startsAt: dates[0]?.startsAt });
    stream.close();
  }
  await eventually(async () => {
    assert.deepEqual((await other.seats(token, off)).body.seats, []);
    assert.deepEqual(
      (await other.performances(token, concertId)).body.performances.map((date) => date.id),
      [on],
    );
    assert.deepEqual(
      (await saleOf(other, concertId)).body.performances.map((date) => date.id),
      [on],
    );
    for (const office of [one, other]) {
      const [ko, en] = await Promise.all([concertOf(office, concertId, 'ko'), concertOf(office, concertId, 'en')]);
      const shown = (answered: typeof ko) =>
        answered.body.performances.map(({ status, onSale, notice }) => [status, onSale, notice]);
      assert.deepEqual(shown(ko), [
        ['CANCELLED', false, called.reason.ko],
        ['SCHEDULED', true, null],
      ]);
      assert.deepEqual(shown(en), [
        ['CANCELLED', false, called.reason.en],
        ['SCHEDULED', true, null],
      ]);
      assert.equal(en.body.seatsTotal, 50);
    }
  }, 2_000);
  assert.equal((await other.hold(token, off, [5])).code, 'SALE_ENDED');

  // A live hold is released; its fan keeps the turn, and what was answered before is answered again.
  await eventually(async () =>
    assert.equal((await one.reservation(holder.fan, holder.reservationId)).body.status, 'CANCELLED'),
  );
  assert.equal((await other.pay(holder.token, holder.reservationId)).code, 'HOLD_EXPIRED');
  assert.equal((await one.hold(holder.token, off, [1], holder.key)).headers.get('idempotent-replayed'), 'true');
  assert.equal((await one.status(holder.token)).body.status, 'ACTIVE');
  const again = await one.pay(payer.token, payer.reservationId, payer.payKey);
  assert.deepEqual([again.status, again.headers.get('idempotent-replayed')], [201, 'true']);

  // Once.
  const repeat = await callOff(other, off, { key, body: { ...called, compensationPercent: 10 } });
  assert.deepEqual([repeat.status, repeat.headers.get('idempotent-replayed'), repeat.body], [202, 'true', answer.body]);
  assert.equal((await callOff(one, off, { key })).code, 'IDEMPOTENCY_KEY_REUSED');
  const second = await callOff(other, off);
  assert.deepEqual([second.code, second.fields['because']], ['NOT_CANCELLABLE', 'ALREADY_CANCELLED']);
  const moved = await move(one, off, '2031-01-01T00:00:00Z');
  assert.deepEqual([moved.code, moved.fields['because']], ['NOT_CANCELLABLE', 'ALREADY_CANCELLED']);
  assert.equal((await callOff(one, 'nosuchdate-1')).code, 'NOT_FOUND');
  assert.equal((await callingOff(one, on)).code, 'NOT_FOUND');

  const done = await eventually(async () => {
    const { body } = await callingOff(other, off);
    assert.equal(body.state, 'DONE');
    return body;
  });
  assert.deepEqual([done.done, done.total, typeof done.endedAt], [1, 1, 'string']);
  assert.equal((await one.wallet(payer.fan)).body.balance, price + price / 10);
  assert((await listed(one)).includes(concertId));
  await callOff(one, on);
  assert(!(await listed(one)).includes(concertId), 'nothing of it is to come');
  await eventually(async () => assert(!(await listed(other)).includes(concertId)), 2_000);
  await one.assertInvariants();
});

/** As another server calls it off whose news has not come here yet; without the barrier, as if nothing stood in the way. */
async function calledOffUnheard(performanceId: string, { isBarred = true } = {}): Promise<void> {
  await house.sql`update performances set status = 'CANCELLED', revision = revision + 1 where id = ${performanceId}`;
  if (isBarred)
    await house.sql`
      update performance_sales set called_off = true, revision = revision + 1 where performance_id = ${performanceId}`;
}

for (const isBarred of [true, false])
  test(`whoever has not heard of it holds and pays nothing${isBarred ? '' : '; without the barrier they would'}`, async () => {
    const { concertId, performanceId } = await one.createConcert();
    const holders = await Promise.all([1, 2, 3, 4].map((seat) => held(concertId, performanceId, seat)));
    const fans = await Promise.all(newFans(4).map((fan) => inside(concertId, fan)));
    const [first] = fans;
    assert.equal((await other.seats(first?.token ?? '', performanceId)).body.seats.length, 46, 'in the memory of both');
    await calledOffUnheard(performanceId, { isBarred });
    // Plain ones, and one that is not: somebody else has the seat.
    const holds = await Promise.all(
      fans.map(({ token }, at) => other.hold(token, performanceId, [at === 3 ? 10 : 10 + at])),
    );
    const payments = await Promise.all(
      holders.map(({ token, reservationId }, at) => (at % 2 === 0 ? one : other).pay(token, reservationId)),
    );
    const outcomes = [...holds, ...payments].map(({ status, code }) => code ?? status);
    const refused = [...holds.map(() => 'SALE_ENDED'), ...payments.map(() => 'HOLD_EXPIRED')];
    if (isBarred) assert.deepEqual(outcomes, refused);
    else assert.deepEqual(outcomes.filter((outcome) => outcome === 201).length, 7, outcomes.join());
    if (isBarred)
      await eventually(async () => {
        const { body } = await other.performances(first?.token ?? '', concertId, 'all');
        assert.equal(body.performances[0]?.status, 'CANCELLED', 'it finds out without any news');
      }, 2_000);
    await house.sql`update performances set status = 'SCHEDULED' where id = ${performanceId}`;
    await house.sql`update performance_sales set called_off = false where performance_id = ${performanceId}`;
  });
