/** When the rush is over: what customers have in their books against what the service says. */
import assert from 'node:assert/strict';
import { retryCharge, retryPayment, type Charge, type Crowd, type Customer, type Payment } from './customers.ts';
import { eventually } from './eventually.ts';
import type { Answer } from './http.ts';
import { pick } from './random.ts';

/** Until every attempt has a known outcome. */
async function settleAttempts(crowd: Crowd, customer: Customer): Promise<void> {
  for (const one of customer.charges.filter(({ outcome }) => outcome === 'unknown')) {
    await eventually(() => retryCharge(crowd, customer, one).then(() => assert(one.outcome !== 'unknown')), 20_000);
  }
  for (const one of customer.payments.filter(({ outcome }) => outcome === 'unknown')) {
    await eventually(() => retryPayment(crowd, customer, one).then(() => assert(one.outcome !== 'unknown')), 20_000);
  }
}

/** A connection that was cut while idle is noticed by the first question over it. */
function read<Body>(ask: () => Promise<Answer<Body>>): Promise<Body> {
  return eventually(async () => {
    const { status, code, body } = await ask();
    assert.equal(status, 200, code);
    return body;
  });
}

function sum(all: readonly (Charge | Payment)[]): number {
  return all.reduce((total, { outcome, amount }) => total + (outcome === 'done' ? amount : 0), 0);
}

/** Compares the books with what the service says now. Everything must be up. */
export async function settle(crowd: Crowd, customer: Customer): Promise<void> {
  await settleAttempts(crowd, customer);
  const office = pick(crowd.random, crowd.offices);
  const { fan, charges, payments, holds } = customer;
  const { balance } = await read(() => office.wallet(fan));
  assert.equal(balance, sum(charges) - sum(payments), `the money of ${fan.userId}`);
  const { reservations: told } = await read(() => office.reservations(fan, '?limit=200'));
  const statuses = new Map<string, string>(told.map(({ id, status }) => [id, status]));
  const allowed = {
    held: ['HELD'],
    releasing: ['HELD', 'CANCELLED', 'CONFIRMED'],
    released: ['CANCELLED'],
    paid: ['CONFIRMED'],
  };
  for (const { id, state } of holds.values()) {
    const status = statuses.get(id);
    assert(status !== undefined && allowed[state].includes(status), `${id} is ${state} and told as ${status}`);
  }
  assert.deepEqual(
    told.flatMap(({ id, status }) => (status === 'CONFIRMED' ? [id] : [])).toSorted(),
    payments.flatMap(({ reservationId, outcome }) => (outcome === 'done' ? [reservationId] : [])).toSorted(),
    'paid reservations are those that were paid',
  );
}

/** Whoever was told a place before another asked for one stands before that other. */
export function assertLineInOrder({ places }: Crowd): void {
  const entries = new Set(places.map(({ entry }) => entry));
  assert.equal(entries.size, places.length, 'a place was given twice');
  const byAsking = places.toSorted((a, b) => a.askedAt - b.askedAt);
  const byTelling = places.toSorted((a, b) => a.toldAt - b.toldAt);
  let told = 0;
  let last = 0;
  for (const { entry, askedAt } of byAsking) {
    for (; (byTelling[told]?.toldAt ?? Infinity) < askedAt; told++) last = Math.max(last, byTelling[told]?.entry ?? 0);
    assert(entry > last, `place ${entry} was asked for after ${last} had been told`);
  }
}
