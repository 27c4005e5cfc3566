/**
 * The boards of this server: loaded when first asked for, kept in step with the database by the feed, read again
 * when a change was missed, dropped when nobody asks any more.
 */
import type { Database } from '../platform/database.ts';
import type { Feed } from '../platform/feed.ts';
import { createRotation } from '../platform/each.ts';
import { createLoader } from '../platform/loader.ts';
import { createFewAtOnce } from '../platform/few-at-once.ts';
import { createBell, type Bell, type Duty } from '../platform/ticker.ts';
import { keepBoard, type BoardKeeper } from './board-keeper.ts';
import type { Board, News, Snapshot } from './board.ts';
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
  /** Called with what has just changed on a board. */
  onChange(handle: (change: BoardChange) => void): void;
  /** Rung when a line has changed, here or elsewhere, whether or not its board is in memory. */
  readonly bell: Bell;
  all(): readonly Board[];
  /** How many fans this server itself let in since it began, by concert. */
  readonly admitted: ReadonlyMap<string, number>;
  readonly duty: Duty;
}

export interface BoardChange {
  readonly concertId: string;
  /** Who is told something else than a new position from now on; undefined: perhaps everybody. */
  readonly entries: readonly number[] | undefined;
}

interface Kept {
  readonly keeper: BoardKeeper;
  usedAt: number;
}

type Extensions = Iterable<readonly [entry: number, expiresAt: number]>;

/** A message lost without its connection breaking was never seen; this is for what was never seen. */
const check_every_ms = 5_000;
/** So many at a time; with more of them, each is checked every second or third time. */
const checked_max = 1_000;
const unused_ms_max = 10 * 60_000;

/** `onAdmitted` is told how many fans each change of this server let in. */
export function createBoards(database: Database, feed: Feed, onAdmitted?: (fans: number) => void): Boards {
  const kept = new Map<string, Kept>();
  const { admitted, count } = createTally(onAdmitted);
  const handlers: ((change: BoardChange) => void)[] = [];
  const bell = createBell();
  const tell = (concertId: string, entries?: readonly number[]): void => {
    for (const handle of handlers) handle({ concertId, entries });
  };
  const loader = createLoading(database, kept, tell);

  const accept = (news: News): void => {
    const keeper = kept.get(news.concertId)?.keeper;
    if (keeper === undefined) loader.hear(news.concertId, news);
    else keeper.accept(news);
    bell.ring();
  };
  const extend = (concertId: string, sessions: Extensions): void => {
    const board = kept.get(concertId)?.keeper.board;
    if (board === undefined) loader.hear(concertId, sessions);
    else extendOn(board, sessions, tell);
  };
  feed.subscribe('line', createArrivals(accept));
  feed.subscribe('sessions', ([concertId, sessions]: [string, [number, number][]]) => extend(concertId, sessions));
  const { catchUp, fallBehind } = createCatchingUp({ database, kept, loader, extend });
  feed.onGap(() => {
    loader.missed();
    fallBehind();
    catchUp([...kept.keys()]).catch(() => undefined);
  });
  const next = createRotation(checked_max);

  const use = using(kept);

  return {
    peek: use,
    open: async (concertId) => use(concertId) ?? (await loader.load(concertId)),
    show: async (news) => {
      count(news);
      accept(news);
      await kept.get(news.concertId)?.keeper.reached(news.version);
    },
    extended: (concertId, sessions) =>
      extend(
        concertId,
        sessions.map(({ entry, expiresAt }) => [entry, expiresAt.getTime()] as const),
      ),
    onChange: (handle) => {
      handlers.push(handle);
    },
    bell,
    admitted,
    all: () => [...kept.values()].map(({ keeper }) => keeper.board),
    duty: {
      name: 'boards.check',
      everyMs: check_every_ms,
      run: async () => {
        dropUnused(kept);
        if (kept.size > 0) await catchUp(next([...kept.keys()]));
      },
    },
  };
}

/** Takes a board that is in memory, and notes that it is of use. */
function using(kept: ReadonlyMap<string, Kept>): Boards['peek'] {
  return (concertId) => {
    const one = kept.get(concertId);
    if (one !== undefined) one.usedAt = performance.now();
    return one?.keeper.board;
  };
}

function dropUnused(kept: Map<string, Kept>): void {
  const before = performance.now() - unused_ms_max;
  for (const [concertId, { usedAt }] of kept) if (usedAt < before) kept.delete(concertId);
}

function createTally(onAdmitted?: (fans: number) => void) {
  const admitted = new Map<string, number>();
  return {
    admitted,
    count: ({ concertId, changes }: News): void => {
      const fans = changes.filter(([what]) => what === 'admitted').length;
      if (fans > 0) admitted.set(concertId, (admitted.get(concertId) ?? 0) + fans);
      onAdmitted?.(fans);
    },
  };
}

type Tell = (concertId: string, entries?: readonly number[]) => void;

function extendOn(board: Board, sessions: Extensions, tell: Tell): void {
  const entries: number[] = [];
  for (const [entry, expiresAt] of sessions) if (board.extend(entry, expiresAt)) entries.push(entry);
  if (entries.length > 0) tell(board.concertId, entries);
}

/** Of one room while it is read; a room that changes faster is read again. */
const news_max = 2_000;
/** Rooms read for the first time; those read again are as many as are in memory. */
const first_reads = { name: 'rooms', atOnce: 8, waitingMax: 1_000 };

/** Reads rooms: into a board that is new, or over the one there is. */
function createLoading(database: Database, kept: Map<string, Kept>, tell: Tell) {
  const firstReads = createFewAtOnce(first_reads);
  const loader = createLoader<string, Snapshot | undefined, News | Extensions, Board | undefined>({
    name: 'lines',
    keyOf: (concertId) => concertId,
    read: (concertId) => {
      const look = () => readSnapshot(database, concertId);
      return kept.has(concertId) ? look() : firstReads.run(look);
    },
    keep: (snapshot, heard) => {
      if (snapshot === undefined) return undefined;
      const known = kept.get(snapshot.concertId);
      known?.keeper.restore(snapshot);
      const { keeper } = known ?? first(snapshot);
      for (const news of heard) {
        if ('version' in news) keeper.accept(news);
        else extendOn(keeper.board, news, tell);
      }
      return keeper.board;
    },
    newsMax: news_max,
  });
  const first = (snapshot: Snapshot): Kept => {
    const { concertId } = snapshot;
    const keeper = keepBoard(snapshot, {
      reread: () => {
        loader.loadAnew(concertId).catch(() => undefined);
      },
      changed: (entries) => tell(concertId, entries),
    });
    const one = { keeper, usedAt: performance.now() };
    kept.set(concertId, one);
    return one;
  };
  return loader;
}

interface CatchingUp {
  readonly database: Database;
  readonly kept: ReadonlyMap<string, Kept>;
  readonly loader: Pick<ReturnType<typeof createLoading>, 'loadAnew'>;
  extend(concertId: string, sessions: Extensions): void;
}

/** Finds out what was missed, with a question or two for many boards together. */
function createCatchingUp({ database, kept, loader, extend }: CatchingUp) {
  /** Whether ends of sessions may have been missed. */
  let isBehind = false;

  /** Whatever was missed shows in the version; a board that keeps up is not read again, however large it is. */
  const check = async (concertIds: string[]): Promise<void> => {
    const rows = await database.sql<{ concertId: string; version: number }[]>`
      select concert_id as "concertId", version from rooms where concert_id = any(${concertIds}::text[])`;
    await Promise.all(
      rows.map(async ({ concertId, version }) => {
        const keeper = kept.get(concertId)?.keeper;
        await keeper?.reached(version);
        if (keeper !== undefined && keeper.board.version < version) await loader.loadAnew(concertId);
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
    catchUp: async (concertIds: string[]): Promise<void> => {
      await check(concertIds);
      if (!isBehind) return;
      isBehind = false;
      await rereadSessions().catch((error: unknown) => {
        isBehind = true;
        throw error;
      });
    },
  };
}
