/**
 * The sockets that the driver talks through. postgres.js 3.4.9 takes ours (its option `socket`), which makes good
 * three of its faults, each seen to leave a lane waiting: a socket that closed with an error never answers what was
 * sent between the error and the close; a database host that vanished is waited for as long as TCP retries, which is
 * a quarter of an hour; and with several hosts, a query during an outage is tried for ever instead of refused.
 */
import { once } from 'node:events';
import { Socket, connect, isIP } from 'node:net';
import { connect as secure } from 'node:tls';

interface Host {
  readonly host: string;
  readonly port: number;
}

export interface Sockets {
  /** The first of the hosts, for the driver's messages. */
  readonly host: string;
  readonly port: number;
  /** Ours does what `sslmode` asks for. */
  readonly ssl: false;
  /** What the driver must ask for to find the host that takes writes; nothing where there is no choice. */
  readonly target_session_attrs?: 'primary';
  /** Connects to any host that takes connections; a socket that fails at once if none does. */
  readonly socket: () => Promise<Socket>;
}

/**
 * By `read-write` the driver looks at `default_transaction_read_only`, which since PostgreSQL 14 every server tells and a
 * standby tells as `off`: it then stays with a standby, where nothing can be written. By `primary` it looks at what is meant.
 */
const writable = { target_session_attrs: 'primary' } as const;
/** By address: which of its hosts took writes when last heard of. What the pool found out, the listener need not. */
const likely = new Map<string, number>();
/** A connection that ends sooner was not to the host that takes writes. */
const refused_ms_max = 1_000;
const connect_ms_max = 3_000;
/** Longer than any statement may take; a pool in use is never silent, its sweeps come several times a second. */
const silence_ms_max = 40_000;

/** For the driver's options: sockets to the hosts of a `postgres://` address, secured as its `sslmode` says. */
export function socketsTo(url: string): Sockets {
  const hosts = hostsOf(url);
  const sslMode = /[?&]ssl(?:mode)?=([\w-]+)/.exec(url)?.[1] ?? 'disable';
  return {
    ...hosts[0],
    ...(/[?&]target_session_attrs=(read-write|primary)/.test(url) ? writable : {}),
    ssl: false,
    socket: async () => {
      let failure: unknown;
      const from = likely.get(url) ?? 0;
      for (const host of [...hosts.slice(from), ...hosts.slice(0, from)]) {
        try {
          const socket = await open(host, sslMode);
          const openedAt = performance.now();
          likely.set(url, hosts.indexOf(host));
          // Any may be the one that takes writes; the driver closes the others and comes again, to the next one then.
          socket.once('close', () => {
            if (performance.now() - openedAt < refused_ms_max)
              likely.set(url, (hosts.indexOf(host) + 1) % hosts.length);
          });
          return orderly(socket);
        } catch (error) {
          failure = error;
        }
      }
      return new Socket().destroy(failure as Error);
    },
  };
}

function hostsOf(url: string): [Host, ...Host[]] {
  const [, list = ''] = /^\w+:\/\/(?:[^/?#]*@)?([^/?#]*)/.exec(url) ?? [];
  const hosts = list.split(',').map((text): Host => {
    const [, host = '', port = '5432'] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(text) ?? [];
    return { host: host === '' ? 'localhost' : host, port: Number(port) };
  });
  return hosts as [Host, ...Host[]];
}

async function open({ host, port }: Host, sslMode: string): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  socket.setTimeout(connect_ms_max, () => socket.destroy(timedOut()));
  await once(socket, 'connect');
  const secured = sslMode === 'disable' || sslMode === 'false' ? socket : await secureSocket(socket, host, sslMode);
  socket.setTimeout(silence_ms_max);
  return secured;
}

const ssl_request = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const yes = 'S'.charCodeAt(0);

/** As libpq does: `require` encrypts, `verify-ca` and `verify-full` also ask who answers. */
async function secureSocket(socket: Socket, host: string, sslMode: string): Promise<Socket> {
  socket.write(ssl_request);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (answer[0] !== yes) {
    if (sslMode === 'prefer' || sslMode === 'allow') return socket;
    socket.destroy();
    throw new Error(`the database at ${host} does not offer TLS, which sslmode=${sslMode} asks for`);
  }
  const servername = isIP(host) === 0 ? { servername: host } : {};
  // Told to the driver as the end of the secured one.
  socket.on('error', () => undefined);
  const secured = secure({ socket, ...servername, rejectUnauthorized: sslMode.startsWith('verify') });
  await once(secured, 'secureConnect');
  return secured;
}

/** A socket that never says that it closed with an error: only then does the driver answer everything it was asked. */
function orderly(socket: Socket): Socket {
  const emit = socket.emit.bind(socket) as (event: string, ...values: unknown[]) => boolean;
  return Object.assign(socket, {
    emit: (event: string, ...values: unknown[]) => emit(event, ...(event === 'close' ? [false] : values)),
  });
}

function timedOut(): Error {
  return Object.assign(new Error('the database is silent'), { code: 'ETIMEDOUT' });
}
