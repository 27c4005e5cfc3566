/** Every variable of the contract: its default, its meaning, and the one line for a wrong value. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { readConfig } from '../src/config.ts';

const away = 'postgres://nobody:secret-password@127.0.0.1:1/nothing';
const valid = { DATABASE_URL: away, AUTH_SECRET: 'a secret of at least thirty-two characters', CHARGES: 'open' };

function complaintOf(environment: Readonly<Record<string, string>>): string {
  try {
    readConfig(environment);
  } catch (error) {
    assert(error instanceof Error && error.name === 'CannotStart', String(error));
    assert(!error.message.includes('\n'));
    return error.message;
  }
  return 'nothing is wrong';
}

describe('configuration', () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'maejin-config-'));
  after(() => rmSync(dataDir, { recursive: true }));

  test('defaults are those of the contract', () => {
    const config = readConfig({ DATA_DIR: dataDir });
    assert.match(config.authSecret, /^[0-9a-f]{64}$/);
    assert.equal(readConfig({ DATA_DIR: dataDir }).authSecret, config.authSecret, 'generated once');
    assert(Object.isFrozen(config));
    assert.deepEqual(
      { ...config, authSecret: '' },
      {
        host: '127.0.0.1',
        port: 3000,
        publicUrl: 'http://127.0.0.1:3000',
        trustedProxies: [],
        databaseUrl: undefined,
        dataDir,
        authSecret: '',
        poolMax: 16,
        admin: undefined,
        identityJwtSecret: undefined,
        identityJwks: undefined,
        money: { charges: 'open', walletMax: 100_000_000, sandbox: true, toss: undefined, stripe: undefined },
        demo: true,
        rateLimit: true,
        logLevel: 'info',
        retentionDays: 30,
        laneBatchMax: undefined,
      },
    );
  });

  test('a database of its own has no demo unless asked for', () => {
    assert.equal(readConfig(valid).demo, false);
    assert.equal(readConfig({ ...valid, DEMO: 'true' }).demo, true);
    assert.equal(readConfig({ DATA_DIR: dataDir, DEMO: 'false' }).demo, false);
  });

  test('an empty variable counts as not set, and several hosts may stand in DATABASE_URL', () => {
    assert.equal(readConfig({ ...valid, HOST: '', PORT: '' }).port, 3000);
    const several = 'postgres://user:password@one:5432,two:5432/name?target_session_attrs=read-write';
    assert.equal(readConfig({ ...valid, DATABASE_URL: several }).databaseUrl, several);
    assert.equal(readConfig({ ...valid, HOST: '::1' }).publicUrl, 'http://[::1]:3000');
  });

  test('proxies are addresses, ranges and the three names', () => {
    const given = '10.0.0.0/8, ::1,fd00::/8,loopback';
    assert.deepEqual(readConfig({ ...valid, TRUST_PROXY: given }).trustedProxies, [
      '10.0.0.0/8',
      '::1',
      'fd00::/8',
      'loopback',
    ]);
  });

  const wrong: Readonly<Record<string, readonly string[]>> = {
    HOST: ['no such host', 'a/b'],
    PORT: ['http', '65536', '-1', '3000.5', '1e3', ' 1'],
    PUBLIC_URL: ['tickets.example', 'ftp://tickets.example'],
    TRUST_PROXY: [
      'true',
      'proxy.example',
      '10.0.0.0/33',
      '10.0.0.1,',
      '1.2.3.4/8/8',
      '0.0.0.0/0',
      '::/0',
      '10.0.0.0/00',
      '::ffff:10.0.0.1/0',
    ],
    DATABASE_URL: ['mysql://localhost/tickets', 'localhost'],
    AUTH_SECRET: ['short'],
    ADMIN_EMAIL: ['operator', 'a b@c.example'],
    ADMIN_PASSWORD: ['short', 'x'.repeat(129)],
    IDENTITY_JWKS_URL: ['login.example'],
    DEMO: ['yes', '1', 'TRUE'],
    RATE_LIMIT: ['none', 'false'],
    LOG_LEVEL: ['loud'],
    RETENTION_DAYS: ['0', '3651', 'off'],
    POOL_MAX: ['0', '1', '501'],
    LANE_BATCH_MAX: ['0', '10001'],
    CHARGES: ['anybody', 'OPEN', 'open,service', 'true'],
    WALLET_MAX: ['0', '-1', '100000001', '2,000,000', '2e6', 'none'],
    SANDBOX: ['true', '1', 'yes'],
    TOSS_CLIENT_KEY: ['short', 'a key with blanks'],
    TOSS_SECRET_KEY: ['short', `a-key-\u0007-of-bells`],
    STRIPE_SECRET_KEY: ['short', 'k'.repeat(256)],
    STRIPE_WEBHOOK_SECRET: ['short', 'ein-Schlüssel'],
    TOSS_API: ['api.tosspayments.com', 'ftp://api.example'],
    STRIPE_API: ['api.stripe.com'],
  };
  for (const [name, values] of Object.entries(wrong)) {
    test(`a wrong ${name} is named, never shown`, () => {
      for (const value of values) {
        const complaint = complaintOf({ ...valid, [name]: value });
        assert.match(complaint, new RegExp(`^${name} must be `), value);
        if (/SECRET|PASSWORD|KEY/.test(name)) assert(!complaint.includes(value), value);
      }
    });
  }

  test('variables that need each other', () => {
    assert.match(complaintOf({ DATABASE_URL: away }), /^AUTH_SECRET must be set/);
    assert.match(complaintOf({ ...valid, ADMIN_EMAIL: 'a@b.example' }), /^ADMIN_PASSWORD must be set/);
    assert.match(complaintOf({ ...valid, ADMIN_PASSWORD: 'long enough' }), /^ADMIN_EMAIL must be set/);
    const jwks = { ...valid, IDENTITY_JWKS_URL: 'https://login.example/jwks' };
    assert.match(complaintOf(jwks), /^IDENTITY_ISSUER and IDENTITY_AUDIENCE must be set/);
    assert.equal(complaintOf({ ...jwks, IDENTITY_ISSUER: 'i', IDENTITY_AUDIENCE: 'a' }), 'nothing is wrong');
  });
});

describe('who may fill a wallet', () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'maejin-config-'));
  after(() => rmSync(dataDir, { recursive: true }));
  const embedded = { DATA_DIR: dataDir };
  const { CHARGES: _open, ...outside } = valid;
  const toss = { TOSS_CLIENT_KEY: 'test_ck_of-toss', TOSS_SECRET_KEY: 'test_sk_of-toss' };
  const stripe = { STRIPE_SECRET_KEY: 'sk_test_of-stripe', STRIPE_WEBHOOK_SECRET: 'whsec_of-stripe' };
  const moneyOf = (environment: Readonly<Record<string, string>>) => readConfig(environment).money;
  const summary = (environment: Readonly<Record<string, string>>): string => {
    const money = moneyOf(environment);
    const gateways = (['sandbox', 'toss', 'stripe'] as const).filter(
      (name) => money[name] !== undefined && money[name] !== false,
    );
    return [money.charges, ...gateways].join(' ');
  };

  test('is said where the database is given, and is whoever asks where it is embedded', () => {
    assert.match(complaintOf(outside), /^CHARGES must be set when DATABASE_URL is: gateway .*service .*open /);
    assert.match(complaintOf({ ...outside, ...toss }), /^CHARGES must be set when DATABASE_URL is/);
    assert.equal(summary(embedded), 'open sandbox');
    assert.equal(summary({ ...embedded, CHARGES: 'gateway' }), 'gateway sandbox');
    assert.equal(summary(valid), 'open');
  });

  test('the sandbox is there where the database is embedded or where it is asked for, and never beside a real gateway', () => {
    assert.equal(summary({ ...embedded, SANDBOX: 'off' }), 'open');
    assert.equal(summary({ ...valid, SANDBOX: 'on' }), 'open sandbox');
    assert.equal(summary({ ...embedded, ...toss, CHARGES: 'gateway' }), 'gateway toss');
    for (const real of [toss, stripe]) {
      const beside = { ...outside, ...real, CHARGES: 'gateway', SANDBOX: 'on' };
      assert.match(
        complaintOf(beside),
        new RegExp(`^SANDBOX must not be on beside ${Object.keys(real).find((name) => name.endsWith('SECRET_KEY'))}`),
      );
    }
  });

  test('gateway and service need a gateway; a real one needs one of them', () => {
    for (const charges of ['gateway', 'service']) {
      assert.match(complaintOf({ ...outside, CHARGES: charges }), /^CHARGES must be open where there is no gateway/);
      assert.match(
        complaintOf({ ...embedded, CHARGES: charges, SANDBOX: 'off' }),
        /^CHARGES must be open where there is no/,
      );
      assert.equal(summary({ ...outside, CHARGES: charges, SANDBOX: 'on' }), `${charges} sandbox`);
      assert.equal(summary({ ...outside, ...toss, ...stripe, CHARGES: charges }), `${charges} toss stripe`);
    }
    assert.match(complaintOf({ ...valid, ...toss }), /^CHARGES must be gateway or service beside TOSS_SECRET_KEY/);
    assert.match(
      complaintOf({ ...embedded, ...stripe }),
      /^CHARGES must be gateway or service beside STRIPE_SECRET_KEY/,
    );
  });

  test('the two keys of a gateway belong together, and where it is asked may be said', () => {
    for (const keys of [toss, stripe]) {
      const [first = '', second = ''] = Object.keys(keys);
      const only = (name: string) => ({ ...outside, CHARGES: 'gateway', [name]: 'a-key-of-theirs' });
      assert.equal(complaintOf(only(first)), `${second} must be set when ${first} is`);
      assert.equal(complaintOf(only(second)), `${first} must be set when ${second} is`);
    }
    const money = moneyOf({ ...outside, ...toss, ...stripe, CHARGES: 'gateway', TOSS_API: 'http://127.0.0.1:9/' });
    assert.deepEqual(money.toss, {
      clientKey: 'test_ck_of-toss',
      secretKey: 'test_sk_of-toss',
      api: 'http://127.0.0.1:9',
    });
    assert.deepEqual(money.stripe, {
      secretKey: 'sk_test_of-stripe',
      webhookSecret: 'whsec_of-stripe',
      api: 'https://api.stripe.com',
    });
  });

  test('nothing of the demo is on sale for real money, unless it is asked for', () => {
    const demoOf = (environment: Readonly<Record<string, string>>): boolean => readConfig(environment).demo;
    assert.equal(demoOf(embedded), true);
    for (const real of [toss, stripe]) {
      assert.equal(demoOf({ ...embedded, ...real, CHARGES: 'gateway' }), false);
      assert.equal(demoOf({ ...embedded, ...real, CHARGES: 'gateway', DEMO: 'true' }), true);
    }
  });

  test('a key in the place of another, and a pair of which one is live, are refused without showing them', () => {
    const complaint = (keys: Readonly<Record<string, string>>) =>
      complaintOf({ ...outside, CHARGES: 'gateway', ...keys });
    for (const kind of ['test_sk', 'live_sk', 'test_gsk', 'live_gsk']) {
      const keys = { ...toss, TOSS_CLIENT_KEY: `${kind}_of-toss` };
      assert.equal(complaint(keys), 'TOSS_CLIENT_KEY must be a client key of Toss Payments (test_ck_… or live_ck_…)');
    }
    const swapped = { ...toss, TOSS_SECRET_KEY: 'live_ck_of-toss' };
    assert.equal(complaint(swapped), 'TOSS_SECRET_KEY must be a secret key of Toss Payments (test_sk_… or live_sk_…)');
    const mixed = { ...toss, TOSS_SECRET_KEY: 'live_sk_of-toss' };
    assert.match(complaint(mixed), /^TOSS_CLIENT_KEY and TOSS_SECRET_KEY must be of one pair/);
    for (const key of ['pk_test_of-stripe', 'whsec_of-stripe']) {
      const keys = { ...stripe, STRIPE_SECRET_KEY: key };
      assert.match(complaint(keys), /^STRIPE_SECRET_KEY must be a secret key of Stripe/);
    }
    const hookless = { ...stripe, STRIPE_WEBHOOK_SECRET: 'sk_test_of-stripe' };
    assert.match(complaint(hookless), /^STRIPE_WEBHOOK_SECRET must be the signing secret of Stripe/);
    // Of another shape than is known: theirs to change.
    assert.equal(complaint({ TOSS_CLIENT_KEY: 'a-new-kind', TOSS_SECRET_KEY: 'of-new-keys' }), 'nothing is wrong');
  });

  test('what a wallet may hold is said in whole units', () => {
    assert.equal(moneyOf({ ...valid, WALLET_MAX: '2000000' }).walletMax, 2_000_000);
    assert.equal(moneyOf({ ...valid, WALLET_MAX: '' }).walletMax, 100_000_000);
  });
});
