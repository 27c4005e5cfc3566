/** Who may answer as the database: `sslmode` and the names in certificates, as PostgreSQL's own programs see them. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { X509Certificate } from 'node:crypto';
import { chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect } from '../src/platform/database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { checkServerIdentity } from '../src/platform/tls.ts';
import { makeAuthority } from './harness/certificates.ts';
import { eventually } from './harness/eventually.ts';

// Nobody's own certificates.
process.env['HOME'] = import.meta.dirname;

type Outcome = 'encrypted' | 'plain' | 'refused';

const ours = makeAuthority('Ours');
const theirs = makeAuthority('Theirs');
const ssl = "select case when ssl then 'encrypted' else 'plain' end from pg_stat_ssl where pid = pg_backend_pid()";
const hasPsql = spawnSync('psql', ['--version']).status === 0;

async function heardByUs(url: string): Promise<Outcome> {
  const database = connect(url, { poolMax: 1, applicationName: 'maejin-test-tls' });
  try {
    const [row] = await database.sql.unsafe<{ case: Outcome }[]>(ssl);
    return row?.case ?? 'refused';
  } catch {
    return 'refused';
  } finally {
    await database.close(1);
  }
}

async function heardByPsql(url: string, home: string): Promise<Outcome> {
  const child = spawn('psql', [url, '-XAtc', ssl], {
    env: { PATH: process.env['PATH'], HOME: home },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await once(child, 'close');
  return said === '' ? 'refused' : (said.trim() as Outcome);
}

/** By certificate, and by what is asked for: at `localhost`, and at 127.0.0.1. */
const table: Readonly<
  Record<string, { names: string[]; commonName: string; right: Record<string, [Outcome, Outcome]> }>
> = {
  'for localhost': {
    names: ['localhost'],
    commonName: '127.0.0.1',
    right: {
      'sslmode=disable': ['plain', 'plain'],
      '': ['encrypted', 'encrypted'],
      'sslmode=require': ['encrypted', 'encrypted'],
      'sslmode=require&sslrootcert=ours': ['encrypted', 'encrypted'],
      'sslmode=require&sslrootcert=theirs': ['refused', 'refused'],
      'sslmode=verify-ca&sslrootcert=ours': ['encrypted', 'encrypted'],
      'sslmode=verify-ca&sslrootcert=theirs': ['refused', 'refused'],
      'sslmode=verify-full&sslrootcert=theirs': ['refused', 'refused'],
      // It lists no address, so its common name counts.
      'sslmode=verify-full&sslrootcert=ours': ['encrypted', 'encrypted'],
    },
  },
  'for localhost alone': {
    names: ['localhost'],
    commonName: 'localhost',
    right: {
      'sslmode=verify-ca&sslrootcert=ours': ['encrypted', 'encrypted'],
      'sslmode=verify-full&sslrootcert=ours': ['encrypted', 'refused'],
    },
  },
  'for 127.0.0.1': {
    names: ['127.0.0.1', 'db.example'],
    commonName: 'localhost',
    right: { 'sslmode=verify-full&sslrootcert=ours': ['refused', 'encrypted'] },
  },
  'for another host and another address': {
    names: ['db.example', '192.0.2.1'],
    commonName: '127.0.0.1',
    right: {
      'sslmode=require': ['encrypted', 'encrypted'],
      'sslmode=verify-ca&sslrootcert=ours': ['encrypted', 'encrypted'],
      'sslmode=verify-full&sslrootcert=ours': ['refused', 'refused'],
    },
  },
  'with nothing but a common name': {
    names: [],
    commonName: 'localhost',
    right: { 'sslmode=verify-full&sslrootcert=ours': ['encrypted', 'refused'] },
  },
};

describe('a database that speaks TLS', () => {
  let folder: string;
  let cluster: EmbeddedPostgres;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'maejin-tls-'));
    cluster = await startEmbeddedPostgres({ dataDir: path.join(folder, 'data'), settings: { fsync: 'off' } });
    await writeFile(path.join(folder, 'ours'), ours.certificate);
    await writeFile(path.join(folder, 'theirs'), theirs.certificate);
  });
  after(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true });
  });

  const present = async (certificate: string, key: string, name: string): Promise<void> => {
    const data = path.join(folder, 'data/postgres');
    const { uid, gid } = await stat(data);
    for (const [file, text] of [
      [`${name}.crt`, certificate],
      [`${name}.key`, key],
    ] as const) {
      await writeFile(path.join(data, file), text, { mode: 0o600 });
      await chown(path.join(data, file), uid, gid);
    }
    const { sql, close } = connect(`${cluster.url}?sslmode=disable`, { poolMax: 1, applicationName: 'maejin-test' });
    await sql.unsafe(`alter system set ssl_cert_file = '${name}.crt'`);
    await sql.unsafe(`alter system set ssl_key_file = '${name}.key'`);
    await sql.unsafe('alter system set ssl = on');
    await sql`select pg_reload_conf()`;
    await close();
    await eventually(async () => {
      const fresh = connect(`${cluster.url}?sslmode=disable`, { poolMax: 1, applicationName: 'maejin-test' });
      const [row] = await fresh.sql`select current_setting('ssl') || current_setting('ssl_cert_file') as now`;
      await fresh.close();
      assert.equal(row?.['now'], `on${name}.crt`);
    });
  };
  const urlOf = (host: string, asked: string): string =>
    `${cluster.url.replace('127.0.0.1', host)}?${asked.replace('sslrootcert=', `sslrootcert=${encodeURIComponent(`${folder}/`)}`)}`;

  for (const [at, [name, { names, commonName, right }]] of Object.entries(table).entries()) {
    test(`with a certificate ${name} is believed as psql believes it`, async (context) => {
      const { certificate, key } = ours.sign(commonName, names);
      await present(certificate, key, `case${at}`);
      for (const [asked, expected] of Object.entries(right)) {
        const urls = ['localhost', '127.0.0.1'].map((host) => urlOf(host, asked));
        const heard = await Promise.all(urls.map(heardByUs));
        assert.deepEqual(heard, expected, asked);
        if (hasPsql)
          assert.deepEqual(await Promise.all(urls.map((url) => heardByPsql(url, folder))), expected, `psql: ${asked}`);
      }
      if (!hasPsql) context.diagnostic('there is no psql here to compare with');
    });
  }

  test('a certificate of our own is shown to a database that asks for one', async () => {
    const client = ours.sign('maejin', []);
    await writeFile(path.join(folder, 'client.crt'), client.certificate);
    await writeFile(path.join(folder, 'client.key'), client.key);
    const data = path.join(folder, 'data/postgres');
    await writeFile(path.join(data, 'root.crt'), ours.certificate);
    const { sql, close } = connect(cluster.url, { poolMax: 1, applicationName: 'maejin-test' });
    await sql.unsafe("alter system set ssl_ca_file = 'root.crt'");
    await sql`select pg_reload_conf()`;
    await close();
    await eventually(async () => {
      const shown = `?sslmode=require&sslcert=${folder}/client.crt&sslkey=${folder}/client.key`;
      const fresh = connect(`${cluster.url}${shown}`, { poolMax: 1, applicationName: 'maejin-test' });
      const [row] = await fresh.sql`select client_dn from pg_stat_ssl where pid = pg_backend_pid()`;
      await fresh.close();
      assert.equal(row?.['client_dn'], '/CN=maejin');
    });
  });
});

test('a star in a certificate stands for one label, and for the first', () => {
  const { certificate } = ours.sign('x', ['*.db.example', 'f*.example']);
  const { raw } = new X509Certificate(certificate);
  const fits = (host: string): boolean => checkServerIdentity(host, { raw }) === undefined;
  assert.deepEqual(['one.db.example', 'a.one.db.example', 'db.example', 'foo.example', 'ONE.DB.example'].map(fits), [
    true,
    false,
    false,
    false,
    true,
  ]);
});
