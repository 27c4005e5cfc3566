/**
 * What of a payment at Stripe went back: refunds, ours (they carry the id of their part) and others', and disputes for which
 * Stripe took the money out of the account.
 */
import { type Json, amountOf, asObject, objectOf, objectsOf, textOf } from '../reading.ts';
import { GatewayUnclear, type Undone } from '../terms.ts';
import { type Ask, because, get } from './asking.ts';

const page_max = 100;
/** A payment of which more was sent back in pieces is not one of ours. */
const pages_max = 10;

/** Every object of a list that is about this payment, the oldest first. */
async function listOf(ask: Ask, path: '/v1/refunds' | '/v1/disputes', intent: string): Promise<Json[]> {
  const all: Json[] = [];
  for (let page = 0; page < pages_max; page += 1) {
    const last = all.at(-1);
    const after = last === undefined ? {} : { starting_after: textOf(last, 'id') };
    const answer = await ask(get(path, { payment_intent: intent, limit: page_max, ...after }));
    if (answer.status !== 200) throw new GatewayUnclear(`Stripe shows no list: ${because(answer)}`);
    const found = objectsOf(answer.body, 'data');
    // What it shows of another payment would be taken for this one's.
    if (found.some((one) => one['payment_intent'] !== intent)) throw new GatewayUnclear('Stripe shows another list');
    all.push(...found);
    // Stripe shows the newest first.
    if (answer.body['has_more'] !== true) return all.toReversed();
    if (found.length === 0) break;
  }
  throw new GatewayUnclear(`Stripe shows more than ${pages_max} pages`);
}

export function refundsOf(ask: Ask, intent: string): Promise<Json[]> {
  return listOf(ask, '/v1/refunds', intent);
}

/** The part that a refund of ours was made for. */
export function partOf(refund: Json): string | undefined {
  const { part } = asObject(refund['metadata'] ?? {}, 'metadata');
  return typeof part === 'string' && /^[0-9a-z-]{1,30}$/.test(part) ? part : undefined;
}

/** Of a payment that succeeded, with its latest charge. */
export async function undoneOf(ask: Ask, intent: Json): Promise<Undone[]> {
  const id = textOf(intent, 'id');
  const charge = objectOf(intent, 'latest_charge');
  // Of nearly every payment nothing went back: then nothing more is asked.
  const refunds = amountOf(charge, 'amount_refunded') === 0 ? [] : await refundsOf(ask, id);
  const disputes = charge['disputed'] === true ? await listOf(ask, '/v1/disputes', id) : [];
  const undone = ofParts(refunds.filter(hasGone));
  for (const dispute of disputes.filter(isTaken)) {
    if (textOf(dispute, 'currency') !== textOf(intent, 'currency'))
      throw new GatewayUnclear('a dispute in another currency');
    // A dispute may name the whole payment though part of it was refunded; no more can go back than came.
    const left = amountOf(intent, 'amount_received') - undone.reduce((sum, { amount }) => sum + amount, 0);
    const amount = Math.min(left, amountOf(dispute, 'amount'));
    if (amount > 0) undone.push({ amount, partId: undefined });
  }
  return undone;
}

/** One that failed came back, and one under way may fail: neither is counted. */
function hasGone(refund: Json): boolean {
  return textOf(refund, 'status') === 'succeeded';
}

function ofParts(refunds: readonly Json[]): Undone[] {
  const known = new Set<string>();
  return refunds.map((refund) => {
    const amount = amountOf(refund, 'amount');
    const partId = partOf(refund);
    // We asked for it once; a second one of its name is somebody's copy.
    if (partId === undefined || known.has(partId)) return { amount, partId: undefined };
    known.add(partId);
    return { amount, partId };
  });
}

/**
 * Stripe takes the money when a dispute begins and gives it back when it is won: each is an entry of the account, and an
 * inquiry has none. So the entries say it, whatever the states are called. Only their signs do: they are in the account's
 * own currency, and the rates of two days differ.
 */
function isTaken(dispute: Json): boolean {
  const signs = objectsOf(dispute, 'balance_transactions').map(({ amount }) => {
    if (Number.isSafeInteger(amount)) return Math.sign(amount as number);
    throw new GatewayUnclear('an entry without an amount');
  });
  return signs.reduce((sum, sign) => sum + sign, 0) < 0;
}
