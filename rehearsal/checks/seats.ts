/**
 * Each seat's history has one owner at a time. A hold is surely owned from when its answer came until it runs out or
 * its fan begins to release it, to leave or to pay for another; paid, for ever. Two sure owners at one moment are one too many.
 */
import type { Call } from '../history.ts';
import { createFinding, highestOverlap, type CreateCheck } from './check.ts';

interface Hold {
  readonly id: string;
  readonly fan: number;
  readonly performance: string;
  readonly seats: readonly number[];
  readonly amount: number;
  readonly from: number;
  /** Undefined for a hold whose own answer was lost: told again under its key, or found among the fan's reservations. */
  heldUntil: number | undefined;
  releasedAt: number;
  paid: boolean;
  payAsked: boolean;
}

/** Two clocks of one machine, or of two machines that are kept in time. */
const clock_slack_ms = 50;

export const checkSeats: CreateCheck = (terms) => {
  const holds = new Map<string, Hold>();
  const ofFan = new Map<number, Hold[]>();
  const owners = createFinding('I1 a seat has at most one owner at any moment');
  const paidInTime = createFinding('I9 a hold that ran out is not paid; what is paid was held by the same fan');
  const kept = createFinding('I10 what was acknowledged as paid is there at the end, and nothing else');
  const again = createFinding('I6 a hold that is told again under its key is the one that was made');
  const limits = createFinding('I8 no fan has more seats of a date than allowed');

  const held = ({ fan, end, facts }: Call): void => {
    const { reservation: id, performance, seats, amount, heldUntil } = facts;
    if (id === undefined || performance === undefined || seats === undefined || end === null) return;
    const known = holds.get(id);
    if (known !== undefined) {
      known.heldUntil ??= heldUntil;
      return;
    }
    const hold = { id, fan, performance, seats, amount: amount ?? 0, from: end, heldUntil };
    const one = { ...hold, releasedAt: Infinity, paid: false, payAsked: false };
    holds.set(id, one);
    const own = ofFan.get(fan);
    if (own === undefined) ofFan.set(fan, [one]);
    else own.push(one);
  };

  /** What a first answer says that comes again is how it was then; it may be over since. */
  const heldAgain = (call: Call): void => {
    const { heldUntil: _then, ...facts } = call.facts;
    const known = holds.get(facts.reservation ?? '');
    again.count();
    if (known === undefined) held({ ...call, facts });
    else if (known.fan !== call.fan || known.amount !== facts.amount || known.seats.join() !== facts.seats?.join())
      again.violation(`fan ${call.fan} was told ${known.id} of fan ${known.fan} as ${facts.seats?.join()}`);
  };

  const cancelled = ({ fan, start, facts }: Call): void => {
    const hold = holds.get(facts.reservation ?? '');
    if (hold?.fan === fan) hold.releasedAt = Math.min(hold.releasedAt, start);
  };

  /** Whoever leaves, or pays for one, gives all others back. */
  const givenBack = ({ fan, start, facts }: Call): void => {
    for (const hold of ofFan.get(fan) ?? []) {
      if (hold.id !== facts.reservation && hold.from < start) hold.releasedAt = Math.min(hold.releasedAt, start);
    }
  };

  const paid = (call: Call): void => {
    if (mayHavePaid(call)) givenBack(call);
    const hold = holds.get(call.facts.reservation ?? '');
    if (hold === undefined) {
      if (call.status === 201) paidInTime.violation(`fan ${call.fan} paid for ${call.facts.reservation}, never held`);
      return;
    }
    hold.payAsked = true;
    if (call.status === 201) judgePaid(hold, call);
  };
  const judgePaid = (hold: Hold, call: Call): void => {
    paidInTime.count();
    hold.paid = true;
    if (hold.fan !== call.fan) paidInTime.violation(`fan ${call.fan} paid for ${hold.id} of fan ${hold.fan}`);
    if (hold.amount !== call.facts.amount)
      paidInTime.violation(`${hold.id} cost ${hold.amount} and ${call.facts.amount} was paid`);
    if ((call.facts.paidAt ?? 0) > (hold.heldUntil ?? Infinity))
      paidInTime.violation(`${hold.id} was held until ${hold.heldUntil} and paid at ${call.facts.paidAt}`);
  };

  /** Holds whose answers were lost. */
  const found = (call: Call): void => {
    for (const [reservation, status, performance, seats, amount] of call.facts.reservations ?? []) {
      if (status === 'HELD' && !holds.has(reservation))
        held({ ...call, facts: { reservation, performance, seats, amount } });
    }
  };

  const told = (call: Call): void => {
    const confirmed = new Set<string>();
    for (const [id, status, performance, seats, amount] of call.facts.reservations ?? []) {
      if (status !== 'CONFIRMED') continue;
      confirmed.add(id);
      kept.count();
      const known = holds.get(id);
      if (known === undefined) {
        // A hold whose answer was lost may have been found and paid by nobody: then it must not be confirmed.
        kept.violation(`fan ${call.fan} has ${id}, confirmed, but never heard of it`);
        held({ ...call, facts: { reservation: id, performance, seats, amount } });
      } else if (!known.payAsked) {
        kept.violation(`${id} of fan ${call.fan} is confirmed, but was never paid for`);
      } else {
        known.paid = true;
      }
    }
    for (const hold of ofFan.get(call.fan) ?? []) {
      if (hold.paid && !confirmed.has(hold.id))
        kept.violation(`${hold.id} of fan ${call.fan} was paid for and is gone`);
    }
  };

  const last = new Map<number, Call>();

  return {
    take: (call) => {
      if (call.op === 'hold' && call.status === 201) (call.facts.again === true ? heldAgain : held)(call);
      else if (call.op === 'pay') paid(call);
      else if (call.op === 'leave') givenBack(call);
      else if (call.op === 'cancel') cancelled(call);
      else if (call.op === 'reservations' && call.status === 200) {
        last.set(call.fan, call);
        found(call);
      }
    },
    finish: () => {
      for (const reading of last.values()) told(reading);
      const surely = [...holds.values()].map((hold) => ({ ...hold, until: sureUntil(hold) }));
      for (const [seat, owned] of bySeat(surely)) {
        owners.count(owned.length);
        findTwoOwners(seat, owned, owners.violation);
      }
      for (const [who, owned] of Map.groupBy(surely, ({ fan, performance }) => `fan ${fan} in ${performance}`)) {
        limits.count();
        const each = owned.flatMap(({ seats, from, until }) => seats.map(() => [from, until] as const));
        const most = highestOverlap(each.filter(([from, until]) => until > from));
        if (most.count > terms.maxSeatsPerFan) limits.violation(`${who} had ${most.count} seats at ${most.at}`);
      }
      return [owners.done(), limits.done(), again.done(), paidInTime.done(), kept.done()];
    },
  };
};

type Owned = Hold & { readonly until: number };

/** Just now: a first answer that came again says nothing of what is held by then. */
function mayHavePaid({ end, status, facts }: Call): boolean {
  return end === null || (status === 201 && facts.again !== true);
}

function sureUntil({ paid, releasedAt, from, heldUntil = from }: Hold): number {
  return paid ? Infinity : Math.min(releasedAt, heldUntil - clock_slack_ms);
}

function bySeat(holds: readonly Owned[]): Map<string, Owned[]> {
  const seats = new Map<string, Owned[]>();
  for (const hold of holds) {
    if (hold.until <= hold.from) continue;
    for (const number of hold.seats) {
      const seat = `${hold.performance}/${number}`;
      const owned = seats.get(seat);
      if (owned === undefined) seats.set(seat, [hold]);
      else owned.push(hold);
    }
  }
  return seats;
}

function findTwoOwners(seat: string, owned: Owned[], violation: (what: string) => void): void {
  let longest: Owned | undefined;
  for (const next of owned.toSorted((a, b) => a.from - b.from)) {
    if (longest !== undefined && next.from < longest.until)
      violation(`seat ${seat} belongs to fan ${longest.fan} by ${longest.id} and to fan ${next.fan} by ${next.id}`);
    if (longest === undefined || next.until > longest.until) longest = next;
  }
}
