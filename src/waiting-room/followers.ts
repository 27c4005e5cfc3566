/**
 * The open status streams of one line, so laid out that a change touches only those concerned: by number, since changes
 * name numbers and signs of life matter near the head, and apart from the others whoever waits for a new position.
 */
import type { EventStream } from '../platform/event-stream.ts';
import type { Language } from '../platform/language.ts';
import { numberOf, type Board } from './board.ts';
import type { QueueStatus, Wording } from './status.ts';
import type { Pass } from './tokens.ts';

export interface Follower {
  readonly pass: Pass;
  /** In which what all are told is written. */
  readonly language: Language;
  readonly stream: EventStream;
  readonly line: Followers;
  /** What was told last. */
  status: QueueStatus['status'];
  position: number | null;
  /** The end of the session, or why all wait. */
  remark: string | null;
  /** The line's, when it was told. */
  outlook: string;
  /** Where it stands until it is to be told something, in no other such place at the same time. */
  place: Set<Follower> | undefined;
}

/** Puts a follower there, and takes it from where it was. */
export function put(follower: Follower, place: Set<Follower>): void {
  follower.place?.delete(follower);
  follower.place = place.add(follower);
}

const numbers_per_row = 64;

export class Followers {
  /** Whoever is inside, or asked about: told something new only when the standing changes. */
  readonly resting = new Set<Follower>();
  /** Put off for long enough: to be told with the next move of the line. */
  ripe = new Set<Follower>();
  /** Their standing changed: to be told before all others. */
  readonly touched = new Set<Follower>();
  /** The head has passed them, and a sign of life still matters: let in and not heard of, or passed over. */
  readonly behind = new Set<Follower>();
  board: Board;
  /** The moves of the board that those in `ripe` know of. */
  moves: number;
  /** What can be said of the time to wait and of the seats, as `outlookOn` has it; and what those in `ripe` know of it. */
  outlook = '';
  outlookTold = '';
  /** Something changed for everybody. */
  isAllTouched = false;
  /** Made once a pass. */
  wordings: Partial<Record<Language, Wording>> = {};
  private readonly rows = new Map<number, Set<Follower>>();

  constructor(board: Board) {
    this.board = board;
    this.moves = board.moves;
  }

  add(follower: Follower): void {
    const row = rowOf(follower.pass.entry);
    const here = this.rows.get(row) ?? new Set();
    this.rows.set(row, here.add(follower));
  }

  remove(follower: Follower): void {
    const row = rowOf(follower.pass.entry);
    const here = this.rows.get(row);
    here?.delete(follower);
    if (here?.size === 0) this.rows.delete(row);
    this.touched.delete(follower);
    this.behind.delete(follower);
    follower.place?.delete(follower);
  }

  /** Another board of the same line, of which nothing was told yet. */
  follow(board: Board): void {
    this.board = board;
    this.isAllTouched = true;
  }

  /** Those who wait for the line to move, who are taken away from there one by one. */
  *ripened(): Iterable<Follower> {
    const { ripe } = this;
    this.ripe = new Set();
    yield* ripe;
  }

  get isEmpty(): boolean {
    return this.rows.size === 0;
  }

  touch(entries: readonly number[]): void {
    for (const entry of entries) {
      for (const follower of this.rows.get(rowOf(entry)) ?? [])
        if (follower.pass.entry === entry) this.touched.add(follower);
    }
  }

  /** Those whose numbers lie from the one to the other, and perhaps a few around them. */
  *between(from: number, to: number): Iterable<Follower> {
    for (let row = Math.floor(from / numbers_per_row); row <= Math.floor(to / numbers_per_row); row++)
      yield* this.rows.get(row) ?? [];
  }

  *all(): Iterable<Follower> {
    for (const row of this.rows.values()) yield* row;
  }
}

const tick_ms = 100;
/** More than a new position is put off for. */
const ticks_ahead_max = 128;

/** Where those stand who are put off, by when they are due. */
export class Ticks {
  private readonly places = Array.from({ length: ticks_ahead_max }, () => new Set<Follower>());
  private readonly known: ReadonlySet<Set<Follower>> = new Set(this.places);
  private seen = tickNow();

  /** Due after so long, with the next tick at the earliest. */
  in(ms: number): Set<Follower> {
    return this.at(tickNow() + Math.max(1, Math.ceil(ms / tick_ms)));
  }

  has({ place }: Follower): boolean {
    return place !== undefined && this.known.has(place);
  }

  /** Those that have come due since it was last asked. */
  *due(): Iterable<Follower> {
    const now = tickNow();
    for (let tick = Math.max(this.seen + 1, now - ticks_ahead_max + 1); tick <= now; tick++) yield* this.at(tick);
    this.seen = now;
  }

  private at(tick: number): Set<Follower> {
    const place = this.places[tick % ticks_ahead_max];
    if (place === undefined) throw new Error('no such tick');
    return place;
  }
}

function tickNow(): number {
  return Math.floor(performance.now() / tick_ms);
}

function rowOf(entry: number): number {
  return Math.floor(numberOf(entry) / numbers_per_row);
}
