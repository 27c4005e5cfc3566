/**
 * The boards of this server: loaded when first asked for, kept in step with the database by the feed, read again
 * when a change was missed, dropped when nobody asks any more.
 */
import type { Database } from '../platform/database.ts';
import type { Feed } from '../platform/feed.ts';
import type { Duty } from '../platform/ticker.ts';
import { Board, type Change, type News, type Settings, type Snapshot } from './board.ts';
import { unpack, type NewsPart } from './line.ts';

export interface Boards {
  /** The board if it is in memory. */
  peek(concertId: string): Board | undefined;
  /** The board, loaded if need be; undefined if there is no such concert. */
  open(concertId: string): Promise<Board | undefined>;
  /** Shows a change that this server has just committed; resolves when the board includes it. */
  show(news: News): Promise<void>;
  /** Shows sessions that this server has just extended. */
  extended(concertId: string, sessions: readonly { entry: number; expiresAt: Date }[]): void;
  all(): IterableIterator<Board>;
  /** Called with each board after it changed. */
  onChange(handle: (board: Board) => void): void;
  readonly duties: readonly Duty[];
}

interface Kept {
  board: Board;
  /** Changes that arrived before those which they follow, by version. */
  readonly early: Map<number, News>;
  gapTimer: NodeJS.Timeout | undefined;
  readonly waiting: { version: number; resolve: () => void }[];
  usedAt: number;
}

const early_changes_max = 1_000;
/** A change that others follow arrives within milliseconds; after this it is taken for lost. */
const gap_ms_max = 200;
const unused_ms_max = 10 * 60_000;
const reread_every_ms = 30_000;

export function createBoards(database: Database, feed: Feed): Boards {
  const kept = new Map<string, Kept>();
  const loading = new Map<string, Promise<Board | undefined>>();
  const arriving = new Map<string, Change[]>();
  const changeHandlers: ((board: Board) => void)[] = [];

  const changed = (one: Kept): void => {
    for (let next = one.early.get(one.board.version + 1); next !== undefined; next = one.early.get(one.board.version + 1)) {
      one.early.delete(next.version);
      one.board.apply(next, nowSeconds());
    }
    if (one.early.size === 0) {
      clearTimeout(one.gapTimer);
      one.gapTimer = undefined;
    }
    for (let index = one.waiting.length - 1; index >= 0; index--) {
      if ((one.waiting[index]?.version ?? 0) > one.board.version) continue;
      for (const { resolve } of one.waiting.splice(index, 1)) resolve();
    }
    for (const handle of changeHandlers) handle(one.board);
  };

  const reread = async (concertId: string): Promise<Board | undefined> => {
    const snapshot = await readSnapshot(database, concertId);
    if (snapshot === undefined) return undefined;
    const existing = kept.get(concertId);
    if (existing === undefined) {
      const board = new Board(snapshot);
      kept.set(concertId, { board, early: new Map(), gapTimer: undefined, waiting: [], usedAt: performance.now() });
      return board;
    }
    // Changes committed after the snapshot was taken may have been shown already; those are not undone.
    existing.board.settings = snapshot.settings;
    if (snapshot.version >= existing.board.version) existing.board.restore(snapshot);
    for (const version of existing.early.keys()) if (version <= existing.board.version) existing.early.delete(version);
    changed(existing);
    return existing.board;
  };

  const load = (concertId: string): Promise<Board | undefined> => {
    const pending = loading.get(concertId) ?? reread(concertId).finally(() => loading.delete(concertId));
    loading.set(concertId, pending);
    return pending;
  };

  const accept = (news: News): void => {
    const one = kept.get(news.concertId);
    if (one === undefined || news.version <= one.board.version) return;
    if (news.version === one.board.version + 1) {
      one.board.apply(news, nowSeconds());
      changed(one);
    } else if (one.early.size < early_changes_max) {
      one.early.set(news.version, news);
      one.gapTimer ??= setTimeout(() => {
        one.gapTimer = undefined;
        load(news.concertId).catch(() => undefined);
      }, gap_ms_max).unref();
    }
  };

  feed.subscribe('line', ([concertId, version, head, front, lastNumber, more, packed]: NewsPart) => {
    const changes = arriving.get(concertId) ?? [];
    for (const change of packed) changes.push(unpack(change));
    if (more === 1) {
      arriving.set(concertId, changes);
      return;
    }
    arriving.delete(concertId);
    accept({ concertId, version, head, front, lastNumber, changes });
  });
  feed.subscribe('settings', (concertId: string) => {
    if (!kept.has(concertId)) return;
    // A read under way may have begun before the change.
    const before = loading.get(concertId) ?? Promise.resolve();
    before.then(() => load(concertId)).catch(() => undefined);
  });
  feed.subscribe('sessions', ([concertId, sessions]: [string, [number, number][]]) => {
    const board = kept.get(concertId)?.board;
    for (const [entry, expiresAt] of sessions) board?.extend(entry, expiresAt);
  });
  const rereadAll = async (): Promise<void> => {
    for (const concertId of kept.keys()) {
      // One at a time: this runs in the background, beside the crowd.
      // oxlint-disable-next-line no-await-in-loop
      await load(concertId);
    }
  };
  feed.onGap(() => {
    arriving.clear();
    rereadAll().catch(() => undefined);
  });

  return {
    peek: (concertId) => {
      const one = kept.get(concertId);
      if (one !== undefined) one.usedAt = performance.now();
      return one?.board;
    },
    open: (concertId) => {
      const one = kept.get(concertId);
      if (one === undefined) return load(concertId);
      one.usedAt = performance.now();
      return Promise.resolve(one.board);
    },
    show: (news) => {
      accept(news);
      const one = kept.get(news.concertId);
      if (one === undefined || one.board.version >= news.version) return Promise.resolve();
      return new Promise((resolve) => {
        one.waiting.push({ version: news.version, resolve });
        // However the missing change stays away, the answer must not: the commit is done.
        setTimeout(resolve, gap_ms_max * 5).unref();
      });
    },
    extended: (concertId, sessions) => {
      const board = kept.get(concertId)?.board;
      for (const { entry, expiresAt } of sessions) board?.extend(entry, expiresAt.getTime());
    },
    all: () => kept.values().map((one) => one.board) as IterableIterator<Board>,
    onChange: (handle) => {
      changeHandlers.push(handle);
    },
    duties: [
      {
        name: 'boards.reread',
        everyMs: reread_every_ms,
        run: async () => {
          for (const [concertId, one] of kept) if (performance.now() - one.usedAt > unused_ms_max) kept.delete(concertId);
          await rereadAll();
        },
      },
    ],
  };
}

/** Whole seconds of this process's own steady clock; only differences of it mean anything. */
export function nowSeconds(): number {
  return Math.floor(performance.now() / 1_000);
}

/** One consistent look at a room, bounded by its ACTIVE set, its protected places and the departures ahead. */
async function readSnapshot({ transaction }: Database, concertId: string): Promise<Snapshot | undefined> {
  return transaction(async (tx) => {
    await tx`set transaction isolation level repeatable read, read only`;
    const [rooms, active, passedOver, departed] = await Promise.all([
      tx<(Settings & { paused_reason: string | null; version: number; head: number; front: number; lastNumber: number })[]>`
        select max_active as "maxActive", session_seconds as "sessionSeconds", hold_seconds as "holdSeconds",
          grace_seconds as "graceSeconds", max_seats_per_fan as "maxSeatsPerFan", paused_reason, version, head, front, last_number as "lastNumber"
        from rooms where concert_id = ${concertId}`,
      tx<{ entry: number; expires_at: Date; claimed: boolean }[]>`
        select entry, expires_at, seen_at >= admitted_at as claimed from queue_tokens
        where concert_id = ${concertId} and status = 'ACTIVE'`,
      tx<{ entry: number; number: number }[]>`
        select entry, number from queue_tokens where concert_id = ${concertId} and status = 'WAIT' and skipped_at is not null`,
      tx<{ number: number }[]>`
        select number from queue_tokens
        where concert_id = ${concertId} and status = 'EXPIRED' and admitted_at is null
          and number > (select head from rooms where concert_id = ${concertId})
        order by number`,
    ]);
    const [room] = rooms;
    if (room === undefined) return undefined;
    const { paused_reason, version, head, front, lastNumber, ...settings } = room;
    return {
      concertId,
      version,
      head,
      front,
      lastNumber,
      settings: { ...settings, paused: paused_reason === null ? null : { reason: paused_reason } },
      active: active.map(({ entry, expires_at, claimed }) => ({ entry, expiresAt: expires_at.getTime(), claimed })),
      passedOver,
      departed: departed.map(({ number }) => number),
    };
  });
}
