/**
 * What the service is measured against: Node's own HTTP server and nothing else. It answers one prepared text to
 * every request; of a POST it first reads and parses the body.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the next requests are answered with; sent by the parent process. */
export interface BareAnswer {
  readonly status: number;
  readonly body: string;
}

let answer: BareAnswer & { readonly bytes: number } = { status: 200, body: '{}', bytes: 2 };

function respond(response: ServerResponse): void {
  const { status, body, bytes } = answer;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes });
  response.end(body);
}

function readThenRespond(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (piece: string) => {
    body += piece;
  });
  request.on('end', () => {
    if (body !== '') JSON.parse(body);
    respond(response);
  });
}

const server = createServer((request, response) => {
  if (request.method === 'POST') readThenRespond(request, response);
  else respond(response);
});

process.on('message', (next: BareAnswer) => {
  answer = { ...next, bytes: Buffer.byteLength(next.body) };
  process.send?.('ready');
});
process.on('disconnect', () => {
  server.close();
  server.closeAllConnections();
});
// A terminal's Ctrl-C goes to the whole group; the parent ends us by hanging up.
process.on('SIGINT', () => undefined);

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
