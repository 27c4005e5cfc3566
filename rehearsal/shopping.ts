/** A fan inside: looks at dates and seats, picks, loses the race and picks again, tops up, pays. */
import type { Manner } from './box-office.ts';
import type { Heard } from './heard.ts';
import { hammer } from './cheating.ts';
import { chooseSeats } from './choosing.ts';
import { payFor } from './paying.ts';
import { becomeCustomer, newKey, retry_ms } from './stage.ts';
import type { Ending, Held, Stage, Visit } from './stage.ts';

const picks_max = 25;
const in_a_hurry = 0.3;

/** From the door to the till. */
export async function shop(stage: Stage, visit: Visit): Promise<Ending> {
  const { tally, office } = stage;
  becomeCustomer(stage, visit);
  tally.inside++;
  if (visit.persona.cheat === 'hammer') await hammer(stage, visit);
  let ending: Ending | undefined;
  for (let pick = 0; pick < picks_max && ending === undefined && !stage.isOver(); pick++) {
    const held = await pickSeats(stage, visit, pick);
    ending = typeof held === 'object' ? await goOnWith(stage, visit, held, pick) : held;
  }
  if (ending === undefined) await office.leave(visit);
  tally.inside--;
  for (const later of visit.afterwards.splice(0)) await later();
  return ending ?? (stage.isOver() ? 'in line at the end' : 'gave up');
}

/** Thinks, dawdles, changes minds, or pays; undefined: picks again. */
async function goOnWith(stage: Stage, visit: Visit, held: Held, pick: number): Promise<Ending | undefined> {
  const { options, pauses, office } = stage;
  const { random, dawdles, changesMind } = visit.persona;
  await pauses.pause(random.around(options.think * 1_000));
  if (dawdles && pick === 0) await pauses.pause((options.holdSeconds + 2) * 1_000);
  if (changesMind && pick === 0) {
    await office.cancel(visit, held.id);
    return undefined;
  }
  const paid = await payFor(stage, visit, held);
  return paid === 'hold lost' ? undefined : paid;
}

/** A hold; a reason to go; or undefined, when somebody was quicker. */
async function pickSeats(stage: Stage, visit: Visit, pick: number): Promise<Held | Ending | undefined> {
  const { office, pauses, options, concert } = stage;
  const { random, herd } = visit.persona;
  const dates = await office.performances(visit, concert.id);
  if (dates.status !== 200) return turnedAway(stage, dates);
  const open = (dates.json['performances'] as { id: string }[]).map(({ id }) => id);
  const performance = (herd && pick < 2 ? open[0] : open[random.below(open.length)]) ?? '';
  if (performance === '') return sold(stage, visit);
  const list = await office.seats(visit, performance);
  if (list.status !== 200) return turnedAway(stage, list);
  const seats = chooseSeats(list.body, visit.persona);
  if (seats.length === 0) return undefined;
  await pauses.pause(random.around(options.think * 1_000 * (pick === 0 ? 1 : in_a_hurry)));
  return heldOf(stage, visit, await hold(stage, visit, performance, seats));
}

/** Who stood by for what comes back looks again: the next seat is for whoever is inside without one. */
async function sold({ office, pauses, options }: Stage, visit: Visit): Promise<Ending | undefined> {
  if (visit.standsBy) {
    await pauses.pause(Math.max(retry_ms, options.think * 1_000));
    return undefined;
  }
  await office.leave(visit);
  return 'sold out';
}

interface Reserved {
  readonly id: string;
  readonly amount: number;
  readonly seats: readonly { readonly number: number }[];
}

function heldIn({ id, amount, seats }: Reserved): Held {
  return { id, amount, seats: seats.map(({ number }) => number) };
}

async function heldOf(stage: Stage, visit: Visit, heard: Heard): Promise<Held | Ending | undefined> {
  if (heard.status === 201) {
    return heldIn(heard.json as unknown as Reserved);
  }
  if (heard.code === 'SEAT_UNAVAILABLE') {
    stage.tally.racesLost++;
    return undefined;
  }
  // Seats that this fan has already, by a hold whose answer was lost: they run out, or are among the reservations.
  return heard.code === 'SEAT_LIMIT_EXCEEDED' ? ownHold(stage, visit) : turnedAway(stage, heard);
}

async function hold(stage: Stage, visit: Visit, performance: string, seats: readonly number[]): Promise<Heard> {
  const { office } = stage;
  const { doubleClicks, hasty, random } = visit.persona;
  const key = newKey(visit);
  const holdOnce = (manner: Manner = {}): Promise<Heard> => office.hold(visit, performance, seats, { ...manner, key });
  if (hasty && random.chance(0.3)) {
    const heard = await holdOnce({ hastyMs: 1 + random.below(20) });
    // Others never ask again, and come upon what they hold.
    return heard.status === 0 && random.chance(0.7) ? holdOnce() : heard;
  }
  if (!doubleClicks) return holdOnce();
  const [one, other] = await Promise.all([holdOnce(), holdOnce()]);
  return one.status === 201 ? one : other;
}

/** The hold that a lost answer spoke of. */
async function ownHold({ office, pauses }: Stage, visit: Visit): Promise<Held | undefined> {
  const heard = await office.reservations(visit);
  await pauses.pause(retry_ms);
  if (heard.status !== 200) return undefined;
  const all = heard.json['reservations'] as (Reserved & { readonly status: string })[];
  const own = all.find(({ status }) => status === 'HELD');
  return own === undefined ? undefined : heldIn(own);
}

/** The session is over, or the service asks for patience. */
async function turnedAway({ pauses }: Stage, heard: Heard): Promise<Ending | undefined> {
  if (heard.code === 'ADMISSION_EXPIRED' || heard.code === 'NOT_ADMITTED') return 'session ended';
  await pauses.pause(Math.max(retry_ms, heard.retryAfterMs));
  return undefined;
}
