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
  };
  for (const [name, values] of Object.entries(wrong)) {
    test(`a wrong ${name} is named, never shown`, () => {
      for (const value of values) {
        const complaint = complaintOf({ ...valid, [name]: value });
        assert.match(complaint, new RegExp(`^${name} must be `), value);
        if (/SECRET|PASSWORD/.test(name)) assert(!complaint.includes(value), value);
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
