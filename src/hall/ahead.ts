/** Refusals that are told without the framework: to whom there is no room for, who asks too often, or speaks no HTTP. */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { refusals, refuse, type Refusal } from '../refusals.ts';
import { languageOf } from '../platform/language.ts';
import { problemHeaders, problemOf, problemText } from './problems.ts';

type Headers = Readonly<Record<string, string>>;

/** Of every answer that no page shows: nothing may run, frame or sniff it. Pages say otherwise for themselves. */
export const safeHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

function told(refusal: Refusal, acceptLanguage: string | undefined, common: Headers) {
  const problem = problemOf(refusal);
  const language = languageOf(acceptLanguage);
  const body = problemText(problem.refusal, language);
  const headers = {
    ...problemHeaders(problem, language),
    ...common,
    'content-length': String(Buffer.byteLength(body)),
  };
  return { status: refusals[refusal.code].status, headers, body };
}

/** `common` are the headers of every answer. */
export function refuseAhead(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  refusal: Refusal,
  common: Headers,
): void {
  const { status, headers, body } = told(refusal, request.headers['accept-language'], common);
  response.writeHead(status, headers).end(body);
}

/** What is not even HTTP, or comes too slowly or with too many headers: answered by hand, then the line is cut. */
export function refuseBadHttp(error: Error & { code?: string }, socket: Socket, requestId: string): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW' || error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW';
  const errors = [{ path: 'request', message: 'is not HTTP, or did not arrive in time' }];
  const refusal = tooLarge ? refuse('PAYLOAD_TOO_LARGE') : refuse('VALIDATION_FAILED', { errors });
  const { status, headers, body } = told(refusal, undefined, {
    'x-request-id': requestId,
    ...safeHeaders,
    connection: 'close',
  });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}
