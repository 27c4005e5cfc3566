/**
 * Request by request: what writes for one concert, or to wallets, to the same server for as long as that is
 * there, everything else to one after the other. Another server is tried only where no connection came about, so that
 * nothing can have been carried out; whatever breaks later is left without an answer.
 */
import { Agent, createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { likingOf } from '../../src/platform/rendezvous.ts';
import type { Target, Targets } from './targets.ts';

/** What is looked at of a request. */
export interface Asked {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

const writes = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const in_path = /^\/api\/v1\/(?:admin\/)?(?:concerts|performances|reservations)\/([^/?-]+)/;

/** What a write is for: those for the same meet at one server. Undefined: it may go anywhere. */
export function meetingPoint({ method = '', url = '', headers }: Asked): string | undefined {
  if (!writes.has(method)) return undefined;
  if (url.startsWith('/api/v1/wallet/')) return 'wallet';
  return in_path.exec(url)?.[1] ?? claimOf(headers['queue-token'], 'c');
}

/** Of a token whose signature nobody verifies here: whoever forges one chooses a server. */
function claimOf(token: unknown, name: string): string | undefined {
  const payload = typeof token === 'string' ? token.split('.')[1] : undefined;
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const claim = (claims as Record<string, unknown> | null)?.[name];
    return typeof claim === 'string' && claim !== '' ? claim : undefined;
  } catch {
    return undefined;
  }
}

/** The best first: when the first is gone, only what was its own moves. */
function byRendezvous(able: readonly Target[], point: string): readonly Target[] {
  return able
    .map((target) => ({ target, liking: likingOf(target.origin, point) }))
    .toSorted((one, other) => other.liking - one.liking)
    .map(({ target }) => target);
}

export function createConcertServer(targets: Targets): Server {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  let next = 0;
  const choose = (asked: Asked): readonly Target[] => {
    const able = targets.able();
    const point = meetingPoint(asked);
    if (point !== undefined) return byRendezvous(able, point);
    const first = next++ % Math.max(1, able.length);
    return [...able.slice(first), ...able.slice(0, first)];
  };
  // Its own limits are the servers': a stream is open for as long as they like.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 75_000, noDelay: true }, (asked, answer) => {
    const chunks: Buffer[] = [];
    asked.on('data', (chunk: Buffer) => chunks.push(chunk));
    asked.once('error', () => undefined);
    asked.once('end', () => passOn({ asked, answer, agent, body: Buffer.concat(chunks) }, choose(asked)));
  });
  server.once('close', () => agent.destroy());
  return server;
}

interface Passing {
  readonly asked: IncomingMessage;
  readonly answer: ServerResponse;
  readonly agent: Agent;
  readonly body: Buffer;
}

function passOn(passing: Passing, [target, ...others]: readonly Target[]): void {
  const { asked, answer, agent, body } = passing;
  const { socket: near, method, url: path, headers } = asked;
  if (target === undefined || near.destroyed) return void near.destroy();
  const options = { host: '127.0.0.1', port: target.port, agent, method, path, headers };
  const far = request(options, (said) => {
    answer.writeHead(said.statusCode ?? 502, said.headers);
    answer.flushHeaders();
    said.pipe(answer);
    said.once('error', () => near.destroy());
  });
  const leave = (): void => {
    target.connections.delete(near);
    far.destroy();
  };
  let isConnected = false;
  far.once('socket', (socket) => {
    isConnected = !socket.connecting;
    // One that is used again is connected already, and would keep the listener.
    if (!isConnected)
      socket.once('connect', () => {
        isConnected = true;
      });
  });
  target.connections.add(near);
  near.once('close', leave);
  answer.once('close', () => {
    near.off('close', leave);
    target.connections.delete(near);
    if (!answer.writableFinished) far.destroy();
  });
  far.once('error', () => {
    near.off('close', leave);
    target.connections.delete(near);
    if (isConnected) return void near.destroy();
    target.state = 'gone';
    passOn(passing, others);
    return undefined;
  });
  far.end(body);
  return undefined;
}
