/** Many open event streams, as a process of its own: each fan's own place, each fan's own connection. */
import { connect, type Socket } from 'node:net';
import { serveOrders } from './children.ts';
import { createCredentials, get, type Secrets } from './wire.ts';

export interface OpenStreams {
  readonly open: {
    readonly port: number;
    /** Where they come from, so that one address's ports suffice; undefined leaves it to the system. */
    readonly localAddress: string | undefined;
    readonly concertId: string;
    readonly secrets: Secrets;
    /** Places in line. */
    readonly from: number;
    readonly count: number;
  };
}

/** Forget what was told so far; say what was told since; close all. */
export type StreamOrder = OpenStreams | { readonly watch: true } | { readonly report: true } | { readonly close: true };

export interface StreamReport {
  /** Streams that were told their place and are still open. */
  readonly open: number;
  /** For each that was told something since `watch`: when first, in milliseconds of the machine's steady clock. */
  readonly told: readonly number[];
  /** The first who was told that it is their turn. */
  readonly called: number | undefined;
  /** Processor seconds of this process since `watch`. */
  readonly busySeconds: number;
  /** Why the first one that failed did. */
  readonly failure: string | undefined;
}

const opening_at_once = 128;
const opening_ms_max = 20_000;

/** Milliseconds, the same for all processes of a machine. */
function steadyMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

interface Stream {
  readonly socket: Socket;
  told: number;
}

const streams = new Set<Stream>();
const buffer = Buffer.allocUnsafe(64 * 1024);
let called: number | undefined;
let failure: string | undefined;
let cpu = process.cpuUsage();

/** Resolves when the stream was told its place, or failed. */
function openStream({ port, localAddress }: OpenStreams['open'], request: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const from = localAddress === undefined ? {} : { localAddress };
    const fail = (why: string): void => {
      failure ??= why;
      streams.delete(stream);
      socket.destroy();
      resolve();
    };
    const late = setTimeout(() => fail('nothing was told in time'), opening_ms_max);
    const callback = (length: number): boolean => {
      const text = buffer.toString('latin1', 0, length);
      if (!text.includes('event: status')) {
        if (text.startsWith('HTTP/1.1 ') && !text.startsWith('HTTP/1.1 200')) fail(text.slice(0, 400));
        return true;
      }
      const now = steadyMs();
      if (stream.told === 0) stream.told = now;
      if (text.includes('"status":"ACTIVE"')) called ??= now;
      clearTimeout(late);
      streams.add(stream);
      resolve();
      return true;
    };
    const socket = connect({ port, host: '127.0.0.1', ...from, noDelay: true, onread: { buffer, callback } });
    const stream: Stream = { socket, told: 0 };
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => {
      clearTimeout(late);
      streams.delete(stream);
      resolve();
    });
    socket.once('connect', () => socket.write(request));
  });
}

async function openAll(order: OpenStreams['open']): Promise<void> {
  const { place } = createCredentials(order.secrets);
  let next = 0;
  const opener = async (): Promise<void> => {
    while (next < order.count && failure === undefined) {
      const entry = order.from + next++;
      await openStream(order, get('/queue-token/events', place(order.concertId, entry)));
    }
  };
  await Promise.all(Array.from({ length: opening_at_once }, opener));
}

function report(): StreamReport {
  const told = [...streams].map((stream) => stream.told).filter((at) => at > 0);
  const used = process.cpuUsage(cpu);
  return { open: streams.size, told, called, busySeconds: (used.user + used.system) / 1e6, failure };
}

async function closeAll(): Promise<void> {
  const gone = [...streams].map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)));
  for (const { socket } of streams) socket.destroy();
  await Promise.all(gone);
}

serveOrders(async (order: StreamOrder): Promise<StreamReport> => {
  if ('open' in order) await openAll(order.open);
  else if ('close' in order) await closeAll();
  else if ('watch' in order) {
    for (const stream of streams) stream.told = 0;
    called = undefined;
    cpu = process.cpuUsage();
  }
  return report();
});
