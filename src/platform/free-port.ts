/** Finds out, before anything is built on it, whether a TCP port can be listened on. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The port itself if nobody listens on it, for 0 one that the system chose. Rejects as `listen` would:
 * EADDRINUSE, EACCES, or EADDRNOTAVAIL and ENOTFOUND for an address that is not this machine's.
 */
export async function freePort(host = '127.0.0.1', port = 0): Promise<number> {
  const server = createServer();
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}
