/**
 * Server-sent events, for tens of thousands of readers at once: one timer for all heartbeats, nothing kept per event,
 * and a reader that does not keep up is let go (its browser comes back by itself and is told the newest state).
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
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
  closeAll(): void;
  readonly count: number;
}

declare module 'fastify' {
  interface FastifyInstance {
    eventStreams: EventStreams;
  }
}

/** Unsent bytes at which a reader counts as gone. */
const buffered_bytes_max = 65_536;
/** Each stream hears a comment once in so many ticks of a second: at most 15 s, the contract says. */
const heartbeat_ticks = 14;
const tick_ms = 1_000;
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
  app.addHook('preClose', (done) => {
    streams.closeAll();
    done();
  });
}

interface Reader extends EventStream {
  beat(): void;
}

function createEventStreams(limits: EventStreamLimits): EventStreams {
  // Streams are dealt over the ticks, so that a tick writes to a fourteenth of them and stalls nobody.
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
    closeAll: () => {
      closing = true;
      for (const readers of ticks) for (const reader of readers) reader.close();
    },
    get count() {
      return count;
    },
  };
}

function openReader(reply: FastifyReply): Reader {
  const { raw } = reply;
  const handles: (() => void)[] = [];
  let closed = false;

  reply.hijack();
  // The end of the connection ends the stream: without chunk framing an event is one write.
  raw.useChunkedEncodingByDefault = false;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'close',
    // Reverse proxies must hand every event on at once.
    'x-accel-buffering': 'no',
  });
  raw.write(`retry: ${reconnect_ms}\n\n`);

  const ended = (): void => {
    if (closed) return;
    closed = true;
    for (const handle of handles) handle();
    handles.length = 0;
  };
  raw.on('close', ended);
  raw.on('error', ended);

  const write = (frame: string | Buffer): void => {
    if (closed) return;
    // Looked at before writing, so that one large event does not cost a reader who keeps up its stream.
    if (raw.writableLength > buffered_bytes_max) raw.destroy();
    else raw.write(frame);
  };

  return {
    send: (event, data) => write(eventFrame(event, data)),
    write,
    beat: () => write(heartbeat),
    close: () => {
      if (!closed) raw.end();
    },
    onClose: (handle) => {
      if (closed) handle();
      else handles.push(handle);
    },
    get closed() {
      return closed;
    },
  };
}
