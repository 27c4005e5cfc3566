/**
 * The boards of this server: loaded when first asked for, kept in step with the database by the feed, read again
 * when a change was missed, dropped when nobody asks any more.
 */
import type { Database } from '../platform/database.ts';
import type { Feed } from '../platform/feed.ts';
import type { Duty } from '../platform/ticker.ts';
import { keepBoard, type BoardKeeper } from './board-keeper.ts';
import type { Board, News } from './board.ts';
import { createArrivals } from './news.ts';
import { readSnapshot } from './snapshot.ts';

export interface Boards {
  /** The board if it is in memory. */
  peek(concertId: string): Board | undefined;
  /** The board, loaded if need be; undefined if there is no such concert. */
  open(concertId: string): Promise<Board | undefined>;
  /** Shows a change that this server has just committed; resolves when the board includes it. */
  show(news: News): Promise<void>;
  /** Shows sessions that this server has just extended. */
  extended(concertId: string, sessions: readonly { entry: number; expiresAt: Date }[]): void;
  all(): readonly Board[];
  /** How many fans this server itself let in since it began, by concert. */
  readonly admitted: ReadonlyMap<string, number>;
  readonly duty: Duty;
}

interface Kept {
  readonly keeper: BoardKeeper;
  usedAt: number;
}

/** A message lost without its connection breaking was never seen; this is for what was never seen. */
const check_every_ms = 5_000;
const unused_ms_max = 10 * 60_000;

/** `onAdmitted` is told how many fans each change of this server let in. */
export function createBoards(database: Database, feed: Feed, onAdmitted?: (fans: number) => void): Boards {
  const kept = new Map<string, Kept>();
  const admitted = new Map<string, number>();
  const load = createLoading(database, kept);

  const extend = (concertId: string, sessions: Iterable<readonly [number, number]>): void => {
    const board = kept.get(concertId)?.keeper.board;
    for (const [entry, expiresAt] of sessions) board?.extend(entry, expiresAt);
  };
  const arrivals = createArrivals((news) => kept.get(news.concertId)?.keeper.accept(news));
  feed.subscribe('line', arrivals);
  feed.subscribe('sessions', ([concertId, sessions]: [string, [number, number][]]) => extend(concertId, sessions));
  const { catchUp, fallBehind } = createCatchingUp({ database, kept, load, extend });
  feed.onGap(() => {
    fallBehind();
    catchUp().catch(() => undefined);
  });

  const use = (concertId: string): Board | undefined => {
    const one = kept.get(concertId);
    if (one !== undefined) one.usedAt = performance.now();
    return one?.keeper.board;
  };

  return {
    peek: use,
    open: async (concertId) => use(concertId) ?? (await load.once(concertId)),
    show: async (news) => {
      const fans = news.changes.filter(([what]) => what === 'admitted').length;
      if (fans > 0) admitted.set(news.concertId, (admitted.get(news.concertId) ?? 0) + fans);
      onAdmitted?.(fans);
      const keeper = kept.get(news.concertId)?.keeper;
      keeper?.accept(news);
      await keeper?.reached(news.version);
    },
    extended: (concertId, sessions) =>
      extend(
        concertId,
        sessions.map(({ entry, expiresAt }) => [entry, expiresAt.getTime()] as const),
      ),
    admitted,
    all: () => [...kept.values()].map(({ keeper }) => keeper.board),
    duty: {
      name: 'boards.check',
      everyMs: check_every_ms,
      run: async () => {
        const before = performance.now() - unused_ms_max;
        for (const [concertId, one] of kept) if (one.usedAt < before) kept.delete(concertId);
        await catchUp();
      },
    },
  };
}

/** Reads rooms; each at most once at a time, however many ask. */
function createLoading(database: Database, kept: Map<string, Kept>) {
  const loading = new Map<string, Promise<Board | undefined>>();

  const read = async (concertId: string): Promise<Board | undefined> => {
    const snapshot = await readSnapshot(database, concertId);
    if (snapshot === undefined) return undefined;
    const existing = kept.get(concertId);
    if (existing !== undefined) {
      existing.keeper.restore(snapshot);
      return existing.keeper.board;
    }
    const keeper = keepBoard(snapshot, () => {
      again(concertId).catch(() => undefined);
    });
    kept.set(concertId, { keeper, usedAt: performance.now() });
    return keeper.board;
  };
  const once = (concertId: string): Promise<Board | undefined> => {
    const pending = loading.get(concertId) ?? read(concertId).finally(() => loading.delete(concertId));
    loading.set(concertId, pending);
    return pending;
  };
  const again = async (concertId: string): Promise<Board | undefined> => {
    await loading.get(concertId)?.catch(() => undefined);
    return once(concertId);
  };
  return { once, again };
}

interface CatchingUp {
  readonly database: Database;
  readonly kept: ReadonlyMap<string, Kept>;
  readonly load: Pick<ReturnType<typeof createLoading>, 'again'>;
  extend(concertId: string, sessions: Iterable<readonly [entry: number, expiresAt: number]>): void;
}

/** Finds out what was missed, with a question or two for all boards together. */
function createCatchingUp({ database, kept, load, extend }: CatchingUp) {
  /** Whether ends of sessions may have been missed. */
  let isBehind = false;

  /** Whatever was missed shows in the version; a board that keeps up is not read again, however large it is. */
  const checkAll = async (): Promise<void> => {
    const rows = await database.sql<{ concertId: string; version: number }[]>`
      select concert_id as "concertId", version from rooms where concert_id = any(${[...kept.keys()]}::text[])`;
    await Promise.all(
      rows.map(async ({ concertId, version }) => {
        const keeper = kept.get(concertId)?.keeper;
        await keeper?.reached(version);
        if (keeper !== undefined && keeper.board.version < version) await load.again(concertId);
      }),
    );
  };
  /** An extended session changes no version, so after a gap all ends are looked at. Ends are only ever put off. */
  const rereadSessions = async (): Promise<void> => {
    const rows = await database.sql<{ concertId: string; entry: number; expiresAt: Date }[]>`
      select concert_id as "concertId", entry, expires_at as "expiresAt" from queue_tokens
      where concert_id = any(${[...kept.keys()]}::text[]) and status = 'ACTIVE'`;
    for (const { concertId, entry, expiresAt } of rows) extend(concertId, [[entry, expiresAt.getTime()]]);
  };

  return {
    fallBehind: () => {
      isBehind = true;
    },
    catchUp: async (): Promise<void> => {
      await checkAll();
      if (!isBehind) return;
      isBehind = false;
      await rereadSessions().catch((error: unknown) => {
        isBehind = true;
        throw error;
      });
    },
  };
}
