/**
 * What was given back of what had been paid, as far as fans and the operator were told: who asked for it, which dates were called
 * off or moved, and what everybody's reservations say at the end. The ground of seats.ts, refunds.ts and supply.ts.
 */
import type { Call, Facts, PaidTold } from '../history.ts';

export interface Asked {
  /** Who asked: the fan, or the operator. */
  readonly by: number;
  readonly reservation: string;
  /** Undefined: all of it, whatever that was. */
  readonly seats: readonly number[] | undefined;
  /** It may have happened from here on. */
  readonly from: number;
  /** The answer that told of it; undefined: nobody told. */
  readonly told: Call | undefined;
  readonly call: Call;
}

/** Something that an operator did to a date: not before `from`, and not after `surely`. */
interface Done {
  readonly from: number;
  surely: number;
  /** As it was told. */
  at: number | undefined;
}

export interface CalledOff extends Done {
  readonly percent: number;
  /** As it was told last. */
  progress: Facts;
}

export interface Moved extends Done {
  readonly startsAt: number;
}

type Row = NonNullable<Facts['reservations']>[number];

const isLost = ({ status }: Call): boolean => status === 0 || status >= 500;

export function createGivenBack() {
  const asked = new Map<string, Asked[]>();
  const calledOff = new Map<string, CalledOff>();
  const moved = new Map<string, Moved[]>();
  const rows = new Map<number, readonly Row[]>();

  const ask = (call: Call): void => {
    const { fan: by, facts, start: from, status } = call;
    const { reservation = '' } = facts;
    if (status !== 201 && !isLost(call)) return;
    const told = status === 201 ? call : undefined;
    const seats = told === undefined ? facts.seats : facts.each?.map(([seat]) => seat);
    const one = { by, reservation, seats, from, told, call };
    const others = asked.get(reservation);
    if (others === undefined) asked.set(reservation, [one]);
    else others.push(one);
  };

  const callOff = (call: Call): void => {
    const { performance = '', percent = 0, at } = call.facts;
    if (call.status !== 202 && !isLost(call)) return;
    let one = calledOff.get(performance);
    if (one === undefined) {
      one = { from: call.start, surely: Infinity, at, percent, progress: {} };
      calledOff.set(performance, one);
    }
    if (call.status !== 202 || call.end === null) return;
    one.surely = Math.min(one.surely, call.end);
    one.at ??= at;
    one.progress = call.facts;
  };

  const goesOn = ({ facts, end, status }: Call): void => {
    const one = calledOff.get(facts.performance ?? '');
    if (one === undefined || status !== 200 || end === null) return;
    one.surely = Math.min(one.surely, end);
    one.progress = facts;
  };

  const move = (call: Call): void => {
    const { performance = '', startsAt = Infinity, at } = call.facts;
    if (call.status !== 200 && !isLost(call)) return;
    const surely = call.status === 200 ? (call.end ?? Infinity) : Infinity;
    const one = { from: call.start, surely, at, startsAt };
    moved.set(performance, [...(moved.get(performance) ?? []), one]);
  };

  return {
    asked,
    calledOff,
    moved,
    /** By fan, as they were read last. */
    rows,
    take: (call: Call): void => {
      switch (call.op) {
        case 'cancel-paid':
        case 'cancel-for-fan':
          return ask(call);
        case 'call-off':
          return callOff(call);
        case 'called-off':
          return goesOn(call);
        case 'move-date':
          return move(call);
        case 'reservations':
          if (call.status === 200) rows.set(call.fan, call.facts.reservations ?? []);
          return;
        default:
      }
    },
    /** Somebody asked for this seat's return, and may have got it. */
    mayBeAsked: (reservation: string, seat: number): boolean =>
      (asked.get(reservation) ?? []).some(({ seats }) => seats === undefined || seats.includes(seat)),
    /** Whose return was told of. */
    surelyGone: (reservation: string): ReadonlySet<number> =>
      new Set((asked.get(reservation) ?? []).flatMap(({ told, seats = [] }) => (told === undefined ? [] : seats))),
    /** When a seat that was paid for may have been free again at the earliest, if it was not kept to the end. */
    freeFrom: (reservation: string, seat: number): number =>
      Math.min(
        Infinity,
        ...(asked.get(reservation) ?? []).flatMap(({ seats, from }) =>
          seats === undefined || seats.includes(seat) ? [from] : [],
        ),
      ),
  };
}

export type GivenBack = ReturnType<typeof createGivenBack>;

/** What was paid for and is told of at the end, and of which date it is. */
export type Paid = PaidTold & { readonly performance: string };

/** By reservation, of everybody. */
export function paidIn({ rows }: GivenBack): Map<string, Paid> {
  const all = new Map<string, Paid>();
  for (const own of rows.values())
    for (const [id, , performance, , , told] of own) if (told !== undefined) all.set(id, { ...told, performance });
  return all;
}

/** Seats in the order of their numbers. */
export function listed(seats: readonly number[]): string {
  return seats.toSorted((one, other) => one - other).join();
}

export function seatsOf(each: readonly (readonly [seat: number, ...unknown[]])[]): string {
  return listed(each.map(([seat]) => seat));
}
