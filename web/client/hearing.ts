/**
 * News while everything is read anew: they wait until it was read. What was read may be older than news that overtook it,
 * and must not stand over them.
 */
import type { Following } from './events.ts';

export interface Hearing {
  data(data: unknown): void;
  polled(data: unknown): void;
  /** Reads everything once, where events tell changes only. What cannot be read now is left as it is. */
  readAll(place: string): Promise<void>;
}

export function createHearing({ isPartial, poll, onPolled, onData }: Following): Hearing {
  let waiting: unknown[] | undefined;
  return {
    data: (data) => {
      if (waiting === undefined) onData(data);
      else waiting.push(data);
    },
    // Somebody else has read everything meanwhile, and later than we began to.
    polled: (data) => {
      waiting = undefined;
      onPolled(data);
    },
    readAll: async (place) => {
      if (!isPartial || waiting !== undefined) return;
      const news: unknown[] = [];
      waiting = news;
      const read = await poll(place).catch(() => undefined);
      if (waiting !== news) return;
      waiting = undefined;
      if (read !== undefined) onPolled(read.data);
      for (const data of news) onData(data);
    },
  };
}
