/** Who comes too often, too slowly, or while the database is away; and how streams and requests end with the server. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { boxOffice, newFan, newFans } from './harness/box-office.ts';
import { readEvents } from './harness/event-stream.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { caller } from './harness/http.ts';
import { sendRaw } from './harness/raw-http.ts';
import { operator } from './harness/server.ts';
import { openWire } from './harness/wire.ts';

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house.close());

describe('too often', () => {
  test('is told when to come again, and harms nobody else', async () => {
    const server = await house.start({ RATE_LIMIT: 'on' });
    const call = caller(server.origin);
    const { token: bearer } = newFan();
    const answers = await Promise.all(Array.from({ length: 450 }, () => call('GET', '/api/v1/wallet', { bearer })));
    const limited = answers.filter(({ code }) => code === 'RATE_LIMITED');
    assert(limited.length >= 50 && limited.length < 450, String(limited.length));
    const [one] = limited;
    const wait = Number(one?.headers.get('retry-after'));
    assert(wait >= 1 && wait <= 10, String(wait));
    assert.equal(one?.headers.get('content-type'), 'application/problem+json');
    assert.equal((await call('GET', '/api/v1/wallet', { bearer: newFan().token })).status, 200);
    await server.stop();
  });

  test("is counted by the address that a trusted proxy names, and by nobody else's word", async () => {
    const body = { email: 'nobody', password: 'x' };
    const limitedAmong = async (environment: Record<string, string>): Promise<number> => {
      const server = await house.start({ RATE_LIMIT: 'on', ...environment });
      const ask = caller(server.origin);
      const asked = Array.from({ length: 120 }, (_, n) =>
        ask('POST', '/api/auth/sign-in/email', { body, headers: { 'x-forwarded-for': `192.0.2.${n}` } }),
      );
      const statuses = (await Promise.all(asked)).map(({ status }) => status);
      await server.stop();
      return statuses.filter((status) => status === 429).length;
    };
    assert.equal(await limitedAmong({ TRUST_PROXY: 'loopback' }), 0);
    assert((await limitedAmong({})) > 0);
  });
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
  const [away, refused, charge] = await Promise.all([
    call('GET', '/readyz'),
    call('GET', '/api/v1/wallet', { bearer: newFan().token }),
    call('POST', '/api/v1/wallet/charges', { bearer: newFan().token, key: 'once', body: { amount: 1 } }),
  ]);
  for (const { code, status, headers } of [away, refused, charge]) {
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

test('while the database hangs, whoever reads or signs in is told so in time, and not queued for ever', async () => {
  const wire = await openWire(house.databaseUrl);
  const server = await house.start({ DATABASE_URL: wire.url });
  const office = boxOffice(server);
  const fan = newFan();
  const { bearer = '' } = await office.asOperator();
  const { concertId, performanceId } = await office.createConcert();
  const held = await office.hold(await office.enter(concertId, fan), performanceId, [1]);
  const reads = [
    ['/api/v1/reservations', fan.token],
    [`/api/v1/reservations/${held.body.id}`, fan.token],
    ['/api/v1/wallet/entries', fan.token],
    [`/api/v1/admin/concerts/${concertId}/overview`, bearer],
    ['/api/v1/admin/reservations', bearer],
  ] as const;
  const readAll = () => Promise.all(reads.map(([url, token]) => office.call('GET', url, { bearer: token })));
  assert.deepEqual(new Set((await readAll()).map(({ status }) => status)), new Set([200]));
  wire.freeze();
  const started = performance.now();
  const signIn = () => office.call('POST', '/api/auth/sign-in/email', { body: operator });
  const hung = (await Promise.all([readAll(), signIn(), signIn()])).flat();
  assert(performance.now() - started < 20_000, 'long before the driver gives its connections up');
  for (const { status, code, headers } of hung) {
    assert.deepEqual([status, code], [503, 'OVERLOADED']);
    assert(Number(headers.get('retry-after')) >= 1);
  }
  await wire.down();
  await wire.up(house.databaseUrl);
  await eventually(async () => {
    for (const { status } of await readAll()) assert.equal(status, 200);
    assert.match((await office.call<string>('GET', '/metrics')).body, /^maejin_reads 0$/m);
  }, 20_000);
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
