/** The servers behind the house's own balancer, and how they are: asked four times a second, as a balancer does. */
import type { Socket } from 'node:net';

export interface Target {
  readonly origin: string;
  readonly port: number;
  state: 'ready' | 'alive' | 'gone';
  /** Of those who ask, to be cut when the server is gone. */
  readonly connections: Set<Socket>;
}

export interface Targets {
  /** Those that are ready, or, if none is, those that live. */
  able(): readonly Target[];
  /** Replaces them; those that were there before are kept as they are. */
  serve(origins: readonly string[]): void;
  /** Looks no more, and cuts who is connected. */
  close(): void;
}

const look_every_ms = 250;
const look_ms_max = 1_000;

export function createTargets(): Targets {
  let targets: readonly Target[] = [];
  const closing = new AbortController();

  const look = async (target: Target): Promise<void> => {
    while (!closing.signal.aborted && targets.includes(target)) {
      const isReady = await answers(`${target.origin}/readyz`);
      target.state = isReady ? 'ready' : (await answers(`${target.origin}/healthz`)) ? 'alive' : 'gone';
      if (target.state === 'gone') for (const connection of target.connections) connection.destroy();
      await new Promise((resolve) => setTimeout(resolve, look_every_ms));
    }
  };
  return {
    able: () => {
      const ready = targets.filter(({ state }) => state === 'ready');
      return ready.length > 0 ? ready : targets.filter(({ state }) => state === 'alive');
    },
    serve: (origins) => {
      const known = new Map(targets.map((target) => [target.origin, target]));
      const fresh = (origin: string): Target => ({
        origin,
        port: Number(new URL(origin).port),
        state: 'ready',
        connections: new Set(),
      });
      targets = origins.map((origin) => known.get(origin) ?? fresh(origin));
      for (const target of targets) if (!known.has(target.origin)) void look(target);
    },
    close: () => {
      closing.abort();
      for (const { connections } of targets) for (const connection of connections) connection.destroy();
    },
  };
}

function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(look_ms_max) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
