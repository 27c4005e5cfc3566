/** Who comes too often, too slowly, or while the database is away; and how streams and requests end with the server. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { boxOffice, newFan, newFans } from './harness/box-office.ts';
import { readEvents } from './harness/event-stream.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { caller } from './harness/http.ts';
import { sendRaw } from './harness/raw-http.ts';
import type { Server } from './harness/server.ts';
import { openWire } from './harness/wire.ts';

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house.close());

/** How many of so many are told 429. */
async function limitedAmong(count: number, ask: (n: number) => Promise<{ readonly status: number }>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, (_, n) => ask(n)));
  return answers.filter(({ status }) => status === 429).length;
}

describe('too often', () => {
  let behindProxy: Server;
  before(async () => {
    behindProxy = await house.start({ RATE_LIMIT: 'on', TRUST_PROXY: 'loopback' });
  });

  test('is told when to come again, and harms nobody else', async () => {
    const call = caller(behindProxy.origin);
    const { token: bearer } = newFan();
    const poll = () => call('GET', '/api/v1/wallet', { bearer });
    assert.equal((await poll()).status, 200);
    const answers = await Promise.all(Array.from({ length: 200 }, poll));
    const limited = answers.filter(({ code }) => code === 'RATE_LIMITED');
    assert(limited.length > 0 && limited.length < 200, String(limited.length));
    const [one] = limited;
    const wait = Number(one?.headers.get('retry-after'));
    assert(wait >= 1 && wait <= 10, String(wait));
    assert.equal(one?.headers.get('content-type'), 'application/problem+json');
    assert.equal((await call('GET', '/api/v1/wallet', { bearer: newFan().token })).status, 200);
  });

  test('is counted by whose session it is, in whatever ways it is written', async () => {
    const call = caller(behindProxy.origin);
    const signedUp = await call<{ token: string }>('POST', '/api/auth/sign-up/email', {
      body: { email: `ways-${process.pid}@maejin.example`, password: 'long enough', name: 'Ways' },
    });
    const { token } = signedUp.body;
    const [cookie = ''] = (signedUp.headers.get('set-cookie') ?? '').split(';');
    const escaped = (text: string, n: number) =>
      Array.from(text, (c, at) => ((n >> at) % 2 === 1 && at < 8 ? `%${c.charCodeAt(0).toString(16)}` : c)).join('');
    const [name = '', value = ''] = cookie.split('=');
    const cased = (n: number) => Array.from('bearer', (c, at) => ((n >> at) % 2 === 1 ? c.toUpperCase() : c)).join('');
    const ways: ((n: number) => Record<string, string>)[] = [
      (n) => ({ authorization: `${cased(n)} ${token}` }),
      (n) => ({ cookie: `other-${name}=${n}; ${name}=${escaped(value, n)}` }),
    ];
    for (const headers of ways) {
      // One after the other, so that what was accepted is known.
      for (let n = 0; n < 64; n++)
        assert.equal((await call('GET', '/api/v1/wallet', { headers: headers(n) })).status < 500, true);
      assert((await limitedAmong(120, (n) => call('GET', '/api/v1/wallet', { headers: headers(n) }))) > 0);
    }
  });

  test("is counted by the address that a trusted proxy names, in whatever dialect, and by nobody else's word", async () => {
    const body = { email: 'nobody', password: 'x' };
    const signIns = (origin: string, addressOf: (n: number) => string) => {
      const ask = caller(origin);
      return limitedAmong(120, (n) =>
        ask('POST', '/api/auth/sign-in/email', { body, headers: { 'x-forwarded-for': addressOf(n) } }),
      );
    };
    assert.equal(await signIns(behindProxy.origin, (n) => `192.0.2.${n}`), 0);
    assert((await signIns(behindProxy.origin, (n) => `203.0.113.6:${20_000 + n}`)) > 0);
    assert((await signIns(behindProxy.origin, (n) => `[2001:db8:1:2::${n.toString(16)}]:443`)) > 0);
    const alone = await house.start({ RATE_LIMIT: 'on' });
    assert((await signIns(alone.origin, (n) => `192.0.2.${n}`)) > 0);
    await alone.stop();
  });

  test('is counted by what it costs and by the address; an invented token buys nothing, and nothing is uncounted', async () => {
    const { concertId } = await boxOffice(behindProxy).createConcert();
    const token = await boxOffice(behindProxy).enter(concertId, newFan());
    const call = caller(behindProxy.origin);
    const from = (address: string, headers: Record<string, string> = {}) => ({
      headers: { 'x-forwarded-for': address, ...headers },
    });
    // Dear by the table, and over at once for somebody who may not ask.
    const dear = (n: number) =>
      call('GET', '/api/v1/admin/audit', from('198.51.100.1', { 'queue-token': `invented-${n}`, cookie: `ok=${n}` }));
    // All of it within one window, which may end at any moment.
    await eventually(async () => {
      assert((await limitedAmong(330, dear)) > 0);
      // Whatever is asked for from there now is refused, even what the framework would refuse by itself.
      for (const url of ['/%zz', '/nothing', '/metrics']) {
        const { status, code, headers } = await call('GET', url, from('198.51.100.1'));
        assert.deepEqual([status, code], [429, 'RATE_LIMITED'], url);
        assert(Number(headers.get('retry-after')) >= 1);
        assert.equal(headers.get('x-content-type-options'), 'nosniff');
      }
      const place = await call('GET', '/api/v1/queue-token', from('198.51.100.1', { 'queue-token': token }));
      assert.equal(place.status, 200, 'whose place is known has an allowance of its own');
    }, 60_000);
    assert.equal((await call('GET', '/%zz', from('198.51.100.2'))).status, 404);
  });

  test('what cannot be parsed is counted like the rest', async () => {
    const call = caller(behindProxy.origin);
    const ask = () => call('GET', '/%zz', { headers: { 'x-forwarded-for': '198.51.100.7' } });
    await ask();
    const before = /maejin_requests_total\{[^}]*route="unmatched",status="404"\} (\d+)/;
    const figures = (await call<string>('GET', '/metrics')).body;
    assert(Number(before.exec(figures)?.[1]) >= 1, 'it is in the figures too');
  });
});

test('past its allowance a connection is answered once and then not read, and others are', async () => {
  const server = await house.start({ RATE_LIMIT: 'on' });
  const { concertId } = await boxOffice(server).createConcert();
  const token = await boxOffice(server).enter(concertId, newFan());
  const { hostname, port } = new URL(server.origin);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('utf8').on('data', (some: string) => {
    text += some;
  });
  const ask = 'GET /api/v1/queue-token HTTP/1.1\r\nhost: x\r\nqueue-token: ' + token + '\r\n\r\n';
  // One after the other, until it is told to wait.
  while (!text.includes('HTTP/1.1 429')) {
    text = '';
    socket.write(ask);
    await once(socket, 'data');
  }
  for (let more = 0; more < 1_000; more++) socket.write(ask);
  const figures = async () => (await caller(server.origin)<string>('GET', '/metrics')).body;
  const refused = /^maejin_refusals_total\{code="RATE_LIMITED"\} (\d+)$/m;
  const told = Number(refused.exec(await figures())?.[1]);
  assert(told >= 1 && told < 10, `a thousand more were not even read, and not ${told} refused`);
  socket.destroy();
  await server.stop();
});

test('requests sent ahead are answered, all and in order, and cost little memory; the server ends when told to', async () => {
  const server = await house.start();
  const { concertId } = await boxOffice(server).createConcert();
  const token = await boxOffice(server).enter(concertId, newFan());
  const { hostname, port } = new URL(server.origin);
  const residentMegabytes = () =>
    Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))?.[1]) / 1_024;
  const ids = (connection: number) => Array.from({ length: 3_000 }, (_, n) => `connection-${connection}-${n}`);
  const one = (id: string) =>
    `GET /api/v1/queue-token HTTP/1.1\r\nhost: x\r\nx-request-id: ${id}\r\nqueue-token: ${token}\r\n\r\n`;
  let most = 0;
  const answered = async (connection: number): Promise<void> => {
    const socket = connect(Number(port), hostname);
    socket.write(ids(connection).map(one).join(''));
    let text = '';
    for await (const some of socket.setEncoding('utf8')) {
      text += String(some);
      most = Math.max(most, residentMegabytes());
      if (text.endsWith('}') && text.includes(`connection-${connection}-2999\r\n`)) break;
    }
    assert.deepEqual(
      [...text.matchAll(/x-request-id: (\S+)/g)].map(([, id]) => id),
      ids(connection),
    );
    assert.equal(text.split('HTTP/1.1 200 OK').length - 1, 3_000);
  };
  // What a process takes to get going, a hundred megabytes, is no cost of what is sent ahead: that is forty.
  await answered(0);
  const begun = residentMegabytes();
  most = begun;
  await Promise.all(Array.from({ length: 8 }, (_, connection) => answered(connection)));
  assert(most - begun < 100, `${Math.round(most - begun)} MB more`);
  // And the same again, without reading any answer, while it is told to stop.
  const sockets = Array.from({ length: 8 }, () => connect(Number(port), hostname));
  for (const socket of sockets) socket.on('error', () => undefined).write(one('without-end').repeat(20_000));
  await once(sockets[7] as Socket, 'connect');
  assert.equal(await server.stop(), 0);
  for (const socket of sockets) socket.destroy();
});

test('too slow is cut off, with an answer', async () => {
  const server = await house.start();
  const started = performance.now();
  const { status, headers } = await sendRaw(server.origin, 'GET /healthz HTTP/1.1\r\nhost: x\r\n');
  assert.equal(status, 400);
  assert.equal(headers.get('content-type'), 'application/problem+json');
  assert(performance.now() - started < 20_000);
  await server.stop();
});

test('while the database is away: not ready, nothing lost, and ready again by itself', async () => {
  const wire = await openWire(house.databaseUrl);
  const server = await house.start({ DATABASE_URL: wire.url });
  const call = caller(server.origin);
  assert.equal((await call('GET', '/readyz')).status, 200);
  await wire.down();
  const [refused, charge] = await Promise.all([
    call('GET', '/api/v1/wallet', { bearer: newFan().token }),
    call('POST', '/api/v1/wallet/charges', { bearer: newFan().token, key: 'once', body: { amount: 1 } }),
  ]);
  for (const { code, status, headers } of [await call('GET', '/readyz'), refused, charge]) {
    assert.deepEqual([status, code], [503, 'OVERLOADED']);
    assert(Number(headers.get('retry-after')) >= 1);
  }
  assert.equal((await call('GET', '/healthz')).status, 200);
  await wire.up(house.databaseUrl);
  const back = async () => assert.equal((await call('GET', '/readyz')).status, 200);
  await eventually(back, 10_000);
  assert.equal((await call('GET', '/api/v1/wallet', { bearer: newFan().token })).status, 200);
  await server.stop();
  await wire.close();
});

test('whoever stands before the door when the server is told to stop is answered', async () => {
  const server = await house.start();
  const { hostname: host, port } = new URL(server.origin);
  // While it is stopped the system takes connections for it, and it meets them together with the signal.
  server.process.kill('SIGSTOP');
  const charge = async ({ token }: { readonly token: string }): Promise<() => Promise<string>> => {
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': 'k', 'content-type': 'application/json' };
    const socket = connect(Number(port), host);
    await once(socket, 'connect');
    const sent = request({
      host,
      createConnection: () => socket,
      method: 'POST',
      path: '/api/v1/wallet/charges',
      headers,
    });
    const answered = once(sent, 'response').then(
      ([answer]: IncomingMessage[]) => String(answer?.resume().statusCode),
      (error: unknown) => String(error),
    );
    sent.end('{"amount":1}');
    return () => answered;
  };
  const answers = await Promise.all(newFans(200).map(charge));
  const stopped = server.stop();
  server.process.kill('SIGCONT');
  assert.deepEqual(new Set(await Promise.all(answers.map((answer) => answer()))), new Set(['201']));
  assert.equal(await stopped, 0);
});

test('open streams end with the server, which ends in time', async () => {
  const server = await house.start();
  const office = boxOffice(server);
  const { concertId } = await office.createConcert();
  const token = await office.enter(concertId, newFan());
  const stream = await readEvents(`${server.origin}/api/v1/queue-token/events`, token);
  assert.equal((await stream.next()).event, 'status');
  // Longer than an answer may take before it is called slow.
  await sleep(1_100);
  const started = performance.now();
  assert.equal(await server.stop(), 0);
  assert(performance.now() - started < 5_000);
  await stream.over;
  assert.doesNotMatch(server.output(), /slow answer/);
});
