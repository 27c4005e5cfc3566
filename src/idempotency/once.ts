/**
 * An operator's request that must act once: a concert made twice by a second press or a lost answer would be on sale
 * twice. The answer is kept under the operator's Idempotency-Key by the transaction that acts, one by `keyed`.
 */
import { createHash } from 'node:crypto';
import type { Tx } from '../platform/database.ts';
import { Refusal } from '../refusals.ts';
import type { Once } from './keyed-batch.ts';
import { recall, remember, type KeyedRequest } from './keys.ts';

/**
 * Acts unless the key was answered before. Those who come with one key at once wait for each other here: the second
 * finds the first one's answer instead of laying out a hall only to throw it away. Refusal: IDEMPOTENCY_KEY_REUSED.
 */
export async function once<Answer>(tx: Tx, request: KeyedRequest, act: () => Promise<Answer>): Promise<Once<Answer>> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${`${request.key} ${request.userId}`}, 0))`;
  const [known] = await recall(tx, [request]);
  if (known instanceof Refusal) throw known;
  if (known !== undefined) return { answer: JSON.parse(known.answer) as Answer, replayed: true };
  const answer = await act();
  remember(tx, [{ ...request, answer: JSON.stringify(answer) }]);
  return { answer, replayed: false };
}

/** The same for the same request of a kind, in whatever order its fields were sent. */
export function fingerprintOf(kind: string, request: object): string {
  return `${kind} ${createHash('sha256').update(inOrder(request)).digest('base64url')}`;
}

/** As text, whatever the order of its fields. */
export function inOrder(value: object): string {
  return JSON.stringify(value, sorted);
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
