/** What is taken for a token of the shared secret: the library's own verifier is the judge. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { createVerifier } from 'fast-jwt';
import * as fc from 'fast-check';
import { createHs256Verifier } from './hs256.ts';

const secret = 'the shared secret';
const now = Math.floor(Date.now() / 1_000);
/** What two clocks may differ by. */
const clockTolerance = 60_000;
const judge = createVerifier({
  key: Buffer.from(secret),
  algorithms: ['HS256'],
  requiredClaims: ['exp'],
  clockTolerance,
});
const verify = createHs256Verifier(secret);

const times = fc.constantFrom(
  now - 600,
  now - 90,
  now - 30,
  now,
  now + 30,
  now + 30.5,
  now + 90,
  now + 600,
  0,
  -1,
  1e300,
  '',
  `${now + 600}`,
  null,
  true,
  [now + 600],
  {},
);
const mostly = (good: number) => fc.oneof({ weight: 2, arbitrary: fc.constant(good) }, times);
const headers = fc.record(
  {
    alg: fc.constantFrom('HS256', 'HS384', 'none', 'RS256', 'hs256', '', 1, ['HS256']),
    crit: fc.constantFrom(['exp'], [], 'x', ['b64']),
  },
  { requiredKeys: ['alg'] },
);
const claims = fc.record(
  { exp: mostly(now + 600), nbf: mostly(now - 600), iat: times, sub: fc.string() },
  { requiredKeys: [] },
);
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = (text: string, key = secret): string =>
  `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;

const whole = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: fc.constant({ alg: 'HS256' }) }, headers),
    fc.oneof({ weight: 3, arbitrary: claims }, fc.json()),
  )
  .map(([header, payload]) => `${part(header)}.${part(payload)}`);
const tokens = fc.oneof(
  { weight: 6, arbitrary: whole.map((text) => signed(text)) },
  whole.map((text) => signed(text, 'another secret')),
  whole.map((text) => `${text}.`),
  fc.tuple(whole, fc.nat(), fc.constantFrom('', 'A', '.', '=', ' ', '\n', 'é')).map(([text, at, letter]) => {
    const token = signed(text);
    const place = at % token.length;
    return token.slice(0, place) + letter + token.slice(place + 1);
  }),
  fc.string(),
);

const taken = (read: (token: string) => unknown, token: string): unknown => {
  try {
    return read(token);
  } catch {
    return undefined;
  }
};

test('takes what the library takes and refuses what it refuses, with the same claims', () => {
  let accepted = 0;
  fc.assert(
    fc.property(tokens, (token) => {
      const expected = taken(judge, token);
      if (expected !== undefined) accepted += 1;
      assert.deepEqual(taken(verify, token), expected);
    }),
    { numRuns: 3_000 },
  );
  assert(accepted > 100, `only ${accepted} tokens were good ones`);
});

test('takes a token up to a minute after its end and before its beginning by our clock, and no longer', () => {
  const seconds = fc.integer({ min: -3_600, max: 3_600 }).filter((by) => Math.abs(Math.abs(by) - 60) > 10);
  const token = (times: object): string => signed(`${part({ alg: 'HS256' })}.${part({ sub: 'x', ...times })}`);
  fc.assert(
    fc.property(seconds, (by) => {
      assert.equal(taken(verify, token({ exp: now + by })) !== undefined, by > -60, `ends in ${by} s`);
      assert.equal(taken(verify, token({ exp: now + 7_200, nbf: now + by })) !== undefined, by < 60, `from ${by} s on`);
    }),
  );
});
