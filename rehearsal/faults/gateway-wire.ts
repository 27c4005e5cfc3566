/**
 * The wire between the service and its gateway, both ways: what the service asks, and what the gateway tells of its own
 * accord. It can refuse, hang, and bring notices twice and in another order.
 */
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface GatewayWire {
  readonly origin: string;
  /** Of what the service asks: passed on, refused at once, or never answered. What hung is cut off when it is whole again. */
  gateway: 'there' | 'refusing' | 'hanging';
  /** Every notice is acknowledged, kept, and brought twice, behind those that came later. */
  shuffling: boolean;
  /** What was asked and not passed on. */
  readonly turnedAway: number;
  /** Notices that were brought, each counted as often as it was. */
  readonly brought: number;
  close(): Promise<void>;
}

interface Message {
  readonly to: URL;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Within this time notices are dealt again. */
const shuffle_ms = 400;
const answer_ms_max = 30_000;
const kept_max = 100_000;

export async function openGatewayWire(): Promise<GatewayWire> {
  const hanging = new Set<Socket>();
  const kept: Message[] = [];
  const closing = new AbortController();
  let gateway: GatewayWire['gateway'] = 'there';
  let turnedAway = 0;
  let brought = 0;

  const isTurnedAway = (socket: Socket): boolean => {
    if (gateway === 'there') return false;
    turnedAway++;
    if (gateway === 'refusing') socket.destroy();
    else hanging.add(socket);
    return true;
  };

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const message = await messageOf(request);
    const isNotice = message.to.pathname.includes('/webhooks/');
    if (!isNotice && isTurnedAway(request.socket)) return;
    if (isNotice && wire.shuffling && kept.length < kept_max) {
      kept.push(message);
      response.writeHead(200).end();
      return;
    }
    if (isNotice) brought++;
    await passOn(message, response);
  };

  /** Those that are kept by now, each twice, the last first; what is refused comes again with the next. */
  const deal = async (): Promise<void> => {
    const all = kept.splice(0).toReversed();
    for (const message of [...all, ...all]) {
      brought++;
      await passOn(message);
    }
  };
  const dealing = (async () => {
    while (!closing.signal.aborted) {
      await sleep(shuffle_ms, undefined, { signal: closing.signal }).catch(() => undefined);
      await deal();
    }
  })();

  const server = createServer((request, response) => {
    take(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const wire: GatewayWire = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get gateway() {
      return gateway;
    },
    set gateway(next) {
      gateway = next;
      if (next !== 'hanging') for (const socket of hanging) socket.destroy();
      hanging.clear();
    },
    shuffling: false,
    get turnedAway() {
      return turnedAway;
    },
    get brought() {
      return brought;
    },
    close: async () => {
      closing.abort();
      await dealing;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return wire;
}

async function messageOf(request: IncomingMessage): Promise<Message> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  const { 'x-wire-to': to, host: _host, connection: _connection, ...headers } = request.headers;
  return {
    to: new URL(request.url ?? '', String(to)),
    method: request.method ?? 'GET',
    headers,
    body: Buffer.concat(parts),
  };
}

/** As it is, and its answer to whoever waits for one. A server that is not there is no fault of the wire. */
function passOn({ to, method, headers, body }: Message, response?: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const lost = (): void => {
      response?.destroy();
      resolve();
    };
    const going = ask(to, { method, headers, timeout: answer_ms_max }, (answer) => {
      answer.on('error', lost);
      answer.on('end', resolve);
      if (response === undefined) answer.resume();
      else answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers));
    });
    going.on('error', lost);
    going.on('timeout', () => going.destroy());
    response?.once('close', () => going.destroy());
    going.end(body);
  });
}
