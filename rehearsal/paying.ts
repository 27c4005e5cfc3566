/** Topping up and paying: twice by mistake, again with the same key when no answer came, until it is known what happened. */
import type { Heard } from './heard.ts';
import { newKey, type Ending, type Held, type Stage, type Visit } from './stage.ts';

const tries_max = 60;
const retry_ms = 300;

/** Pays for a hold, charging what is missing first. */
export async function payFor(stage: Stage, visit: Visit, held: Held): Promise<Ending | 'hold lost'> {
  const { random } = visit.persona;
  // Some believe that they have enough.
  if (visit.balance < held.amount && !random.chance(0.1)) await topUp(stage, visit, held.amount - visit.balance);
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
    tally.seatsSold += held.seats;
    tally.revenue += held.amount;
    tally.lastSaleAt = stage.office.now();
    return 'bought';
  }
  switch (heard.code) {
    case 'INSUFFICIENT_BALANCE':
      visit.balance = Number(heard.json['balance']);
      await topUp(stage, visit, held.amount - visit.balance);
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

/** Charges at least what is missing: exactly, in a round sum, or in two halves at once. */
async function topUp(stage: Stage, visit: Visit, missing: number): Promise<void> {
  const { random } = visit.persona;
  const half = Math.ceil(missing / 2);
  const amounts = random.chance(0.2) ? [half, half] : [random.chance(0.3) ? missing + 10_000 : missing];
  await Promise.all(amounts.map((amount) => charge(stage, visit, amount)));
}

async function charge(stage: Stage, visit: Visit, amount: number): Promise<void> {
  const { office, pauses } = stage;
  const { doubleClicks, hasty, random } = visit.persona;
  const key = newKey(visit);
  for (let tries = 0; tries < tries_max && !stage.isOver(); tries++) {
    const hastyMs = hasty && tries === 0 ? { hastyMs: 1 + random.below(20) } : {};
    const clicks = doubleClicks && tries === 0 ? 2 : 1;
    const answers = await Promise.all(Array.from({ length: clicks }, () => office.charge(visit, key, amount, hastyMs)));
    const heard = answers.find(({ status }) => status === 201);
    if (heard !== undefined) {
      // Of two charges at once the second answer tells the sum.
      visit.balance = Math.max(visit.balance, Number(heard.json['balance']));
      return;
    }
    await pauses.pause(Math.max(retry_ms, answers[0]?.retryAfterMs ?? 0));
  }
  resolveLater(stage, () => office.charge(visit, key, amount));
}

/** When the rush is over, asks again with the same key: the first answer, or a decision now. */
function resolveLater({ unresolved }: Stage, again: () => Promise<Heard>): void {
  unresolved.push(async () => {
    const { status } = await again();
    return status > 0 && status < 500 && status !== 429;
  });
}
