/**
 * One request of a connection at a time, and what a client has sent ahead bounded: counted, not timed. Legal clients that
 * send ahead are answered, all and in order.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { holdBack, mountConnections, type Connections, type Visit } from '../src/platform/http-connections.ts';

interface Door {
  readonly server: Server;
  readonly connections: Connections;
  readonly port: number;
  /** In the order in which they were taken up. */
  readonly taken: Visit[];
}

async function openDoor(
  t: TestContext,
  take: (visit: Visit, door: () => Connections) => void,
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => response.end('served'),
): Promise<Door> {
  const server = createServer(answer);
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const taken: Visit[] = [];
  const connections: Connections = mountConnections(server, {
    take: (visit) => {
      taken.push(visit);
      take(visit, () => connections);
    },
    refuse: ({ response }) => response.writeHead(503).end(),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, connections, port: (server.address() as AddressInfo).port, taken };
}

const serve = (visit: Visit, door: () => Connections): void => {
  visit.isTakenUp = true;
  door().serve(visit);
};
const asking = (path: string | number): string => `GET /${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

/** All that a connection is told until it ends. */
async function heard(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (some: string) => {
    text += some;
  });
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return text;
}
const countOf = (text: string, part: string): number => text.split(part).length - 1;

test('a connection is not read while a request of it is open, and what was read waits behind', async (t) => {
  const { connections, port, taken } = await openDoor(t, () => undefined);
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => undefined);
  const requests = 200_000;
  const sent = socket.write(asking('ahead').repeat(requests));
  assert.equal(sent, false);
  while (connections.behind === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const [first] = taken;
  // As long as it takes for other things to come and go: bytes that could be read would be.
  for (let looks = 0; looks < 100; looks++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(taken.length, 1);
  assert(connections.behind < 5_000, `${connections.behind} of ${requests} were read`);
  first?.request.socket.destroy();
  while (connections.behind > 0) await new Promise((resolve) => setTimeout(resolve, 5));
});

test('all are answered in order, and never two at once', async (t) => {
  let open = 0;
  const most = { open: 0, behind: 0 };
  const paths: string[] = [];
  const { port } = await openDoor(t, (visit, door) => {
    open += 1;
    most.open = Math.max(most.open, open);
    most.behind = Math.max(most.behind, door().behind);
    paths.push(visit.request.url ?? '');
    visit.response.once('finish', () => {
      open -= 1;
    });
    // Some at once, some later.
    if (paths.length % 3 === 0) setImmediate(serve, visit, door);
    else serve(visit, door);
  });
  const requests = 6_000;
  const socket = connect(port, '127.0.0.1');
  const all = Array.from({ length: requests }, (_, n) => asking(n)).join('');
  socket.write(`${all}GET /last HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  const text = await heard(socket);
  assert.equal(countOf(text, 'HTTP/1.1 200 OK'), requests + 1);
  assert.deepEqual(
    paths.slice(0, -1),
    Array.from({ length: requests }, (_, n) => `/${n}`),
  );
  assert.equal(most.open, 1);
  assert(most.behind < 5_000, String(most.behind));
});

test('what many connections have sent ahead is bounded in all; who has no room is told so, or cut off', async (t) => {
  const { connections, port, taken } = await openDoor(t, () => undefined);
  // A single read brings some of them at least, however the system divides what is sent: together far more than there is room for.
  const ahead = asking('').repeat(1_900);
  const sockets = Array.from({ length: 100 }, () => connect(port, '127.0.0.1'));
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  const answers = sockets.map((socket) => {
    socket.write(ahead);
    return heard(socket);
  });
  const ended = await Promise.race(answers);
  assert.match(ended, /^HTTP\/1\.1 503 /);
  assert.equal(countOf(ended, 'HTTP/1.1 '), 1);
  assert.match(ended, /connection: close/i);
  assert(connections.behind <= 24_576, String(connections.behind));
  // There is room again when they are gone. One that is not read is seen to have left when it is answered, not before.
  for (const socket of sockets) socket.destroy();
  await Promise.all(answers);
  while (connections.behind > 0) {
    for (const { request } of taken) request.socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

test('a connection that is held back is answered first, and read again when its time is over', async (t) => {
  const { port, taken } = await openDoor(t, (visit, door) => {
    if (visit.request.url === '/held') holdBack(visit.request.socket, 300, visit.response);
    serve(visit, door);
  });
  const socket = connect(port, '127.0.0.1');
  socket.write(asking('held'));
  const all = heard(socket);
  await once(socket, 'data');
  const answeredAt = performance.now();
  socket.write('GET /next HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  for (let looks = 0; looks < 20; looks++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(taken.length, 1, 'it is not read');
  assert.equal(countOf(await all, 'served'), 2);
  assert(performance.now() - answeredAt > 200);
});

test('one that has sent ahead when it is held back is told that the connection ends', async (t) => {
  const { port, connections } = await openDoor(t, (visit, door) => {
    setTimeout(() => {
      holdBack(visit.request.socket, 60_000, visit.response);
      serve(visit, door);
    }, 50);
  });
  const socket = connect(port, '127.0.0.1');
  socket.write(asking('').repeat(10));
  const text = await heard(socket);
  assert.equal(countOf(text, 'HTTP/1.1 200'), 1);
  assert.match(text, /connection: close/i);
  assert.equal(connections.behind, 0);
});

test('what expects something unknown passes the same door', async (t) => {
  const { port, taken } = await openDoor(t, serve);
  const socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: x\r\nexpect: the-unexpected\r\nconnection: close\r\n\r\n');
  assert.match(await heard(socket), /^HTTP\/1\.1 200/);
  assert.equal(taken.length, 1);
});

test('the body of a request that was sent ahead is read when it is the next, whenever it comes', async (t) => {
  const { port, connections } = await openDoor(t, serve, (request, response) => {
    request.resume().on('end', () => response.end('served'));
  });
  assert.equal(connections.behind, 0);
  const socket = connect(port, '127.0.0.1');
  const all = heard(socket);
  const told = once(socket, 'data');
  socket.write(`${asking(1)}POST /2 HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n`);
  await told;
  socket.write('x'.repeat(50_000));
  socket.write(`${'x'.repeat(50_000)}${asking(3)}GET /last HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  assert.equal(countOf(await all, 'HTTP/1.1 200'), 4);
});
