/**
 * News of seats for the fans who look at a seat map. What changed is gathered for a moment and sent once to all
 * streams of a performance; that the date itself is another, moved or called off, at once. A stream begins with nothing:
 * open it first, then read the seats, and no change is missed.
 */
import type { Catalog, Performance } from '../catalog/catalog.ts';
import { inSlices } from '../platform/each.ts';
import { eventFrame, type EventStream } from '../platform/event-stream.ts';
import { inTime } from '../platform/in-time.ts';
import { createBell, rest, type Duty } from '../platform/ticker.ts';
import type { KeptBoard, SeatBoards } from './seat-boards.ts';

export interface SeatEvents {
  /**
   * Sends `seats` events to the stream until it closes, and `performance` when the date was moved or called off. `admitted` is asked now and then and must reject once the
   * fan's session is over; the stream is then closed.
   */
  follow(performance: Performance, stream: EventStream, admitted: () => Promise<unknown>): Promise<void>;
  /** Dates of this concert, or of any, may be others now. */
  changed(concertId?: string): void;
  readonly duties: readonly Duty[];
}

const tick_ms = 100;
/** The rest waits for the next tick: 35 bytes a seat, and a reader may be 64 KiB behind. */
const event_seats_max = 1_000;
/** A session that ended stops its stream within this time. */
const admission_check_ms = 2_000;

interface Followed {
  readonly kept: KeptBoard;
  /** What the streams know of the date. */
  told: Performance;
  readonly streams: Map<EventStream, () => Promise<unknown>>;
  readonly changed: Set<number>;
}

export function createSeatEvents(boards: SeatBoards, catalog: Pick<Catalog, 'performance'>): SeatEvents {
  const followed = new Map<string, Followed>();
  const dates = createDateTelling(followed, catalog);
  const [telling, checking] = [createBell(), createBell()];

  boards.onChange((performanceId, numbers) => {
    const changed = followed.get(performanceId)?.changed;
    if (changed !== undefined) for (const number of numbers) changed.add(number);
  });

  const leave = (id: string, stream: EventStream): void => {
    const entry = followed.get(id);
    if (entry?.streams.delete(stream) !== true) return;
    entry.kept.followers--;
    if (entry.streams.size === 0) followed.delete(id);
  };

  const follow: SeatEvents['follow'] = async (performance, stream, admitted) => {
    stream.onClose(() => leave(performance.id, stream));
    const kept = await inTime(boards.of(performance)).catch((error: unknown) => {
      // Open and never told anything, it would look like a hall where nothing happens.
      stream.close();
      throw error;
    });
    if (stream.closed) return;
    kept.followers++;
    const known = followed.get(performance.id);
    const entry: Followed = known ?? { kept, told: performance, streams: new Map(), changed: new Set() };
    entry.streams.set(stream, admitted);
    followed.set(performance.id, entry);
    for (const bell of [telling, checking]) bell.ring();
    // It may have changed since this fan's request asked for it.
    if (known === undefined) dates.ask(performance.id);
    else if (performance.revision < known.told.revision) stream.write(frameOf(known.told));
  };

  const tell = async (): Promise<unknown> => {
    for (const { kept, streams, changed } of followed.values()) {
      if (changed.size === 0) continue;
      const numbers = [...changed].slice(0, event_seats_max);
      for (const number of numbers) changed.delete(number);
      const data = JSON.stringify(numbers.map((number) => ({ number, status: kept.board.statusOf(number) })));
      const frame = Buffer.from(eventFrame('seats', data));
      // Who comes in between reads the seats afterwards, and is told what it knows.
      await inSlices(streams.keys(), (stream) => stream.write(frame));
    }
    return followed.size === 0 ? rest() : undefined;
  };

  const check = async (): Promise<unknown> => {
    dates.askAgain();
    await inSlices(streamsOf(followed.values()), ([stream, admitted]) => admitted().catch(() => stream.close()));
    return followed.size === 0 ? rest() : undefined;
  };

  return {
    follow,
    changed: dates.changed,
    duties: [
      { name: 'seats.tell', everyMs: tick_ms, bell: telling, run: tell },
      { name: 'seats.admission', everyMs: admission_check_ms, bell: checking, run: check },
    ],
  };
}

/** Tells streams that their date is another now. */
function createDateTelling(followed: ReadonlyMap<string, Followed>, catalog: Pick<Catalog, 'performance'>) {
  /** Those that could not be asked about, until the next look at the sessions of their fans. */
  const unasked = new Set<string>();
  /** Whoever asks for a date after it changed gets what it is now, so it is enough to ask once. */
  const tell = async (performanceId: string): Promise<void> => {
    const now = await catalog.performance(performanceId);
    const entry = followed.get(performanceId);
    if (now === undefined || entry === undefined || now.revision <= entry.told.revision) return;
    entry.told = now;
    const frame = frameOf(now);
    await inSlices(entry.streams.keys(), (stream) => stream.write(frame));
  };
  const ask = (performanceId: string): void => {
    tell(performanceId).catch(() => unasked.add(performanceId));
  };
  return {
    ask,
    askAgain: () => {
      const again = [...unasked];
      unasked.clear();
      for (const id of again) ask(id);
    },
    changed: (concertId?: string) => {
      for (const [id, { told }] of followed) if (concertId === undefined || told.concertId === concertId) ask(id);
    },
  };
}

function frameOf({ id, status, startsAt }: Performance): Buffer {
  return Buffer.from(eventFrame('performance', JSON.stringify({ id, status, startsAt })));
}

function* streamsOf(all: Iterable<Followed>): Iterable<[EventStream, () => Promise<unknown>]> {
  for (const { streams } of all) yield* streams;
}
