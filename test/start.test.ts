/** `npm start` and its end, as a person meets them: the first time, the second time, and when something is wrong. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { boxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { caller } from './harness/http.ts';
import { openHouse } from './harness/house.ts';
import { type Program, opened, runMain, source } from './harness/server.ts';

const secret = 'a secret of at least thirty-two characters';
const sign_ins_max = 5;

/** Runs the server with wrong circumstances; it must end by itself with one line. */
async function complaintOf(environment: Readonly<Record<string, string>>): Promise<string> {
  const program = runMain(environment);
  const code = await program.ended;
  const lines = program
    .output()
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('Starting PostgreSQL'));
  assert.equal(code, 1, program.output());
  assert.equal(lines.length, 1, program.output());
  return lines.join('');
}

async function end(program: Program, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  program.process.kill(signal);
  assert.equal(await program.ended, 0, program.output());
}

async function postmasterOf(dataDir: string): Promise<number> {
  const [pid] = (await readFile(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n');
  return Number(pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Answers the access token. Passwords are hashed behind all other work: a machine with too much of it says when to come again. */
async function signIn(call: ReturnType<typeof caller>, login: object, attempt = 1): Promise<string> {
  const answer = await call<{ token: string }>('POST', '/api/auth/sign-in/email', { body: login });
  if (answer.status === 503 && attempt < sign_ins_max) {
    await sleep(Number(answer.headers.get('retry-after')) * 1_000);
    return signIn(call, login, attempt + 1);
  }
  assert.equal(answer.status, 200);
  return answer.body.token;
}

interface Listing {
  readonly concerts: readonly { readonly id: string; readonly title: string }[];
}

const idsOf = ({ concerts }: Listing): string[] => concerts.map(({ id }) => id);

describe('a server with nothing but an empty folder', () => {
  let dataDir: string;
  let concerts: Listing;
  let login: { email: string; password: string };
  after(() => rm(dataDir, { recursive: true, force: true }));

  test('starts, seeds the demo and says what to try', async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'maejin-start-'));
    const program = runMain({ DATA_DIR: dataDir }, source);
    const call = caller(await opened(program));
    concerts = (await call<Listing>('GET', '/api/v1/concerts')).body;
    assert.equal(concerts.concerts.length, 3);
    const [, email = '', password = ''] = /operator +(\S+) +password (\S+)/.exec(program.output()) ?? [];
    login = { email, password };
    const bearer = await signIn(call, login);
    const audit = await call<{ ok: boolean }>('GET', '/api/v1/admin/audit', { bearer });
    assert.equal(audit.body.ok, true);
    const secrets = ['auth-secret', 'postgres-password', 'demo-password'];
    for (const name of secrets) assert.equal((await stat(path.join(dataDir, name))).mode & 0o777, 0o600, name);
    const postmaster = await postmasterOf(dataDir);
    await end(program);
    assert(!isAlive(postmaster), 'PostgreSQL has ended with its server');
    assert.doesNotMatch(program.output(), /to the fans as/, 'they come the same way');
  });

  test('finds the first data at its second start, says where fans come in, and closes once though Ctrl-C arrives twice', async () => {
    const program = runMain({ DATA_DIR: dataDir, PUBLIC_URL: 'https://tickets.example' }, source);
    const call = caller(await opened(program));
    assert.match(program.output(), /^ +to the fans as +https:\/\/tickets\.example$/m);
    assert.deepEqual(idsOf((await call<Listing>('GET', '/api/v1/concerts')).body), idsOf(concerts));
    await signIn(call, login);
    program.process.kill('SIGINT');
    await end(program, 'SIGINT');
  });

  test('keeps a second server off its data', async () => {
    const first = runMain({ DATA_DIR: dataDir });
    await opened(first);
    assert.match(await complaintOf({ DATA_DIR: dataDir }), /^maejin: DATA_DIR .* is in use by another server/);
    await end(first);
  });

  test('can be copied by root, and the copy starts beside it', async (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root can make such a copy');
    const copy = `${dataDir}-copy`;
    // As `cp -r` does: all of it is root's.
    await cp(dataDir, copy, { recursive: true });
    const first = runMain({ DATA_DIR: dataDir });
    await opened(first);
    // As if it had been copied while it ran: it says which process uses it.
    const lock = 'postgres/postmaster.pid';
    await cp(path.join(dataDir, lock), path.join(copy, lock));
    const second = runMain({ DATA_DIR: copy });
    const found = await caller(await opened(second))<Listing>('GET', '/api/v1/concerts');
    assert.deepEqual(idsOf(found.body), idsOf(concerts));
    await Promise.all([end(first), end(second)]);
    await rm(copy, { recursive: true });
  });

  test('outlives kill -9 of PostgreSQL and of itself', async () => {
    const first = runMain({ DATA_DIR: dataDir });
    const call = caller(await opened(first));
    const killed = await postmasterOf(dataDir);
    process.kill(killed, 'SIGKILL');
    // It is away for a third of a second: whoever looks for that may miss it.
    await eventually(async () => assert.notEqual(await postmasterOf(dataDir), killed), 20_000);
    await eventually(async () => assert.equal((await call('GET', '/readyz')).status, 200), 20_000);
    first.process.kill('SIGKILL');
    await first.ended;
    const second = runMain({ DATA_DIR: dataDir });
    const found = await caller(await opened(second))<Listing>('GET', '/api/v1/concerts');
    assert.deepEqual(idsOf(found.body), idsOf(concerts));
    await end(second);
  });

  test('has a crowd at the stadium for its visitor to wait behind, and sends it home at the end', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'maejin-crowd-'));
    const program = runMain({ DATA_DIR: folder });
    const call = caller(await opened(program));
    const listed = (await call<Listing>('GET', '/api/v1/concerts')).body;
    const stadium = listed.concerts.find(({ title }) => title.includes('MAEJIN'))?.id ?? '';
    const visitor = { email: 'visitor@maejin.example', password: 'long enough', name: 'Visitor' };
    const bearer = (await call<{ token: string }>('POST', '/api/auth/sign-up/email', { body: visitor })).body.token;
    const sale = async () => (await call<{ waiting: number }>('GET', `/api/v1/concerts/${stadium}/sale`)).body;
    await eventually(async () => assert((await sale()).waiting >= 100));
    const url = `/api/v1/concerts/${stadium}/queue-tokens`;
    const issued = await call<{ token: string; status: string; position: number }>('POST', url, { bearer });
    assert.deepEqual([issued.status, issued.body.status], [201, 'WAIT'], JSON.stringify(issued.body));
    assert(issued.body.position > 50, String(issued.body.position));
    const ask = () => call<{ position: number }>('GET', '/api/v1/queue-token', { queueToken: issued.body.token });
    await eventually(async () => assert((await ask()).body.position < issued.body.position), 30_000);
    await end(program);
    // Without the demo nobody comes besides the visitor.
    const again = runMain({ DATA_DIR: folder, DEMO: 'false' });
    const operator = /operator +(\S+) +password (\S+)/;
    const callAgain = caller(await opened(again));
    const [, email = '', password = ''] = operator.exec(again.output()) ?? [];
    const signedIn = await callAgain<{ token: string }>('POST', '/api/auth/sign-in/email', {
      body: { email, password },
    });
    const asked = { bearer: signedIn.body.token };
    type Line = { waiting: number; active: number };
    const { body: line } = await callAgain<Line>('GET', `/api/v1/admin/concerts/${stadium}/overview`, asked);
    assert(line.waiting + line.active <= 1, JSON.stringify(line));
    const audit = await callAgain<{ ok: boolean; checks: object[] }>('GET', '/api/v1/admin/audit', asked);
    assert.equal(audit.body.ok, true, JSON.stringify(audit.body.checks));
    await end(again);
    await rm(folder, { recursive: true, force: true });
  });
});

/** Sends the head of a POST and half of its body; resolves when the server has had time to accept it. */
async function halfARequest(origin: string, body: string): Promise<Socket> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const head = ['POST /api/auth/sign-in/email HTTP/1.1', 'host: maejin', 'content-type: application/json'];
  socket.write([...head, `content-length: ${body.length}`, 'expect: 100-continue', '', ''].join('\r\n'));
  await once(socket, 'data');
  socket.write(body.slice(0, 5));
  return socket;
}

describe('a server on a database of its own', () => {
  for (const postgres of [18, 15] as const) {
    test(`books a seat on PostgreSQL ${postgres}`, async () => {
      const house = await openHouse({ postgres });
      try {
        const box = boxOffice(await house.start());
        const { concertId } = await box.createConcert();
        assert.equal((await box.overview(concertId)).body.seats.total, 50);
        await box.assertInvariants();
      } finally {
        await house.close();
      }
    });
  }

  test('seeds the demo once though several servers find it empty', async () => {
    const house = await openHouse();
    try {
      const servers = await Promise.all([0, 1, 2].map(() => house.start({ DEMO: 'true' })));
      for (const { origin } of servers) {
        const { body } = await caller(origin)<Listing>('GET', '/api/v1/concerts');
        assert.equal(idsOf(body).length, 3, JSON.stringify(body.concerts.map(({ title }) => title)));
      }
    } finally {
      await house.close();
    }
  });

  test('answers what it has accepted, then ends by itself', async () => {
    const house = await openHouse();
    try {
      const server = await house.start();
      const body = JSON.stringify({ email: 'nobody@maejin.example', password: 'not the password' });
      const socket = await halfARequest(server.origin, body);
      const ended = server.stop();
      await eventually(() => assert.match(server.output(), /^Closing/m));
      socket.write(body.slice(5));
      const [answer] = (await once(socket, 'data')) as [Buffer];
      assert.match(answer.toString(), /^HTTP\/1\.1 401 /);
      assert.equal(await ended, 0);
    } finally {
      await house.close();
    }
  });
});

describe('a server that cannot start says why in one line', { concurrency: 2 }, () => {
  const away = 'postgres://nobody:secret-password@127.0.0.1:1/nothing';

  test('a port that is taken', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const address = squatter.address();
    const port = String(typeof address === 'object' ? address?.port : '');
    const line = await complaintOf({ PORT: port, DATABASE_URL: away, AUTH_SECRET: secret, CHARGES: 'open' });
    assert.equal(
      line,
      `maejin: PORT ${port} on 127.0.0.1 is taken: stop what listens there, or set PORT to another one`,
    );
    squatter.close();
  });

  test('a database that is away', async () => {
    const line = await complaintOf({ DATABASE_URL: away, AUTH_SECRET: secret, CHARGES: 'open' });
    assert.match(line, /^maejin: the database named by DATABASE_URL cannot be used: .*ECONNREFUSED/);
    assert(!line.includes('secret-password'));
  });

  test('a database that does not know us', async () => {
    const url = new URL(process.env['TEST_POSTGRES_18'] ?? '');
    url.password = 'wrong';
    const line = await complaintOf({ DATABASE_URL: url.href, AUTH_SECRET: secret, CHARGES: 'open' });
    assert.match(line, /^maejin: the database named by DATABASE_URL cannot be used: password authentication failed/);
  });

  test('a variable that is wrong', async () => {
    assert.equal(await complaintOf({ PORT: 'http' }), 'maejin: PORT must be a whole number from 0 to 65535');
  });

  test('an address that is not ours', async () => {
    const line = await complaintOf({ HOST: '192.0.2.1', DATABASE_URL: away, AUTH_SECRET: secret, CHARGES: 'open' });
    assert.equal(line, 'maejin: HOST must be an address of this machine; 192.0.2.1 is not');
  });

  test('a DATA_DIR that is a file', async () => {
    const line = await complaintOf({ DATA_DIR: path.join(import.meta.dirname, 'start.test.ts') });
    assert.match(line, /^maejin: DATA_DIR must be a directory/);
  });

  test('a DATA_DIR where nobody can make one', async () => {
    const line = await complaintOf({ DATA_DIR: '/proc/maejin/data' });
    assert.match(line, /^maejin: DATA_DIR must be a directory/);
  });
});
