/** A TCP port that nobody listens on at this moment. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/** On the loopback address unless told otherwise. Rejects as `listen` would, for an address that is not ours. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}
