/**
 * A gateway for the bench, as a process of its own: it speaks as much of Toss's wire as an order needs, keeps nothing, and
 * answers what it is told to. What it takes of the processors is nobody's figure.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { order_amount, orderOfPayment } from './order-names.ts';

/** How it answers from now on; sent by the parent process, which is told how many it has answered until then. */
export interface GatewayManner {
  readonly delayMs: number;
  /** Of whatever is looked up; a confirmation always takes the money. Nothing: 500, so that it stays unclear. */
  readonly lookUps: 'DONE' | 'nothing';
}

let manner: GatewayManner = { delayMs: 0, lookUps: 'DONE' };
let answered = 0;

function paymentOf(orderId: string): string {
  return JSON.stringify({
    paymentKey: `pay-${orderId}`,
    orderId,
    status: 'DONE',
    totalAmount: order_amount,
    balanceAmount: order_amount,
    currency: 'KRW',
    method: '카드',
    secret: null,
    virtualAccount: null,
    cancels: null,
    failure: null,
  });
}

function send(response: ServerResponse, status: number, body: string): void {
  answered++;
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '' } = request;
  if (method === 'POST') {
    let body = '';
    for await (const piece of request.setEncoding('utf8') as AsyncIterable<string>) body += piece;
    const { orderId } = JSON.parse(body) as { orderId: string };
    send(response, 200, paymentOf(orderId));
    return;
  }
  const { delayMs, lookUps } = manner;
  if (delayMs > 0) await sleep(delayMs);
  if (lookUps === 'nothing') send(response, 500, '{"code":"FAILED_INTERNAL_SYSTEM_PROCESSING"}');
  else send(response, 200, paymentOf(orderOfPayment(url.slice(url.lastIndexOf('/') + 1))));
}

const server = createServer((request, response) => {
  respond(request, response).catch(() => request.socket.destroy());
});

process.on('message', (next: GatewayManner) => {
  manner = next;
  process.send?.(answered);
});
process.on('disconnect', () => {
  server.close();
  server.closeAllConnections();
});
// A terminal's Ctrl-C goes to the whole group; the parent ends us by hanging up.
process.on('SIGINT', () => undefined);

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
