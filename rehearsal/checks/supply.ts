/**
 * A line that is bound to its supply: who is let in finds seats that can be had. What is surely sold, and what had not yet been
 * given back, follow from what fans were told; so does how many seats there were at most at the moment of each admission.
 */
import type { Call, Op, SupplyTold, Terms } from '../history.ts';
import { createFinding, type Finding } from './check.ts';
import { createGivenBack } from './given-back.ts';
import type { Spell } from './spells.ts';

/** Two clocks of one machine, or of two machines that are kept in time. */
const clock_slack_ms = 50;
/** Of those let in by seats that came back, so many may find none. */
const found_nothing_share_max = 0.05;
/** Of fewer nobody can say a share. */
const share_of_min = 100;

interface Hold {
  readonly fan: number;
  readonly reservation: string;
  readonly performance: string;
  readonly seats: readonly number[];
  readonly from: number;
  readonly heldUntil: number;
  releasedAt: number;
  paidAt: number;
}

/** One who stood by for what comes back: how it went. */
interface Standby {
  letIn: boolean;
  looked: boolean;
  sawFree: boolean;
  held: boolean;
}

export interface Look {
  readonly at: number;
  readonly active: number;
  readonly supply: SupplyTold | undefined;
}

export function createSupply(terms: Terms) {
  const { maxActive } = terms;
  const isBound = terms.boundToSupply === true;
  const bound = createFinding('No more are let in than there are seats to be had, as far as fans can tell');
  const found = createFinding('Who is let in by a seat that came back finds one, but for 5 in 100');
  const givenBack = createGivenBack();
  const holds = new Map<string, Hold>();
  const ofFan = new Map<number, Hold[]>();
  const standbys = new Map<string, Standby>();
  let holders: ReturnType<typeof spansOf> | undefined;

  const hold = (call: Call): void => {
    if (call.status !== 201) return;
    const own = standbys.get(`${call.fan}.${call.facts.spell}`);
    if (own !== undefined) own.held = true;
    const one = holdIn(call);
    if (one === undefined || holds.has(one.reservation)) return;
    holds.set(one.reservation, one);
    ofFan.set(one.fan, [...(ofFan.get(one.fan) ?? []), one]);
  };

  /** Whoever leaves, or pays for one, gives all others back. */
  const over = ({ fan, facts, start, end, status, op }: Call): void => {
    const one = holds.get(facts.reservation ?? '');
    const ended = op === 'cancel' ? [one] : (ofFan.get(fan) ?? []);
    for (const each of ended) if (each !== undefined) each.releasedAt = Math.min(each.releasedAt, start);
    if (one !== undefined && op === 'pay' && status === 201) one.paidAt = Math.min(one.paidAt, end ?? Infinity);
  };

  const standing = ({ fan, facts }: Call): void => {
    const name = `${fan}.${facts.spell}`;
    if (facts.standing === 'WAIT') {
      // From then on a seat has to come back first, for this one or for somebody before.
      if (facts.standby === true && !standbys.has(name))
        standbys.set(name, { letIn: false, looked: false, sawFree: false, held: false });
    } else if (facts.standing === 'ACTIVE') {
      const one = standbys.get(name);
      if (one !== undefined) one.letIn = true;
    }
  };

  const inside = ({ fan, facts, op, status }: Call): void => {
    const one = status === 200 ? standbys.get(`${fan}.${facts.spell}`) : undefined;
    if (one?.letIn !== true) return;
    one.looked = true;
    if (op === 'seats' && facts.anyFree === true) one.sawFree = true;
  };

  const takes: Partial<Record<Op, (call: Call) => void>> = {
    hold,
    pay: over,
    cancel: over,
    leave: over,
    performances: inside,
    seats: inside,
  };

  const take = (call: Call): void => {
    if (!isBound) return;
    givenBack.take(call);
    if (call.facts.forged === true) return;
    if (call.facts.standing === undefined) takes[call.op]?.(call);
    else standing(call);
  };

  /** Each moment at which the most seats that can be had, or held, changes, and by how many. */
  const changes = (): (readonly [at: number, by: number])[] => {
    const offAt = (performance: string): number =>
      (givenBack.calledOff.get(performance)?.surely ?? Infinity) + clock_slack_ms;
    const all = (terms.dates ?? []).flatMap(({ id, seats }): (readonly [number, number])[] => [
      [-Infinity, seats],
      [offAt(id), -seats],
    ]);
    const kept = new Map([...givenBack.rows.values()].flat().map(([id, , , seats]) => [id, new Set(seats)]));
    for (const { reservation, performance, seats, paidAt } of holds.values()) {
      if (paidAt === Infinity) continue;
      for (const seat of seats) {
        const from = paidAt + clock_slack_ms;
        const isKept = kept.get(reservation)?.has(seat) === true;
        const until = Math.min(
          offAt(performance),
          isKept ? Infinity : givenBack.freeFrom(reservation, seat) - clock_slack_ms,
        );
        if (until > from) all.push([from, -1], [until, 1]);
      }
    }
    return all.toSorted(([a], [b]) => a - b);
  };

  const checkBound = (all: readonly Spell[]): void => {
    const sessions = all.flatMap(({ sessions }) => sessions).filter(({ from }) => Number.isFinite(from));
    const ends = Float64Array.from(sessions, ({ from, until }) => Math.max(from, until)).toSorted();
    const steps = changes();
    let [step, seats, ended] = [0, 0, 0];
    for (const [index, from] of Float64Array.from(sessions, (one) => one.from)
      .toSorted()
      .entries()) {
      bound.count();
      for (let next = steps[step]; next !== undefined && next[0] <= from; next = steps[++step]) seats += next[1];
      while ((ends[ended] ?? Infinity) < from) ended++;
      const within = index + 1 - ended;
      if (within > Math.min(maxActive, seats))
        bound.violation(`${within} were inside at ${Math.round(from)}, for at most ${seats} seats that were not sold`);
    }
  };

  /** When it surely was a hold that can be paid: the calling off of its date lets it go. */
  const spanOf = ({ performance, from, heldUntil, releasedAt }: Hold): Span => {
    const offAt = givenBack.calledOff.get(performance)?.from ?? Infinity;
    return [from, Math.min(heldUntil, releasedAt, offAt)];
  };

  /** How many fans surely had a live hold at this moment. */
  const holdersAt = (at: number): number => {
    holders ??= spansOf([...ofFan.values()].flatMap((own) => spansTogether(own.map(spanOf))));
    return countUpTo(holders.starts, at) - countUpTo(holders.ends, at);
  };

  return {
    take,
    /** Whether somebody more may be let in, by what was told of seats. */
    hasRoom: ({ at, active, supply }: Look): boolean => {
      if (!isBound || supply === undefined) return active < maxActive;
      const { available, held } = supply;
      return active < Math.min(maxActive, available + held) && active - holdersAt(at) < available;
    },
    finish: (all: readonly Spell[]): Finding[] => {
      if (!isBound) return [];
      checkBound(all);
      const looked = [...standbys.values()].filter(({ letIn, looked }) => letIn && looked);
      const nothing = looked.filter(({ held }) => !held);
      const blind = nothing.filter(({ sawFree }) => !sawFree).length;
      found.count(looked.length);
      if (looked.length >= share_of_min && nothing.length >= looked.length * found_nothing_share_max)
        found.violation(`${nothing.length} of ${looked.length} held nothing, ${blind} of them saw no free seat`);
      found.note(`${nothing.length} held nothing, ${blind} of them saw no free seat`);
      return [bound.done(), found.done()];
    },
  };
}

/** A first answer that comes again says nothing of how long it is held now. */
function holdIn({ fan, end, facts }: Call): Hold | undefined {
  const { reservation, performance, seats, again, heldUntil } = facts;
  if (reservation === undefined || performance === undefined || seats === undefined || end === null) return undefined;
  const until = again === true ? end : (heldUntil ?? end) - clock_slack_ms;
  return { fan, reservation, performance, seats, from: end, heldUntil: until, releasedAt: Infinity, paidAt: Infinity };
}

type Span = readonly [from: number, until: number];

function spansOf(spans: readonly Span[]): { readonly starts: Float64Array; readonly ends: Float64Array } {
  return {
    starts: Float64Array.from(spans, ([from]) => from).toSorted(),
    ends: Float64Array.from(spans, ([, until]) => until).toSorted(),
  };
}

/** When one fan surely held anything: who holds twice is one who holds. */
function spansTogether(own: readonly Span[]): Span[] {
  const together: Span[] = [];
  for (const [from, until] of own.filter((span) => span[1] > span[0]).toSorted((one, other) => one[0] - other[0])) {
    const last = together.at(-1);
    if (last === undefined || from > last[1]) together.push([from, until]);
    else together[together.length - 1] = [last[0], Math.max(last[1], until)];
  }
  return together;
}

/** How many of the sorted are not after `at`. */
function countUpTo(sorted: Float64Array, at: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
