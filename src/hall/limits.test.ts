/** The limits over a clock that the test moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../refusals.ts';
import { callerOf, createLimits } from './limits.ts';

function request(headers: Record<string, string>, { ip = '192.0.2.1', method = 'GET' } = {}): FastifyRequest {
  return { headers, ip, method } as unknown as FastifyRequest;
}

/** How many of `count` requests pass. */
function passing(
  limits: ReturnType<typeof createLimits>,
  count: number,
  made: (n: number) => FastifyRequest,
  route = '/x',
): number {
  return Array.from({ length: count }, (_, n) => limits(made(n), route)).filter((refusal) => refusal === undefined)
    .length;
}

const one = (n: number) => request({ 'queue-token': 'one' }, { ip: `192.0.2.${n % 200}` });
const signIn = () => request({}, { method: 'POST' });

test('a caller may ask so often, wherever from, and again when the window is over', () => {
  let now = 0;
  const limits = createLimits(() => now);
  assert.equal(passing(limits, 1_000, one), 400);
  assert.equal(
    passing(limits, 1, () => request({ 'queue-token': 'other' })),
    1,
  );
  now = 9_000;
  const refusal = limits(one(1), '/x');
  assert(refusal instanceof Refusal);
  assert.deepEqual([refusal.code, refusal.fields], ['RATE_LIMITED', { retryAfterSeconds: 1 }]);
  now = 10_000;
  assert.equal(passing(limits, 1, one), 1);
});

test('an address may ask so often, whatever it shows', () => {
  const limits = createLimits(() => 0);
  assert.equal(
    passing(limits, 9_000, (n) => request({ authorization: `Bearer ${n}` })),
    8_000,
  );
  assert.equal(
    passing(limits, 1, () => request({}, { ip: '192.0.2.2' })),
    1,
  );
});

test('signing in is dearer than the rest', () => {
  const limits = createLimits(() => 0);
  assert.equal(passing(limits, 200, signIn, '/api/auth/sign-in/email'), 100);
  assert.equal(
    passing(limits, 200, () => request({}), '/api/auth/get-session'),
    200,
  );
});

test('callers are told apart by what they show last of all', () => {
  const seen = new Set(
    Array.from({ length: 10_000 }, (_, n) => callerOf(request({ 'queue-token': `eyJ.${'x'.repeat(100)}.${n}` }))),
  );
  assert.equal(seen.size, 10_000);
  assert.equal(callerOf(request({})), undefined);
});
