/** The limits over a clock that the test moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cost } from './costs.ts';
import { createLimits, type Asker, type Limits } from './limits.ts';

const network = '192.0.2.1';
const stranger: Asker = { network, shown: undefined, isVerified: false };
const verified = (shown: number, from = network): Asker => ({ network: from, shown, isVerified: true });
const poll: Cost = { units: 1 };
const password: Cost = { units: 1, hashesPassword: 'signIn' };
const newPassword: Cost = { units: 1, hashesPassword: 'signUp' };

/** How many of `count` requests pass. */
function passing(limits: Limits, count: number, made: (n: number) => Asker, cost = poll): number {
  return Array.from({ length: count }, (_, n) => limits.charge(made(n), cost)).filter((wait) => wait === 0).length;
}

test('a caller may ask so often, wherever from, and again when the window is over', () => {
  let now = 0;
  const limits = createLimits(() => now);
  const one = (n: number) => verified(1, `192.0.2.${n % 200}`);
  assert.equal(passing(limits, 1_000, one), 400);
  assert.equal(
    passing(limits, 1, () => verified(2)),
    1,
  );
  now = 9_000;
  assert.equal(limits.charge(one(1), poll), 1_000);
  assert.equal(limits.usedUp(one(1)), 1_000);
  now = 10_000;
  assert.equal(limits.usedUp(one(1)), 0);
  assert.equal(passing(limits, 1, one), 1);
});

test('what is dear uses an allowance up sooner', () => {
  const limits = createLimits(() => 0);
  assert.equal(
    passing(limits, 1_000, () => stranger, { units: 400 }),
    20,
  );
  assert.equal(
    passing(limits, 100, () => verified(1), { units: 40 }),
    10,
  );
});

test('an invented token buys nothing: the address is counted', () => {
  const limits = createLimits(() => 0);
  const inventor = (n: number): Asker => ({ network, shown: n, isVerified: false });
  assert.equal(passing(limits, 50_000, inventor), 2_666);
  assert(limits.usedUp(inventor(1)) > 0);
  assert.equal(limits.usedUp({ ...stranger, network: '192.0.2.2' }), 0, 'of others nothing is known');
});

test('a place that nobody gave is dearer than none', () => {
  const limits = createLimits(() => 0);
  assert.equal(
    passing(limits, 50_000, () => ({ ...stranger, isForged: true })),
    1_000,
  );
});

test('a campus of 5,000 whose places are verified asks twice a second, whatever a stranger there does', () => {
  const limits = createLimits(() => 0);
  passing(limits, 100_000, () => stranger);
  assert.equal(
    passing(limits, 100_000, (n) => verified(n % 5_000)),
    100_000,
  );
  assert.equal(
    passing(limits, 1_000, (n) => verified(n % 5_000)),
    0,
  );
});

test('what was accepted once has an allowance of its own, and gives the address back what it took', () => {
  let now = 0;
  const limits = createLimits(() => now);
  const asker: Asker = { network, shown: 7, isVerified: false };
  assert(limits.isNew(asker));
  assert.equal(limits.charge(asker, { units: 100 }), 0);
  limits.accepted(asker, { units: 100 });
  assert(!limits.isNew(asker));
  assert.equal(
    passing(limits, 40_000, () => stranger),
    2_666,
    'nothing of it is gone',
  );
  assert.equal(
    passing(limits, 1_000, () => asker),
    300,
    'its own has paid',
  );
  now = 11 * 60_000;
  assert(limits.isNew(asker), 'for some minutes');
});

test('passwords are counted besides, by address', () => {
  const limits = createLimits(() => 0);
  assert.equal(
    passing(limits, 200, () => stranger, password),
    100,
  );
  assert.equal(
    passing(limits, 200, () => verified(1), password),
    0,
  );
  assert.equal(
    passing(limits, 200, () => stranger, newPassword),
    100,
    'who signs up is in nobody else’s way',
  );
  assert.equal(
    passing(limits, 200, () => stranger),
    200,
  );
});

test('past the number of keys nobody passes uncounted, and few share with a flood', () => {
  const limits = createLimits(() => 0);
  for (let n = 0; n < 200_000; n++) limits.charge({ ...stranger, network: `first ${n}` }, poll);
  const late = { ...stranger, network: 'late' };
  assert.equal(
    passing(limits, 50_000, () => late),
    2_666,
  );
  const others = Array.from({ length: 100 }, (_, n) => limits.charge({ ...stranger, network: `other ${n}` }, poll));
  assert(others.filter((wait) => wait === 0).length > 90);
  assert.equal(limits.charge({ ...stranger, network: 'first 1' }, poll), 0, 'and who was there before, with nobody');
});

test('refusing is work: after many that were told, nothing is told any more', () => {
  let now = 0;
  const limits = createLimits(() => now);
  assert.equal(limits.wasted(network, 999), true);
  assert.equal(limits.wasted(network, 1), false);
  assert.equal(limits.usedUp(verified(1)), 0, 'of whoever is known there nothing is taken');
  now = 10_000;
  assert.equal(limits.wasted(network, 1), true);
});

test('who is known to be good is introduced where strangers have left little', () => {
  const limits = createLimits(() => 0);
  const asker: Asker = { network, shown: 7, isVerified: false };
  assert.equal(limits.isScarce(network), false);
  passing(limits, 2_000, () => stranger);
  assert.equal(limits.isScarce(network), true);
  passing(limits, 2_000, () => stranger);
  assert(limits.charge(asker, poll) > 0);
  limits.introduced(asker);
  assert.equal(limits.charge(asker, poll), 0);
});

test('who goes on asking stays known', () => {
  let now = 0;
  const limits = createLimits(() => now);
  const asker: Asker = { network, shown: 7, isVerified: false };
  limits.introduced(asker);
  for (let minutes = 4; minutes < 60; minutes += 4) {
    now = minutes * 60_000;
    assert.equal(limits.isNew(asker), false, `after ${minutes} minutes`);
  }
});
