/** Standing before what a server does with a request. */
import type { RequestListener, Server } from 'node:http';

/** Puts a listener in the place of the server's one listener for requests, which it is handed to go on to. */
export function standBefore(
  server: Pick<Server, 'listeners' | 'removeAllListeners' | 'on'>,
  listenerBefore: (serve: RequestListener) => RequestListener,
): void {
  const [serve] = server.listeners('request') as RequestListener[];
  if (serve === undefined) throw new Error('the server has no listener for requests');
  server.removeAllListeners('request');
  server.on('request', listenerBefore(serve));
}
