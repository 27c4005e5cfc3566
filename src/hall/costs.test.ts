/** What things cost: everything has a price, and what is dear is not sold as a poll. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contract, type EndpointName } from '../contract.ts';
import { costOf } from './costs.ts';

const endpoints = Object.keys(contract) as EndpointName[];

test('every endpoint of the contract has a cost, and a caller can pay each at least twice', () => {
  assert(endpoints.length > 40);
  for (const name of endpoints) {
    const { units } = costOf(contract[name].url, name);
    assert(Number.isSafeInteger(units) && units >= 1 && units <= 200, `${name}: ${units}`);
  }
  assert.equal(costOf(contract.getQueueToken.url, 'getQueueToken').units, 1);
  for (const name of ['listConcerts', 'signIn', 'getAudit'] as const) {
    assert(costOf(contract[name].url, name).units >= 20, name);
  }
  for (const url of ['/api/auth/sign-out', '/docs/js/scalar.js']) assert(costOf(url).units >= 20, url);
});

test('what hashes a password, and what proves who asks, is known as such', () => {
  const hashing = endpoints.filter((name) => costOf(contract[name].url, name).hashesPassword !== undefined);
  assert.deepEqual(hashing.toSorted(), ['signIn', 'signUp']);
  assert.equal(costOf('/api/auth/change-password').hashesPassword, 'signIn');
  assert.equal(costOf(contract.signUp.url, 'signUp').hashesPassword, 'signUp', 'a storm of one leaves the other alone');
  for (const name of endpoints) {
    const { needs } = contract[name];
    const { proves = false } = costOf(contract[name].url, name);
    assert.equal(proves, ['bearer', 'charger', 'operator'].includes(needs), name);
  }
});
