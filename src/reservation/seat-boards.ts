/**
 * The boards of the performances that somebody looks at: read when first asked for, then kept up to date by own
 * commits and by the feed, read again when they lack a change, and dropped when nobody asks any more.
 */
import type { Catalog, Layout } from '../catalog/catalog.ts';
import type { Database } from '../platform/database.ts';
import { eachByItself } from '../platform/each.ts';
import type { Feed } from '../platform/feed.ts';
import { createLoader } from '../platform/loader.ts';
import type { Duty } from '../platform/ticker.ts';
import { createSeatsCheck } from './missing-changes.ts';
import { SeatBoard, type SeatChange, type SeatCode } from './seat-board.ts';
import { SeatPage, type SeatFilter } from './seat-page.ts';
import { createSeatReading, type ReadSeats } from './seat-reading.ts';

export interface SeatBoards {
  /** The board of a performance, read if it is not in memory. */
  of(performance: Layout): Promise<KeptBoard>;
  /** The board of a performance if it is in memory. */
  known(performanceId: string): KeptBoard | undefined;
  /** Takes over changes that this server has just committed, and tells the other servers. Neither waits nor throws. */
  committed(changes: readonly SeatChange[]): void;
  /** Called with the numbers whose status changed on a board. */
  onChange(handle: (performanceId: string, numbers: readonly number[]) => void): void;
  readonly duties: readonly Duty[];
}

export interface KeptBoard {
  readonly board: SeatBoard;
  /** The bytes of the seat list. */
  page(filter: SeatFilter): SeatPage;
  /** Streams that follow it; a board that is followed stays. */
  followers: number;
}

/** Five bytes a seat, and while its list is being read up to 130 bytes a seat for each filter. */
const board_seats_max = 5_000_000;
/** Of one board while it is read. */
const news_max = 20_000;
/** Holds that run out change no version, nor is a count that is wrong found by counting. */
const reread_ms = 30_000;
const page_idle_ms = 30_000;
const board_idle_ms = 600_000;

export interface SeatBoardsOptions {
  readonly database: Database;
  readonly feed: Feed;
  readonly catalog: Pick<Catalog, 'known' | 'outdated'>;
}

export function createSeatBoards({ database, feed, catalog }: SeatBoardsOptions): SeatBoards {
  const shelf = createShelf();
  const read = createSeatReading(database.sql);
  const loader = createLoading(read, shelf);
  const handlers: Tell[] = [];

  const tell: Tell = (performanceId, numbers) => {
    for (const handle of handlers) handle(performanceId, numbers);
  };

  const apply = createTakingOver(shelf, loader, tell);

  const reread = async (board: SeatBoard): Promise<void> => {
    const numbers = await read(board);
    if (numbers.length > 0) tell(board.performance.id, numbers);
  };
  const used = (): readonly SeatBoard[] => shelf.used(reread_ms);
  const { checkAll, duty: check } = createSeatsCheck({
    sql: database.sql,
    feed,
    used,
    reread,
    seen: (performanceId, revision) => {
      const known = catalog.known(performanceId);
      if (known !== undefined && known.revision < revision) catalog.outdated(known.concertId);
    },
  });

  feed.subscribe('seats', (news: News) => apply(changesOf(news)));
  // Boards of no present use are dropped: whoever asks for one next has it read.
  feed.onGap(() => {
    loader.missed();
    shelf.dropUnused(reread_ms);
    checkAll().catch(() => shelf.dropUnused(0));
  });

  const known = (performanceId: string): Shelved | undefined => {
    const shelved = shelf.get(performanceId);
    if (shelved !== undefined) shelved.usedAt = performance.now();
    return shelved;
  };

  return {
    of: async (target) => known(target.id) ?? loader.load(target),
    known,
    committed: (changes) => {
      for (const news of messages(changes)) feed.tell('seats', { ...news });
      apply(changes);
    },
    onChange: (handle) => {
      handlers.push(handle);
    },
    duties: [
      check,
      { name: 'seats.reread', everyMs: reread_ms, run: () => eachByItself(used(), reread) },
      {
        name: 'seats.forget',
        everyMs: page_idle_ms,
        run: async () => {
          shelf.dropPages(page_idle_ms);
          shelf.dropUnused(board_idle_ms);
        },
      },
    ],
  };
}

type Tell = (performanceId: string, numbers: readonly number[]) => void;

/** Takes over changes, on the boards in memory and those that are being read. */
function createTakingOver(
  shelf: Pick<ReturnType<typeof createShelf>, 'get'>,
  loader: Pick<ReturnType<typeof createLoading>, 'hear'>,
  tell: Tell,
): (changes: readonly SeatChange[]) => void {
  return (changes) => {
    const changed = new Map<string, number[]>();
    for (const change of changes) {
      const { performanceId, number, code, version } = change;
      loader.hear(performanceId, change);
      if (shelf.get(performanceId)?.board.apply(number, code, version) !== true) continue;
      const numbers = changed.get(performanceId);
      if (numbers === undefined) changed.set(performanceId, [number]);
      else numbers.push(number);
    }
    for (const [performanceId, numbers] of changed) tell(performanceId, numbers);
  };
}

function createLoading(read: ReadSeats, shelf: Pick<ReturnType<typeof createShelf>, 'add'>) {
  return createLoader<Layout, SeatBoard, SeatChange, Shelved>({
    name: 'seat boards',
    keyOf: ({ id }) => id,
    read: async (target) => {
      const board = new SeatBoard(target);
      await read(board);
      return board;
    },
    keep: (board, changes) => {
      for (const { number, code, version } of changes) board.apply(number, code, version);
      return shelf.add(board);
    },
    newsMax: news_max,
  });
}

interface Shelved extends KeptBoard {
  usedAt: number;
  pages: Partial<Record<SeatFilter, SeatPage>>;
}

/** The boards in memory, bounded by their seats; the longest unused go first. */
function createShelf() {
  const boards = new Map<string, Shelved>();
  let seats = 0;

  const drop = ({ board: { performance } }: Shelved): void => {
    if (boards.delete(performance.id)) seats -= performance.seatsTotal;
  };
  const unused = (ms: number): Shelved[] => {
    const before = performance.now() - ms;
    return [...boards.values()].filter((shelved) => shelved.followers === 0 && shelved.usedAt <= before);
  };

  return {
    get: (id: string) => boards.get(id),
    add: (board: SeatBoard): Shelved => {
      const shelved = shelve(board);
      seats += board.performance.seatsTotal;
      if (seats > board_seats_max) {
        for (const other of unused(0).toSorted((one, two) => one.usedAt - two.usedAt)) {
          if (seats > board_seats_max) drop(other);
        }
      }
      boards.set(board.performance.id, shelved);
      return shelved;
    },
    used: (withinMs: number): SeatBoard[] => {
      const since = performance.now() - withinMs;
      const used = [...boards.values()].filter((shelved) => shelved.followers > 0 || shelved.usedAt >= since);
      return used.map(({ board }) => board);
    },
    dropUnused: (ms: number): void => {
      for (const shelved of unused(ms)) drop(shelved);
    },
    dropPages: (ms: number): void => {
      const before = performance.now() - ms;
      for (const shelved of boards.values()) if (shelved.usedAt <= before) shelved.pages = {};
    },
  };
}

function shelve(board: SeatBoard): Shelved {
  const shelved: Shelved = {
    board,
    followers: 0,
    usedAt: performance.now(),
    pages: {},
    page: (filter) => (shelved.pages[filter] ??= new SeatPage(board, filter)),
  };
  return shelved;
}

/** As it travels: seats of one performance, each as [number, code, version]. */
interface News {
  readonly p: string;
  readonly s: readonly (readonly [number, SeatCode, number])[];
}

/** A seat takes at most 22 bytes of the 7,800 that a notification may have. */
const seats_per_message = 300;

function messages(changes: readonly SeatChange[]): News[] {
  const news: News[] = [];
  for (const [p, own] of Map.groupBy(changes, (change) => change.performanceId)) {
    const seats = own.map(({ number, code, version }) => [number, code, version] as const);
    for (let from = 0; from < seats.length; from += seats_per_message) {
      news.push({ p, s: seats.slice(from, from + seats_per_message) });
    }
  }
  return news;
}

function changesOf({ p, s }: News): SeatChange[] {
  return s.map(([number, code, version]) => ({ performanceId: p, number, code, version }));
}
