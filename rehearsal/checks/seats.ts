/**
 * Each seat's history has one owner at a time. A hold is surely owned from when its answer came until it runs out or
 * its fan begins to release it, to leave or to pay for another; paid, until somebody asks for its return, and for ever if it is
 * there at the end. Two sure owners at one moment are one too many.
 */
import type { Call, Facts } from '../history.ts';
import { createFinding, highestOverlap, type CreateCheck } from './check.ts';
import { createGivenBack } from './given-back.ts';

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
  const givenBack = createGivenBack();
  /** Seats that their fans have at the end, by reservation. */
  const atTheEnd = new Map<string, readonly number[]>();
  const owners = createFinding('I1 a seat has at most one owner at any moment');
  const paidInTime = createFinding('I9 a hold that ran out is not paid; what is paid was held by the same fan');
  const kept = createFinding('I10 what was paid is there at the end or was given back, and nothing else');
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
  const letGo = ({ fan, start, facts }: Call): void => {
    for (const hold of ofFan.get(fan) ?? []) {
      if (hold.id !== facts.reservation && hold.from < start) hold.releasedAt = Math.min(hold.releasedAt, start);
    }
  };

  const paid = (call: Call): void => {
    if (mayHavePaid(call)) letGo(call);
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
    const paidFor = new Set<string>();
    for (const row of call.facts.reservations ?? []) {
      const [id, status, , seats, , more] = row;
      if (status !== 'CONFIRMED' && more === undefined) continue;
      paidFor.add(id);
      atTheEnd.set(id, seats);
      kept.count();
      for (const complaint of rowComplaints(call, row)) kept.violation(`${id} of fan ${call.fan} ${complaint}`);
    }
    for (const hold of ofFan.get(call.fan) ?? []) {
      if (hold.paid && !paidFor.has(hold.id)) kept.violation(`${hold.id} of fan ${call.fan} was paid for and is gone`);
    }
  };

  function* rowComplaints(call: Call, row: Row): Generator<string> {
    const [id, status, performance, seats, amount] = row;
    const known = holds.get(id);
    if (known === undefined) {
      // A hold whose answer was lost may have been found and paid by nobody: then it must not be confirmed.
      yield `is ${status}, but its fan never heard of it`;
      held({ ...call, facts: { reservation: id, performance, seats, amount } });
    } else if (!known.payAsked) {
      yield `is ${status}, but was never paid for`;
    } else {
      known.paid = true;
      yield* keptComplaints(known, row);
    }
  }

  /** Each seat of it was kept, or given back for a reason. */
  function* keptComplaints(hold: Hold, [, status, , seats, , more]: Row): Generator<string> {
    const gone = hold.seats.filter((seat) => !seats.includes(seat));
    const surely = givenBack.surelyGone(hold.id);
    const isFree = (seat: number): boolean =>
      givenBack.mayBeAsked(hold.id, seat) || givenBack.calledOff.has(hold.performance);
    const isTold = (seat: number): boolean => more?.cancelled.some(([number]) => number === seat) === true;
    const complain = (what: string, all: readonly number[]): string[] => all.map((seat) => `seat ${seat} ${what}`);
    yield* complain(
      'is gone, and nobody gave it back',
      gone.filter((seat) => !isFree(seat)),
    );
    yield* complain(
      'is gone without a word',
      gone.filter((seat) => !isTold(seat)),
    );
    yield* complain(
      'was given back and is still there',
      seats.filter((seat) => surely.has(seat)),
    );
    yield* complain(
      'came from nowhere',
      seats.filter((seat) => !hold.seats.includes(seat)),
    );
    if (status !== (seats.length === 0 ? 'CANCELLED' : 'CONFIRMED')) yield `is ${status} with ${seats.length} seats`;
  }

  const sureUntil = ({ id, paid, releasedAt, from, heldUntil = from }: Hold, seat: number): number => {
    if (!paid) return Math.min(releasedAt, heldUntil - clock_slack_ms);
    return atTheEnd.get(id)?.includes(seat) === true ? Infinity : givenBack.freeFrom(id, seat);
  };

  const last = new Map<number, Call>();

  return {
    take: (call) => {
      givenBack.take(call);
      if (call.op === 'hold' && call.status === 201) (call.facts.again === true ? heldAgain : held)(call);
      else if (call.op === 'pay') paid(call);
      else if (call.op === 'leave') letGo(call);
      else if (call.op === 'cancel') cancelled(call);
      else if (call.op === 'reservations' && call.status === 200) {
        last.set(call.fan, call);
        found(call);
      }
    },
    finish: () => {
      for (const reading of last.values()) told(reading);
      const surely = [...holds.values()].flatMap((hold) => hold.seats.map((seat) => owned(hold, seat, sureUntil)));
      const real = surely.filter(({ from, until }) => until > from);
      for (const [seat, ownedBy] of Map.groupBy(real, ({ performance, seat }) => `${performance}/${seat}`)) {
        owners.count(ownedBy.length);
        findTwoOwners(seat, ownedBy, owners.violation);
      }
      for (const [who, own] of Map.groupBy(real, ({ fan, performance }) => `fan ${fan} in ${performance}`)) {
        limits.count();
        const most = highestOverlap(own.map(({ from, until }) => [from, until] as const));
        if (most.count > terms.maxSeatsPerFan) limits.violation(`${who} had ${most.count} seats at ${most.at}`);
      }
      return [owners.done(), limits.done(), again.done(), paidInTime.done(), kept.done()];
    },
  };
};

type Row = NonNullable<Facts['reservations']>[number];

/** One seat of a hold, from when it was surely owned by it. */
interface Owned extends Pick<Hold, 'id' | 'fan' | 'performance' | 'from'> {
  readonly seat: number;
  readonly until: number;
}

function owned(hold: Hold, seat: number, sureUntil: (hold: Hold, seat: number) => number): Owned {
  const { id, fan, performance, from } = hold;
  return { id, fan, performance, from, seat, until: sureUntil(hold, seat) };
}

/** Just now: a first answer that came again says nothing of what is held by then. */
function mayHavePaid({ end, status, facts }: Call): boolean {
  return end === null || (status === 201 && facts.again !== true);
}

function findTwoOwners(seat: string, owned: Owned[], violation: (what: string) => void): void {
  let longest: Owned | undefined;
  for (const next of owned.toSorted((a, b) => a.from - b.from)) {
    if (longest !== undefined && next.from < longest.until)
      violation(`seat ${seat} belongs to fan ${longest.fan} by ${longest.id} and to fan ${next.fan} by ${next.id}`);
    if (longest === undefined || next.until > longest.until) longest = next;
  }
}
