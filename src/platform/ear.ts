/** The connection on which a server listens, and on which it tells: one at a time, replaced at once when it is lost. */
import { openLink } from './connections.ts';
import { type Sql, sqlBy } from './statements.ts';

export interface Ear {
  /** Opens a listening connection in place of the one there was; resolves when it listens. */
  listen(): Promise<void>;
  /** Sends these notifications in this order, all or none, and resolves when they are on their way. */
  say(messages: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface Told {
  hear(message: string): void;
  lost(): void;
  /** From now on it hears, but not what was said meanwhile. */
  again(): void;
}

/** With the format of the news: servers that pack them differently leave each other's alone and find out by looking. */
const channel = 'maejin_4';

/** Nothing depends on a notification that lasts: it speaks of what is committed, so it does not wait for the disk. */
export async function notify(sql: Sql, messages: readonly string[]): Promise<void> {
  await sql`
    with quick as materialized (select set_config('synchronous_commit', 'off', true))
    select count(pg_notify(${channel}, message)) from quick, unnest(${messages}::text[]) as message`;
}

export function createEar(url: string, { hear, lost, again }: Told): Ear {
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
    say: async (messages) => {
      if (listener === undefined) throw new Error('nothing listens yet');
      await notify(await listener.listening, messages);
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
  readonly listening: Promise<Sql>;
  end(): Promise<void>;
}

/** One try at a listening connection; `lost` is called when it broke after it had worked. */
function connectListener(url: string, hear: (message: string) => void, lost: () => void): Listener {
  let ended = false;
  const opened = openLink(url, 'maejin-feed');
  const listen = async (): Promise<Sql> => {
    const link = await opened;
    // What ends it may come before it is heard of.
    link.wait();
    link.on('notification', ({ payload = '' }) => hear(payload));
    const sql = sqlBy((ready, settle) => link.send(ready, settle));
    await sql`listen ${sql(channel)}`;
    link.once('end', () => {
      if (!ended) lost();
    });
    return sql;
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
