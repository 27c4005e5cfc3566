/** Event streams over real connections: what arrives, who is let go, and that nothing keeps a server from closing. */
import assert from 'node:assert/strict';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fastify, type FastifyInstance } from 'fastify';
import { eventFrame, mountEventStreams, openEventStream, type EventStream } from './event-stream.ts';
import { OverloadedError } from './lane.ts';

let app: FastifyInstance;
let opened: EventStream[];
let port: number;

beforeEach(async () => {
  opened = [];
  app = fastify();
  mountEventStreams(app, {
    streamsMax: 4,
    streamsPerClientMax: 2,
    clientOf: (request) => String(request.headers['client']),
    tooMany: () => new Error('too many of one client'),
  });
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('x-request-id', 'kept');
    done();
  });
  app.setErrorHandler((error, _request, reply) => {
    reply.code(error instanceof OverloadedError ? 503 : 429).send('no');
  });
  app.get('/', (request, reply) => {
    opened.push(openEventStream(request, reply));
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  ({ port } = app.server.address() as AddressInfo);
});
afterEach(async () => {
  mock.timers.reset();
  await app.close();
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

interface Listener {
  readonly socket: Socket;
  text(): string;
  readonly closed: Promise<void>;
}

/** Opens a stream and resolves when its first bytes are there. */
async function listen(client = 'a'): Promise<Listener> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  socket.write(`GET / HTTP/1.1\r\nhost: x\r\nclient: ${client}\r\n\r\n`);
  await until(() => text.includes('\n\n') || /^HTTP\/1.1 [45]/.test(text));
  return { socket, text: () => text, closed };
}

async function until(holds: () => boolean): Promise<void> {
  for (let look = 0; look < 500 && !holds(); look++) await sleep(5);
  assert(holds(), 'it did not happen in time');
}

describe('an event stream', () => {
  test('keeps the headers, says when to come back, and hands on every event', async () => {
    const listener = await listen();
    opened[0]?.send('status', '{"a":1}');
    opened[0]?.write(eventFrame('seats', '[]'));
    await until(() => listener.text().includes('[]'));
    assert.match(listener.text(), /^HTTP\/1.1 200 OK\r\n/);
    assert.match(listener.text(), /\r\nx-request-id: kept\r\n/);
    assert.match(listener.text(), /\r\ncontent-type: text\/event-stream/);
    assert(
      listener.text().endsWith('\r\n\r\nretry: 2000\n\nevent: status\ndata: {"a":1}\n\nevent: seats\ndata: []\n\n'),
    );
  });

  test('ends for both sides, and says so once', async () => {
    const [one, other] = [await listen(), await listen()];
    let ends = 0;
    for (const stream of opened) stream.onClose(() => (ends += 1));
    one.socket.destroy();
    opened[1]?.close();
    await other.closed;
    await until(() => ends === 2);
    assert.equal(app.eventStreams.count, 0);
    opened[0]?.send('late', '{}');
    opened[0]?.onClose(() => (ends += 1));
    assert.equal(ends, 3, 'whoever comes late is told at once');
  });

  test('is refused beyond the limits, and free again after', async () => {
    const first = await listen('a');
    await listen('a');
    assert.match((await listen('a')).text(), /^HTTP\/1.1 429/);
    await listen('b');
    await listen('c');
    assert.match((await listen('d')).text(), /^HTTP\/1.1 503/);
    first.socket.destroy();
    await until(() => app.eventStreams.count === 3);
    assert.match((await listen('a')).text(), /^HTTP\/1.1 200/);
  });

  test('is all that its connection is for: what a client sends besides is dropped, or ends it', async () => {
    const listener = await listen();
    listener.socket.write('GET / HTTP/1.1\r\nhost: x\r\nclient: late\r\n\r\n');
    const behind = connect(port, '127.0.0.1');
    const closed = new Promise((resolve) => {
      behind.once('close', resolve);
    });
    behind.on('error', () => undefined).resume();
    behind.write('GET / HTTP/1.1\r\nhost: x\r\nclient: b\r\n\r\n'.repeat(2));
    await closed;
    opened[0]?.send('status', '{}');
    await until(() => listener.text().endsWith('data: {}\n\n'));
    assert.equal(listener.text().match(/HTTP\/1.1/g)?.length, 1);
    listener.socket.end();
    await listener.closed;
    await until(() => app.eventStreams.count === 0);
  });

  test('keeps nothing of its request but the socket', async () => {
    const held: WeakRef<object>[] = [];
    app.server.prependListener('request', (request, response) => {
      held.push(new WeakRef(request), new WeakRef(response));
    });
    const listener = await listen();
    await until(() => {
      collect();
      return held.every((ref) => ref.deref() === undefined);
    });
    opened[0]?.send('status', '{}');
    await until(() => listener.text().endsWith('data: {}\n\n'));
  });

  test('lets go of a reader that does not read', async () => {
    const listener = await listen();
    listener.socket.pause();
    const [stream] = opened;
    assert(stream !== undefined);
    const large = 'x'.repeat(60_000);
    let sent = 0;
    // The kernel takes some megabytes before anything waits in the process.
    while (!stream.closed && sent < 2_000) {
      stream.send('much', large);
      sent += 1;
      await sleep(0);
    }
    assert(stream.closed, `${sent} large events were kept for it`);
  });

  test('does not keep the server from closing', async () => {
    const listeners = [await listen('a'), await listen('b')];
    const started = performance.now();
    await app.close();
    assert(performance.now() - started < 2_000);
    await Promise.all(listeners.map(({ closed }) => closed));
  });
});

test('every stream hears a comment at least every 15 s, from one timer', async () => {
  await app.close();
  mock.timers.enable({ apis: ['setInterval'] });
  const listeners = [await reopen(), await reopen()];
  for (let second = 0; second < 15; second++) mock.timers.tick(1_000);
  for (const listener of listeners) await until(() => listener.text().includes('\n\n:\n\n'));
});

/** A stream of the app, made anew so that its timer is the test's. */
async function reopen(): Promise<Listener> {
  if (!app.server.listening) {
    app = fastify();
    const limits = { streamsMax: 4, streamsPerClientMax: 4, clientOf: () => '', tooMany: () => new Error('no') };
    mountEventStreams(app, limits);
    app.get('/', (request, reply) => {
      openEventStream(request, reply);
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    ({ port } = app.server.address() as AddressInfo);
  }
  return listen();
}
