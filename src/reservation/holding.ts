/** The rule of holding, without its statements: who of a batch gets which seats, and why the others do not. */
import { saleEndOf, type Performance } from '../catalog/catalog.ts';
import type { MaybeKeyed } from '../idempotency/idempotency.ts';
import { refuse, type Refusal } from '../refusals.ts';
import { refusalFor, type Pass, type TokenState } from '../waiting-room/gate.ts';
import { reservedSeats, type Reservation } from './answer.ts';
import type { SeatChange, SeatCode } from './seat-board.ts';

export interface HoldCommand {
  readonly pass: Pass;
  /** Of the pass's concert. */
  readonly performance: Performance;
  /** Distinct integers from 1 up. */
  readonly numbers: readonly number[];
}

/** A command on its way. Its id is made before the first try, so that a retry recognises what an earlier one committed. */
export interface Hold extends HoldCommand, MaybeKeyed {
  tried: boolean;
}

export interface SeatRow {
  readonly performanceId: string;
  readonly number: number;
  readonly version: number;
  readonly code: SeatCode;
}

export interface Rules {
  readonly seatsMax: number;
  /** The time of this transaction. */
  readonly now: Date;
}

/**
 * A fan may make so many holds of a concert in so long, whatever becomes of them: enough for one who thinks better of it
 * every ten seconds. Without a limit one connection made 70 rows a second, for ever.
 */
export const holds_max = 60;
export const holds_seconds = 600;

/** Holds that a fan made within `holds_seconds`. */
export interface HoldsLately {
  readonly userId: string;
  readonly made: number;
  /** Until the oldest of them does not count any more; null if there is none. */
  readonly secondsLeft: number | null;
}

/** By user, over all dates. */
export function madeLately(rows: readonly HoldsLately[]): ReadonlyMap<string, HoldsLately> {
  const users = new Map<string, HoldsLately>();
  for (const row of rows) {
    const { made = 0, secondsLeft = null } = users.get(row.userId) ?? {};
    const left = Math.min(secondsLeft ?? holds_seconds, row.secondsLeft ?? holds_seconds);
    users.set(row.userId, { userId: row.userId, made: made + row.made, secondsLeft: left });
  }
  return users;
}

/** What a hold goes by of its date. */
export type DateFacts = Pick<Performance, 'startsAt' | 'status' | 'revision'>;

/** What the transaction knows, all of it locked or read under lock. */
export interface Facts {
  readonly tokens: ReadonlyMap<number, TokenState>;
  readonly rules: Rules;
  /** By user; undefined: not to be counted. The tokens' locks make it exact, since a fan has one live place. */
  readonly lately: ReadonlyMap<string, HoldsLately> | undefined;
  /** Seats that a fan holds or owns in a performance, by `holdingKey`. */
  readonly holdings: ReadonlyMap<string, number>;
  /** Of dates as they are at this moment; the others are as the command has them, and that is found out if they are not. */
  readonly dates: ReadonlyMap<string, DateFacts>;
  /** The wanted seats that exist, by `seatKey`. */
  readonly seats: ReadonlyMap<string, SeatRow>;
  /** What an earlier try of the same command committed: end of hold by reservation. */
  readonly committed: ReadonlyMap<string, Date>;
}

export interface Grant {
  readonly hold: Hold;
  readonly reservation: Reservation;
  readonly heldUntil: Date;
  readonly changes: readonly SeatChange[];
}

/** In order of arrival: what one command is granted stands in the way of those behind it. */
export function decide(
  holds: readonly Hold[],
  facts: Facts,
): { outcomes: Map<Hold, Reservation | Refusal>; grants: Grant[] } {
  const taken = new Set<string>();
  const holdings = new Map(facts.holdings);
  const grants: Grant[] = [];
  const granted = new Map<string, number>();
  const outcomeOf = (hold: Hold): Reservation | Refusal => {
    const { pass, performance, numbers } = hold;
    const heldUntil = facts.committed.get(hold.id);
    if (heldUntil !== undefined) return reservationOf(hold, heldUntil);
    const key = holdingKey(pass.userId, performance.id);
    const holding = holdings.get(key) ?? 0;
    const made = granted.get(pass.userId) ?? 0;
    const refusal = refusalOf(hold, facts, { taken, holding, made });
    if (refusal !== undefined) return refusal;
    granted.set(pass.userId, made + 1);
    for (const number of numbers) taken.add(seatKey(performance.id, number));
    holdings.set(key, holding + numbers.length);
    const grant = grantOf(hold, facts);
    grants.push(grant);
    return grant.reservation;
  };
  return { outcomes: new Map(holds.map((hold) => [hold, outcomeOf(hold)])), grants };
}

function limitOf(lately: HoldsLately | undefined, made: number): Refusal | undefined {
  if ((lately?.made ?? 0) + made < holds_max) return undefined;
  return refuse('RATE_LIMITED', { retryAfterSeconds: Math.max(1, lately?.secondsLeft ?? holds_seconds) });
}

/** What was granted before in the same batch. */
interface Before {
  readonly taken: ReadonlySet<string>;
  /** Seats that the fan holds or owns on that date. */
  readonly holding: number;
  /** Holds of the fan. */
  readonly made: number;
}

/** The checks in their order: token, date, the fan's limits, then every single seat. */
function refusalOf(hold: Hold, facts: Facts, { taken, holding, made }: Before): Refusal | undefined {
  const { performance, numbers } = hold;
  const refusal = refusalFor(facts.tokens.get(hold.pass.entry), hold.pass);
  if (refusal !== undefined) return refusal;
  if (saleEndOf(dateOf(hold, facts)) <= facts.rules.now) return refuse('SALE_ENDED');
  const tooOften = facts.lately === undefined ? undefined : limitOf(facts.lately.get(hold.pass.userId), made);
  if (tooOften !== undefined) return tooOften;
  const { seatsMax } = facts.rules;
  if (holding + numbers.length > seatsMax) return refuse('SEAT_LIMIT_EXCEEDED', { limit: seatsMax, holding });
  const inTheWay = numbers.flatMap((number) => {
    const key = seatKey(performance.id, number);
    const seat = facts.seats.get(key);
    if (seat === undefined) return [{ number, status: 'UNKNOWN' }];
    if (seat.code === 2) return [{ number, status: 'RESERVED' }];
    return seat.code === 1 || taken.has(key) ? [{ number, status: 'HELD' }] : [];
  });
  return inTheWay.length > 0 ? refuse('SEAT_UNAVAILABLE', { seats: inTheWay }) : undefined;
}

/**
 * A hold lasts as long as it can be paid: for the hold time, but no longer than the session as it extends it, nor than
 * the sale of the date.
 */
function heldUntilOf(hold: Hold, facts: Facts): Date {
  const bySession = facts.tokens.get(hold.pass.entry)?.holdUntil ?? facts.rules.now;
  const bySale = saleEndOf(dateOf(hold, facts));
  return bySession < bySale ? bySession : bySale;
}

/** What is decided by, and is to be so still when it is committed. */
export function dateOf({ performance }: Hold, { dates }: Pick<Facts, 'dates'>): DateFacts {
  return dates.get(performance.id) ?? performance;
}

function grantOf(hold: Hold, facts: Facts): Grant {
  const { seats } = facts;
  const performanceId = hold.performance.id;
  const changes = hold.numbers.map((number) => ({
    performanceId,
    number,
    code: 1 as const,
    version: (seats.get(seatKey(performanceId, number))?.version ?? 0) + 1,
  }));
  const heldUntil = heldUntilOf(hold, facts);
  return { hold, changes, heldUntil, reservation: reservationOf(hold, heldUntil) };
}

function reservationOf(hold: Hold, heldUntil: Date): Reservation {
  return { ...wishOf(hold), heldUntil: heldUntil.toISOString() };
}

/** What a hold will be if it is granted, but for its end. */
export function wishOf({
  id,
  pass,
  performance,
  numbers,
}: HoldCommand & Pick<Hold, 'id'>): Omit<Reservation, 'heldUntil'> {
  const seats = reservedSeats(performance, numbers);
  const amount = seats.reduce((sum, seat) => sum + seat.price, 0);
  return { id, concertId: pass.concertId, performanceId: performance.id, seats, amount, status: 'HELD' };
}

/** In the order in which every statement takes seats: as the database compares keys, by code and not by any language. */
export function bySeatKey(one: Pick<SeatRow, 'performanceId' | 'number'>, other: typeof one): number {
  if (one.performanceId === other.performanceId) return one.number - other.number;
  return one.performanceId < other.performanceId ? -1 : 1;
}

export function seatKey(performanceId: string, number: number): string {
  return `${performanceId}/${number}`;
}

export function holdingKey(userId: string, performanceId: string): string {
  return `${performanceId}/${userId}`;
}
