/** A load balancer as small as one can be: round robin over those who are ready (or, if none is, alive), and no second tries. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Balancer {
  readonly origin: string;
  /** Replaces the servers behind it. */
  serve(origins: readonly string[]): void;
  close(): Promise<void>;
}

interface Target {
  readonly origin: string;
  readonly port: number;
  state: 'ready' | 'alive' | 'gone';
  readonly connections: Set<Socket>;
}

const look_every_ms = 250;
const look_ms_max = 1_000;

export async function openBalancer(): Promise<Balancer> {
  let targets: Target[] = [];
  let turn = 0;
  const closing = new AbortController();

  const server = createServer((near) => {
    near.setNoDelay(true);
    near.on('error', () => undefined);
    const ready = targets.filter(({ state }) => state === 'ready');
    const able = ready.length > 0 ? ready : targets.filter(({ state }) => state === 'alive');
    const target = able[turn++ % Math.max(1, able.length)];
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

  const look = async (target: Target): Promise<void> => {
    while (!closing.signal.aborted && targets.includes(target)) {
      const isReady = await answers(`${target.origin}/readyz`);
      target.state = isReady ? 'ready' : (await answers(`${target.origin}/healthz`)) ? 'alive' : 'gone';
      if (target.state === 'gone') for (const connection of target.connections) connection.destroy();
      await new Promise((resolve) => setTimeout(resolve, look_every_ms));
    }
  };

  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (origins) => {
      const known = new Map(targets.map((target) => [target.origin, target]));
      targets = origins.map(
        (origin) =>
          known.get(origin) ?? { origin, port: Number(new URL(origin).port), state: 'ready', connections: new Set() },
      );
      for (const target of targets) if (!known.has(target.origin)) void look(target);
    },
    close: async () => {
      closing.abort();
      const gone = new Promise((resolve) => server.close(resolve));
      for (const { connections } of targets) for (const connection of connections) connection.destroy();
      await gone;
    },
  };
}

function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(look_ms_max) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
