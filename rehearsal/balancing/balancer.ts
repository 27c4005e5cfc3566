/**
 * A load balancer as small as one can be, in one of two ways: it passes whole connections on, one after the other, and
 * knows nothing of what is in them; or it reads the requests, and whatever writes for one concert comes to one server, as
 * deploy/haproxy.cfg has it.
 */
import type { Server } from 'node:http';
import { connect, createServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { createConcertServer } from './by-concert.ts';
import { createTargets, type Targets } from './targets.ts';

export const balances = ['connections', 'concert'] as const;
export type Balance = (typeof balances)[number];

export interface Balancer {
  readonly origin: string;
  /** Replaces the servers behind it. */
  serve(origins: readonly string[]): void;
  close(): Promise<void>;
}

/** Throws an error of one line for another word. */
export function readBalance(text: string): Balance {
  const found = balances.find((balance) => balance === text);
  if (found === undefined) throw new Error(`--balance must be ${balances.join(' or ')}`);
  return found;
}

export async function openBalancer(balance: Balance): Promise<Balancer> {
  const targets = createTargets();
  const server: TcpServer | Server = balance === 'concert' ? createConcertServer(targets) : createPipes(targets);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: targets.serve,
    close: async () => {
      const gone = new Promise((resolve) => server.close(resolve));
      targets.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await gone;
    },
  };
}

/** Connections to one server after the other, and no second tries. */
function createPipes(targets: Targets): TcpServer {
  let next = 0;
  return createServer((near) => {
    near.setNoDelay(true);
    near.on('error', () => undefined);
    const able = targets.able();
    const target = able[next++ % Math.max(1, able.length)];
    if (target === undefined) return void near.destroy();
    const far = connect(target.port, '127.0.0.1');
    far.setNoDelay(true);
    target.connections.add(near);
    far.on('error', () => {
      target.state = 'gone';
    });
    near.on('close', () => {
      target.connections.delete(near);
      far.destroy();
    });
    far.on('close', () => near.destroy());
    near.pipe(far);
    far.pipe(near);
    return undefined;
  });
}
