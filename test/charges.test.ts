/** Who may charge: everybody, nobody, or services of the operator's alone. And how much a wallet may hold by it. */
import assert from 'node:assert/strict';
import { randomUUID, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { assertProblem } from './harness/accounts.ts';
import { accessToken, newFan } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import { caller, type Answer } from './harness/http.ts';
import type { Server } from './harness/server.ts';

const wallet_max = 1_000;
const charges_url = '/api/v1/wallet/charges';
const scope = 'wallet:charge';
/** Of a fan with an account of ours. */
const fan_session = 'the-session-of-a-fan';
const provider_keys = { issuer: 'https://login.example', audience: 'maejin' };

let house: House;
let provider: HttpServer;
let servers: Readonly<Record<'open' | 'gateway' | 'service', Server>>;
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

before(async () => {
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'ES256' };
  provider = createServer((_request, response) => {
    response.end(JSON.stringify({ keys: [jwk] }));
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  house = await openHouse();
  await house.sql`insert into users (id, name, email) values ('a-fan', '김매진', 'a-fan@maejin.example')`;
  await house.sql`insert into sessions (id, token, user_id, expires_at) values ('of-a-fan', ${fan_session}, 'a-fan', now() + interval '1 day')`;
  const keys = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks.json`;
  const { issuer, audience } = provider_keys;
  const [open, gateway, service] = await Promise.all([
    house.start({ WALLET_MAX: String(wallet_max) }),
    house.start({ CHARGES: 'gateway', SANDBOX: 'on' }),
    house.start({
      CHARGES: 'service',
      SANDBOX: 'on',
      WALLET_MAX: String(wallet_max),
      IDENTITY_JWKS_URL: keys,
      IDENTITY_ISSUER: issuer,
      IDENTITY_AUDIENCE: audience,
    }),
  ]);
  servers = { open, gateway, service };
});
after(async () => {
  await house.close();
  provider.closeAllConnections();
  provider.close();
});

const seconds = (): number => Math.floor(Date.now() / 1000);
const short = (): object => ({ scope, iat: seconds(), exp: seconds() + 300 });
const charge = (
  where: keyof typeof servers,
  bearer: string,
  amount: unknown = 7,
): Promise<Answer<{ balance: number }>> =>
  caller(servers[where].origin)('POST', charges_url, { bearer, key: randomUUID(), body: { amount } });
const transfersOf = async (user: string): Promise<unknown[][]> => {
  const rows = await house.sql`select kind, amount, balance, source from transfers where user_id = ${user} order by id`;
  return rows.map((row) => Object.values(row));
};

describe('open', () => {
  test('credits whoever asks, with or without a scope, and says that it was for the asking', async () => {
    const fan = newFan();
    assert.deepEqual(
      [(await charge('open', fan.token)).status, (await charge('open', fan.token)).body.balance],
      [201, 14],
    );
    assert.equal((await charge('open', accessToken('open-with-scope', short()))).status, 201);
    assert.deepEqual(await transfersOf(fan.userId), [
      ['CHARGE', 7, 7, 'open'],
      ['CHARGE', 7, 14, 'open'],
    ]);
  });

  test('stops at WALLET_MAX, to the last won, also of many at once', async () => {
    const fan = newFan();
    const answers = await Promise.all(Array.from({ length: 12 }, () => charge('open', fan.token, 100)));
    assert.equal(answers.filter(({ status }) => status === 201).length, 10);
    const refused = answers.filter(({ code }) => code === 'BALANCE_LIMIT_EXCEEDED');
    assert.deepEqual(
      refused.map(({ status, fields }) => [status, fields['limit'], fields['balance']]),
      Array.from({ length: 2 }, () => [409, wallet_max, wallet_max]),
    );
    assert.equal((await charge('open', fan.token, wallet_max + 1)).code, 'BALANCE_LIMIT_EXCEEDED');
  });

  test('tells of a wallet above WALLET_MAX what it holds, and adds nothing', async () => {
    const fan = newFan();
    await house.sql`insert into wallets (user_id, balance) values (${fan.userId}, 5000)`;
    await house.sql`insert into transfers (user_id, kind, amount, balance, reference) values (${fan.userId}, 'REFUND', 5000, 5000, 'r')`;
    const { code, fields } = await charge('open', fan.token, 1);
    assert.deepEqual([code, fields['limit'], fields['balance']], ['BALANCE_LIMIT_EXCEEDED', wallet_max, 5000]);
  });
});

describe('gateway', () => {
  test('credits nobody, whatever the token says, and the wallet is as it was', async () => {
    const fan = newFan();
    const { operatorToken = '' } = servers.gateway;
    for (const token of [fan.token, accessToken('gateway', short()), fan_session, operatorToken]) {
      assertProblem(await charge('gateway', token), 403, 'CHARGE_NOT_ALLOWED');
    }
    assert.deepEqual(await transfersOf(fan.userId), []);
  });

  test('says first that somebody is nobody, then that they may not, and nothing about what may be asked', async () => {
    const call = caller(servers.gateway.origin);
    const bodies = [{ amount: 7 }, { amount: -1 }, { wrong: true }, 'text', undefined];
    for (const body of bodies) {
      const asked = body === undefined ? {} : { body };
      assertProblem(await call('POST', charges_url, asked), 401, 'UNAUTHENTICATED');
      assertProblem(await call('POST', charges_url, { ...asked, bearer: 'nobody' }), 401, 'UNAUTHENTICATED');
      // Without a key, too.
      assertProblem(await call('POST', charges_url, { ...asked, bearer: newFan().token }), 403, 'CHARGE_NOT_ALLOWED');
    }
    const typed = { bearer: newFan().token, key: 'k', headers: { 'content-type': 'text/plain' } };
    assertProblem(await call('POST', charges_url, typed), 403, 'CHARGE_NOT_ALLOWED');
  });

  test('answers the balance and the entries as ever', async () => {
    const fan = newFan();
    await charge('open', fan.token);
    const wallet = await caller(servers.gateway.origin)('GET', '/api/v1/wallet', { bearer: fan.token });
    assert.deepEqual(wallet.body, { balance: 7, currency: 'KRW' });
  });
});

describe('service', () => {
  test('credits the wallet of the token’s subject where its scope says so and it is short-lived', async () => {
    const others = ['openid wallet:charge', 'wallet:charge profile', 'a  wallet:charge  b'];
    for (const [place, words] of [scope, ...others].entries()) {
      const answer = await charge('service', accessToken(`served-${place}`, { ...short(), scope: words }));
      assert.deepEqual([answer.status, answer.body.balance], [201, 7], words);
      assert.deepEqual(await transfersOf(`jwt:served-${place}`), [['CHARGE', 7, 7, 'service']]);
    }
    const now = seconds();
    assert.equal(
      (await charge('service', accessToken('served-late', { scope, iat: now - 320, exp: now - 20 }))).status,
      201,
    );
    assert.equal(
      (await charge('service', accessToken('served-early', { scope, iat: now + 30, exp: now + 60 }))).status,
      201,
    );
  });

  test('keeps to WALLET_MAX, and a key acts once', async () => {
    const token = accessToken('served-much', short());
    assert.equal((await charge('service', token, wallet_max)).status, 201);
    assert.equal((await charge('service', token, 1)).code, 'BALANCE_LIMIT_EXCEEDED');
    const call = caller(servers.service.origin);
    const once = { key: 'once', body: { amount: 5 } };
    // A service asks for a new token for each try.
    const tries = Array.from({ length: 5 }, (_, at) => accessToken('served-once', { ...short(), jti: at }));
    const answers = await Promise.all(tries.map((bearer) => call(`POST`, charges_url, { bearer, ...once })));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 201, 201, 201, 201],
    );
    assert.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
    assert.deepEqual(await transfersOf('jwt:served-once'), [['CHARGE', 5, 5, 'service']]);
  });

  test('refuses every other shape of a scope, and longer lives', async () => {
    const now = seconds();
    const scopes: unknown[] = [
      undefined,
      null,
      '',
      [scope],
      { [scope]: true },
      true,
      'wallet',
      'charge',
      'Wallet:Charge',
      'wallet:charges',
      'xwallet:charge',
      'wallet:charge,openid',
      'wallet:charge;',
      'wallet:charge\topenid',
      'wallet:charge\n',
      'wallet:charge\u00a0openid',
      'wallet:*',
    ];
    const lives = [
      { iat: undefined },
      { iat: null },
      { iat: String(now) },
      { iat: [now] },
      { exp: now + 301 },
      { iat: now - 200, exp: now + 101 },
      // From the future, so that it would be good for a year.
      { iat: now + 31_536_000, exp: now + 31_536_100 },
      { iat: 1e300, exp: 1e300 },
    ];
    const claims = [
      ...scopes.map((value) => ({ ...short(), scope: value })),
      ...lives.map((life) => ({ ...short(), ...life })),
      { ...short(), scope: undefined, scp: scope, scopes: scope },
    ];
    for (const one of claims) {
      const answer = await charge('service', accessToken('refused', one));
      assert.deepEqual([answer.status, answer.code], [403, 'CHARGE_NOT_ALLOWED'], JSON.stringify(one));
    }
    assert.deepEqual(await transfersOf('jwt:refused'), []);
    assertProblem(await charge('service', accessToken('refused', short(), 'another secret')), 401, 'UNAUTHENTICATED');
  });

  test('refuses sessions, operators, and tokens of the provider’s published keys, whatever they say', async () => {
    const { origin, operatorToken = '' } = servers.service;
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { issuer: iss, audience: aud } = provider_keys;
    const signed = `${part({ alg: 'ES256', kid: 'one' })}.${part({ sub: 'of-the-provider', iss, aud, ...short() })}`;
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const jwks = `${signed}.${signature.toString('base64url')}`;
    assert.equal((await caller(origin)('GET', '/api/v1/wallet', { bearer: jwks })).status, 200, 'it is somebody');
    for (const token of [fan_session, operatorToken, jwks]) {
      assertProblem(await charge('service', token), 403, 'CHARGE_NOT_ALLOWED');
    }
    assert.equal((await charge('service', accessToken('of-the-secret', short()))).status, 201);
  });
});
