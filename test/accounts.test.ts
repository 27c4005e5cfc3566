/** Accounts through the front door: signing up, in and out, sessions by token and by cookie, and the operator. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { getMigrations } from 'better-auth/db/migration';
import { createAccounts } from '../src/accounts/accounts.ts';
import { authOptions } from '../src/accounts/better-auth.ts';
import {
  type Account,
  type AccountsClient,
  accountsAt,
  assertProblem,
  cookieOf,
  newEmail,
  password,
} from './harness/accounts.ts';
import { newFan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { type House, openHouse } from './harness/house.ts';
import { type Server, operator, named_operator } from './harness/server.ts';

let house: House;
let server: Server;
let one: AccountsClient;
let other: AccountsClient;

before(async () => {
  house = await openHouse();
  await house.sql`delete from users`;
  server = await house.start(named_operator);
  one = accountsAt(server);
  other = accountsAt(await house.start());
});
after(() => house.close());

const log = { warn: () => undefined, error: () => undefined };
const withCookie = (cookie: string, headers: Record<string, string> = {}) => ({ headers: { cookie, ...headers } });

describe('signing up, in and out', () => {
  test('an account signs up, signs in, is known by its token, and signs out', async () => {
    const email = newEmail();
    const up = await one.signUp(email);
    assert.equal(up.status, 200, JSON.stringify(up.fields));
    assert.equal(up.body.user.email, email);
    assert.equal(up.body.user.name, '김매진');
    assert.equal((await one.wallet(up.body.token)).status, 200);
    const inside = await one.signIn(email.toUpperCase());
    assert.equal(inside.status, 200, 'an address has no upper and lower case');
    assert.equal(inside.body.user.id, up.body.user.id);
    assert.equal((await one.wallet(inside.body.token)).status, 200);
    const out = await one.signOut(inside.body.token);
    assert.equal(out.status, 200);
    assertProblem(await one.wallet(inside.body.token), 401, 'UNAUTHENTICATED');
    assert.equal((await one.wallet(up.body.token)).status, 200, 'the other session goes on');
  });

  test('a session ended on one server ends on the other within seconds', async () => {
    const { body } = await one.signUp();
    assert.equal((await other.wallet(body.token)).status, 200);
    await one.signOut(body.token);
    await eventually(async () => assert.equal((await other.wallet(body.token)).status, 401), 3_000);
  });

  test('the signed form of a token counts too; a wrong signature does not', async () => {
    const answer = await one.signUp();
    const signed = answer.headers.get('set-auth-token') ?? '';
    assert.match(signed, /^[^.]+\..+$/);
    assert.equal((await one.wallet(signed)).status, 200);
    assert.equal((await one.wallet(decodeURIComponent(signed))).status, 200);
    const [token = '', signature = ''] = decodeURIComponent(signed).split('.');
    const forged = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    assertProblem(await one.wallet(`${token}.${forged}`), 401, 'UNAUTHENTICATED');
    assertProblem(await one.wallet(`${token}.`), 401, 'UNAUTHENTICATED');
  });

  test('a session ends by the clock of the database, and is swept', async () => {
    const { body } = await one.signUp();
    await house.sql`update sessions set expires_at = now() - interval '1 second' where token = ${body.token}`;
    assertProblem(await one.wallet(body.token), 401, 'UNAUTHENTICATED');
    const later = await one.signUp();
    await house.sql`update sessions set expires_at = now() + interval '1 second' where token = ${later.body.token}`;
    assert.equal((await one.wallet(later.body.token)).status, 200);
    await eventually(async () => assert.equal((await one.wallet(later.body.token)).status, 401), 3_000);
  });

  test('changing the password ends the other sessions if asked to, and the old password', async () => {
    const email = newEmail();
    const { body } = await one.signUp(email);
    const elsewhere = await one.signIn(email);
    assertProblem(
      await one.changePassword(body.token, 'not the password', 'another horse battery'),
      400,
      'VALIDATION_FAILED',
    );
    assert.equal((await one.changePassword(body.token, password, 'another horse battery')).status, 200);
    assert.equal((await one.wallet(elsewhere.body.token)).status, 401);
    assertProblem(await one.signIn(email), 401, 'UNAUTHENTICATED');
    assert.equal((await one.signIn(email, 'another horse battery')).status, 200);
  });
});

describe('the session cookie', () => {
  test('speaks for a page of ours, and ends with the session', async () => {
    const answer = await one.signUp();
    const [set = ''] = answer.headers.getSetCookie();
    assert.match(set, /HttpOnly/);
    assert.match(set, /SameSite=Lax/);
    const cookie = cookieOf(answer);
    assert.equal((await one.call('GET', '/api/v1/wallet', withCookie(cookie))).status, 200);
    const session = await one.call<{ user: { id: string } }>('GET', '/api/auth/get-session', withCookie(cookie));
    assert.equal(session.body.user.id, answer.body.user.id);
    const out = await one.call('POST', '/api/auth/sign-out', withCookie(cookie, { origin: server.origin }));
    assert.equal(out.status, 200);
    assertProblem(await one.call('GET', '/api/v1/wallet', withCookie(cookie)), 401, 'UNAUTHENTICATED');
    const none = await one.call('GET', '/api/auth/get-session', withCookie(cookie));
    assert.deepEqual([none.status, none.body], [200, null]);
  });

  test('acts for no other page', async () => {
    const cookie = cookieOf(await one.signUp());
    const foreign = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      {},
      { origin: server.origin, 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      assert.equal(await charge({ cookie, ...headers }), 403, JSON.stringify(headers));
    }
    assert.equal(await charge({ cookie, origin: server.origin }), 201);
    assert.equal(await charge({ cookie, 'sec-fetch-site': 'same-origin' }), 201);
    const out = await one.call('POST', '/api/auth/sign-out', withCookie(cookie, { origin: 'https://evil.example' }));
    assertProblem(out, 403, 'FORBIDDEN');
  });

  test('is worth nothing with a wrong signature or none', async () => {
    const cookie = cookieOf(await one.signUp());
    for (const bad of [
      cookie.split('.')[0] ?? '',
      `${cookie}x`,
      cookie.replace(/=./, '=!'),
      'maejin.session_token=%E0%A4%A',
      'maejin.session_token',
      ';;=;',
    ]) {
      assertProblem(await one.call('GET', '/api/v1/wallet', withCookie(bad)), 401, 'UNAUTHENTICATED');
    }
  });

  test('nobody is signed in by the page of another site', async () => {
    const email = newEmail();
    await one.signUp(email);
    assertProblem(await one.signIn(email, password, { origin: 'https://evil.example' }), 403, 'FORBIDDEN');
    assert.equal((await one.signIn(email, password, { origin: server.origin })).status, 200);
  });

  test('of somebody else keeps no program with a jar of cookies from signing in and up', async () => {
    const cookie = cookieOf(await one.signUp());
    const email = newEmail();
    const body = { email, password, name: '김매진' };
    const up = await one.call<Account>('POST', '/api/auth/sign-up/email', { ...withCookie(cookie), body });
    assert.deepEqual([up.status, up.body.user.email], [200, email]);
    assert.equal((await one.signIn(email, password, { cookie })).body.user.id, up.body.user.id);
    for (const foreign of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      assertProblem(await one.signIn(email, password, { cookie, ...foreign }), 403, 'FORBIDDEN');
    }
  });
});

/** A charge, with headers that fetch sets by itself. */
async function charge(headers: Record<string, string>): Promise<number | undefined> {
  const all = { 'content-type': 'application/json', 'idempotency-key': 'k', ...headers };
  const url = new URL('/api/v1/wallet/charges', server.origin);
  const sent = httpRequest(url, { method: 'POST', headers: all }).end('{"amount":1}');
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

describe('the operator', () => {
  test('is made at the start, with the new password at the next one, and alone may do what operators do', async () => {
    const { body } = await one.signIn(operator.email, operator.password);
    assert.equal((await one.audit(body.token)).status, 200);
    assertProblem(await one.audit((await one.signUp()).body.token), 403, 'FORBIDDEN');
    assertProblem(await one.audit(newFan().token), 403, 'FORBIDDEN');
    await house.start(named_operator);
    assert.equal((await one.audit(body.token)).status, 200, 'the same password ends nothing');
    await house.start({ ...named_operator, ADMIN_PASSWORD: 'a changed password' });
    await eventually(async () => assert.equal((await one.audit(body.token)).status, 401), 3_000);
    assertProblem(await one.signIn(operator.email, operator.password), 401, 'UNAUTHENTICATED');
    const changed = await one.signIn(operator.email, 'a changed password');
    assert.equal((await one.audit(changed.body.token)).status, 200);
    const [row] = await house.sql`select count(*)::int as n from users where role = 'operator'`;
    assert.equal(row?.['n'], 1);
  });

  test('is the one that the last start named; the others are fans, and its log says so', async () => {
    const { body } = await one.signUp();
    await house.sql`update users set role = 'operator' where id = ${body.user.id}`;
    await eventually(async () => assert.equal((await one.audit(body.token)).status, 200), 3_000);
    const { output } = await house.start({ ...named_operator, ADMIN_PASSWORD: 'a changed password' });
    await eventually(async () => assertProblem(await one.audit(body.token), 403, 'FORBIDDEN'), 3_000);
    const said = output().match(/^.*"operators":.*$/gm) ?? [];
    assert.equal(said.length, 1);
    assert(said[0]?.includes(body.user.email), said[0]);
    assert.equal((await one.wallet(body.token)).status, 200, 'it goes on as a fan');
  });
});

test('a storm of sign-ups keeps nobody waiting, not those who sign in either', async () => {
  const fan = newFan();
  await one.wallet(fan.token);
  const email = newEmail();
  await one.signUp(email);
  const ended = new AbortController();
  const signUps = Array.from({ length: 200 }, () => one.signUp());
  const signIns = Array.from({ length: 5 }, () => one.signIn(email));
  const storm = Promise.all(signUps).finally(() => {
    ended.abort();
  });
  let answered = 0;
  while (!ended.signal.aborted) {
    assert.equal((await one.wallet(fan.token)).status, 200);
    answered += 1;
    await sleep(20);
  }
  const answers = await storm;
  // How many are served is counted in src/accounts/password-queues.test.ts.
  for (const answer of answers) if (answer.status !== 200) assertProblem(answer, 503, 'OVERLOADED');
  assert.deepEqual(
    (await Promise.all(signIns)).map(({ status }) => status),
    Array.from({ length: 5 }, () => 200),
  );
  // How long others wait is the bench's to say; that what hashes stands behind them, the system tells.
  assert(answered > 10, `${answered} others were answered meanwhile`);
  if (process.platform === 'linux') assert.equal(Math.max(...prioritiesOf(server.process.pid ?? 0)), 19);
});

/** Of each thread of a process, from -20 (first) to 19 (last). */
function prioritiesOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const text = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[16]);
  });
}

test('a console finds accounts by name, address or id', async () => {
  const config = {
    authSecret: 'a secret of at least thirty-two characters',
    publicUrl: 'http://localhost',
    identityJwtSecret: undefined,
    identityJwks: undefined,
  };
  const accounts = await createAccounts({ database: house.database, config, log });
  const email = newEmail();
  const { user } = (await one.signUp(email)).body;
  const found = { id: user.id, email, name: '김매진', role: 'fan' };
  for (const text of [email, email.slice(0, -3).toUpperCase(), user.id]) {
    const [first, ...more] = await accounts.findUsers(text);
    const { createdAt, ...rest } = first ?? {};
    assert.deepEqual([rest, more], [found, []]);
    assert(createdAt instanceof Date);
  }
  assert.equal((await accounts.findUsers('김매', 1)).length, 1);
  for (const text of ['%%%', '\0', 'fan_']) assert.equal((await accounts.findUsers(text)).length, 0, text);
  const names = await accounts.usersOf([user.id, 'jwt:somebody']);
  assert.deepEqual([...names.keys()], [user.id]);
});

test("the tables are those that better-auth expects, by the libraries' own comparison", async () => {
  const { database } = house;
  const options = authOptions({ database, secret: 'x'.repeat(64), publicUrl: 'http://localhost', log });
  const { toBeCreated, toBeAdded } = await getMigrations(options);
  assert.deepEqual([toBeCreated, toBeAdded], [[], []]);
});
