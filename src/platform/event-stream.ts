/**
 * Server-sent events, for tens of thousands of readers at once: one timer for all heartbeats, nothing kept per event,
 * of a reader nothing but its socket, and one that does not keep up is let go (its browser comes back by itself and is
 * told the newest state).
 */
import { validateHeaderValue, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { inSlices } from './each.ts';
import { OverloadedError } from './lane.ts';

export interface EventStream {
  /** Writes one event. `data` must not contain a line break (JSON does not). */
  send(event: string, data: string): void;
  /** Writes a frame made by `eventFrame`, the same for many streams. */
  write(frame: string | Buffer): void;
  close(): void;
  /** Called once, when the stream has ended for whatever reason; at once if it ended already. */
  onClose(handle: () => void): void;
  readonly closed: boolean;
}

export interface EventStreamLimits {
  /** Most streams at once on this server; one more is refused with `OverloadedError`. */
  readonly streamsMax: number;
  /** Most streams at once of one client; one more is refused with what `tooMany` makes. */
  readonly streamsPerClientMax: number;
  clientOf(request: FastifyRequest): string;
  tooMany(): Error;
}

interface EventStreams {
  open(request: FastifyRequest, reply: FastifyReply): EventStream;
  /** Resolves when each has been told. */
  closeAll(): Promise<void>;
  readonly count: number;
}

declare module 'fastify' {
  interface FastifyInstance {
    eventStreams: EventStreams;
  }
}

/** Unsent bytes at which a reader counts as gone. */
const buffered_bytes_max = 65_536;
/** Each stream hears a comment once in so many ticks: at most 15 s, the contract says. */
const heartbeat_ticks = 140;
const tick_ms = 100;
/** Who has not taken the last bytes of a stream by then is cut off. */
const last_bytes_ms = 5_000;
const reconnect_ms = 2_000;
const retry_after_seconds = 5;
const heartbeat = Buffer.from(':\n\n');

/** An event as it goes over the wire; made once, it can be written to many streams. */
export function eventFrame(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`;
}

/**
 * Answers the request with an open stream; the handler has then nothing more to answer. Headers set so far are kept.
 * Refuses with `OverloadedError` when the server has too many streams.
 */
export function openEventStream(request: FastifyRequest, reply: FastifyReply): EventStream {
  return request.server.eventStreams.open(request, reply);
}

/** Gives the app its streams and ends them when it closes, which it could not do while they are open. */
export function mountEventStreams(app: Pick<FastifyInstance, 'decorate' | 'addHook'>, limits: EventStreamLimits): void {
  const streams = createEventStreams(limits);
  app.decorate('eventStreams', streams);
  app.addHook('preClose', () => streams.closeAll());
}

interface Reader extends EventStream {
  beat(): void;
}

function createEventStreams(limits: EventStreamLimits): EventStreams {
  // Streams are dealt over the ticks: of 50,000 a tick writes to 360, and stalls nobody.
  const ticks = Array.from({ length: heartbeat_ticks }, () => new Set<Reader>());
  const perClient = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let tick = 0;
  let count = 0;
  let dealt = 0;
  let closing = false;

  const beat = (): void => {
    tick = (tick + 1) % heartbeat_ticks;
    for (const reader of ticks[tick] ?? []) reader.beat();
  };

  const enter = (client: string): void => {
    const own = perClient.get(client) ?? 0;
    if (count >= limits.streamsMax || closing) throw new OverloadedError('event streams', retry_after_seconds);
    if (own >= limits.streamsPerClientMax) throw limits.tooMany();
    perClient.set(client, own + 1);
    count += 1;
    timer ??= setInterval(beat, tick_ms);
  };

  const leave = (client: string): void => {
    const own = (perClient.get(client) ?? 1) - 1;
    if (own > 0) perClient.set(client, own);
    else perClient.delete(client);
    count -= 1;
    if (count === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };

  return {
    open: (request, reply) => {
      const client = limits.clientOf(request);
      enter(client);
      const reader = openReader(reply);
      const readers = ticks[dealt++ % heartbeat_ticks] ?? new Set<Reader>();
      readers.add(reader);
      reader.onClose(() => {
        readers.delete(reader);
        leave(client);
      });
      return reader;
    },
    closeAll: async () => {
      closing = true;
      for (const readers of ticks) await inSlices(readers, (reader) => reader.close());
    },
    get count() {
      return count;
    },
  };
}

function openReader(reply: FastifyReply): Reader {
  const head = headOf(reply);
  reply.hijack();
  return new SocketReader(reply.raw, head);
}

/** Written by hand, since a response that has begun keeps its request and its parser until it ends. */
function headOf(reply: FastifyReply): string {
  const headers = {
    ...reply.getHeaders(),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    date: new Date().toUTCString(),
    // The end of the connection ends the stream: without chunk framing an event is one write.
    connection: 'close',
    // Reverse proxies must hand every event on at once.
    'x-accel-buffering': 'no',
  };
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => {
      validateHeaderValue(name, String(one));
      return `${name}: ${one}`;
    }),
  );
  return `HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** A class, so that tens of thousands of readers share what they can do. */
class SocketReader implements Reader {
  closed: boolean;
  private readonly handles: (() => void)[] = [];
  private readonly socket: Socket;

  constructor(response: ServerResponse, head: string) {
    const { socket } = response.req;
    this.socket = socket;
    // Who asked may have gone while it was found out what to tell.
    this.closed = socket.destroyed;
    if (this.closed) return;
    const end = (): void => this.end();
    socket.on('close', end);
    socket.write(`${head}retry: ${reconnect_ms}\n\n`);
    // The parser may be in the middle of what came with this request.
    setImmediate(takeOver, socket, response, end);
  }

  send(event: string, data: string): void {
    this.write(eventFrame(event, data));
  }

  write(frame: string | Buffer): void {
    if (this.closed) return;
    // Looked at before writing, so that one large event does not cost a reader who keeps up its stream.
    if (this.socket.writableLength <= buffered_bytes_max) {
      this.socket.write(frame);
      return;
    }
    this.socket.destroy();
    this.end();
  }

  beat(): void {
    this.write(heartbeat);
  }

  close(): void {
    if (this.closed) return;
    this.socket.destroySoon();
    // What could not be sent at once waits for a reader who may never read.
    if (this.socket.writableLength > 0) setTimeout(() => this.socket.destroy(), last_bytes_ms).unref();
    this.end();
  }

  onClose(handle: () => void): void {
    if (this.closed) handle();
    else this.handles.push(handle);
  }

  private end(): void {
    if (this.closed) return;
    this.closed = true;
    for (const handle of this.handles.splice(0)) handle();
  }
}

const of_http = ['data', 'end', 'drain', 'timeout', 'error', 'close', 'resume', 'pause'] as const;

/**
 * Takes a socket out of HTTP's hands. As long as a response goes on, Node keeps its request, its parser and all their
 * listeners, and the framework two objects more: half of what a stream costs. `finish` tells them that the answer has
 * been sent, and `close` that nothing more comes over this connection, which is so: whatever a client sends from now on
 * is dropped, and requests that were sent right behind this one end the connection.
 */
function takeOver(socket: Socket, response: ServerResponse, end: () => void): void {
  if (socket.destroyed) return;
  socket.off('close', end);
  response.emit('finish');
  socket.emit('close');
  for (const event of of_http) socket.removeAllListeners(event);
  // A reader that vanished is found out by the heartbeat's bytes, which it no longer acknowledges.
  socket.setTimeout(0);
  socket.on('close', end);
  socket.on('error', ignore);
  socket.on('end', leave);
  socket.resume();
}

function ignore(): void {
  // It closes, and that is listened to.
}

/** The other side has closed its half. */
function leave(this: Socket): void {
  this.destroySoon();
}
