/** A way to the database that a test can cut and mend: what a server sees when the network or the database is gone. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Severable {
  /** The same database by way of this line. */
  readonly url: string;
  /** Ends all connections; new ones are refused. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export async function severable(databaseUrl: string): Promise<Severable> {
  const there = new URL(databaseUrl);
  const open = new Set<Socket>();
  const line = createServer((near) => {
    const far = connect(Number(there.port), there.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => undefined);
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  line.unref().listen(0, '127.0.0.1');
  await once(line, 'listening');
  const { port } = line.address() as AddressInfo;
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    cut: async () => {
      const closed = once(line, 'close');
      line.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
    mend: async () => {
      line.unref().listen(port, '127.0.0.1');
      await once(line, 'listening');
    },
  };
}
