/** Everybody at once, at random, on two servers: whatever they do, only what the contract documents comes back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { act } from './harness/behaviour.ts';
import { accessToken, boxOffice, newFans, type BoxOffice } from './harness/box-office.ts';
import { ask, createCrowd, createCustomer } from './harness/customers.ts';
import type { Crowd, Customer } from './harness/customers.ts';
import { openHouse, type House } from './harness/house.ts';
import { dice } from './harness/properties.ts';
import { chance, pick, seeded } from './harness/random.ts';
import { assertLineInOrder, settle } from './harness/reckoning.ts';

const fans = 150;
const steps_each = 20;
/** On a machine that has other things to do, fewer steps are enough. */
const rush_ms_max = 15_000;
const seats = 40;
const price = 1_000;

let house: House;
let one: BoxOffice;
let other: BoxOffice;

before(async () => {
  house = await openHouse();
  [one, other] = (await Promise.all([house.start(), house.start()])).map((server) => boxOffice(server)) as [
    BoxOffice,
    BoxOffice,
  ];
});
after(() => house.close());

/** Tokens that nobody signed, or that somebody else was given to sign with. */
async function forge(crowd: Crowd, customer: Customer): Promise<void> {
  const { queueToken = 'a.b.c', fan } = customer;
  const [head = '', , signature = ''] = queueToken.split('.');
  // No place has the number 0: with 1, whoever came first would show a token of their own.
  const claims = { c: crowd.sale.concertId, u: fan.userId, e: 0 };
  const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
  const forged = `${head}.${body}.${signature}`;
  const [performanceId = ''] = crowd.sale.performanceIds;
  const answers = [
    await ask(crowd, 'getQueueToken', (office) => office.status(forged)),
    await ask(crowd, 'createReservation', (office) => office.hold(forged, performanceId, [1])),
    await ask(crowd, 'payReservation', (office) => office.pay(forged, `${crowd.sale.concertId}-1`)),
    await ask(crowd, 'leaveQueue', (office) => office.leave(forged)),
  ];
  for (const answer of answers) assert.equal(answer?.code, 'QUEUE_TOKEN_INVALID');
  const stranger = { userId: fan.userId, token: accessToken(fan.userId.slice(4), {}, 'another secret') };
  const wallet = await ask(crowd, 'getWallet', (office) => office.wallet(stranger));
  const charged = await ask(crowd, 'createCharge', (office) => office.charge(stranger, 1));
  assert.deepEqual([wallet?.code, charged?.code], ['UNAUTHENTICATED', 'UNAUTHENTICATED']);
}

/** What belongs to somebody else is not there. */
async function pry(crowd: Crowd, customer: Customer, all: readonly Customer[]): Promise<void> {
  const victim = pick(crowd.random, all);
  const [id] = victim.holds.keys();
  if (id === undefined || victim === customer) return;
  const seen = await ask(crowd, 'getReservation', (office) => office.reservation(customer.fan, id));
  const cancelled = await ask(crowd, 'cancelReservation', (office) => office.cancel(customer.fan, id));
  assert.deepEqual([seen?.code, cancelled?.code], ['NOT_FOUND', 'NOT_FOUND']);
  const { queueToken = '' } = customer;
  const paid = await ask(crowd, 'payReservation', (office) => office.pay(queueToken, id));
  assert(['NOT_FOUND', 'NOT_ADMITTED', 'ADMISSION_EXPIRED'].includes(paid?.code ?? ''), paid?.code);
}

async function live(crowd: Crowd, customer: Customer, all: readonly Customer[]): Promise<void> {
  const giveUpAt = performance.now() + rush_ms_max;
  for (let step = 0; step < steps_each && performance.now() < giveUpAt; step++) {
    if (chance(crowd.random, 0.02) && customer.queueToken !== undefined) await forge(crowd, customer);
    else if (chance(crowd.random, 0.03) && customer.queueToken !== undefined) await pry(crowd, customer, all);
    else await act(crowd, customer);
  }
}

test(`${fans} fans do anything at any moment: seats have one owner, money adds up by their own books`, async () => {
  const { seed = 1 } = dice(1);
  const sections = [{ name: 'A', rows: 4, seatsPerRow: 10, grade: 'R', price }];
  const performances = ['2030-05-01T10:00:00Z', '2030-05-02T10:00:00Z'].map((startsAt) => ({ startsAt, sections }));
  const concert = await one.createConcert({ maxActive: 30, graceSeconds: 5, performances });
  const sale = { ...concert, seats, price };
  const crowd = createCrowd({ offices: [one, other], sale, random: seeded(seed), rough: false });
  const customers = newFans(fans).map(createCustomer);
  await Promise.all(customers.map((customer) => live(crowd, customer, customers)));

  const { answers } = crowd;
  for (const expected of [
    'createReservation 201',
    'createReservation SEAT_UNAVAILABLE',
    'payReservation 201',
    'payReservation INSUFFICIENT_BALANCE',
    'createReservation NOT_ADMITTED',
    'issueQueueToken 200',
  ])
    assert((answers.get(expected) ?? 0) > 0, `no ${expected} in ${JSON.stringify([...answers])}: that was no crowd`);
  await Promise.all(customers.map((customer) => settle(crowd, customer)));
  assertLineInOrder(crowd);
  await one.assertInvariants();
  await assertBooksOfTheHouse(customers);
});

/** All the money and all the seats, by the books of the customers on one side and by the tables on the other. */
async function assertBooksOfTheHouse(customers: readonly Customer[]): Promise<void> {
  const paid = customers.flatMap(({ payments }) => payments).filter(({ outcome }) => outcome === 'done');
  const [tables] = await house.sql<[{ revenue: number; sold: number; payments: number }]>`
    select (select sum(amount) from ledger_entries where account = 'SALES')::bigint as revenue,
      (select count(*) from seats where sold)::int as sold, (select count(distinct payment_id) from reservations)::int as payments`;
  const revenue = paid.reduce((sum, { amount }) => sum + amount, 0);
  assert.deepEqual({ ...tables }, { revenue, sold: revenue / price, payments: paid.length });
}
