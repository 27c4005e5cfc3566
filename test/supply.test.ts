/** A line that is bound to its seats: nobody is let in while as many are inside as there are seats that can be had. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { endSessions } from './harness/backdate.ts';
import { boxOffice, newFan, newFans, type BoxOffice, type Fan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { watchAdmissions } from './harness/let-in-to-nothing.ts';

const price = 1_000;
let house: House;
let offices: BoxOffice[];
let one: BoxOffice;
let breaches: Awaited<ReturnType<typeof watchAdmissions>>;

before(async () => {
  house = await openHouse();
  breaches = await watchAdmissions(house);
  offices = [boxOffice(await house.start()), boxOffice(await house.start())];
  one = offices[0] as BoxOffice;
});
after(() => house.close());

interface Sale {
  readonly concertId: string;
  readonly performanceId: string;
}

const dates = (...seats: number[]) =>
  seats.map((seatsPerRow, date) => ({
    startsAt: `2030-05-0${date + 1}T10:00:00.000Z`,
    sections: [{ name: 'A', rows: 1, seatsPerRow, grade: 'R', price }],
  }));

/** A concert with so many seats; nobody is silent for long enough to matter. */
function sale(seats: number, changes: object = {}) {
  return one.createConcert({
    boundToSupply: true,
    maxActive: 100,
    graceSeconds: 3_600,
    performances: dates(seats),
    ...changes,
  });
}

interface InLine {
  readonly fan: Fan;
  readonly token: string;
}

async function join({ concertId }: Pick<Sale, 'concertId'>, fan = newFan(), office = one): Promise<InLine> {
  const { status, body } = await office.issue(concertId, fan);
  assert.equal(status, 201, JSON.stringify(body));
  return { fan, token: body.token };
}

async function inLine(of: Sale, count: number): Promise<InLine[]> {
  const all: InLine[] = [];
  for (const fan of newFans(count)) all.push(await join(of, fan));
  return all;
}

const statusOf = async ({ token }: InLine) => (await one.status(token)).body.status;
async function assertInside(of: Sale, count: number): Promise<void> {
  const [room] = await house.sql`
    select active, (select count(*)::int from queue_tokens where concert_id = ${of.concertId} and status = 'ACTIVE') as inside
    from rooms where concert_id = ${of.concertId}`;
  assert.deepEqual(room, { active: count, inside: count });
}
const soon = (of: Sale, count: number) => eventually(() => assertInside(of, count));

async function holdOf(of: Sale, { token }: InLine, ...seats: number[]): Promise<string> {
  const { status, body } = await one.hold(token, of.performanceId, seats);
  assert.equal(status, 201, JSON.stringify(body));
  return body.id;
}

async function pay({ fan, token }: InLine, reservationId: string, office = one): Promise<void> {
  assert.equal((await office.charge(fan, 10 * price)).status, 201);
  assert.equal((await office.pay(token, reservationId)).status, 201);
}

test('as many are let in as there are seats of dates on sale; what is sold lets in nobody, who leaves lets in the next', async () => {
  const of = await sale(0, {
    performances: [...dates(2, 1), { ...dates(7)[0], startsAt: '2030-06-01T10:00:00.000Z' }],
  });
  await house.sql`update performances set starts_at = now() - interval '1 minute' where concert_id = ${of.concertId} and seats_total = 7`;
  const [first, second, third, fourth, fifth] = (await inLine(of, 5)) as [InLine, InLine, InLine, InLine, InLine];
  await assertInside(of, 3);
  await pay(first, await holdOf(of, first, 1));
  await assertInside(of, 2);
  assert.equal(await statusOf(fourth), 'WAIT');
  await one.leave(second.token);
  assert.equal(await statusOf(fourth), 'ACTIVE', 'in the order of the line');
  assert.equal(await statusOf(fifth), 'WAIT');
  await endSessions(house.sql, of.concertId, { userId: third.fan.userId });
  await eventually(async () => assert.equal(await statusOf(fifth), 'ACTIVE'));
  await assertInside(of, 2);
});

test('a date that begins lets in nobody any more; one that is moved lets in as many as it has seats', async () => {
  const of = await sale(0, { performances: dates(1, 2) });
  const all = await inLine(of, 4);
  await assertInside(of, 3);
  await house.sql`update performances set starts_at = now() where concert_id = ${of.concertId} and seats_total = 2`;
  await one.leave((all[0] as InLine).token);
  await assertInside(of, 2);
  await house.sql`update performances set starts_at = now() + interval '1 day' where concert_id = ${of.concertId} and seats_total = 2`;
  await soon(of, 3);
});

/** Nobody comes, leaves or pays meanwhile: only the look at the line can find it. */
test('a seat that comes back lets in the next while somebody is inside', async () => {
  const of = await sale(3);
  const buyer = await join(of);
  const bought = await holdOf(of, buyer, 1, 2);
  await pay(buyer, bought);
  await join(of);
  const next = await join(of);
  await assertInside(of, 1);
  const cancelled = await one.cancelPaid(buyer.fan, bought, { refund: price, seatNumbers: [1] });
  assert.equal(cancelled.status, 201, JSON.stringify(cancelled.fields));
  await soon(of, 2);
  assert.equal(await statusOf(next), 'ACTIVE');
});

/** A fan with two holds pays for the one: the rule decides it in the general case, which counts the sale last. */
test('what is sold by a payment that gives something back is counted before anybody is let in', async () => {
  const of = await sale(3);
  const [first, , , fourth] = (await inLine(of, 4)) as [InLine, InLine, InLine, InLine];
  await holdOf(of, first, 1);
  await pay(first, await holdOf(of, first, 2));
  await assertInside(of, 2);
  assert.equal(await statusOf(fourth), 'WAIT');
});

test('settings: a higher limit lets in no more than there are seats, and being bound begins and ends at once', async () => {
  const of = await sale(2, { maxActive: 1 });
  await inLine(of, 4);
  await assertInside(of, 1);
  await one.updateConcert(of.concertId, { maxActive: 50 });
  await assertInside(of, 2);
  await one.updateConcert(of.concertId, { boundToSupply: false });
  await assertInside(of, 4);
  await one.updateConcert(of.concertId, { boundToSupply: true });
  await join(of);
  await assertInside(of, 4);
});

/** Two servers: fans come, leave and pay at once. */
async function rush(of: Sale): Promise<void> {
  const inside = await inLine(of, 12);
  const holds = await Promise.all(inside.slice(0, 8).map((who, seat) => holdOf(of, who, seat + 1)));
  const office = (index: number): BoxOffice => offices[index % 2] as BoxOffice;
  await Promise.all([
    ...newFans(30).map((fan, index) => join(of, fan, office(index))),
    ...holds.map((id, index) => pay(inside[index] as InLine, id, office(index))),
    ...inside.slice(8).map(({ token }, index) => office(index).leave(token)),
  ]);
}

test('however many come, leave and pay at once on two servers, nobody is let in beyond the seats', async () => {
  const of = await sale(12);
  await rush(of);
  assert.deepEqual(await breaches(of, 'inside'), []);
  await soon(of, 4);
  await one.assertInvariants();
  const twin = await sale(12, { boundToSupply: false });
  await rush(twin);
  assert((await breaches(twin, 'inside')).length > 0, 'twin: in a line that is not bound somebody is');
});

test('the status says how many seats there are, and whether they keep the line', async () => {
  const of = await sale(3, { maxActive: 2 });
  const [first, second, third] = (await inLine(of, 3)) as [InLine, InLine, InLine];
  const told = async (who: InLine) => {
    const { supply, standby } = (await one.status(who.token)).body;
    return { supply, standby };
  };
  assert.deepEqual(await told(third), { supply: { available: 3, held: 0, sold: 0 }, standby: false });
  await pay(first, await holdOf(of, first, 1));
  await assertInside(of, 2);
  const last = await join(of);
  await holdOf(of, second, 2);
  await holdOf(of, third, 3);
  await eventually(async () =>
    assert.deepEqual(await told(last), { supply: { available: 0, held: 2, sold: 1 }, standby: false }),
  );
  await one.updateConcert(of.concertId, { maxActive: 3 });
  assert.deepEqual(await told(last), { supply: { available: 0, held: 2, sold: 1 }, standby: true });
  const { body } = await one.issue(of.concertId, last.fan);
  assert.deepEqual([body.supply, body.standby, body.etaSeconds], [{ available: 0, held: 2, sold: 1 }, true, null]);
  assert.equal((await told(second)).standby, false, 'whoever is inside stands by for nothing');
  const { concertId } = await one.createConcert();
  const unbound = await join({ concertId });
  assert.deepEqual(await told(unbound), { supply: undefined, standby: undefined });
});

/** The first server has counted while all seats were free; then the line rests, and nothing of it is looked at. */
test('of a line at rest both servers tell the seats as they are', async () => {
  const of = await sale(2);
  const buyer = await join(of);
  const bought = await holdOf(of, buyer, 1, 2);
  await pay(buyer, bought);
  const waiting = await join(of, newFan(), offices[1]);
  await eventually(async () => {
    const [room] = await house.sql`select from rooms where concert_id = ${of.concertId} and rests_until is not null`;
    assert(room !== undefined);
  });
  for (const office of offices)
    await eventually(async () => {
      const { supply, standby } = (await office.status(waiting.token)).body;
      assert.deepEqual([supply, standby], [{ available: 0, held: 0, sold: 2 }, true]);
    });
});
