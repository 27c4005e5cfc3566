/**
 * News between servers over PostgreSQL's LISTEN/NOTIFY. A message is sent inside the transaction it speaks of,
 * so it arrives exactly if that commits, and in the order of commits. While the listening connection is broken
 * messages are lost: subscribers are told by `onGap` and read again what they need.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import type { Sql, Tx } from './database.ts';
import { randomId } from './ids.ts';
import type { Duty } from './ticker.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Sends with the transaction. `payload` must serialise to at most `payload_bytes_max` bytes. */
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
const channel = 'maejin';
const silence_ms_max = 3_000;

/** Opens the listening connection; resolves when it listens. */
export async function createFeed(url: string, sql: Sql): Promise<Feed> {
  const subscribers = new Map<string, ((payload: never) => void)[]>();
  const gapHandlers: (() => void)[] = [];
  const self = randomId(10);
  let heardAt = performance.now();
  let listener: postgres.Sql | undefined;

  const hear = (message: string): void => {
    const [topic, payload] = JSON.parse(message) as [string, never];
    if (topic === 'ping') {
      if (payload === self) heardAt = performance.now();
      return;
    }
    for (const handle of subscribers.get(topic) ?? []) handle(payload);
  };

  const listen = async (): Promise<void> => {
    const stale = listener;
    // The library listens again by itself after a lost connection, but gives up when the database is away
    // for longer; `watch` then replaces the whole connection.
    const fresh = postgres(url, {
      max: 1,
      idle_timeout: 0,
      max_lifetime: null,
      connect_timeout: 3,
      fetch_types: false,
      onnotice: () => undefined,
    });
    listener = fresh;
    await stale?.end({ timeout: 0 }).catch(() => undefined);
    let first = true;
    await fresh.listen(channel, hear, () => {
      heardAt = performance.now();
      if (!first || stale !== undefined) for (const handle of gapHandlers) handle();
      first = false;
    });
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
        const listening = listen();
        listening.catch(() => undefined);
        await Promise.race([listening, sleep(silence_ms_max)]);
      },
    },
    close: async () => {
      await listener?.end({ timeout: 1 });
    },
  };
}
