/**
 * What a server knows of one concert's line: a few shared numbers, from which everything a waiting fan can ask
 * is arithmetic. It holds nothing per waiting fan, so neither its memory nor the cost of a question grows with
 * the line. It follows the database change by change; each change carries the room's next version.
 */
import type { Language } from '../platform/language.ts';
import { Turnover, type Pace } from './pace.ts';
import { SortedNumbers } from './sorted-numbers.ts';
import type { SeatCounts } from './supply.ts';
import type { Pass } from './tokens.ts';

export type TokenStatus = 'WAIT' | 'ACTIVE' | 'EXPIRED';
export type EndReason = 'PAID' | 'SESSION_ENDED' | 'LEFT' | 'ABSENT';

/** Why nobody is admitted; both null while somebody is. */
export interface Pause {
  readonly paused: { readonly reason: string } | null;
  /** The same for readers of each language. */
  readonly pauseReasons: Readonly<Record<Language, string>> | null;
}

/** As it is kept: `ko` is null where one text is for everybody. */
export function pauseOf(reason: string | null, ko: string | null): Pause {
  if (reason === null) return { paused: null, pauseReasons: null };
  return { paused: { reason }, pauseReasons: { ko: ko ?? reason, en: reason } };
}

export interface Settings extends Pause {
  readonly maxActive: number;
  readonly sessionSeconds: number;
  readonly holdSeconds: number;
  readonly graceSeconds: number;
  readonly maxSeatsPerFan: number;
  /** Nobody is let in but to seats that can be had. */
  readonly boundToSupply: boolean;
}

/** What happened to one place in line. */
export type Change =
  | readonly ['admitted', entry: number, number: number, expiresAt: number, claimed: boolean, mark: number]
  | readonly ['passed over', entry: number, number: number]
  | readonly ['ended', entry: number, number: number, because: EndReason]
  /** The place is as it was; the tokens that were handed out for it are void, and the next one has this mark. */
  | readonly ['tokens voided', entry: number, number: number, mark: number];

/** One committed change of a room: the line's marks after it, and whose state changed. */
export interface News {
  readonly concertId: string;
  readonly version: number;
  readonly head: number;
  readonly front: number;
  readonly lastNumber: number;
  readonly changes: readonly Change[];
  /** The settings from this version on, if it changed them. */
  readonly settings?: Settings | undefined;
  /** Whether the line is at rest from this version on, if it changed that. */
  readonly isAtRest?: boolean | undefined;
}

export interface Snapshot extends Omit<News, 'changes' | 'settings'> {
  readonly settings: Settings;
  readonly active: readonly { entry: number; expiresAt: number; claimed: boolean; mark: number }[];
  readonly passedOver: readonly { entry: number; number: number }[];
  /** Numbers beyond the head whose fans left, ascending. */
  readonly departed: readonly number[];
  /** Live places of which earlier tokens are void. */
  readonly reissued: readonly { entry: number; mark: number }[];
}

export interface Session {
  /** Epoch milliseconds, as the database said. Shown, never compared with a clock of ours. */
  expiresAt: number;
  /** The fan has shown a sign of life since being admitted. */
  claimed: boolean;
  /** Of the fan and of the token that is good for the place, see `markOf`. */
  mark: number;
}

/** What the board can say of an entry; `unknown` when only the database knows how it ended. */
export type Standing =
  | { readonly status: 'WAIT'; readonly position: number }
  | { readonly status: 'ACTIVE'; readonly session: Session }
  | { readonly status: 'EXPIRED'; readonly because: EndReason }
  | { readonly status: 'unknown' };

const ended_remembered_max = 10_000;
/** A hold extends a session, but no session lasts longer than so many times its length. */
const sessions_max = 2;

export class Board {
  readonly concertId: string;
  settings: Settings;
  version = 0;
  head = 0;
  front = 0;
  lastNumber = 0;
  /** Counts every change to the positions of those who wait. */
  moves = 0;
  readonly active = new Map<number, Session>();
  /** Entries with a protected place, and their numbers. */
  private readonly passedOver = new Map<number, number>();
  private passedOverNumbers = new SortedNumbers();
  private departed = new SortedNumbers();
  private readonly ended = new Map<number, { readonly because: EndReason; readonly mark: number | undefined }>();
  /** Marks of live places whose earlier tokens are void: few, for hardly anybody ends all their sessions in a line. */
  private readonly reissued = new Map<number, number>();
  private readonly turnover = new Turnover();
  /** Nothing is left to buy, as far as is known here: then a place leads nowhere, and nobody is told when. */
  isSoldOut = false;
  /** The seats that a line is bound to, when they were counted last; undefined until then. */
  supply: SeatCounts | undefined;
  /** Seats are others since: they are to be counted at the next look. */
  hasOtherSeats = false;
  /** As they were counted last, see `openings.ts`; null until then. */
  openings: number | null = null;
  /** See `resting.ts`. */
  isAtRest = false;

  constructor(snapshot: Snapshot) {
    this.concertId = snapshot.concertId;
    this.settings = snapshot.settings;
    this.restore(snapshot);
  }

  /** Replaces everything by what the database says. */
  restore(snapshot: Snapshot): void {
    this.setMarks(snapshot);
    this.active.clear();
    for (const { entry, ...session } of snapshot.active) this.active.set(entry, session);
    this.passedOver.clear();
    for (const { entry, number } of snapshot.passedOver) this.passedOver.set(entry, number);
    this.passedOverNumbers = new SortedNumbers([...this.passedOver.values()].toSorted((a, b) => a - b));
    this.departed = new SortedNumbers(snapshot.departed);
    this.reissued.clear();
    for (const { entry, mark } of snapshot.reissued) this.reissued.set(entry, mark);
    this.moves++;
  }

  /** Applies the change with the next version. */
  apply(news: News, nowSeconds: number): void {
    const left: number[] = [];
    this.turnover.watch(this.active.size, nowSeconds);
    // Whoever only joins, or ends behind the head, is in nobody's way.
    let isMove = news.head !== this.head;
    for (const change of news.changes) {
      const [what, entry, number] = change;
      if (what === 'tokens voided') {
        this.voidTokens(entry, change[3]);
        continue;
      }
      const mark = this.markAt(entry);
      if (this.passedOver.delete(entry)) {
        this.passedOverNumbers.delete(number);
        isMove = true;
      }
      this.freeSlot(entry, what, nowSeconds);
      if (what === 'admitted') {
        this.active.set(entry, { expiresAt: change[3], claimed: change[4], mark: change[5] });
        this.turnover.admitted(1, nowSeconds);
      } else if (what === 'passed over') {
        this.passedOver.set(entry, number);
        this.passedOverNumbers.add([number]);
        isMove = true;
      } else {
        this.rememberEnd(entry, change[3], mark);
        this.reissued.delete(entry);
        if (number > news.head) left.push(number);
      }
    }
    this.setMarks(news);
    this.departed.add(left);
    this.departed.dropTo(this.head);
    if (isMove || left.length > 0) this.moves++;
  }

  /** Whoever is let in had none; from all others it is taken. */
  private freeSlot(entry: number, what: Change[0], nowSeconds: number): void {
    if (this.active.delete(entry) && what !== 'admitted') this.turnover.ended(1, nowSeconds);
  }

  /** Whether this entry was silent when its turn came and keeps a protected place. */
  isPassedOver(entry: number): boolean {
    return this.passedOver.has(entry);
  }

  /** A seat hold moved the end of a session. Applies to sessions that the board knows; answers whether it did. */
  extend(entry: number, expiresAt: number): boolean {
    const session = this.active.get(entry);
    if (session === undefined || session.expiresAt >= expiresAt) return false;
    session.expiresAt = expiresAt;
    return true;
  }

  /**
   * Where the place that a token names stands. `unknown` also if the token is void, or of another fan than the place, as
   * far as is known here: whose a place in the line is, is known of those only who are inside, and of those whose
   * earlier tokens are void. So a token of before a restore may be told a position; it is told nothing else.
   */
  standingOf({ entry, generation, mark }: Pass): Standing {
    const own = this.markAt(entry);
    const isGood = own === undefined ? generation === 0 : own === mark;
    return isGood ? this.standing(entry) : { status: 'unknown' };
  }

  /** Whether the place that a token names is ACTIVE, and the token good for it. */
  isActive({ entry, mark }: Pass): boolean {
    return this.active.get(entry)?.mark === mark;
  }

  /** Where a place stands, whoever it belongs to. */
  standing(entry: number): Standing {
    const session = this.active.get(entry);
    if (session !== undefined) return { status: 'ACTIVE', session };
    const ended = this.ended.get(entry);
    if (ended !== undefined) return { status: 'EXPIRED', because: ended.because };
    const number = numberOf(entry);
    if (number > this.head) {
      // A number that left from the middle, long enough ago to be forgotten.
      if (this.departed.has(number)) return { status: 'EXPIRED', because: 'LEFT' };
      return { status: 'WAIT', position: number - this.head - this.departed.countBelow(number) };
    }
    if (this.passedOver.has(entry)) return { status: 'WAIT', position: this.passedOverNumbers.countBelow(number) + 1 };
    return { status: 'unknown' };
  }

  /** How an entry ended, and whose it was if that is known; an end is final, so it may be remembered. */
  rememberEnd(entry: number, because: EndReason, mark: number | undefined): void {
    this.ended.set(entry, { because, mark });
    if (this.ended.size > ended_remembered_max) {
      const [oldest] = this.ended.keys();
      if (oldest !== undefined) this.ended.delete(oldest);
    }
  }

  /** Whether somebody waits or is inside. */
  get isLive(): boolean {
    return this.active.size > 0 || this.waiting > 0;
  }

  /** The same, and time may bring them something. */
  get isAwake(): boolean {
    return this.isLive && !this.isAtRest;
  }

  get waiting(): number {
    return this.lastNumber - this.head - this.departed.size + this.passedOver.size;
  }

  /** The seats and not `maxActive` keep the line: whoever waits stands by for seats that come back. */
  get isStandingBy(): boolean {
    const { settings, supply, active } = this;
    if (!settings.boundToSupply || supply === undefined || active.size >= settings.maxActive) return false;
    return this.isAtRest || active.size >= supply.available + supply.held || (this.openings ?? 1) <= 0;
  }

  admittedPerMinute(nowSeconds: number): number {
    return this.turnover.admittedPerMinute(nowSeconds);
  }

  /** How fast places become free; null in a pause, when no seat is left, and while no session has ended for five minutes. */
  pace(nowSeconds: number): Pace {
    const { paused, maxActive, sessionSeconds } = this.settings;
    this.turnover.watch(this.active.size, nowSeconds);
    const stay = this.turnover.staySeconds(nowSeconds);
    if (stay === undefined || paused !== null || this.isSoldOut || this.isStandingBy) return null;
    return { staySeconds: Math.min(stay, sessions_max * sessionSeconds), active: this.active.size, maxActive };
  }

  /** The mark of the one token that is good for a place; undefined where the board does not know it. */
  private markAt(entry: number): number | undefined {
    return this.active.get(entry)?.mark ?? this.reissued.get(entry) ?? this.ended.get(entry)?.mark;
  }

  private voidTokens(entry: number, mark: number): void {
    this.reissued.set(entry, mark);
    const session = this.active.get(entry);
    if (session !== undefined) session.mark = mark;
  }

  private setMarks({ version, head, front, lastNumber, settings, isAtRest }: Omit<News, 'changes'>): void {
    this.settings = settings ?? this.settings;
    this.isAtRest = isAtRest ?? this.isAtRest;
    this.version = version;
    this.head = head;
    this.front = front;
    this.lastNumber = lastNumber;
  }
}

/** In a first-come room the place in line is the place of arrival. */
export function numberOf(entry: number): number {
  return entry;
}

/** Whole seconds of this process's own steady clock; only differences of it mean anything. */
export function nowSeconds(): number {
  return Math.floor(performance.now() / 1_000);
}
