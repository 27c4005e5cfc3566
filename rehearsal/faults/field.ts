/** Where things break: PostgreSQL, a wire to it for each server, several servers, and a balancer before them. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { openBalancer, type Balance, type Balancer } from '../balancing/balancer.ts';
import { newSecrets, startServer, type Secrets, type Server } from '../ground.ts';
import { createPostgres, createStandby, type Postgres } from './postgres.ts';
import { openWire, type Wire } from './wire.ts';

export interface Field {
  readonly folder: string;
  readonly secrets: Secrets;
  readonly postgres: Postgres;
  /** Only where a standby was asked for: follows synchronously. */
  readonly standby: Postgres | undefined;
  readonly balancer: Balancer;
  readonly wires: readonly Wire[];
  /** Those that run, by number; a killed one is undefined. */
  readonly servers: (Server | undefined)[];
  kill(number: number): Promise<void>;
  /** Starts the server with this number again, as a supervisor would. */
  restart(number: number): Promise<void>;
}

interface Special {
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface FieldOptions {
  readonly servers: number;
  readonly balance: Balance;
  readonly withStandby?: boolean;
  /** Flags and variables of a server, by its number. */
  readonly special?: (number: number) => Special;
  /** What must be so before the cluster is made: a small disk, for one. */
  readonly prepareDisk?: (dataDir: string, open: AsyncDisposableStack) => void;
}

export async function openField(folder: string, options: FieldOptions, open: AsyncDisposableStack): Promise<Field> {
  const { withStandby = false, special = (): Special => ({}), prepareDisk } = options;
  const secrets = newSecrets();
  const dataDir = path.join(folder, 'primary');
  mkdirSync(dataDir, { recursive: true });
  prepareDisk?.(dataDir, open);
  // Without a standby nobody waits for one; with it, every commit waits until the standby has it too.
  const settings = withStandby ? { synchronous_standby_names: 'standby' } : {};
  const plain = await createPostgres(dataDir, settings);
  open.defer(() => plain.stop());
  await plain.start();
  const standby = withStandby ? await createStandby(plain, path.join(folder, 'standby')) : undefined;
  open.defer(async () => standby?.stop());
  await standby?.start();

  const wires: Wire[] = [];
  const servers: (Server | undefined)[] = [];
  const balancer = await openBalancer(options.balance);
  open.defer(() => balancer.close());
  const serve = (): void => balancer.serve(servers.flatMap((server) => server?.origin ?? []));

  const restart = async (number: number): Promise<void> => {
    const databaseUrl = urlFor(number);
    const { flags = [], environment = {} } = special(number);
    const name = `server-${number + 1}`;
    servers[number] = await startServer({ folder, name, secrets, databaseUrl, flags, environment });
    serve();
  };
  const urlFor = (number: number): string => {
    if (standby !== undefined) {
      // Whoever lists the standby first must find the primary all the same.
      const ports = number % 2 === 0 ? [plain.port, standby.port] : [standby.port, plain.port];
      const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',');
      return `${plain.url.replace(`127.0.0.1:${plain.port}`, hosts)}?target_session_attrs=read-write`;
    }
    return plain.url.replace(`:${plain.port}/`, `:${wires[number]?.port}/`);
  };

  for (let number = 0; number < options.servers; number++) {
    const wire = await openWire(plain.port);
    open.defer(() => wire.close());
    wires.push(wire);
  }
  for (let number = 0; number < options.servers; number++) await restart(number);
  open.defer(async () => {
    await Promise.all(servers.map(async (server) => server?.stop()));
  });

  return {
    folder,
    secrets,
    postgres: plain,
    standby,
    balancer,
    wires,
    servers,
    restart,
    kill: async (number) => {
      const child = servers[number]?.child;
      if (child === undefined) return;
      const over = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await over;
      servers[number] = undefined;
      // The balancer is not told: it finds out.
    },
  };
}
