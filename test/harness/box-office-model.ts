/**
 * The rules of the box office in the plainest way: lists, loops, one thing after the other. Every method is a command
 * and answers what the service must say to it. Written from the contract, not from the code.
 */

import { invalidToken, QueueModel, type Place, type QueueRules } from './queue-model.ts';

export interface Expected {
  readonly status: number;
  readonly code?: string;
  /** Members that the answer must have, just so. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly replayed?: true;
  /** Takes what only the service can choose: tokens and ids. */
  readonly learn?: (fields: Readonly<Record<string, unknown>>) => void;
}

interface Reservation {
  readonly fan: number;
  readonly performance: number;
  readonly seats: readonly number[];
  readonly amount: number;
  status: 'HELD' | 'CONFIRMED' | 'EXPIRED' | 'CANCELLED';
  id: string;
  paymentId: string;
}

interface Answered {
  readonly request: string;
  fields: Readonly<Record<string, unknown>>;
}

/** What a test may get wrong on purpose, to see that it is found out. */
export const rules = {
  seatsPerFanMax: 2,
  balanceMax: 100_000_000,
  paymentEndsTheSession: true,
  endsGiveBack: true,
  leavingAdmitsTheNext: true,
  departuresShortenTheLine: true,
  expiredHoldsCount: false,
  keysAreRemembered: true,
  pausedRoomsAdmit: false,
};
export type Rules = typeof rules & QueueRules;

export interface Hall {
  readonly concertId: string;
  readonly performanceIds: readonly string[];
  /** Seats of each performance, one row of them. */
  readonly seats: number;
  readonly price: number;
  readonly maxActive: number;
}

export class BoxOfficeModel {
  readonly queue: QueueModel;
  readonly reservations: Reservation[] = [];
  readonly balances: number[] = [];
  private readonly answered = new Map<string, Answered>();
  private readonly hall: Hall;
  private readonly rules: Rules;

  constructor(hall: Hall, fans: number, rules: Rules) {
    this.hall = hall;
    this.rules = rules;
    this.queue = new QueueModel(hall, rules);
    this.balances = Array.from({ length: fans }, () => 0);
  }

  /** Whoever leaves gives back what is held, and paid for nothing. */
  leave(fan: number): Expected {
    if (this.queue.placeOf(fan)?.status === 'ACTIVE') this.giveBack(fan, 'CANCELLED');
    return this.queue.leave(fan);
  }

  /** Time passes for this session. Answers whether there was one. */
  expireSession(fan: number): boolean {
    if (!this.queue.expireSession(fan)) return false;
    this.giveBack(fan, 'EXPIRED');
    return true;
  }

  /** Dates in which this fan holds seats. */
  heldBy(fan: number): number[] {
    return this.reservations
      .filter((one) => one.fan === fan && one.status === 'HELD')
      .map(({ performance }) => performance);
  }

  private giveBack(fan: number, status: 'CANCELLED' | 'EXPIRED'): void {
    if (!this.rules.endsGiveBack) return;
    for (const one of this.reservations) if (one.fan === fan && one.status === 'HELD') one.status = status;
  }

  expireHold(index: number): void {
    const reservation = this.reservations[index];
    if (reservation?.status === 'HELD') reservation.status = 'EXPIRED';
  }

  dates(fan: number): Expected {
    const refusal = this.queue.gate(fan);
    if (refusal !== undefined) return refusal;
    const { performanceIds, seats: seatsTotal, concertId } = this.hall;
    const all = performanceIds.map((id, performance) => {
      const seatsAvailable = this.seats(performance).filter(({ status }) => status === 'AVAILABLE').length;
      return { id, concertId, startsAt: startsAt(performance), status: 'SCHEDULED', seatsTotal, seatsAvailable };
    });
    return { status: 200, fields: { performances: all.filter(({ seatsAvailable }) => seatsAvailable > 0) } };
  }

  listSeats(fan: number, performance: number): Expected {
    const refusal = this.queue.gate(fan);
    if (refusal !== undefined) return refusal;
    const { price, performanceIds } = this.hall;
    const common = { section: 'A', row: 1, grade: 'R', price };
    const seats = this.seats(performance).map(({ number, status }) => {
      return { number, label: `A-1-${number}`, ...common, status };
    });
    return { status: 200, fields: { performanceId: performanceIds[performance], seats } };
  }

  hold(fan: number, performance: number, numbers: readonly number[]): Expected {
    const refusal = this.queue.gate(fan) ?? this.limit(fan, performance, numbers.length);
    if (refusal !== undefined) return refusal;
    const statuses = new Map<number, string>(this.seats(performance).map(({ number, status }) => [number, status]));
    const inTheWay = numbers
      .map((number) => ({ number, status: statuses.get(number) ?? 'UNKNOWN' }))
      .filter(({ status }) => status !== 'AVAILABLE');
    if (inTheWay.length > 0) return { status: 409, code: 'SEAT_UNAVAILABLE', fields: { seats: inTheWay } };
    const amount = numbers.length * this.hall.price;
    const made: Reservation = { fan, performance, seats: numbers, amount, status: 'HELD', id: '', paymentId: '' };
    this.reservations.push(made);
    return { status: 201, fields: this.written(made), learn: ({ id }) => (made.id = String(id)) };
  }

  reservation(fan: number, index: number): Expected {
    const reservation = this.reservations[index];
    if (reservation?.fan !== fan) return notFound;
    return { status: 200, fields: { id: reservation.id, ...this.written(reservation) } };
  }

  cancel(fan: number, index: number): Expected {
    const reservation = this.reservations[index];
    if (reservation?.fan !== fan) return notFound;
    if (reservation.status === 'CONFIRMED') return alreadyPaid(reservation);
    if (reservation.status === 'HELD') reservation.status = 'CANCELLED';
    return { status: 204 };
  }

  charge(fan: number, amount: number, key: string): Expected {
    return this.once(fan, key, `charge ${amount}`, () => {
      const balance = this.balances[fan] ?? 0;
      const limit = this.rules.balanceMax;
      if (balance + amount > limit) return { status: 409, code: 'BALANCE_LIMIT_EXCEEDED', fields: { limit, balance } };
      this.balances[fan] = balance + amount;
      return { status: 201, fields: { amount, balance: balance + amount } };
    });
  }

  wallet(fan: number): Expected {
    return { status: 200, fields: { balance: this.balances[fan], currency: 'KRW' } };
  }

  pay(fan: number, index: number, key: string): Expected {
    const place = this.queue.placeOf(fan);
    if (place === undefined) return invalidToken;
    return this.once(fan, key, `pay ${index}`, () => {
      const refusal = this.queue.gate(fan);
      if (refusal !== undefined) return refusal;
      const reservation = this.reservations[index];
      if (reservation?.fan !== fan) return notFound;
      if (reservation.status === 'CONFIRMED') return alreadyPaid(reservation);
      if (reservation.status !== 'HELD') return { status: 409, code: 'HOLD_EXPIRED' };
      return this.sell(reservation, place);
    });
  }

  private sell(reservation: Reservation, place: Place): Expected {
    const { fan, amount, id, seats } = reservation;
    const balance = this.balances[fan] ?? 0;
    if (balance < amount) return { status: 402, code: 'INSUFFICIENT_BALANCE', fields: { balance, required: amount } };
    this.balances[fan] = balance - amount;
    reservation.status = 'CONFIRMED';
    if (this.rules.paymentEndsTheSession) this.queue.end(place, 'PAID');
    this.giveBack(fan, 'CANCELLED');
    this.queue.admit();
    const fields = { reservationId: id, amount, balance: balance - amount, seats: this.named(seats) };
    return { status: 201, fields, learn: (paid) => (reservation.paymentId = String(paid['id'])) };
  }

  /** The same key: the same answer for the same request, else a refusal. A refused request uses up no key. */
  private once(fan: number, key: string, request: string, act: () => Expected): Expected {
    const name = `${fan} ${key}`;
    const known = this.answered.get(name);
    if (known !== undefined && this.rules.keysAreRemembered) {
      if (known.request !== request) return { status: 422, code: 'IDEMPOTENCY_KEY_REUSED' };
      return { status: 201, fields: known.fields, replayed: true };
    }
    const expected = act();
    if (expected.status !== 201) return expected;
    const learn = (fields: Readonly<Record<string, unknown>>): void => {
      this.answered.set(name, { request, fields });
      expected.learn?.(fields);
    };
    return { ...expected, learn };
  }

  private limit(fan: number, performance: number, more: number): Expected | undefined {
    const counted = this.rules.expiredHoldsCount ? ['HELD', 'CONFIRMED', 'EXPIRED'] : ['HELD', 'CONFIRMED'];
    const own = this.reservations.filter((one) => one.fan === fan && one.performance === performance);
    const holding = own.reduce((sum, { status, seats }) => sum + (counted.includes(status) ? seats.length : 0), 0);
    const limit = this.rules.seatsPerFanMax;
    if (holding + more <= limit) return undefined;
    return { status: 409, code: 'SEAT_LIMIT_EXCEEDED', fields: { limit, holding } };
  }

  private seats(performance: number): { number: number; status: string }[] {
    return Array.from({ length: this.hall.seats }, (_, index) => {
      const number = index + 1;
      const taken = this.reservations.filter(
        (one) => one.performance === performance && one.seats.includes(number) && /HELD|CONFIRMED/.test(one.status),
      );
      const status = taken.length === 0 ? 'AVAILABLE' : taken[0]?.status === 'HELD' ? 'HELD' : 'RESERVED';
      return { number, status };
    });
  }

  private written({ performance, seats, amount, status }: Reservation): Record<string, unknown> {
    const { concertId, performanceIds } = this.hall;
    return { concertId, performanceId: performanceIds[performance], seats: this.named(seats), amount, status };
  }

  private named(seats: readonly number[]): object[] {
    return seats.map((number) => ({ number, label: `A-1-${number}`, price: this.hall.price }));
  }
}

const notFound: Expected = { status: 404, code: 'NOT_FOUND' };

function alreadyPaid({ paymentId }: Reservation): Expected {
  return { status: 409, code: 'ALREADY_PAID', fields: { paymentId } };
}

export function startsAt(performance: number): string {
  return `2030-05-0${performance + 1}T10:00:00.000Z`;
}
