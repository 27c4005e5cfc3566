/** Topping up and paying: twice by mistake, again with the same key when no answer came, until it is known what happened. */
import type { Manner } from './box-office.ts';
import { giveBack } from './cancelling.ts';
import { fill } from './filling.ts';
import type { Heard } from './heard.ts';
import { insist, resolveLater } from './insisting.ts';
import { newKey, retry_ms, tries_max } from './stage.ts';
import type { Ending, Held, Stage, Visit } from './stage.ts';

/** Pays for a hold, charging what is missing first. */
export async function payFor(stage: Stage, visit: Visit, held: Held): Promise<Ending | 'hold lost'> {
  const { random } = visit.persona;
  // Some believe that they have enough.
  if (visit.balance < held.amount && !random.chance(0.1)) await topUp(stage, visit, held);
  const key = newKey(visit);
  for (let tries = 0; tries < tries_max && !stage.isOver(); tries++) {
    const heard = await tryToPay(stage, visit, { key, held, tries });
    const outcome = await readOutcome(stage, visit, heard, held);
    if (outcome !== undefined) return outcome;
  }
  resolveLater(stage, () => stage.office.pay(visit, key, held));
  return 'in line at the end';
}

interface Payment {
  readonly key: string;
  readonly held: Held;
  readonly tries: number;
}

async function tryToPay({ office }: Stage, visit: Visit, { key, held, tries }: Payment): Promise<Heard> {
  const { doubleClicks, hasty, random } = visit.persona;
  if (hasty && tries === 0) return office.pay(visit, key, held, { hastyMs: 1 + random.below(30) });
  if (!doubleClicks || tries > 0) return office.pay(visit, key, held);
  const [one, other] = await Promise.all([office.pay(visit, key, held), office.pay(visit, key, held)]);
  return one.status === 201 ? one : other;
}

/** What came of it; undefined: ask again with the same key. */
async function readOutcome(
  stage: Stage,
  visit: Visit,
  heard: Heard,
  held: Held,
): Promise<Ending | 'hold lost' | undefined> {
  const { pauses, tally } = stage;
  if (heard.status === 201) {
    visit.balance = Number(heard.json['balance']);
    tally.seatsSold += held.seats.length;
    tally.revenue += held.amount;
    tally.lastSaleAt = stage.office.now();
    bought(stage, visit, held);
    return 'bought';
  }
  switch (heard.code) {
    case 'INSUFFICIENT_BALANCE':
      visit.balance = Number(heard.json['balance']);
      await topUp(stage, visit, held);
      return undefined;
    case 'HOLD_EXPIRED':
    case 'NOT_FOUND':
      return 'hold lost';
    case 'ADMISSION_EXPIRED':
    case 'NOT_ADMITTED':
      return 'session ended';
    default:
      await pauses.pause(Math.max(retry_ms, heard.retryAfterMs));
      return undefined;
  }
}

/** Whoever will regret it does so once. */
function bought(stage: Stage, visit: Visit, held: Held): void {
  const { regret } = visit;
  stage.purchases.push(held);
  if (regret === undefined) return;
  visit.regret = undefined;
  visit.afterwards.push(() => giveBack(stage, visit, { held, regret }));
}

/** Fills the wallet with at least what is missing: by an order, or for the asking. */
async function topUp(stage: Stage, visit: Visit, held: Held): Promise<void> {
  const missing = held.amount - visit.balance;
  if (stage.options.money === 'sandbox') return fill(stage, visit, { missing, held });
  await Promise.all(amountsFor(visit, missing).map((amount) => charge(stage, visit, amount)));
}

/** Exactly, in a round sum, or in two halves at once. */
function amountsFor({ persona: { random } }: Visit, missing: number): number[] {
  const half = Math.ceil(missing / 2);
  return random.chance(0.2) ? [half, half] : [random.chance(0.3) ? missing + 10_000 : missing];
}

async function charge(stage: Stage, visit: Visit, amount: number): Promise<void> {
  const { office } = stage;
  const { doubleClicks, hasty, random } = visit.persona;
  const key = newKey(visit);
  const call = (manner: Manner): Promise<Heard> => office.charge(visit, key, amount, manner);
  const hastyMs = hasty ? 1 + random.below(20) : undefined;
  const isTold = ({ status }: Heard): boolean => status === 201;
  const heard = await insist(stage, { clicks: doubleClicks ? 2 : 1, hastyMs, call, isTold });
  // Of two charges at once the second answer tells the sum.
  if (heard !== undefined) visit.balance = Math.max(visit.balance, Number(heard.json['balance']));
  else resolveLater(stage, () => call({}));
}
