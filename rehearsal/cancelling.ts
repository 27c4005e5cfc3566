/** Fans who change their minds when it is paid: ask what would come back, and give back all or some of it, in every manner. */
import type { Manner } from './box-office.ts';
import type { Returned } from './cancelling-calls.ts';
import type { Heard } from './heard.ts';
import { insist, isDecided, resolveLater } from './insisting.ts';
import type { Regret } from './regrets.ts';
import { newKey, retry_ms, tries_max, type Held, type Stage, type Visit } from './stage.ts';

/** So often somebody tries again whose quote was not true any more. */
const quotes_max = 5;

interface Regretted {
  readonly held: Held;
  readonly regret: Regret;
}

/** Ends when it is told what became of it, or when it is time to go home. */
export async function giveBack(stage: Stage, visit: Visit, { held, regret }: Regretted): Promise<void> {
  const { manner, random } = regret;
  await stage.pauses.pause(regret.afterMs);
  // What is paid is no hold, and stays.
  if (manner === 'as if it were a hold') await stage.office.cancel(visit, held.id);
  const some = manner === 'some of it' ? held.seats.slice(0, Math.ceil(held.seats.length / 2)) : undefined;
  const isDone = await giveBackThese(stage, visit, { id: held.id, seats: some }, regret);
  if (some !== undefined && some.length < held.seats.length && random.chance(0.5)) {
    const seats = held.seats.slice(some.length);
    await giveBackThese(stage, visit, { id: held.id, seats }, regret);
  } else if (isDone && some === undefined) {
    visit.comesAgain = regret.comesAgain;
  }
}

async function giveBackThese(stage: Stage, visit: Visit, returned: Returned, regret: Regret): Promise<boolean> {
  let refund = await quoted(stage, visit, returned);
  for (let tries = 0; refund !== undefined && tries < quotes_max; tries++) {
    const isStale = tries === 0 && regret.manner === 'by a quote that is not true any more';
    const heard = await ask(stage, visit, { ...returned, refund: isStale ? refund + 1 : refund }, regret);
    if (heard?.status === 201) {
      stage.tally.seatsGivenBack += (heard.json['seats'] as unknown[]).length;
      return true;
    }
    refund = heard?.code === 'QUOTE_CHANGED' ? Number(heard.json['refund']) : undefined;
  }
  return false;
}

/** Undefined where nothing can be given back, or nobody tells. */
async function quoted(
  { office, pauses, isOver }: Stage,
  visit: Visit,
  returned: Returned,
): Promise<number | undefined> {
  for (let tries = 0; tries < tries_max; tries++) {
    const heard = await office.quote(visit, returned);
    if (heard.status === 200) return Number(heard.json['refund']);
    if (isDecided(heard) || isOver()) return undefined;
    await pauses.pause(Math.max(retry_ms, heard.retryAfterMs));
  }
  return undefined;
}

type Wish = Returned & { readonly refund: number };

/** Asks until it is told, in this manner. */
async function ask(stage: Stage, visit: Visit, wish: Wish, regret: Regret): Promise<Heard | undefined> {
  const keys = regret.manner === 'twice at once' ? 2 : 1;
  const all = await Promise.all(
    Array.from({ length: keys }, () => askWith(stage, visit, { key: newKey(visit), wish, regret })),
  );
  return all.find((heard) => heard?.status === 201) ?? all[0];
}

interface Asking {
  readonly key: string;
  readonly wish: Wish;
  readonly regret: Regret;
}

async function askWith(stage: Stage, visit: Visit, { key, wish, regret }: Asking): Promise<Heard | undefined> {
  const { manner, random } = regret;
  const to = manner === 'to where the money came from' ? ('origin' as const) : undefined;
  let device = 0;
  const call = (how: Manner): Promise<Heard> => {
    const from = manner === 'from two devices with one key' ? device++ % 2 : 0;
    return stage.office.cancelPaid(visit, key, { ...wish, to }, { ...how, device: from });
  };
  const clicks = manner === 'from two devices with one key' || visit.persona.doubleClicks ? 2 : 1;
  const hastyMs = manner === 'without hearing the answer' ? 1 + random.below(20) : undefined;
  const heard = await insist(stage, { clicks, hastyMs, call, isTold: isDecided });
  if (heard === undefined) resolveLater(stage, () => call({}));
  return heard;
}
