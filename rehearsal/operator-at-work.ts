/** What an operator does while it is sold: cancels for fans now and then, moves a date, calls one off. */
import type { Heard } from './heard.ts';
import { insist, isDecided, resolveLater } from './insisting.ts';
import { createRandom, type Random } from './random.ts';
import type { Stage } from './stage.ts';

const reasons = ['fan', 'organiser', 'postponed', 'force_majeure', 'illness'] as const;
const fees = [0, 0, 10, 33, 100] as const;
/** Of the seats, how many are sold when it is done. */
const moved_at = 0.2;
const called_off_at = 0.4;
const cancels_at = 0.1;
/** So many reservations are cancelled for their fans: a hundredth of the seats. */
const cancels_share = 0.01;
const cancels_min = 3;
const pause_ms = 250;
const later_by_ms = 3 * 3_600_000;
const compensation_percent = 10;
const other_die = 0x0be;

/** Resolves when all is done, or the sale is over. */
export async function workAsOperator(stage: Stage): Promise<void> {
  const { options, tally } = stage;
  if (options.cancelling === 0) return;
  tally.changing++;
  const random = createRandom(options.seed ^ other_die, 0);
  await Promise.all([cancelForFans(stage, random), moveFirst(stage), callOffLast(stage)]);
  tally.changing--;
}

/** False when it is over before. */
async function sold({ tally, pauses, isOver, options }: Stage, share: number): Promise<boolean> {
  while (!isOver() && tally.seatsSold < options.seats * share) await pauses.pause(pause_ms);
  return !isOver();
}

async function cancelForFans(stage: Stage, random: Random): Promise<void> {
  const { office, options, operator, purchases, pauses, tally } = stage;
  if (!(await sold(stage, cancels_at))) return;
  const times = Math.max(cancels_min, Math.round(options.seats * cancels_share));
  for (let time = 0; time < times && !stage.isOver(); time++) {
    const { id, seats } = random.pick(purchases);
    const some = random.chance(0.4) ? { seats: [random.pick(seats)] } : {};
    const wish = { id, reason: random.pick(reasons), feePercent: random.pick(fees), ...some };
    const call = (): Promise<Heard> => office.cancelForFan(operator, `cancel-${time}`, wish);
    const heard = await insist(stage, { clicks: random.chance(0.2) ? 2 : 1, call, isTold: isDecided });
    if (heard === undefined) resolveLater(stage, call);
    if (heard?.status === 201) tally.seatsGivenBack += (heard.json['seats'] as unknown[]).length;
    await pauses.pause(pause_ms);
  }
}

async function moveFirst(stage: Stage): Promise<void> {
  const { concert, office, operator } = stage;
  const [first] = concert.dates;
  if (first === undefined || !(await sold(stage, moved_at))) return;
  const call = (): Promise<Heard> => office.moveDate(operator, first.id, new Date(first.startsAt + later_by_ms));
  const heard = await insist(stage, { clicks: 1, call, isTold: isDecided });
  if (heard === undefined) resolveLater(stage, call);
}

async function callOffLast(stage: Stage): Promise<void> {
  const { concert, options } = stage;
  const last = concert.performanceIds.slice(concert.performanceIds.length - options.calledOff);
  if (last.length === 0 || !(await sold(stage, called_off_at))) return;
  for (const performance of last) await callOff(stage, performance);
}

/** Clicked twice, and asked for until it is told. */
export async function callOff(stage: Stage, performance: string): Promise<void> {
  const { office, operator } = stage;
  const call = (): Promise<Heard> => office.callOff(operator, `off-${performance}`, performance, compensation_percent);
  const heard = await insist(stage, { clicks: 2, call, isTold: isDecided });
  stage.calledOff.push(performance);
  if (heard === undefined) resolveLater(stage, call);
}

/** Whether everybody of the dates that were called off has got all back, as the service says. */
export async function isCalledOff({ office, operator, calledOff }: Stage): Promise<boolean> {
  const all = await Promise.all(calledOff.map((performance) => office.calledOff(operator, performance)));
  return all.every(({ status, json }) => status === 404 || (status === 200 && json['state'] === 'DONE'));
}
