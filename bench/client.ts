/**
 * The load tool: keep-alive HTTP/1.1 connections with one request under way on each, on bare sockets. Requests are
 * bytes made beforehand and answers are read only as far as counting needs, to take as little as can be of the
 * two cores that the servers need too. How much it took is part of each figure (`busy`).
 */
import { connect, type Socket } from 'node:net';

/** The next request of a connection (counted from 0), as bytes; undefined when there are no more. */
export type NextRequest = (line: number) => Buffer | undefined;

export interface LoadOptions {
  /** Servers on this machine; connections are dealt to them in turn. */
  readonly ports: readonly number[];
  readonly connections: number;
  readonly seconds: number;
  readonly next: NextRequest;
  /** The address that a connection (counted from 0) comes from; undefined leaves it to the system. */
  readonly from?: ((line: number) => string | undefined) | undefined;
}

export interface Load {
  /** Answers that came in time. */
  readonly answers: number;
  /** From the first request to the end of the time, or to the last request if they were used up before. */
  readonly seconds: number;
  /** Answers by status; 0 counts connections that broke and answers that could not be read. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Of every answer in time, in milliseconds, ascending. */
  readonly latencies: Float64Array;
  /** The first answer that was not a 2xx. */
  readonly firstBad: string | undefined;
}

interface Tally {
  readonly statuses: Record<string, number>;
  readonly latencies: number[];
  firstBad: string | undefined;
  /** Steady clock, milliseconds; answers after it do not count. */
  endsAt: number;
}

const read_buffer_bytes = 256 * 1024;
const settle_ms_max = 60_000;

/** Loads the servers and resolves when every request is answered. */
export async function load({ ports, connections, seconds, next, from }: LoadOptions): Promise<Load> {
  const buffer = Buffer.allocUnsafe(read_buffer_bytes);
  const tally: Tally = { statuses: {}, latencies: [], firstBad: undefined, endsAt: Infinity };
  const lines = await Promise.all(
    Array.from({ length: connections }, (_, number) =>
      openLine({ port: ports[number % ports.length] ?? 0, localAddress: from?.(number) }, buffer),
    ),
  );
  const startedAt = performance.now();
  tally.endsAt = startedAt + seconds * 1_000;
  const ask: NextRequest = (line) => {
    const now = performance.now();
    if (now >= tally.endsAt) return undefined;
    const request = next(line);
    if (request === undefined) tally.endsAt = now;
    return request;
  };
  await Promise.all(lines.map((line, number) => line.run(() => ask(number), tally)));
  return {
    answers: tally.latencies.length,
    seconds: (tally.endsAt - startedAt) / 1_000,
    statuses: tally.statuses,
    latencies: Float64Array.from(tally.latencies).toSorted(),
    firstBad: tally.firstBad,
  };
}

interface Line {
  /** Sends request after request until there are no more; resolves after the last answer, or when it broke. */
  run(ask: () => Buffer | undefined, tally: Tally): Promise<void>;
}

const nothing = (): void => undefined;

interface Way {
  readonly port: number;
  readonly localAddress: string | undefined;
}

function openLine({ port, localAddress }: Way, buffer: Buffer): Promise<Line> {
  const reading = createReading();
  let sentAt = 0;
  let answered = nothing;
  let broken = nothing;
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({
      port,
      host: '127.0.0.1',
      ...(localAddress === undefined ? {} : { localAddress }),
      noDelay: true,
      onread: {
        buffer,
        callback: (length) => {
          if (reading.take(buffer, length)) answered();
          return true;
        },
      },
    });
    socket.once('error', reject);
    socket.once('connect', () => resolve({ run }));
    socket.on('close', () => broken());

    const run: Line['run'] = (ask, tally) =>
      new Promise((done) => {
        const send = (): void => {
          const request = ask();
          if (request === undefined) return end();
          sentAt = performance.now();
          socket.write(request);
          return undefined;
        };
        const end = (): void => {
          broken = nothing;
          clearTimeout(patience);
          socket.destroy();
          done();
        };
        const patience = setTimeout(() => broken(), tally.endsAt - performance.now() + settle_ms_max);
        broken = () => {
          count(tally, 0);
          end();
        };
        answered = () => {
          const now = performance.now();
          const { status } = reading;
          count(tally, status);
          if (now < tally.endsAt) tally.latencies.push(now - sentAt);
          if ((status < 200 || status > 299) && tally.firstBad === undefined) tally.firstBad = reading.text();
          send();
        };
        send();
      });
  });
}

function count({ statuses }: Tally, status: number): void {
  statuses[status] = (statuses[status] ?? 0) + 1;
}

const header_bytes_max = 8_192;

/** Follows one connection's answers. Nearly always an answer lies in one piece at the start of the buffer. */
function createReading() {
  let head = '';
  let missing = 0;
  let kept = '';
  const reading = {
    status: 0,
    /** Takes the next bytes; true if with them an answer is complete. */
    take: (buffer: Buffer, length: number): boolean => {
      if (missing > 0) {
        missing -= length;
        return missing <= 0;
      }
      head += buffer.toString('latin1', 0, Math.min(length, header_bytes_max));
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return false;
      reading.status = Number(head.slice(9, 12));
      const field = head.indexOf('ontent-');
      const sizeAt = head.indexOf('ength: ', field) + 7;
      const size = Number.parseInt(head.slice(sizeAt, sizeAt + 10), 10);
      if (!(sizeAt >= 7 && sizeAt < end && size >= 0))
        throw new Error(`an answer without a length: ${head.slice(0, end)}`);
      kept = head;
      missing = end + 4 + size - (head.length - Math.min(length, header_bytes_max)) - length;
      head = '';
      return missing <= 0;
    },
    text: (): string => kept.slice(0, 2_000),
  };
  return reading;
}
