/**
 * What is carried out in one flight stands only if everything is as it was thought to be. A board that is stale, or a row
 * that somebody else has just changed, is found out; each test has a twin in which nothing is asserted, which must go wrong.
 */
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { createAudit } from '../src/audit/audit.ts';
import type { Boards } from '../src/waiting-room/boards.ts';
import { joinPlainly } from '../src/waiting-room/joining.ts';
import { createSupply } from '../src/waiting-room/supply.ts';
import { boxOffice, newFan, newFans, type BoxOffice } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';

let house: House;
let office: BoxOffice;
before(async () => {
  house = await openHouse();
  office = boxOffice(await house.start());
});
after(() => house.close());

/** A house in which no statement asserts how many rows it met. */
async function openTwin(t: TestContext): Promise<{ house: House; office: BoxOffice }> {
  const twin = await openHouse();
  t.after(() => twin.close());
  await twin.sql.unsafe(`
    create or replace function expect_rows(met bigint, expected bigint) returns void language plpgsql as $$ begin end $$`);
  return { house: twin, office: boxOffice(await twin.start()) };
}

async function broken(of: House): Promise<string[]> {
  const { checks } = await createAudit(of).run();
  return checks.filter(({ ok }) => !ok).map(({ name }) => name);
}

/** Somebody holds seat 1 of a date whose board the server has, and the server is not told. */
async function holdBehindItsBack(of: House, at: BoxOffice) {
  const { concertId, performanceId } = await at.createConcert();
  const token = await at.enter(concertId, newFan());
  await at.seats(token, performanceId);
  await of.sql`
    update seats set version = version + 1, reservation_id = 'somebody', held_until = now() + interval '1 minute'
    where performance_id = ${performanceId} and number = 1`;
  return { token, performanceId };
}

test('a board that does not know that a seat is held is found out', async (t) => {
  const { token, performanceId } = await holdBehindItsBack(house, office);
  const hold = await office.hold(token, performanceId, [1, 2]);
  assert.equal(hold.status, 409);
  assert.deepEqual(hold.fields['seats'], [{ number: 1, status: 'HELD' }]);
  assert.equal((await office.hold(token, performanceId, [2])).status, 201, 'and nothing of it was kept');

  const twin = await openTwin(t);
  const theirs = await holdBehindItsBack(twin.house, twin.office);
  assert.equal((await twin.office.hold(theirs.token, theirs.performanceId, [1, 2])).status, 201);
  assert((await broken(twin.house)).includes('I9 a live hold has all its seats'), 'the twin holds what it has not');
});

/** A fan's only hold, of which a seat is taken away just before it is paid. */
async function payForWhatIsGone(of: House, at: BoxOffice) {
  const { concertId, performanceId } = await at.createConcert();
  const fan = newFan();
  const token = await at.enter(concertId, fan);
  assert.equal((await at.charge(fan, 1_000_000)).status, 201);
  const { body } = await at.hold(token, performanceId, [1, 2]);
  await of.sql`
    update seats set version = version + 1, reservation_id = null, held_until = null
    where performance_id = ${performanceId} and number = 2`;
  return { fan, paid: await at.pay(token, body.id) };
}

test('a payment for seats of which one is gone takes no money', async (t) => {
  const { fan, paid } = await payForWhatIsGone(house, office);
  assert.equal(paid.status, 409);
  assert.equal(paid.code, 'HOLD_EXPIRED');
  assert.equal((await office.wallet(fan)).body.balance, 1_000_000);

  const twin = await openTwin(t);
  assert.equal((await payForWhatIsGone(twin.house, twin.office)).paid.status, 201);
  assert(
    (await broken(twin.house)).includes('I5 a CONFIRMED reservation has all the seats that it keeps'),
    'the twin sells what is gone',
  );
});

test('a board that takes the room for full is found out, and whoever is due is let in', async () => {
  const { concertId } = await office.createConcert({ maxActive: 1 });
  const [first, second, third] = [newFan(), newFan(), newFan()];
  assert.equal((await office.issue(concertId, first)).body.status, 'ACTIVE');
  assert.equal((await office.issue(concertId, second)).body.status, 'WAIT');
  // Nobody looks at it any more but those who come.
  await house.sql`update rooms set max_active = 3, active_ceiling = 3, is_live = false where concert_id = ${concertId}`;
  assert.equal((await office.issue(concertId, third)).body.status, 'ACTIVE');
  assert.equal((await office.issue(concertId, second)).body.status, 'ACTIVE');
});

test('twin: whoever is put in line by such a board alone waits before a free slot', async () => {
  const { concertId } = await office.createConcert({ maxActive: 2 });
  await office.enter(concertId, newFan());
  const full = { settings: { maxActive: 1, paused: null }, active: new Map([[1, 1]]) };
  const boards = { peek: () => full } as unknown as Boards;
  const joining = { userIds: ['somebody'], limit: undefined };
  const { isDue } = await joinPlainly({ database: house.database, boards, supply: createSupply() }, concertId, joining);
  assert(isDue, 'and it is said that somebody is due');
  const [free] = await house.sql`
    select from rooms where concert_id = ${concertId} and active < max_active and head < last_number`;
  assert(free !== undefined);
});

test('whoever is refused harms nobody beside them', async (t) => {
  // In the other one rows were changed by hand.
  const untouched = await openHouse();
  t.after(() => untouched.close());
  const office = boxOffice(await untouched.start());
  const { concertId, performanceId } = await office.createConcert();
  const fans = newFans(12);
  const tokens = await Promise.all(fans.map((fan) => office.enter(concertId, fan)));
  await office.seats(tokens[0] ?? '', performanceId);
  // Each seat is wanted by two; the first of them gets it.
  const holds = await Promise.all(tokens.map((token, at) => office.hold(token, performanceId, [(at >> 1) + 1])));
  assert.deepEqual(
    holds.map(({ status }) => status),
    fans.map((_, at) => (at % 2 === 0 ? 201 : 409)),
  );
  // Every other one of those who hold has money.
  const holders = fans.filter((_, at) => at % 2 === 0);
  const rich = new Set(holders.filter((_, at) => at % 2 === 0));
  const charges = await Promise.all(holders.map((fan) => office.charge(fan, rich.has(fan) ? 50_000 : 49_999)));
  assert(charges.every(({ status }) => status === 201));
  const paid = await Promise.all(
    holders.map((fan) => office.pay(tokens[fans.indexOf(fan)] ?? '', holds[fans.indexOf(fan)]?.body.id ?? '')),
  );
  assert.deepEqual(
    paid.map(({ status }) => status),
    holders.map((fan) => (rich.has(fan) ? 201 : 402)),
  );
  assert.deepEqual(await broken(untouched), []);
});
