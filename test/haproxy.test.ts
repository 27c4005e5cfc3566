/** `deploy/haproxy.cfg` in a real HAProxy before two real servers: who writes for one concert, and what a dead server costs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  haproxy_file,
  haproxyEnvironment,
  haproxyVersion,
  startHaproxy,
  type Haproxy,
} from '../rehearsal/balancing/haproxy.ts';
import { boxOffice, newFan, newFans, type BoxOffice } from './harness/box-office.ts';
import { makeAuthority } from './harness/certificates.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { operator, type Server } from './harness/server.ts';

const concerts_count = 8;
const version = haproxyVersion();
/** Says so, so that nobody takes it for tried. */
const skip = version === undefined ? 'HAProxy is not installed' : false;

const authority = makeAuthority('Test');
let folder: string;
let house: House;
let servers: Server[];
let haproxy: Haproxy;
let office: BoxOffice;
let environment: Record<string, string>;

interface Answered {
  readonly headers: Headers;
}

/** Each server begins the ids of its requests with a word of its own. */
const serverOf = ({ headers }: Answered): string => /^\w+/.exec(headers.get('x-request-id') ?? '')?.[0] ?? '';

function oneOf(answers: readonly Answered[]): string {
  const all = new Set(answers.map(serverOf));
  assert.equal(all.size, 1, [...all].join());
  return serverOf(answers[0] ?? { headers: new Headers() });
}

describe(`HAProxy ${version ?? ''}`, { skip }, () => {
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'maejin-haproxy-'));
    const { certificate, key } = authority.sign('localhost', ['localhost', '127.0.0.1']);
    const file = path.join(folder, 'both.pem');
    await writeFile(file, certificate + key);
    house = await openHouse();
    environment = { TRUST_PROXY: '127.0.0.1' };
    servers = [await house.start(environment), await house.start(environment)];
    haproxy = await startHaproxy({ servers: servers.map(({ origin }) => origin), certificate: file, folder });
    office = boxOffice({ origin: haproxy.origin, operatorToken: servers[0]?.operatorToken ?? '' });
  });
  after(async () => {
    await haproxy?.[Symbol.asyncDispose]();
    await house?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('finds nothing to complain about, whatever is left out', () => {
    const four = ['http://10.0.0.1:3000', 'http://10.0.0.2:3000', 'http://[fd00::3]:3000', 'http://10.0.0.4:3000'];
    const certificate = path.join(folder, 'both.pem');
    const whole = haproxyEnvironment({ servers: four, certificate }, [1, 2, 3]);
    for (const env of [whole, { SERVER_1: '10.0.0.11:3000' }]) {
      const { status, stderr } = spawnSync('haproxy', ['-c', '-f', haproxy_file], {
        env: { PATH: process.env['PATH'], ...env },
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
      assert.doesNotMatch(stderr, /WARNING|ALERT/);
    }
  });

  test('whatever is written for one concert comes to one server, and concerts to both', async () => {
    const writers = new Set<string>();
    for (let concert = 0; concert < concerts_count; concert++) {
      const { concertId, performanceId } = await office.createConcert();
      const fans = newFans(3);
      const answers = await Promise.all(
        fans.map(async (fan, number) => {
          const issued = await office.issue(concertId, fan);
          assert.equal(issued.status, 201);
          const { token } = issued.body;
          const held = await office.hold(token, performanceId, [number + 1]);
          assert.equal(held.status, 201);
          const kept = await office.hold(token, performanceId, [number + 11]);
          const refused = await office.pay(token, held.body.id);
          assert.equal(refused.code, 'INSUFFICIENT_BALANCE');
          const cancelled = await office.cancel(fan, held.body.id);
          assert.equal(cancelled.status, 204);
          return [issued, held, kept, refused, cancelled, await office.leave(token)];
        }),
      );
      const changed = await office.updateConcert(concertId, { maxActive: 7 });
      assert.equal(changed.status, 200);
      writers.add(oneOf([...answers.flat(), changed]));
    }
    assert.equal(writers.size, 2, 'of so many concerts both servers have some');
  });

  /** Which servers top up wallets; one fan's always the same, whatever the token is. */
  async function toppingUp(till: BoxOffice): Promise<Set<string>> {
    const writers = new Set<string>();
    for (const fan of newFans(concerts_count)) {
      const answers = [await till.charge(fan, 1_000), await till.charge(fan, 2_000)];
      for (const { status } of answers) assert.equal(status, 201);
      const { token } = newFan(fan.userId.replace('jwt:', ''));
      writers.add(oneOf([...answers, await till.charge({ ...fan, token }, 1_000)]));
    }
    return writers;
  }

  test('wallets are written by one server, or dealt out over all by who asks; who shows nothing is refused', async () => {
    assert.equal((await toppingUp(office)).size, 1);
    await using shared = await startHaproxy({ servers: servers.map(({ origin }) => origin), folder, walletShares: 64 });
    assert.equal((await toppingUp(boxOffice(shared))).size, 2);
    assert.equal((await office.call('POST', '/api/v1/wallet/charges', { body: { amount: 1 }, key: 'a' })).status, 401);
  });

  test('reads go to all', async () => {
    const { concertId, performanceId } = await office.createConcert();
    const token = await office.enter(concertId, newFan());
    for (const ask of [() => office.status(token), () => office.seats(token, performanceId)]) {
      const readers = new Set<string>();
      await eventually(async () => {
        const answer = await ask();
        assert.equal(answer.status, 200);
        readers.add(serverOf(answer));
        assert.equal(readers.size, 2);
      });
    }
  });

  test('a forged or broken place chooses a server and nothing else', async () => {
    const { performanceId } = await office.createConcert();
    const forged = ['x', 'a.b.c', `e30.${Buffer.from('{"c":["?"]}').toString('base64url')}.x`, 'é'];
    for (const token of forged) {
      const { status } = await office.hold(encodeURIComponent(token), performanceId, [1]);
      assert.equal(status, 401, token);
    }
  });

  test('by HTTP/2 and TLS a place is told what changes, as it changes', async () => {
    const { concertId } = await office.createConcert({ maxActive: 1 });
    const inside = await office.enter(concertId, newFan());
    const { body } = await office.issue(concertId, newFan());
    const session = connect(`https://127.0.0.1:${haproxy.securePort}`, { ca: authority.certificate });
    try {
      assert.equal((await askedBySession(session, '/api/v1/queue-token', body.token)).status, 200);
      const stream = session.request({ ':path': '/api/v1/queue-token/events', 'queue-token': body.token });
      let heard = '';
      stream.setEncoding('utf8').on('data', (text: string) => {
        heard += text;
      });
      await eventually(() => assert.match(heard, /"status":"WAIT"/));
      assert.equal((await office.leave(inside)).status, 204);
      await eventually(() => assert.match(heard, /"status":"ACTIVE"/));
      assert.equal(session.alpnProtocol, 'h2');
      stream.close();
    } finally {
      session.destroy();
    }
  });

  test('without TLS one is sent to it, and the figures of a server stay inside', async () => {
    const sent = await fetch(`http://127.0.0.1:${haproxy.insecurePort}/x?y`, { redirect: 'manual' });
    assert.deepEqual(
      [sent.status, sent.headers.get('location')],
      [308, `https://127.0.0.1:${haproxy.insecurePort}/x?y`],
    );
    for (const url of ['/metrics', '/%6detrics/']) assert.equal((await fetch(haproxy.origin + url)).status, 404, url);
  });

  test('whoever comes is known by the address that the balancer sees, whatever they say themselves', async () => {
    const body = JSON.stringify(operator);
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9, 127.0.0.1' };
    const status = await new Promise((resolve, reject) => {
      const options = { method: 'POST', headers, localAddress: '127.0.0.2' };
      request(`${haproxy.origin}/api/auth/sign-in/email`, options, (answer) => resolve(answer.resume().statusCode))
        .once('error', reject)
        .end(body);
    });
    assert.equal(status, 200);
    const rows = await house.sql<{ address: string }[]>`
      select distinct ip_address as address from sessions where ip_address is not null`;
    assert.deepEqual([...rows], [{ address: '127.0.0.2' }]);
  });

  // The last one: a server is gone afterwards.
  test('what a killed server wrote is written by the other, and comes back with it', async () => {
    const { concertId, performanceId } = await office.createConcert();
    const own = serverOf(await office.issue(concertId, newFan()));
    const byServer = await Promise.all(servers.map(async ({ origin }) => serverOf(await fetch(`${origin}/healthz`))));
    const dead = servers[byServer.indexOf(own)];
    assert(dead !== undefined);
    await dead.kill();
    const token = await eventually(async () => {
      const issued = await office.issue(concertId, newFan());
      assert.equal(issued.status, 201, 'and nothing worse than 503 until then');
      assert.notEqual(serverOf(issued), own);
      return issued.body.token;
    });
    for (const number of [1, 2, 3, 4]) assert.equal((await office.hold(token, performanceId, [number])).status, 201);
    for (let poll = 0; poll < 10; poll++) assert.equal((await office.status(token)).status, 200);
    const again = await house.start({ ...environment, PORT: new URL(dead.origin).port });
    servers.push(again);
    const back = serverOf(await fetch(`${again.origin}/healthz`));
    await eventually(async () => assert.equal(serverOf(await office.issue(concertId, newFan())), back), 20_000);
    await office.assertInvariants();
  });

  test('where no server is left, that is said in the words of the contract', async () => {
    await Promise.all(servers.map((server) => server.kill()));
    await eventually(async () => {
      const answer = await office.status('x');
      assert.deepEqual([answer.status, answer.code], [503, 'OVERLOADED']);
    });
  });
});

interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

function askedBySession(session: ClientHttp2Session, url: string, token: string): Promise<Told> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': url, 'queue-token': token });
    stream.once('error', reject).once('response', (headers) => {
      stream.resume();
      resolve({ status: Number(headers[':status']), headers });
    });
  });
}
