/**
 * Reading something into memory while news of it comes. Each key is read once however many ask, what was told meanwhile
 * is handed over with what was read, a read that may have missed something is done again before anybody gets it, and
 * one that fails leaves nothing behind.
 */
import { OverloadedError } from './lane.ts';

export interface Loader<Asked, News, Kept> {
  /** Reads it, or waits for the read under way. */
  load(asked: Asked): Promise<Kept>;
  /** The same, but not from before now: a read under way is done again. */
  loadAnew(asked: Asked): Promise<Kept>;
  /** News of a key: kept as long as that is being read, else of no interest here. */
  hear(key: string, news: News): void;
  /** News of whatever key may have been lost: every read under way is done again. */
  missed(): void;
}

export interface Loading<Asked, Read, News, Kept> {
  readonly name: string;
  keyOf(asked: Asked): string;
  read(asked: Asked): Promise<Read>;
  /** Takes over what was read and, in the order in which it came, what was told since the read began. */
  keep(read: Read, news: readonly News[]): Kept;
  /** If more is told during one read, none of it is kept and the read is done again. */
  readonly newsMax: number;
}

/** What changes faster than it can be read is refused with `OverloadedError`. */
const reads_max = 4;

interface UnderWay<News, Kept> {
  readonly kept: Promise<Kept>;
  readonly heard: { news: News[]; isEnough: boolean };
}

export function createLoader<Asked, Read, News, Kept>({
  name,
  keyOf,
  read,
  keep,
  newsMax,
}: Loading<Asked, Read, News, Kept>): Loader<Asked, News, Kept> {
  const underWay = new Map<string, UnderWay<News, Kept>>();

  const run = async (asked: Asked, heard: UnderWay<News, Kept>['heard']): Promise<Kept> => {
    for (let reads = 0; reads < reads_max; reads++) {
      heard.news = [];
      heard.isEnough = true;
      // oxlint-disable-next-line no-await-in-loop
      const found = await read(asked);
      if (heard.isEnough) return keep(found, heard.news);
    }
    throw new OverloadedError(name);
  };

  const start = (asked: Asked): UnderWay<News, Kept> => {
    const key = keyOf(asked);
    const heard = { news: [], isEnough: true };
    const kept = run(asked, heard).finally(() => underWay.delete(key));
    const started = { kept, heard };
    underWay.set(key, started);
    return started;
  };

  return {
    load: (asked) => (underWay.get(keyOf(asked)) ?? start(asked)).kept,
    loadAnew: (asked) => {
      const known = underWay.get(keyOf(asked));
      if (known !== undefined) known.heard.isEnough = false;
      return (known ?? start(asked)).kept;
    },
    hear: (key, news) => {
      const heard = underWay.get(key)?.heard;
      if (heard?.isEnough !== true) return;
      if (heard.news.length < newsMax) heard.news.push(news);
      else heard.isEnough = false;
    },
    missed: () => {
      for (const { heard } of underWay.values()) heard.isEnough = false;
    },
  };
}
