/**
 * News between servers over PostgreSQL's LISTEN/NOTIFY. A message is sent inside the transaction it speaks of,
 * so it arrives exactly if that commits, and in the order of commits. While the listening connection is broken
 * messages are lost: subscribers are told by `onGap` and read again what they need.
 */
import postgres from 'postgres';
import type { Sql, Tx } from './database.ts';
import { randomId } from './ids.ts';
import { socketsTo } from './sockets.ts';
import type { Duty } from './ticker.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Sends with the transaction, whether or not it is waited for. `payload` must serialise to at most `payload_bytes_max` bytes. */
export function publish(tx: Tx | Sql, topic: string, payload: Json): Promise<unknown> {
  return tx`select pg_notify(${channel}, ${JSON.stringify([topic, payload])})`.execute();
}

export interface Feed {
  readonly publish: typeof publish;
  subscribe(topic: string, handle: (payload: never) => void): void;
  /** Called whenever messages may have been missed, once listening works again. */
  onGap(handle: () => void): void;
  /** Sends a message to itself and opens a new connection when too many went unheard. */
  readonly watch: Duty;
  close(): Promise<void>;
}

/** PostgreSQL refuses 8,000 bytes; the rest is the envelope. */
export const payload_bytes_max = 7_800;
/** With the format of the news: servers that pack them differently leave each other's alone and find out by looking. */
const channel = 'maejin_2';
const silence_ms_max = 3_000;
const connect_seconds_max = 3;

/** Opens the listening connection; resolves when it listens. */
export async function createFeed(url: string, sql: Sql): Promise<Feed> {
  const subscribers = new Map<string, ((payload: never) => void)[]>();
  const gapHandlers: (() => void)[] = [];
  const self = randomId(10);
  let heardAt = performance.now();
  let listener: Listener | undefined;
  let listening: Promise<void> | undefined;
  let closed = false;

  const hear = (message: string): void => {
    const [topic, payload] = JSON.parse(message) as [string, never];
    if (topic === 'ping') {
      if (payload === self) heardAt = performance.now();
      return;
    }
    for (const handle of subscribers.get(topic) ?? []) handle(payload);
  };

  const open = async (): Promise<void> => {
    const stale = listener;
    const fresh = connectListener(url, hear, () => {
      if (listener !== fresh || closed) return;
      heardAt = -Infinity;
      listen().catch(() => undefined);
    });
    listener = fresh;
    await stale?.end();
    await fresh.listening;
    heardAt = performance.now();
    if (stale !== undefined) for (const handle of gapHandlers) handle();
  };
  const listen = (): Promise<void> => {
    listening ??= open().finally(() => {
      listening = undefined;
    });
    return listening;
  };
  await listen();

  return {
    publish,
    subscribe: (topic, handle) => {
      subscribers.set(topic, [...(subscribers.get(topic) ?? []), handle]);
    },
    onGap: (handle) => {
      gapHandlers.push(handle);
    },
    watch: {
      name: 'feed.watch',
      everyMs: 1_000,
      run: async () => {
        await sql`select pg_notify(${channel}, ${JSON.stringify(['ping', self])})`;
        if (performance.now() - heardAt <= silence_ms_max) return;
        await listen();
      },
    },
    close: async () => {
      closed = true;
      await listening?.catch(() => undefined);
      await listener?.end();
    },
  };
}

interface Listener {
  /** Resolves when messages arrive, or rejects; a listener that failed or was lost stays so. */
  readonly listening: Promise<unknown>;
  end(): Promise<void>;
}

/** The library hands `onnotify` on to its connection; its types do not say so. */
type ListenerOptions = postgres.Options<Record<string, never>> & { onnotify(channel: string, message: string): void };

/**
 * One try at a listening connection; `lost` is called when it broke after it had worked. Not the library's own
 * `listen`: while the database is away that keeps trying by itself, and when it is ended in the pause between two
 * tries it connects all the same, later, and then keeps the process from ending.
 */
function connectListener(url: string, hear: (message: string) => void, lost: () => void): Listener {
  let works = false;
  const options: ListenerOptions = {
    ...socketsTo(url),
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: connect_seconds_max,
    fetch_types: false,
    onnotice: () => undefined,
    onnotify: (_channel, message) => hear(message),
    onclose: () => {
      if (works) lost();
      works = false;
    },
  };
  const connection = postgres(url, options);
  const listening = connection`listen ${connection(channel)}`.then(() => {
    works = true;
  });
  // It may fail while whoever wants to know is still ending the listener before it.
  listening.catch(() => undefined);
  return {
    listening,
    end: async () => {
      works = false;
      await listening.catch(() => undefined);
      await connection.end({ timeout: 1 }).catch(() => undefined);
    },
  };
}
