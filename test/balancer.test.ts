/** The house's own balancer, which reads requests: what meets at one server, and what is never asked twice. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { openBalancer, type Balancer } from '../rehearsal/balancing/balancer.ts';
import { meetingPoint } from '../rehearsal/balancing/by-concert.ts';
import { eventually } from './harness/eventually.ts';

const count = 3;
let servers: Server[];
let balancer: Balancer;
/** Requests that came to a server, but for the balancer's own. */
const came: string[] = [];
/** What the next requests meet. */
let isBroken = false;

before(async () => {
  servers = [];
  for (let number = 0; number < count; number++) {
    const server = createServer((asked, answer) => {
      const isLook = asked.url === '/readyz' || asked.url === '/healthz';
      if (!isLook) came.push(`${asked.method} ${number}`);
      if (isBroken && !isLook) asked.socket.destroy();
      else asked.resume().once('end', () => answer.setHeader('x-server', number).end('{}'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
  }
  balancer = await openBalancer('concert');
  balancer.serve(servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`));
});
after(async () => {
  await balancer.close();
  for (const server of servers) server.close().closeAllConnections();
});

const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
const tokenOf = (claims: object): string => `e30.${part(claims)}.x`;
const placeIn = (c: string) => ({ 'queue-token': tokenOf({ c }) });

async function serverOf(method: string, url: string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(`${balancer.origin}/api/v1${url}`, { method, headers });
  assert.equal(await answer.text(), '{}');
  return answer.headers.get('x-server') ?? '';
}

test('whatever writes for one concert is known by its path or its place, and reads are not', () => {
  const own = { authorization: `Bearer ${tokenOf({ sub: 'kim' })}` };
  for (const [expected, method, url, headers] of [
    ['abc', 'POST', '/api/v1/concerts/abc/queue-tokens', own],
    ['abc', 'DELETE', '/api/v1/queue-token', placeIn('abc')],
    ['abc', 'POST', '/api/v1/reservations', placeIn('abc')],
    ['abc', 'POST', '/api/v1/reservations/abc-r1/payment', placeIn('abc')],
    ['abc', 'DELETE', '/api/v1/reservations/abc-r1', own],
    ['abc', 'PATCH', '/api/v1/admin/concerts/abc', own],
    ['wallet', 'POST', '/api/v1/wallet/charges', own],
    [undefined, 'GET', '/api/v1/wallet/entries', own],
    [undefined, 'POST', '/api/auth/sign-in/email', {}],
    [undefined, 'POST', '/api/v1/reservations', { 'queue-token': 'not.a.token' }],
    [undefined, 'POST', '/api/v1/reservations', { 'queue-token': tokenOf({ c: 1 }) }],
    [undefined, 'GET', '/api/v1/queue-token', placeIn('abc')],
  ] as const)
    assert.equal(meetingPoint({ method, url, headers }), expected, `${method} ${url}`);
});

test('writes of one concert meet at one server, concerts and reads are spread over all', async () => {
  const writers = new Set<string>();
  for (const concert of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']) {
    const asked = [
      await serverOf('POST', `/concerts/${concert}/queue-tokens`),
      await serverOf('POST', '/reservations', placeIn(concert)),
      await serverOf('DELETE', '/queue-token', placeIn(concert)),
    ];
    assert.equal(new Set(asked).size, 1);
    writers.add(asked[0] ?? '');
  }
  const readers = new Set<string>();
  for (let poll = 0; poll < count; poll++) readers.add(await serverOf('GET', '/queue-token', placeIn('a')));
  assert.deepEqual([writers.size, readers.size], [count, count]);
});

test('what broke after it was sent is left without an answer, and asked nowhere else', async () => {
  isBroken = true;
  came.length = 0;
  await assert.rejects(serverOf('POST', '/reservations', placeIn('a')));
  await assert.rejects(serverOf('GET', '/queue-token', placeIn('a')));
  isBroken = false;
  assert.deepEqual([came.length, came[0]?.slice(0, 4)], [2, 'POST']);
});

test('what a server that is gone would have written is written by another, and the others keep theirs', async () => {
  const concerts = Array.from({ length: 12 }, (_, number) => `concert${number}`);
  const writersOf = () => Promise.all(concerts.map((c) => serverOf('POST', `/concerts/${c}/queue-tokens`)));
  const before = await writersOf();
  servers[1]?.close().closeAllConnections();
  // A connection may be found broken with a request on it.
  const since = await eventually(writersOf);
  assert(before.includes('1') && !since.includes('1'));
  for (const [place, server] of before.entries()) if (server !== '1') assert.equal(since[place], server);
});
