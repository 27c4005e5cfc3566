/** Who is signed in is answered without better-auth, and in its words: held against better-auth itself, which is counted. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { createAuth, sessionSecret, type Auth } from '../src/accounts/better-auth.ts';
import { createCounter, type Answer, type Counter } from '../src/accounts/counter.ts';
import { createOriginCheck } from '../src/accounts/origin.ts';
import { createSessionAnswers, type SessionAnswers } from '../src/accounts/session-answers.ts';
import { createSessions } from '../src/accounts/sessions.ts';
import { openHouse, type House } from './harness/house.ts';

const publicUrl = 'http://localhost:3000';
const secret = sessionSecret('a secret of at least thirty-two characters');

let house: House;
let betterAuth: Counter;
let ours: SessionAnswers;
/** How often better-auth was asked anything. */
let asked = 0;

before(async () => {
  house = await openHouse();
  const { database } = house;
  const auth = await createAuth({ database, secret, publicUrl, log: pino({ level: 'silent' }) });
  const counted: Auth = {
    ...auth,
    ask: (request) => {
      asked += 1;
      return auth.ask(request);
    },
  };
  const origins = createOriginCheck(publicUrl);
  const sessions = createSessions({ database, secret, cookieName: auth.cookieName });
  betterAuth = createCounter({
    auth: counted,
    publicUrl,
    origins,
    forget: sessions.forget,
    signedOutEverywhere: () => Promise.resolve(),
  });
  ours = createSessionAnswers({ database, sessions, origins, counter: betterAuth });
  // The first to be told to forget a session that is over brings better-auth's words for it.
  await ours.end('/sign-out', visit({}, {}));
});
after(() => house.close());

const visit = (headers: Record<string, string>, body?: object) => {
  return { method: body === undefined ? 'GET' : 'POST', clientAddress: '203.0.113.5', headers, body };
};

let fans = 0;
interface SignedIn {
  readonly token: string;
  readonly signed: string;
  readonly cookie: string;
}

async function signUp(): Promise<SignedIn> {
  const body = { email: `fan${fans++}@maejin.example`, password: 'correct horse', name: '김매진' };
  const answer = await betterAuth.enter('/sign-up/email', visit({ 'user-agent': 'a browser' }, body));
  const [set = ''] = answer.headers.flatMap(([name, value]) => (name === 'set-cookie' ? [value] : []));
  const cookie = set.split(';')[0] ?? '';
  const { token } = answer.body as { token: string };
  return { token, cookie, signed: cookie.slice(cookie.indexOf('=') + 1) };
}

/** As it goes out over HTTP. */
const sent = ({ body, headers }: Answer) => ({ body: JSON.stringify(body), headers });

/** What we answer without asking better-auth, and what that answers. */
async function assertSame(headers: Record<string, string>): Promise<void> {
  const before = asked;
  const own = sent(await ours.ask('/get-session', visit(headers)));
  assert.equal(asked, before, 'not asked');
  assert.deepEqual(own, sent(await betterAuth.ask('/get-session', visit(headers))), JSON.stringify(headers));
}

describe('who is signed in', () => {
  test('is told in the words of better-auth, whatever is shown', async () => {
    const { token, signed, cookie } = await signUp();
    const other = await signUp();
    for (const headers of [
      { cookie },
      { cookie: `a=b; ${cookie}; c=d` },
      { authorization: `Bearer ${token}` },
      { authorization: `bearer ${signed}` },
      { authorization: `Bearer ${decodeURIComponent(signed)}` },
      { authorization: `Bearer ${other.token}`, cookie },
      { authorization: `Bearer ${token}.forged`, cookie },
      { authorization: 'Bearer a.b.c', cookie },
      { authorization: 'Bearer short', cookie },
      { authorization: `Basic ${token}`, cookie },
      { authorization: 'Bearer nobodys-session-nobodys-session' },
      { cookie: cookie.slice(0, -4) },
      { cookie: cookie.split('.')[0] ?? '' },
      { cookie: 'maejin.session_token=%E0%A4%A' },
      { cookie: 'a=b' },
      {},
    ] as Record<string, string>[]) {
      await assertSame(headers);
    }
  });

  test('is nobody when the session has ended, and the browser is told to forget it', async () => {
    const { token, cookie } = await signUp();
    await house.sql`update sessions set expires_at = now() - interval '1 second' where token = ${token}`;
    const own = sent(await ours.ask('/get-session', visit({ cookie })));
    assert.equal(own.body, 'null');
    assert.match(JSON.stringify(own.headers), /session_token=; Max-Age=0/);
    assert.deepEqual(own, sent(await betterAuth.ask('/get-session', visit({ cookie }))));
  });

  test('is asked of better-auth when a session is due to be renewed, once however many ask', async () => {
    const { token, cookie } = await signUp();
    await house.sql`update sessions set expires_at = now() + interval '6 days 1 minute' where token = ${token}`;
    await assertSame({ cookie });
    ours.forget();
    await house.sql`update sessions set expires_at = now() + interval '5 days 23 hours' where token = ${token}`;
    const before = asked;
    const answers = await Promise.all(Array.from({ length: 50 }, () => ours.ask('/get-session', visit({ cookie }))));
    assert.equal(asked - before, 1);
    const renewed = answers.find(({ headers }) => headers.length > 0);
    assert.match(JSON.stringify(renewed?.headers), /Max-Age=604800/);
    const [row] =
      await house.sql`select expires_at > now() + interval '6 days 23 hours' as renewed from sessions where token = ${token}`;
    assert.equal(row?.['renewed'], true);
    await assertSame({ cookie });
  });
});

describe('an invented session', () => {
  const invented = [
    {},
    { authorization: 'Bearer nobodys-session-nobodys-session' },
    { cookie: 'maejin.session_token=nobodys.signature', origin: publicUrl },
  ] as Record<string, string>[];

  test('ends nothing and changes nothing, without better-auth, and is told so in its words', async () => {
    for (const headers of invented) {
      const before = asked;
      const out = sent(await ours.end('/sign-out', visit(headers, {})));
      const refusals = [
        await ours.end('/revoke-other-sessions', visit(headers, {})).catch((error: unknown) => error),
        await ours.end('/change-password', visit(headers, {})).catch((error: unknown) => error),
      ];
      assert.equal(asked, before);
      assert.deepEqual(out, sent(await betterAuth.end('/sign-out', visit(headers, {}))));
      const theirs = await betterAuth
        .end('/revoke-other-sessions', visit(headers, {}))
        .catch((error: unknown) => error);
      for (const refusal of refusals) assert.deepEqual(refusal, theirs);
    }
  });

  test('of another site’s page is refused before anything else', async () => {
    const headers = { cookie: 'maejin.session_token=nobodys.signature', origin: 'https://evil.example' };
    for (const path of ['/sign-out', '/revoke-other-sessions'] as const) {
      await assert.rejects(ours.end(path, visit(headers, {})), { code: 'FORBIDDEN' });
    }
  });

  test('a living one is heard', async () => {
    const { cookie } = await signUp();
    const headers = { cookie, origin: publicUrl };
    const out = await ours.end('/sign-out', visit(headers, {}));
    assert.deepEqual(out.body, { success: true });
    ours.forget();
    await assertSame({ cookie });
  });
});
