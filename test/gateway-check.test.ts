/**
 * The checks of `npm run gateway-check`: Stripe's file and Toss's hold before servers that speak like theirs, the checks find
 * a gateway that breaks a promise, and the command tries no live keys.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type Finding, type Subject, checkGateway } from '../rehearsal/gateways/contract.ts';
import { liveKeyIn } from '../rehearsal/gateways/live-keys.ts';
import { stripeSubject } from '../rehearsal/gateways/stripe.ts';
import { sandboxSubject } from '../rehearsal/gateways/toss.ts';
import { type Gateway, openSandbox } from '../src/gateway/gateway.ts';
import { openHouse } from './harness/house.ts';
import { type StripeLike, openStripeLike } from './harness/stripe-like.ts';

let stripe: StripeLike;
/** With a fan who can pay on Stripe's page. */
let whole: Subject;
before(async () => {
  stripe = await openStripeLike();
  const subject = stripeSubject({ ...stripe, api: stripe.origin });
  whole = {
    ...subject,
    pay: ({ paymentKey = '' }) => {
      stripe.account.pay(paymentKey);
      return Promise.resolve(paymentKey);
    },
  };
});
after(() => stripe.close());

const named = (findings: readonly Finding[], result: Finding['result']): string[] =>
  findings.filter((finding) => finding.result === result).map(({ name, note }) => `${name}: ${note}`);

async function check(subject: Subject): Promise<Finding[]> {
  const told: Finding[] = [];
  const findings = await checkGateway(subject, (finding) => told.push(finding));
  assert.deepEqual(told, findings);
  return findings;
}

test('Stripe’s file holds, page and all', async () => {
  const findings = await check(whole);
  assert.deepEqual(named(findings, 'FAIL'), []);
  assert.equal(named(findings, 'PASS').length, 12);
  assert.equal(named(findings, 'NOT RUN').length, 3);
});

test('Toss’s file holds before the sandbox, and nothing is left out', async (t) => {
  const house = await openHouse();
  t.after(() => house.close());
  const sandbox = await openSandbox({
    database: house.database,
    secret: 'at least thirty-two characters of it',
    publicUrl: 'https://box.example',
    webhook: 'http://127.0.0.1:9/webhooks/sandbox',
  });
  t.after(() => sandbox.close());
  const findings = await check(sandboxSubject(sandbox));
  assert.deepEqual([...named(findings, 'FAIL'), ...named(findings, 'NOT RUN')], []);
  assert.equal(findings.length, 12);
});

describe('a broken promise is found', () => {
  const paid = (id: string) =>
    ({
      state: 'PAID',
      orderId: id,
      paymentKey: 'cs_1',
      amount: 12_000,
      currency: 'KRW',
      undone: [],
    }) as const;
  let opened = 0;
  const broken: Record<string, [RegExp, (gateway: Gateway) => Partial<Gateway>, (keyof Subject)?]> = {
    'every order is paid': [
      /nobody opened is absent|opened is not paid/,
      () => ({ lookUp: async ({ id }) => paid(id) }),
    ],
    'every opening is another': [
      /opened again it is the same/,
      ({ open }) => ({
        open: async (order, back) => {
          opened += 1;
          return { ...(await open(order, back)), checkout: { url: `https://checkout.example/${opened}` } };
        },
      }),
    ],
    'every key is a payment': [/that there is not is refused/, () => ({ confirm: async ({ id }) => paid(id) })],
    'a payment is whoever’s asks': [
      /not another’s/,
      ({ confirm }) => ({
        confirm: async (order, key) => {
          const standing = await confirm({ ...order, paymentKey: undefined }, key);
          return standing.state === 'REFUSED' && standing.because !== 'resource_missing' ? paid(order.id) : standing;
        },
      }),
    ],
    'an amount is of hundredths': [
      /confirmed, once/,
      ({ confirm }) => ({
        confirm: async (order, key) => {
          const standing = await confirm(order, key);
          return standing.state === 'PAID' ? { ...standing, amount: standing.amount * 100 } : standing;
        },
      }),
    ],
    'a part is sent again under another name': [
      /part of a payment goes back/,
      ({ sendBack }) => {
        let times = 0;
        return {
          sendBack: (order, part) => {
            times += 1;
            return sendBack(order, { ...part, id: `${part.id.slice(0, 20)}-${times}` });
          },
        };
      },
    ],
    'more goes back than came': [/no more goes back/, () => ({ sendBack: async () => ({ state: 'DONE' }) })],
    'a wrong key is told that there is nothing': [
      /to a wrong key/,
      () => ({ lookUp: async () => ({ state: 'ABSENT' }) }),
      'stranger',
    ],
    'a forged notice is read': [
      /not signed is refused/,
      () => ({ readNotice: () => ({ orderId: 'a'.repeat(22), isSigned: true }) }),
    ],
  };
  for (const [name, [expected, breaking, of = 'gateway']] of Object.entries(broken)) {
    test(name, async () => {
      const one = of === 'stranger' ? whole.stranger : whole.gateway;
      const failed = named(await check({ ...whole, [of]: { ...one, ...breaking(one) } }), 'FAIL');
      assert(
        failed.some((line) => expected.test(line)),
        failed.join('\n'),
      );
    });
  }
});

describe('npm run gateway-check', () => {
  const command = path.join(import.meta.dirname, '../rehearsal/gateway-check.ts');
  const run = (env: Record<string, string>) =>
    promisify(execFile)(process.execPath, [command], { env: { ...process.env, ...env }, timeout: 60_000 }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
    );
  const keys = (): Record<string, string> => ({
    STRIPE_SECRET_KEY: stripe.secretKey,
    STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
    STRIPE_API: stripe.origin,
  });

  test('tries the gateway whose test keys are there, and says what it could not', async () => {
    const { code, stdout, stderr } = await run(keys());
    assert.equal(stderr, '');
    assert.match(stdout, /^PASS {5}a test card pays in whole won, and a part goes back once$/m);
    assert.match(stdout, /^NOT RUN {2}a payment is confirmed, once.*: Stripe’s page takes a browser/m);
    assert.match(stdout, /\n8 hold, 0 FAIL, 7 could not be run\.\n/);
    assert.match(stdout, /Not checked by any of this/);
    assert(!stdout.includes(stripe.secretKey));
    assert.equal(code, 0);
  });

  test('fails if a check does', async () => {
    const { code, stdout } = await run({ ...keys(), STRIPE_SECRET_KEY: 'sk_test_wrong' });
    assert.match(stdout, /^FAIL {5}an order is opened.*does not know the key STRIPE_SECRET_KEY$/m);
    assert.equal(code, 1);
  });

  test('holds nothing of a gateway that does not answer', async () => {
    const nowhere = {
      TOSS_CLIENT_KEY: 'test_ck_of-toss',
      TOSS_SECRET_KEY: 'test_sk_of-toss',
      TOSS_API: 'http://127.0.0.1:9',
    };
    const { code, stdout } = await run(nowhere);
    assert.match(stdout, /^FAIL {5}nothing goes back of what was not paid: /m);
    assert.match(stdout, /^FAIL {5}to a wrong key it says nothing/m);
    assert.equal(code, 1);
  });

  test('asks nothing with a live key', async () => {
    const asked = stripe.asked.length;
    const { code, stdout, stderr } = await run({ ...keys(), STRIPE_SECRET_KEY: 'sk_live_1234567890' });
    assert.equal(stdout, '');
    assert.match(stderr, /^maejin: STRIPE_SECRET_KEY is a live key: [^\n]*\n$/);
    assert.equal(code, 1);
    assert.equal(stripe.asked.length, asked);
    const toss = (clientKey: string, secretKey: string) =>
      liveKeyIn({ toss: { clientKey, secretKey, api: '' }, stripe: undefined });
    assert.equal(toss('test_ck_1', 'live_sk_1'), 'TOSS_SECRET_KEY');
    assert.equal(toss('live_gck_1', 'test_gsk_1'), 'TOSS_CLIENT_KEY');
    assert.equal(toss('test_ck_1', 'test_sk_1'), undefined);
    const restricted = { secretKey: 'rk_live_1', webhookSecret: 'whsec_1', api: '' };
    assert.equal(liveKeyIn({ toss: undefined, stripe: restricted }), 'STRIPE_SECRET_KEY');
  });
});
