/** Tokens of the operator's own identity provider: by a shared secret, and by a published set of keys that changes. */
import assert from 'node:assert/strict';
import { type KeyObject, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { type Server as HttpServer, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { assertProblem } from './harness/accounts.ts';
import { accessToken } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { type House, openHouse } from './harness/house.ts';
import { caller } from './harness/http.ts';
import { type Server, identity_secret } from './harness/server.ts';

const issuer = 'https://login.example';
const audience = 'maejin';
/** Between two questions to the provider, and a little more. */
const refetch_ms = 8_000;

/** The provider: its published set is whatever `keys` holds; undefined is a provider in trouble. */
let keys: unknown[] | undefined;
let asked = 0;
let provider: HttpServer;
let house: House;
let server: Server;
let call: ReturnType<typeof caller>;

before(async () => {
  provider = createServer((_request, response) => {
    asked += 1;
    if (keys === undefined) response.writeHead(500).end();
    else response.end(JSON.stringify({ keys }));
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  house = await openHouse();
  server = await house.start({
    IDENTITY_JWKS_URL: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks.json`,
    IDENTITY_ISSUER: issuer,
    IDENTITY_AUDIENCE: audience,
  });
  call = caller(server.origin);
});
after(async () => {
  await house.close();
  provider.closeAllConnections();
  provider.close();
});

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = (): number => Math.floor(Date.now() / 1000);
const wallet = (bearer: string) => call('GET', '/api/v1/wallet', { bearer });
const charge = (bearer: string) => call('POST', '/api/v1/wallet/charges', { bearer, key: 'k', body: { amount: 7 } });

interface Signer {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: object;
}

function signer(kid: string, kind: 'rsa' | 'ec' | 'ed25519', bits = 2048): Signer {
  const pair =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: bits })
      : kind === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519');
  const alg = { rsa: 'RS256', ec: 'ES256', ed25519: 'EdDSA' }[kind];
  return { ...pair, kid, alg, jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg } };
}

function token({ alg, kid, privateKey }: Signer, claims: object = {}, header: object = {}): string {
  const body = { sub: 'subject', iss: issuer, aud: audience, exp: seconds() + 600, ...claims };
  const signed = `${part({ alg, kid, ...header })}.${part(body)}`;
  const hash = alg === 'EdDSA' ? null : 'sha256';
  const signature = sign(hash, Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

describe('a shared secret', () => {
  test('is believed: the subject is the user, kept apart from accounts of ours', async () => {
    const good = accessToken('user-1', { name: '홍길동' });
    assert.equal((await charge(good)).status, 201);
    const [row] = await house.sql`select balance from wallets where user_id = 'jwt:user-1'`;
    assert.equal(row?.['balance'], 7);
    assert.equal((await wallet(accessToken('user-1', { name: { odd: true } }))).status, 200, 'a name is only a name');
  });

  test('signs nothing that is over, endless, nameless, or not yet', async () => {
    const nobody = [undefined, null, '', 7, ['a'], {}, 'nul\u0000', 'line\nbreak', 'x'.repeat(256), '\ud800'];
    const bad = [
      accessToken('user-1', { exp: seconds() - 90 }),
      accessToken('user-1', { exp: undefined }),
      accessToken('user-1', { exp: null }),
      accessToken('user-1', { exp: 'tomorrow' }),
      accessToken('user-1', { exp: [seconds() + 60] }),
      accessToken('user-1', { nbf: seconds() + 90 }),
      ...nobody.map((sub) => accessToken('', { sub })),
    ];
    for (const jwt of bad) assertProblem(await wallet(jwt), 401, 'UNAUTHENTICATED');
    assert.equal((await wallet(accessToken('x'.repeat(255)))).status, 200);
  });

  test('is taken by a clock that differs by less than a minute', async () => {
    for (const times of [{ exp: seconds() - 30 }, { nbf: seconds() + 30 }, { iat: seconds() + 30 }]) {
      assert.equal((await wallet(accessToken('user-1', times))).status, 200, JSON.stringify(times));
    }
  });

  test('cannot be guessed, left out, or talked into another algorithm', async () => {
    const [head = '', body = '', signature = ''] = accessToken('user-1').split('.');
    const none = (alg: string) => `${part({ alg, typ: 'JWT' })}.${body}.`;
    const hs = (hash: string, alg: string) => {
      const signed = `${part({ alg })}.${body}`;
      return `${signed}.${createHmac(hash, identity_secret).update(signed).digest('base64url')}`;
    };
    const bad = [
      accessToken('user-1', {}, 'another secret'),
      accessToken('user-1', {}, 'x'),
      `${head}.${body}.${signature.slice(0, -2)}`,
      `${head}.${body}.`,
      `${head}.${part({ sub: 'user-2', exp: seconds() + 60 })}.${signature}`,
      none('none'),
      none('None'),
      `${none('none')}${signature}`,
      none('HS256'),
      hs('sha512', 'HS512'),
      hs('sha384', 'HS384'),
      'a.b.c',
      '..',
      `${head}.${body}.${signature}.`,
      `${head}.${Buffer.from('null').toString('base64url')}.${signature}`,
      accessToken('x'.repeat(7_000)),
    ];
    for (const jwt of bad) assertProblem(await wallet(jwt), 401, 'UNAUTHENTICATED');
    assert.equal((await wallet(hs('sha256', 'HS256'))).status, 200, 'the same, rightly signed');
  });

  test('makes no operator', async () => {
    const pretender = accessToken('user-1', { role: 'operator' });
    assertProblem(await call('GET', '/api/v1/admin/audit', { bearer: pretender }), 403, 'FORBIDDEN');
  });
});

describe('a published set of keys', () => {
  const rsa = signer('rsa-1', 'rsa');
  const ec = signer('ec-1', 'ec');
  const ed = signer('ed-1', 'ed25519');
  const next = signer('rsa-2', 'rsa');
  const weak = signer('weak', 'rsa', 1024);

  test('while the provider was never reached: come back later', async () => {
    assertProblem(await wallet(token(rsa)), 503, 'OVERLOADED');
    assert.equal((await wallet(accessToken('user-1'))).status, 200, 'the other way in is open');
  });

  test('is believed for its own issuer and audience', async () => {
    const hidden = { ...signer('enc', 'rsa').jwk, use: 'enc' };
    keys = [rsa.jwk, ec.jwk, ed.jwk, weak.jwk, hidden, { kty: 'oct', k: 'c2VjcmV0', kid: 'oct' }, null, 'odd', {}];
    await eventually(async () => assert.equal((await wallet(token(rsa))).status, 200), refetch_ms);
    for (const key of [rsa, ec, ed]) assert.equal((await wallet(token(key))).status, 200, key.alg);
    assert.equal((await wallet(token(rsa, { aud: ['another', audience] }))).status, 200);
    for (const times of [{ exp: seconds() - 30 }, { nbf: seconds() + 30 }]) {
      const asked = token(rsa, times);
      assert.equal((await wallet(asked)).status, 200, JSON.stringify(times));
      assert.equal((await wallet(asked)).status, 200, 'and again, when it is remembered');
    }
    assert.equal((await charge(token(ec, { sub: 'user-1' }))).status, 201);
    const [row] = await house.sql`select balance from wallets where user_id = 'oidc:user-1'`;
    assert.equal(row?.['balance'], 7, 'another user than the one of the shared secret');
    const bad = [
      token(rsa, { iss: 'https://other.example' }),
      token(rsa, { iss: undefined }),
      token(rsa, { aud: 'another' }),
      token(rsa, { aud: undefined }),
      token(rsa, { exp: seconds() - 90 }),
      token(rsa, { nbf: seconds() + 90 }),
      token(rsa, { exp: undefined }),
      token(rsa, { sub: undefined }),
      token(rsa, { sub: 'nul\u0000' }),
      token(weak),
    ];
    for (const jwt of bad) assertProblem(await wallet(jwt), 401, 'UNAUTHENTICATED');
  });

  test('signs in one spelling: what would be read alike is nobody else, with an allowance of their own', async () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const key of [rsa, ec, ed]) {
      const right = token(key);
      const spellings = Array.from(letters, (letter) => `${right.slice(0, -1)}${letter}`);
      const answers = await Promise.all(spellings.map(async (spelling) => (await wallet(spelling)).status));
      const taken = spellings.filter((_, index) => answers[index] === 200);
      assert.deepEqual([taken.length, taken[0] === right], [1, true], key.alg);
    }
  });

  test('is never taken for a secret, nor one key for another', async () => {
    const body = part({ sub: 'subject', iss: issuer, aud: audience, exp: seconds() + 600 });
    const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
    const byPublicKey = (['HS256', 'RS256'] as const).map((alg) => {
      const signed = `${part({ alg, kid: rsa.kid })}.${body}`;
      return `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`;
    });
    const bad = [
      ...byPublicKey,
      token(next, {}, { kid: rsa.kid }),
      token(rsa, {}, { kid: ec.kid }),
      token(rsa, {}, { alg: 'PS256' }),
      token(rsa, {}, { alg: 'none' }),
      token(rsa, {}, { kid: undefined }),
      token(rsa, {}, { kid: 7 }),
      token(rsa, {}, { kid: '__proto__' }),
      token(rsa, {}, { crit: ['b64'], b64: false }),
    ];
    for (const jwt of bad) assertProblem(await wallet(jwt), 401, 'UNAUTHENTICATED');
  });

  test('is asked for again when a key is new, seldom for keys that are made up, and serves while the provider is away', async () => {
    const before = asked;
    keys = [rsa.jwk, next.jwk];
    await eventually(async () => assert.equal((await wallet(token(next))).status, 200), refetch_ms);
    assertProblem(await wallet(token(ec)), 401, 'UNAUTHENTICATED');
    const madeUp = Array.from({ length: 200 }, (_, index) => wallet(token(rsa, {}, { kid: `made-up-${index}` })));
    for (const answer of await Promise.all(madeUp)) assert.equal(answer.status, 401);
    assert(asked - before <= 4, `the provider was asked ${asked - before} times`);
    keys = undefined;
    assertProblem(await wallet(token(ec)), 401, 'UNAUTHENTICATED');
    assert.equal((await wallet(token(next, { sub: 'somebody new' }))).status, 200);
  });
});
