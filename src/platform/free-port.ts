/** Finds out, before anything is built on it, whether a TCP port can be listened on. */
import { once } from 'node:events';
import { createServer } from 'node:net';

export interface HeldPort {
  readonly port: number;
  /** Resolves when it can be listened on; to be called right before that. Again, it does nothing. */
  release(): Promise<void>;
}

/**
 * Holds the port, for 0 one that the system chose, until it is released: a port that was only looked at may be somebody
 * else's by the time it is used, an outgoing connection's among them. Rejects as `listen` would: EADDRINUSE, EACCES, or
 * EADDRNOTAVAIL and ENOTFOUND for an address that is not this machine's.
 */
export async function holdPort(host = '127.0.0.1', port = 0): Promise<HeldPort> {
  const server = createServer((socket) => socket.destroy());
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    port: address.port,
    release: async () => {
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

/** A port that nobody listens on at this moment. Rejects as `listen` would. */
export async function freePort(host?: string, port?: number): Promise<number> {
  const held = await holdPort(host, port);
  await held.release();
  return held.port;
}
