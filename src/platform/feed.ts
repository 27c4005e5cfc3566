/**
 * News between servers over PostgreSQL's LISTEN/NOTIFY. A message is sent inside the transaction it speaks of,
 * so it arrives exactly if that commits, and in the order of commits. While the listening connection is broken
 * messages are lost: subscribers are told by `onGap` and read again what they need.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from './cannot-start.ts';
import { openLink } from './connections.ts';
import type { Sql, Tx } from './database.ts';
import { randomId } from './ids.ts';
import { sqlBy } from './statements.ts';
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
/** At the start there is time. */
const first_heard_ms_max = 5_000;

/** Opens the listening connection; resolves when it has heard something. Refuses with `CannotStart` if it hears nothing. */
export async function createFeed(url: string, sql: Sql): Promise<Feed> {
  const subscribers = new Map<string, ((payload: never) => void)[]>();
  const gapHandlers: (() => void)[] = [];
  const self = randomId(10);
  const heard = Promise.withResolvers<boolean>();
  let heardAt = performance.now();

  const hear = (message: string): void => {
    const [topic, payload] = JSON.parse(message) as [string, never];
    if (topic === 'ping') {
      if (payload !== self) return;
      heardAt = performance.now();
      heard.resolve(true);
      return;
    }
    for (const handle of subscribers.get(topic) ?? []) handle(payload);
  };

  const ear = createEar(url, {
    hear,
    lost: () => {
      heardAt = -Infinity;
    },
    again: () => {
      heardAt = performance.now();
      for (const handle of gapHandlers) handle();
    },
  });
  const ping = (): Promise<unknown> => sql`select pg_notify(${channel}, ${JSON.stringify(['ping', self])})`;
  await ear.listen();
  await ping();
  if (!(await Promise.race([heard.promise, sleep(first_heard_ms_max, false, { ref: false })]))) {
    await ear.close();
    throw new CannotStart(
      'what one connection notifies is not heard on another: let DATABASE_URL lead to PostgreSQL itself',
    );
  }

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
        await ping();
        if (performance.now() - heardAt <= silence_ms_max) return;
        await ear.listen();
      },
    },
    close: ear.close,
  };
}

interface Ear {
  /** Opens a listening connection in place of the one there was; resolves when it listens. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

interface Told {
  hear(message: string): void;
  lost(): void;
  /** From now on it hears, but not what was said meanwhile. */
  again(): void;
}

/** One listening connection at a time; a lost one is replaced at once. */
function createEar(url: string, { hear, lost, again }: Told): Ear {
  let listener: Listener | undefined;
  let listening: Promise<void> | undefined;
  let closed = false;

  const open = async (): Promise<void> => {
    const stale = listener;
    const fresh = connectListener(url, hear, () => {
      if (listener !== fresh || closed) return;
      lost();
      listen().catch(() => undefined);
    });
    listener = fresh;
    await stale?.end();
    await fresh.listening;
    if (stale !== undefined) again();
  };
  const listen = (): Promise<void> => {
    listening ??= open().finally(() => {
      listening = undefined;
    });
    return listening;
  };
  return {
    listen,
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

/** One try at a listening connection; `lost` is called when it broke after it had worked. */
function connectListener(url: string, hear: (message: string) => void, lost: () => void): Listener {
  let ended = false;
  const opened = openLink(url, 'maejin-feed');
  const listen = async (): Promise<void> => {
    const link = await opened;
    // What ends it may come before it is heard of.
    link.wait();
    link.on('notification', ({ payload = '' }) => hear(payload));
    const sql = sqlBy((ready, settle) => link.send(ready, settle));
    await sql`listen ${sql(channel)}`;
    link.once('end', () => {
      if (!ended) lost();
    });
  };
  const listening = listen();
  // It may fail while whoever wants to know is still ending the listener before it.
  listening.catch(() => undefined);
  return {
    listening,
    end: async () => {
      ended = true;
      const link = await opened.catch(() => undefined);
      link?.destroy();
    },
  };
}
