/**
 * Keeps one board in step. Own commits and those of other servers reach it by two ways, in any order; it applies
 * each in its order, by the room's version, and asks for a fresh look when one stays away.
 */
import { Board, nowSeconds, type News, type Snapshot } from './board.ts';

export interface BoardKeeper {
  readonly board: Board;
  /** A committed change, in whatever order they arrive; known ones are ignored. */
  accept(news: News): void;
  /** A fresh look at the database. Changes shown since it was taken are not undone. */
  restore(snapshot: Snapshot): void;
  /** Resolves when the board includes this version; at the latest after a second. */
  reached(version: number): Promise<void>;
}

/** A board in memory, and when it was last asked for. */
export interface Kept {
  readonly keeper: BoardKeeper;
  usedAt: number;
}

const early_changes_max = 1_000;
/** A change that others follow arrives within milliseconds; after this it is taken for lost. */
const gap_ms_max = 200;
/** However long a change stays away, an answer that speaks of a commit must not. */
const reach_ms_max = 1_000;

export interface Keeping {
  /** A change stays away: a fresh look is needed. */
  reread(): void;
  /** The board has changed: what these are told, or, left out, perhaps what everybody is told. */
  changed?(entries?: readonly number[]): void;
}

export function keepBoard(first: Snapshot, { reread, changed }: Keeping): BoardKeeper {
  const board = new Board(first);
  const early = new Map<number, News>();
  let waiting: { version: number; resolve: () => void }[] = [];
  let gapTimer: NodeJS.Timeout | undefined;

  const advance = (): void => {
    for (let next = early.get(board.version + 1); next !== undefined; next = early.get(board.version + 1)) {
      early.delete(next.version);
      board.apply(next, nowSeconds());
      if (next.settings !== undefined) changed?.();
      else if (next.changes.length > 0) changed?.(next.changes.map(([, entry]) => entry));
    }
    if (early.size === 0) {
      clearTimeout(gapTimer);
      gapTimer = undefined;
    }
    for (const { version, resolve } of waiting) if (version <= board.version) resolve();
    waiting = waiting.filter(({ version }) => version > board.version);
  };

  return {
    board,
    accept: (news) => {
      if (news.version <= board.version) return;
      if (early.size < early_changes_max) early.set(news.version, news);
      if (news.version === board.version + 1) {
        advance();
        return;
      }
      gapTimer ??= setTimeout(() => {
        gapTimer = undefined;
        reread();
      }, gap_ms_max).unref();
    },
    restore: (snapshot) => {
      if (snapshot.version >= board.version) {
        board.restore(snapshot);
        changed?.();
      }
      for (const version of early.keys()) if (version <= board.version) early.delete(version);
      advance();
    },
    reached: (version) => {
      if (board.version >= version) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.push({ version, resolve });
        setTimeout(resolve, reach_ms_max).unref();
      });
    },
  };
}
