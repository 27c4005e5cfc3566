/**
 * A password that changes while it is being verified: no session made with the old one may outlive the change. Each
 * guard beside its twin, better-auth without our lock of the account, which must go wrong.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Accounts, createAccounts } from '../src/accounts/accounts.ts';
import { authOptions, openAuth } from '../src/accounts/better-auth.ts';
import { type Database, connect } from '../src/platform/database.ts';
import {
  type Account,
  type AccountsClient,
  accountsAt,
  assertProblem,
  newEmail,
  password,
} from './harness/accounts.ts';
import { eventually } from './harness/eventually.ts';
import { type House, openHouse } from './harness/house.ts';
import { lockWaiters } from './harness/lock-waiters.ts';

const secret = 'a secret of at least thirty-two characters';
const publicUrl = 'http://localhost';
const log = { warn: () => undefined, error: () => undefined };
const changed = 'another horse battery';
/** Each of them is a password, 85 ms; more than one of each kind is a crowd. */
const crowd = 4;

let house: House;
let database: Database;
let one: AccountsClient;
let other: AccountsClient;
let accounts: Accounts;

before(async () => {
  house = await openHouse();
  database = connect(house.databaseUrl, { poolMax: 2 * crowd, applicationName: 'maejin-test' });
  one = accountsAt(await house.start());
  other = accountsAt(await house.start());
  const config = { authSecret: secret, publicUrl, identityJwtSecret: undefined, identityJwks: undefined };
  accounts = await createAccounts({ database, config, log });
});
after(async () => {
  await database.close();
  await house.close();
});

async function sessionsOf(email: string): Promise<string[]> {
  const rows = await house.sql<{ token: string }[]>`
    select token from sessions s join users u on u.id = s.user_id where u.email = ${email}`;
  return rows.map(({ token }) => token);
}

describe('through the front door of two servers', () => {
  test('sign-ins with the old password beside its change: the session of the change alone is left', async () => {
    for (let round = 0; round < 2; round += 1) {
      const email = newEmail();
      const { body } = await other.signUp(email);
      const signIns = Array.from({ length: crowd }, () => one.signIn(email));
      const change = await other.changePassword(body.token, password, changed);
      assert.equal(change.status, 200);
      const answers = await Promise.all(signIns);
      for (const answer of answers) if (answer.status !== 200) assertProblem(answer, 401, 'UNAUTHENTICATED');
      assert.deepEqual(await sessionsOf(email), [(change.body as Account).token]);
      assert.equal((await one.signIn(email, changed)).status, 200);
    }
  });

  test('sign-ins and sign-ups beside a start that takes the account over: none of their sessions is left', async () => {
    const taken = newEmail();
    await one.signUp(taken);
    const fresh = newEmail();
    const asked = Array.from({ length: crowd / 2 }, () => [one.signIn(taken), other.signUp(fresh)]).flat();
    await Promise.all([taken, fresh].map((email) => accounts.ensureOperator(email, 'taken over')));
    const answers = await Promise.all(asked);
    assert(answers.every(({ status }) => [200, 400, 401].includes(status)));
    for (const email of [taken, fresh]) {
      assert.deepEqual(await sessionsOf(email), []);
      assert.equal((await one.signIn(email, 'taken over')).status, 200);
    }
  });
});

/** better-auth as we set it up, or without our lock; whoever has verified a password waits until `open` is called. */
async function betterAuth({ guarded }: { guarded: boolean }) {
  const options = authOptions({ database, secret, publicUrl, log });
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const verify = options.emailAndPassword?.password?.verify;
  let verified = 0;
  const auth = await openAuth({
    ...options,
    plugins: (options.plugins ?? []).filter(({ id }) => guarded || id !== 'account-lock'),
    emailAndPassword: {
      enabled: true,
      password: {
        ...options.emailAndPassword?.password,
        verify: async (given) => {
          const isRight = await verify?.(given);
          verified += 1;
          await opened;
          return isRight === true;
        },
      },
    },
  });
  const post = async (path: string, body: object, bearer = ''): Promise<number> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${bearer}` };
    const request = new Request(`${publicUrl}/api/auth${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return (await auth.ask(request)).response.status;
  };
  return {
    open,
    verified: (count: number) => eventually(() => assert.equal(verified, count), 20_000),
    signIn: (email: string) => post('/sign-in/email', { email, password }),
    change: (bearer: string, revokeOtherSessions: boolean) =>
      post('/change-password', { currentPassword: password, newPassword: changed, revokeOtherSessions }, bearer),
  };
}

const waiting = (count: number) => lockWaiters(house, count, { ms: 20_000 });

describe('many who have verified the old password', () => {
  for (const guarded of [true, false]) {
    const name = guarded ? 'get no session' : 'twin: get one each';

    test(`before a change, and want a session after it: ${name}`, async () => {
      const email = newEmail();
      const { body } = await one.signUp(email);
      const auth = await betterAuth({ guarded });
      const signIns = Array.from({ length: crowd }, () => auth.signIn(email));
      await auth.verified(crowd);
      assert.equal((await one.changePassword(body.token, password, changed)).status, 200);
      auth.open();
      assert.deepEqual(new Set(await Promise.all(signIns)), new Set([guarded ? 401 : 200]));
      assert.equal((await sessionsOf(email)).length, guarded ? 1 : 1 + crowd);
    });

    test(`and want it while a change is under way: ${name}`, async () => {
      const email = newEmail();
      const { body } = await one.signUp(email);
      const auth = await betterAuth({ guarded });
      const signIns = Array.from({ length: crowd }, () => auth.signIn(email));
      await auth.verified(crowd);
      const changing = await betterAuth({ guarded });
      changing.open();
      const { change, answers } = await database.transaction(async (tx) => {
        // The change comes as far as it can without the account's row.
        await tx`select from accounts where user_id = ${body.user.id} for update`;
        const change = changing.change(body.token, true);
        await waiting(1);
        auth.open();
        await (guarded ? waiting(1 + crowd) : Promise.all(signIns));
        return { change, answers: signIns };
      });
      assert.equal(await change, 200);
      assert.deepEqual(new Set(await Promise.all(answers)), new Set([guarded ? 401 : 200]));
      assert.equal((await sessionsOf(email)).length, guarded ? 1 : 1 + crowd);
    });

    for (const revoke of [true, false]) {
      test(`and change it${revoke ? ', signing out everywhere' : ''}, after a start took the account over: ${name}`, async () => {
        const email = newEmail();
        const { body } = await one.signUp(email);
        const auth = await betterAuth({ guarded });
        const changes = Array.from({ length: crowd / 2 }, () => auth.change(body.token, revoke));
        await auth.verified(crowd / 2);
        await accounts.ensureOperator(email, 'taken over');
        auth.open();
        assert.deepEqual(new Set(await Promise.all(changes)), new Set([guarded ? 400 : 200]));
        const { length: left } = await sessionsOf(email);
        assert.equal(left > 0, !guarded && revoke, `${left} sessions`);
        assert.equal((await one.signIn(email, 'taken over')).status, guarded ? 200 : 401);
      });
    }
  }
});

test('signing out everywhere ends all the other sessions, however many there are', async () => {
  const email = newEmail();
  const { body } = await one.signUp(email);
  await house.sql`
    insert into sessions (id, token, user_id, expires_at)
    select 'session ' || n, 'token of session ' || n, ${body.user.id}, now() + interval '1 day' from generate_series(1, 250) n`;
  const answer = await one.call('POST', '/api/auth/revoke-other-sessions', { bearer: body.token });
  assert.equal(answer.status, 200);
  assert.deepEqual(await sessionsOf(email), [body.token]);
});
