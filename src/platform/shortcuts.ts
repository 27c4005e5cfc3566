/**
 * Answers ahead of the framework, for what a waiting crowd asks again and again. A shortcut takes the plain case only:
 * a GET without a body, in order, answered from memory. Whatever differs in any way goes on to the routes, which would
 * have answered the same bytes, and know every refusal besides.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { standBefore } from './request-listener.ts';

/** What is sent with status 200; `headers` are names, each followed by its value, besides those of every answer. */
export interface ShortAnswer {
  readonly body: string | Buffer;
  readonly headers: readonly string[];
}

/** Undefined: not mine, not known at once, or not in order. Must neither throw nor wait. */
export type Shortcut = (url: string, headers: IncomingHttpHeaders) => ShortAnswer | undefined;

/** Receives a request that has an answer; answers the headers of every answer, or undefined if it may not ask now. */
export type Reception = (request: IncomingMessage, response: ServerResponse, shortcut: number) => string[] | undefined;

/** Puts the shortcuts before the server's listener. While `isOpen` is false they step aside. */
export function mountShortcuts(
  server: Parameters<typeof standBefore>[0],
  { shortcuts, receive, isOpen }: { shortcuts: readonly Shortcut[]; receive: Reception; isOpen: () => boolean },
): void {
  standBefore(server, (route) => (request, response) => {
    if (!(isPlain(request) && isOpen() && takeShortcut(request, response))) route(request, response);
  });

  const takeShortcut = (request: IncomingMessage, response: ServerResponse): boolean => {
    const { url = '', headers } = request;
    for (let index = 0; index < shortcuts.length; index++) {
      const answer = shortcuts[index]?.(url, headers);
      if (answer === undefined) continue;
      const common = receive(request, response, index);
      if (common === undefined) return false;
      const { body } = answer;
      const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
      response.writeHead(200, common.concat(answer.headers, 'content-length', String(bytes)));
      response.end(body);
      return true;
    }
    return false;
  };
}

function isPlain({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers['content-length'] === undefined && headers['transfer-encoding'] === undefined;
}
