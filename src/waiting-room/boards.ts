/**
 * The boards of this server: loaded when first asked for, kept in step with the database by own commits and by the feed,
 * read again when a change was missed, dropped when nobody asks any more.
 */
import type { Database } from '../platform/database.ts';
import type { Feed } from '../platform/feed.ts';
import { createLoader } from '../platform/loader.ts';
import { createFewAtOnce } from '../platform/few-at-once.ts';
import { createBell, rest, type Bell, type Duty } from '../platform/ticker.ts';
import { keepBoard, type Kept } from './board-keeper.ts';
import type { Board, News, Snapshot } from './board.ts';
import { check_every_ms, createCatchingUp, type CatchingUp } from './catching-up.ts';
import { createArrivals, extendedPartsOf, partsOf, type Extend, type ExtendedPart, type Extension } from './news.ts';
import { readSnapshot } from './snapshot.ts';

export interface Boards {
  /** The board if it is in memory. */
  peek(concertId: string): Board | undefined;
  /** The board, loaded if need be; undefined if there is no such concert. */
  open(concertId: string): Promise<Board | undefined>;
  /**
   * Shows a change that this server has just committed, and tells the other servers. Resolves when the board here includes
   * it, at the latest after a second.
   */
  show(news: News): Promise<void>;
  /** Shows sessions that this server has just extended, by a commit, and tells the other servers. */
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

const unused_ms_max = 10 * 60_000;

/** `onAdmitted` is told how many fans each change of this server let in. */
export function createBoards(database: Database, feed: Feed, onAdmitted?: (fans: number) => void): Boards {
  const kept = new Map<string, Kept>();
  const { admitted, count } = createTally(onAdmitted);
  const handlers: ((change: BoardChange) => void)[] = [];
  const [bell, checking] = [createBell(), createBell()];
  const tell = (concertId: string, entries?: readonly number[]): void => {
    for (const handle of handlers) handle({ concertId, entries });
  };
  const loader = createLoading(database, kept, tell);

  const accept = (news: News): void => {
    const keeper = kept.get(news.concertId)?.keeper;
    if (keeper === undefined) loader.hear(news.concertId, news);
    else keeper.accept(news);
    // Whoever comes to a line at rest, or leaves it, has nothing done by time.
    if (keeper?.board.isAtRest !== true) bell.ring();
    checking.ring();
  };
  const extend: Extend = (concertId, sessions) => {
    const board = kept.get(concertId)?.keeper.board;
    if (board === undefined) loader.hear(concertId, sessions);
    else extendOn(board, sessions, tell);
  };
  feed.subscribe('line', createArrivals(accept));
  feed.subscribe('sessions', ([concertId, sessions]: ExtendedPart) => extend(concertId, sessions));
  const catchingUp = createCatchingUp({ database, feed, kept, loader, extend });
  feed.onGap(() => {
    loader.missed();
    catchingUp.fallBehind();
  });

  const use = using(kept);

  return {
    peek: use,
    open: async (concertId) => {
      const known = use(concertId);
      if (known !== undefined) return known;
      checking.ring();
      return loader.load(concertId);
    },
    show: async (news) => {
      count(news);
      for (const part of partsOf(news)) feed.tell('line', part);
      accept(news);
      await kept.get(news.concertId)?.keeper.reached(news.version);
    },
    extended: (concertId, sessions) => {
      const ends = sessions.map(({ entry, expiresAt }) => [entry, expiresAt.getTime()] as const);
      for (const part of extendedPartsOf(concertId, ends)) feed.tell('sessions', part);
      extend(concertId, ends);
    },
    onChange: (handle) => {
      handlers.push(handle);
    },
    bell,
    admitted,
    all: () => [...kept.values()].map(({ keeper }) => keeper.board),
    duty: checkDuty({ kept, catchingUp, bell: checking }),
  };
}

interface Checking {
  readonly kept: Map<string, Kept>;
  readonly catchingUp: CatchingUp;
  readonly bell: Bell;
}

/** Finds what was missed. Rests while all lines in memory are at rest: of those it is seen in the database. */
function checkDuty({ kept, catchingUp, bell }: Checking): Duty {
  return {
    name: 'boards.check',
    everyMs: check_every_ms,
    bell,
    sign: catchingUp.sign,
    run: async () => {
      dropUnused(kept);
      if (kept.size === 0) return undefined;
      const isQuiet = [...kept.values()].every(({ keeper }) => keeper.board.isAtRest);
      await (isQuiet ? catchingUp.lookAtAll() : catchingUp.look());
      return isQuiet ? rest() : undefined;
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

function extendOn(board: Board, sessions: readonly Extension[], tell: Tell): void {
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
  const loader = createLoader<string, Snapshot | undefined, News | readonly Extension[], Board | undefined>({
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
