/** What /api/auth and the look-up of tokens say no to, and that it tells nothing about who has an account. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type AccountsClient, accountsAt, assertProblem, newEmail, password } from './harness/accounts.ts';
import { newFan } from './harness/box-office.ts';
import { type House, openHouse } from './harness/house.ts';
import type { Answer } from './harness/http.ts';
import { type Server, operator } from './harness/server.ts';

let house: House;
let server: Server;
let one: AccountsClient;

before(async () => {
  house = await openHouse();
  server = await house.start();
  one = accountsAt(server);
});
after(() => house.close());

const told = ({ status, fields }: Answer<unknown>) => ({ status, fields });

async function users(): Promise<number> {
  const [row] = await house.sql`select count(*)::int as n from users`;
  return row?.['n'] as number;
}

describe('what is refused', () => {
  test('a wrong password and an unknown address are told apart by nobody', async () => {
    const email = newEmail();
    await one.signUp(email);
    const wrong = await one.signIn(email, 'not the password');
    const unknown = await one.signIn(newEmail(), 'not the password');
    assertProblem(wrong, 401, 'UNAUTHENTICATED');
    assert.deepEqual(told(wrong), told(unknown));
    const outsider = newFan();
    assert.equal((await one.wallet(outsider.token)).status, 200);
    const operatorsOwn = await one.signIn(operator.email, 'not the password');
    assert.deepEqual(told(operatorsOwn), told(wrong));
    const taken = await one.signUp(email);
    assertProblem(taken, 400, 'VALIDATION_FAILED');
    assert(!/exist|taken|already/i.test(JSON.stringify(taken.fields)), JSON.stringify(taken.fields));
  });

  test('two sign-ups of one address at the same moment: one account', async () => {
    const email = newEmail();
    const answers = await Promise.all([one.signUp(email), one.signUp(email), one.signUp(email)]);
    assert.deepEqual(
      answers.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 400, 400],
    );
    const [row] = await house.sql`
      select count(distinct u.id)::int as users, count(a.id)::int as accounts
      from users u left join accounts a on a.user_id = u.id where u.email = ${email}`;
    assert.deepEqual({ ...row }, { users: 1, accounts: 1 });
  });

  test('bad input is told as a problem and leaves no row', async () => {
    const usersBefore = await users();
    const good = { email: 'bad@maejin.example', password, name: 'Bad' };
    const bad: unknown[] = [
      null,
      [],
      'text',
      7,
      {},
      { ...good, email: 'no address' },
      { ...good, email: 'nul\u0000@maejin.example' },
      { ...good, email: `${'a'.repeat(300)}@maejin.example` },
      { ...good, email: ['a@maejin.example'] },
      { ...good, email: { $ne: null } },
      { ...good, password: 'short' },
      { ...good, password: 'x'.repeat(129) },
      { ...good, password: 12_345_678 },
      { ...good, name: '' },
      { ...good, name: 'nul \u0000' },
      { ...good, name: 'x'.repeat(101) },
      { ...good, role: 'operator' },
      { ...good, id: 'chosen' },
      { ...good, emailVerified: true },
    ];
    for (const body of bad) {
      assertProblem(await one.call('POST', '/api/auth/sign-up/email', { body }), 400, 'VALIDATION_FAILED');
      assertProblem(await one.call('POST', '/api/auth/sign-in/email', { body }), 400, 'VALIDATION_FAILED');
    }
    const large = { ...good, name: 'x'.repeat(20_000) };
    assertProblem(await one.call('POST', '/api/auth/sign-up/email', { body: large }), 413, 'PAYLOAD_TOO_LARGE');
    const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'email=a' };
    assert.equal((await fetch(`${server.origin}/api/auth/sign-in/email`, form)).status, 415);
    assert.equal(await users(), usersBefore);
  });

  test('doors that were not opened are not there', async () => {
    for (const path of [
      'delete-user',
      'update-user',
      'list-sessions',
      'sign-in/social',
      'reset-password',
      'ok',
      '%00',
      '../../x',
    ]) {
      const { status } = await one.call('POST', `/api/auth/${path}`, { body: {} });
      assert.equal(status, 404, path);
    }
    assert.equal((await one.call('POST', '/api/auth/sign-out')).status, 200, 'nobody signs out');
  });

  test('odd tokens are no tokens', async () => {
    const { body } = await one.signUp();
    const odd = [
      '',
      'x',
      'x'.repeat(9_000),
      `${body.token}%00`,
      `${body.token} `,
      `${body.token}\u00ff`,
      '..',
      '.',
      'a.b.c',
      '%',
      '%E0%A4%A.x',
      "' or 1=1 --",
    ];
    for (const token of odd.filter((token) => token.trim() === token)) {
      assertProblem(await one.wallet(token), 401, 'UNAUTHENTICATED');
    }
    for (const authorization of ['Basic YTpi', 'Bearer', 'Bearer ', `Bearer ${body.token} x`, body.token]) {
      assertProblem(await one.call('GET', '/api/v1/wallet', { headers: { authorization } }), 401, 'UNAUTHENTICATED');
    }
    assert.equal(
      (await one.call('GET', '/api/v1/wallet', { headers: { authorization: `bearer ${body.token}` } })).status,
      200,
    );
    assertProblem(await one.call('GET', '/api/v1/wallet'), 401, 'UNAUTHENTICATED');
  });
});
