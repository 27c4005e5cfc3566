/** Where things break: PostgreSQL, a wire to it for each server, several servers, and a balancer before them. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBalancer, type Balance, type Balancer } from '../balancing/balancer.ts';
import { moneySettings, newSecrets, startServer, type Secrets, type Server } from '../ground.ts';
import type { Money } from '../history.ts';
import { openGatewayWire, type GatewayWire } from './gateway-wire.ts';
import { comeBack, createPostgres, createStandby, type Postgres } from './postgres.ts';
import { openWire, type Wire } from './wire.ts';

const by_the_wire = ['--import', path.join(import.meta.dirname, 'by-the-wire.mjs')];
/** Nobody takes so long to leave. */
const stay_ms = 1_000;

export interface Field {
  readonly folder: string;
  readonly secrets: Secrets;
  readonly postgres: Postgres;
  /** Only where standbys were asked for; the first of them follows synchronously. */
  readonly standbys: readonly Postgres[];
  /** The primary, killed before, comes back under its own address as a standby of this one. */
  returnAsStandby(primary: Postgres): Promise<void>;
  /** The sessions of servers that stay on a host which takes no writes, each told in a line. */
  strays(): Promise<string[]>;
  readonly balancer: Balancer;
  readonly wires: readonly Wire[];
  /** Between all servers and their gateway, where wallets are filled through one. */
  readonly gatewayWire: GatewayWire;
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
  readonly standbys?: 0 | 1 | 2;
  /** For the asking, unless told otherwise. */
  readonly money?: Money;
  /** Flags and variables of a server, by its number. */
  readonly special?: (number: number) => Special;
  /** What must be so before the cluster is made: a small disk, for one. */
  readonly prepareDisk?: (dataDir: string, open: AsyncDisposableStack) => void;
}

export async function openField(folder: string, options: FieldOptions, open: AsyncDisposableStack): Promise<Field> {
  const { standbys: count = 0, money = 'open', special = (): Special => ({}), prepareDisk } = options;
  const secrets = newSecrets();
  const dataDir = path.join(folder, 'primary');
  mkdirSync(dataDir, { recursive: true });
  prepareDisk?.(dataDir, open);
  // Without a standby nobody waits for one; with it, every commit waits until the standby has it too.
  const settings = count > 0 ? { synchronous_standby_names: 'standby_1' } : {};
  const plain = await createPostgres(dataDir, settings);
  open.defer(() => plain.stop());
  await plain.start();
  const standbys: Postgres[] = [];
  for (const name of ['standby_1', 'standby_2'].slice(0, count)) {
    const standby = await createStandby(plain, { folder: path.join(folder, name), name });
    open.defer(() => standby.stop());
    standbys.push(standby);
    await standby.start();
  }
  let returned: Postgres | undefined;
  open.defer(async () => returned?.stop());

  const wires: Wire[] = [];
  const servers: (Server | undefined)[] = [];
  const balancer = await openBalancer(options.balance);
  open.defer(() => balancer.close());
  const gatewayWire = await openGatewayWire();
  open.defer(() => gatewayWire.close());
  const serve = (): void => balancer.serve(servers.flatMap((server) => server?.origin ?? []));

  const restart = async (number: number): Promise<void> => {
    const databaseUrl = urlFor(number);
    const { flags = [], environment = {} } = special(number);
    const name = `server-${number + 1}`;
    servers[number] = await startServer({
      folder,
      name,
      secrets,
      databaseUrl,
      flags: [...flags, ...(money === 'open' ? [] : by_the_wire)],
      environment: { ...moneySettings(money, 'service'), GATEWAY_WIRE: gatewayWire.origin, ...environment },
    });
    serve();
  };
  const urlFor = (number: number): string => {
    if (standbys.length > 0) {
      // Whoever lists a standby first must find the primary all the same.
      const ports = [plain, ...standbys].map(({ port }) => port);
      const first = number % ports.length;
      const hosts = [...ports.slice(first), ...ports.slice(0, first)].map((port) => `127.0.0.1:${port}`).join(',');
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
    standbys,
    balancer,
    wires,
    gatewayWire,
    servers,
    restart,
    returnAsStandby: async (primary) => {
      returned = await comeBack(plain, primary);
      await returned.start();
    },
    strays: async () =>
      (await Promise.all([...standbys, ...(returned === undefined ? [] : [returned])].map(straysOn))).flat(),
    kill: async (number) => {
      const child = servers[number]?.child;
      if (child === undefined) return;
      const over = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await over;
      }
      servers[number] = undefined;
      // The balancer is not told: it finds out.
    },
  };
}

/** Whoever finds a standby leaves it at once, and may be seen doing so: who is there twice stays. */
async function straysOn(host: Postgres): Promise<string[]> {
  const look = () =>
    host.ask(
      ({ sql }) => sql<{ session: string }[]>`
        select format('%s on port %s since %s', application_name, ${host.port}::int, backend_start) as session
        from pg_stat_activity where application_name in ('maejin', 'maejin-feed') and pg_is_in_recovery()`,
    );
  const before = new Set((await look()).map(({ session }) => session));
  await sleep(stay_ms);
  return (await look()).map(({ session }) => session).filter((session) => before.has(session));
}
