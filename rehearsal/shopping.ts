/** A fan inside: looks at dates and seats, picks, loses the race and picks again, tops up, pays. */
import type { Heard } from './box-office.ts';
import { hammer } from './cheating.ts';
import { chooseSeats } from './choosing.ts';
import { payFor } from './paying.ts';
import { becomeCustomer, type Ending, type Held, type Stage, type Visit } from './stage.ts';

const picks_max = 25;
const retry_ms = 300;
const in_a_hurry = 0.3;

/** From the door to the till. */
export async function shop(stage: Stage, visit: Visit): Promise<Ending> {
  const { tally, options, pauses, office } = stage;
  const { persona } = visit;
  becomeCustomer(stage, visit);
  tally.inside++;
  try {
    if (persona.cheat === 'hammer') await hammer(stage, visit);
    for (let pick = 0; pick < picks_max && !stage.isOver(); pick++) {
      const held = await pickSeats(stage, visit, pick);
      if (typeof held === 'string') return held;
      if (held === undefined) continue;
      await pauses.pause(persona.random.around(options.think * 1_000));
      if (persona.dawdles && pick === 0) await pauses.pause((options.holdSeconds + 2) * 1_000);
      if (persona.changesMind && pick === 0) {
        await office.cancel(visit, held.id);
        continue;
      }
      const paid = await payFor(stage, visit, held);
      if (paid !== 'hold lost') return paid;
    }
    await office.leave(visit);
    return stage.isOver() ? 'in line at the end' : 'gave up';
  } finally {
    tally.inside--;
  }
}

/** A hold; a reason to go; or undefined, when somebody was quicker. */
async function pickSeats(stage: Stage, visit: Visit, pick: number): Promise<Held | Ending | undefined> {
  const { office, pauses, options, concert } = stage;
  const { random, herd } = visit.persona;
  const dates = await office.performances(visit, concert.id);
  if (dates.status !== 200) return turnedAway(stage, dates);
  const open = (dates.json['performances'] as { id: string }[]).map(({ id }) => id);
  if (open.length === 0) {
    await office.leave(visit);
    return 'sold out';
  }
  const performance = (herd && pick < 2 ? open[0] : random.pick(open)) ?? '';
  const list = await office.seats(visit, performance);
  if (list.status !== 200) return turnedAway(stage, list);
  const seats = chooseSeats(list.body, visit.persona);
  if (seats.length === 0) return undefined;
  await pauses.pause(random.around(options.think * 1_000 * (pick === 0 ? 1 : in_a_hurry)));
  const heard = await hold(stage, visit, performance, seats);
  if (heard.status === 201)
    return { id: String(heard.json['id']), amount: Number(heard.json['amount']), seats: seats.length };
  if (heard.code === 'SEAT_UNAVAILABLE') {
    stage.tally.racesLost++;
    return undefined;
  }
  // Seats that this fan has already, by a hold whose answer was lost: they run out, or are among the reservations.
  if (heard.code === 'SEAT_LIMIT_EXCEEDED') return ownHold(stage, visit);
  return turnedAway(stage, heard);
}

async function hold(stage: Stage, visit: Visit, performance: string, seats: readonly number[]): Promise<Heard> {
  const { office } = stage;
  const { doubleClicks, hasty, random } = visit.persona;
  if (hasty && random.chance(0.3)) return office.hold(visit, performance, seats, { hastyMs: 1 + random.below(20) });
  if (!doubleClicks) return office.hold(visit, performance, seats);
  const both = await Promise.all([office.hold(visit, performance, seats), office.hold(visit, performance, seats)]);
  const [one, other] = both;
  return one.status === 201 ? one : other;
}

/** The hold that a lost answer spoke of. */
async function ownHold({ office, pauses }: Stage, visit: Visit): Promise<Held | undefined> {
  const heard = await office.reservations(visit);
  await pauses.pause(retry_ms);
  if (heard.status !== 200) return undefined;
  const all = heard.json['reservations'] as { id: string; status: string; amount: number; seats: unknown[] }[];
  const own = all.find(({ status }) => status === 'HELD');
  return own === undefined ? undefined : { id: own.id, amount: own.amount, seats: own.seats.length };
}

/** The session is over, or the service asks for patience. */
async function turnedAway({ pauses }: Stage, heard: Heard): Promise<Ending | undefined> {
  if (heard.code === 'ADMISSION_EXPIRED' || heard.code === 'NOT_ADMITTED') return 'session ended';
  await pauses.pause(Math.max(retry_ms, heard.retryAfterMs));
  return undefined;
}
