/**
 * The crowd's way to the service: HTTP/1.1 on a bounded number of keep-alive connections, one request under way on
 * each, on bare sockets, because on two cores the crowd must take a small part of what it looks at. No answer is an
 * outcome like any other: it leaves open what happened.
 */
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import { createReading, type Reading } from './http-reading.ts';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The answer is waited for so long and no longer, then the connection is cut. */
  readonly patienceMs?: number;
  /** May wait until nobody else wants a connection: a poll from far back must not hold up a payment. */
  readonly patient?: boolean;
}

export interface Reply {
  /** 0: no answer came. */
  readonly status: number;
  /** Steady milliseconds (`performance.now()`): when the request was written, and when its answer was complete. */
  readonly start: number;
  readonly end: number;
  readonly body: Buffer;
  header(name: string): string | undefined;
}

export interface Client {
  send(request: Request): Promise<Reply>;
  /** Requests that wait for a connection, at this moment. */
  readonly queued: number;
  close(): void;
}

interface Job extends Request {
  readonly resolve: (reply: Reply) => void;
}

interface Line {
  readonly socket: Socket;
  reading: Reading;
  job: Job | undefined;
  start: number;
  deadline: number;
}

const patience_ms = 15_000;
const sweep_ms = 100;
const connect_pause_ms = 50;
const nothing = Buffer.alloc(0);

/** Speaks to one address. Connections are made when they are needed, at most `connectionsMax`. */
export function createClient(origin: string, connectionsMax: number): Client {
  const { protocol, hostname, port, host } = new URL(origin);
  const idle: Line[] = [];
  const lines = new Set<Line>();
  const queue = createQueue<Job>();
  const later = createQueue<Job>();
  let closed = false;
  let refusedAt = -Infinity;

  const lost = (job: Job, start: number): void =>
    job.resolve({ status: 0, start, end: performance.now(), body: nothing, header: () => undefined });

  const finish = (line: Line): void => {
    const { job, reading, start } = line;
    if (job === undefined) return;
    line.job = undefined;
    const { status, body, header, keepAlive } = reading.answer();
    job.resolve({ status, start, end: performance.now(), body, header });
    line.reading = createReading(reading.rest());
    if (!keepAlive) line.socket.destroy();
    else if (!line.socket.destroyed) serve(line);
  };

  const write = (line: Line, job: Job): void => {
    line.job = job;
    line.start = performance.now();
    line.deadline = line.start + (job.patienceMs ?? patience_ms);
    line.socket.write(textOf(job, host));
    if (job.patienceMs !== undefined && job.patienceMs < 1_000) {
      setTimeout(() => line.job === job && line.socket.destroy(), job.patienceMs);
    }
  };

  const next = (): Job | undefined => queue.take() ?? later.take();
  const waiting = (): number => queue.length() + later.length();

  const serve = (line: Line): void => {
    const job = next();
    if (job === undefined) idle.push(line);
    else write(line, job);
  };

  const open = (): void => {
    const secure = protocol === 'https:';
    const number = Number(port === '' ? (secure ? 443 : 80) : port);
    const socket = secure
      ? connectSecure({ host: hostname, port: number, servername: hostname })
      : connectPlain({ host: hostname, port: number });
    socket.setNoDelay(true);
    const line: Line = { socket, reading: createReading(), job: undefined, start: 0, deadline: Infinity };
    let connected = false;
    lines.add(line);
    socket.on(secure ? 'secureConnect' : 'connect', () => {
      connected = true;
      serve(line);
    });
    socket.on('data', (bytes) => {
      if (line.job === undefined) socket.destroy();
      else if (line.reading.take(bytes)) finish(line);
    });
    socket.on('end', () => {
      if (line.job !== undefined && line.reading.ended()) finish(line);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      lines.delete(line);
      const place = idle.indexOf(line);
      if (place !== -1) idle.splice(place, 1);
      if (line.job !== undefined) lost(line.job, line.start);
      if (!connected) refuse();
      else if (waiting() > 0 && !closed) open();
    });
  };

  /** Nobody listens there: whoever waits is told, a little later, so that a crowd does not spin. */
  const refuse = (): void => {
    refusedAt = performance.now();
    for (let job = next(); job !== undefined; job = next()) lost(job, refusedAt);
  };

  const sweep = setInterval(() => {
    const now = performance.now();
    for (const line of lines) if (line.job !== undefined && line.deadline < now) line.socket.destroy();
  }, sweep_ms);

  return {
    send: (request) =>
      new Promise((resolve) => {
        const job: Job = { ...request, resolve };
        const line = idle.pop();
        if (closed) lost(job, performance.now());
        else if (line !== undefined) write(line, job);
        else {
          (request.patient === true ? later : queue).put(job);
          const wait = Math.max(0, refusedAt + connect_pause_ms - performance.now());
          if (lines.size < connectionsMax && wait === 0) open();
          else if (lines.size === 0) setTimeout(() => lines.size === 0 && waiting() > 0 && open(), wait);
        }
      }),
    get queued() {
      return waiting();
    },
    close: () => {
      closed = true;
      clearInterval(sweep);
      for (const { socket } of lines) socket.destroy();
      refuse();
    },
  };
}

function textOf({ method, path, headers, body }: Request, host: string): string {
  let text = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n`;
  for (const name of Object.keys(headers)) text += `${name}: ${headers[name]}\r\n`;
  if (body !== undefined && headers['Content-Type'] === undefined) text += 'Content-Type: application/json\r\n';
  if (body !== undefined) text += `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  else if (method !== 'GET') text += 'Content-Length: 0\r\n';
  return `${text}\r\n${body ?? ''}`;
}

/** First in, first out, however many. */
function createQueue<T>() {
  let items: T[] = [];
  let head = 0;
  return {
    length: (): number => items.length - head,
    put: (item: T): void => {
      items.push(item);
    },
    take: (): T | undefined => {
      const item = items[head];
      if (item === undefined) return undefined;
      head++;
      if (head > 10_000 && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
  };
}
