/** What follows when all sessions of somebody end, and who is an operator after a start: by the room's own door. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { type Accounts, createAccounts } from '../src/accounts/accounts.ts';
import { randomId } from '../src/platform/ids.ts';
import { newEmail, password } from './harness/accounts.ts';
import { type House, openHouse } from './harness/house.ts';

const changed = 'another horse battery';
const logged: { fields: object; message: string }[] = [];
const log = {
  warn: (fields: object, message: string) => logged.push({ fields, message }),
  error: (fields: object, message: string) => logged.push({ fields, message }),
};

let house: House;
let accounts: Accounts;
/** Who was said to be signed out everywhere, and how many sessions the database had left at that moment. */
let told: { userId: string; left: number }[] = [];
let failing: Error | undefined;

before(async () => {
  house = await openHouse();
  accounts = await createAccounts({
    database: house.database,
    config: {
      authSecret: 'a secret of at least thirty-two characters',
      publicUrl: 'http://localhost',
      identityJwtSecret: undefined,
      identityJwks: undefined,
    },
    log,
  });
  accounts.onSignedOutEverywhere(() => (failing === undefined ? Promise.resolve() : Promise.reject(failing)));
  accounts.onSignedOutEverywhere(async (userId) => {
    const [row] = await house.sql`select count(*)::int as n from sessions where user_id = ${userId}`;
    told.push({ userId, left: row?.['n'] as number });
  });
});
after(() => house.close());
beforeEach(() => {
  told = [];
  failing = undefined;
  logged.length = 0;
});

interface Account {
  readonly token: string;
  readonly user: { readonly id: string };
}

const visit = (body: unknown, token?: string) => ({
  method: 'POST',
  clientAddress: '127.0.0.1',
  headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  body,
});

async function enter(path: '/sign-in/email' | '/sign-up/email', email: string, secret = password): Promise<Account> {
  const name = path === '/sign-up/email' ? { name: '김매진' } : {};
  return (await accounts.counter.enter(path, visit({ email, password: secret, ...name }))).body as Account;
}

/** Another session of the same user, as from another device. */
async function enterAgain(userId: string): Promise<string> {
  const token = randomId(32);
  await house.sql`
    insert into sessions (id, token, user_id, expires_at) values (${token}, ${token}, ${userId}, now() + interval '1 day')`;
  return token;
}

const change = (token: string, currentPassword: string, revokeOtherSessions?: boolean) =>
  accounts.counter.end(
    '/change-password',
    visit({ currentPassword, newPassword: changed, revokeOtherSessions }, token),
  );
const identify = async (token: string) =>
  (await accounts.identify({ method: 'GET', headers: { authorization: `Bearer ${token}` } })).userId;

describe('signed out everywhere', () => {
  test('by a change of the password that says so, and not by one that does not, or by a wrong one', async () => {
    const { token, user } = await enter('/sign-up/email', newEmail());
    await assert.rejects(change(token, 'not the password', true));
    await change(token, password);
    await change(token, changed, false);
    assert.deepEqual(told, []);
    await change(token, changed, true);
    assert.deepEqual(told, [{ userId: user.id, left: 1 }]);
  });

  test('by asking for it; by signing out here, or by being nobody, it is not', async () => {
    const { token, user } = await enter('/sign-up/email', newEmail());
    const elsewhere = await enterAgain(user.id);
    await accounts.counter.end('/sign-out', visit({}, elsewhere));
    await assert.rejects(accounts.counter.end('/revoke-other-sessions', visit({}, elsewhere)));
    assert.deepEqual(told, []);
    await enterAgain(user.id);
    await accounts.counter.end('/revoke-other-sessions', visit({}, token));
    assert.deepEqual(told, [{ userId: user.id, left: 1 }]);
  });

  test('by a start that takes the account over, and by no start that finds its password', async () => {
    const email = newEmail();
    const { user } = await enter('/sign-up/email', email);
    await accounts.ensureOperator(email.toUpperCase(), 'taken over');
    await accounts.ensureOperator(email, 'taken over');
    assert.deepEqual(told, [{ userId: user.id, left: 0 }]);
  });

  test('and what follows from it fails: the others hear of it all the same, it is logged, and whoever asked is told', async () => {
    const { token, user } = await enter('/sign-up/email', newEmail());
    failing = new Error('the waiting room is on fire');
    await assert.rejects(change(token, password, true), failing);
    assert.deepEqual(told, [{ userId: user.id, left: 1 }]);
    assert.deepEqual(
      logged.map(({ fields }) => fields),
      [{ err: failing, userId: user.id }],
    );
  });

  test('nobody who was asked about meanwhile is remembered', async () => {
    const { token, user } = await enter('/sign-up/email', newEmail());
    const others = await Promise.all(Array.from({ length: 5 }, () => enterAgain(user.id)));
    const crowd = new AbortController();
    const asking = others.map(async (other) => {
      while (!crowd.signal.aborted) {
        await identify(other).catch(() => undefined);
        await nextIteration();
      }
    });
    await accounts.counter.end('/revoke-other-sessions', visit({}, token));
    const known = await Promise.allSettled(others.map(identify));
    crowd.abort();
    await Promise.all(asking);
    assert(known.every(({ status }) => status === 'rejected'));
  });
});

describe('the operator that a start names', () => {
  const operators = async (): Promise<string[]> => {
    const rows = await house.sql<{ email: string }[]>`select email from users where role = 'operator' order by email`;
    return rows.map(({ email }) => email);
  };

  test('is the only one afterwards, and who was one besides is named', async () => {
    const [former, present] = [newEmail(), newEmail()];
    const inside = await enter('/sign-up/email', former);
    await accounts.ensureOperator(former, password, { alone: true });
    logged.length = 0;
    await accounts.ensureOperator(present, password, { alone: true });
    assert.deepEqual(await operators(), [present]);
    assert.deepEqual(
      logged.map(({ fields }) => fields),
      [{ operators: [former] }],
    );
    assert.equal(await identify(inside.token), inside.user.id, 'a fan again, with the sessions of one');
    await accounts.ensureOperator(present, password, { alone: true });
    assert.equal(logged.length, 1, 'nobody was left to name');
    await accounts.ensureOperator(former, password);
    assert.deepEqual(await operators(), [former, present].toSorted(), 'the demo’s ends nobody');
  });

  test('is known as a fan here at once', async () => {
    const former = newEmail();
    await accounts.ensureOperator(former, password, { alone: true });
    const { token } = await enter('/sign-in/email', former);
    const asking = { method: 'GET', headers: { authorization: `Bearer ${token}` } };
    assert.equal((await accounts.requireOperator(asking)).role, 'operator');
    await accounts.ensureOperator(newEmail(), password, { alone: true });
    await assert.rejects(accounts.requireOperator(asking), { code: 'FORBIDDEN' });
  });
});
