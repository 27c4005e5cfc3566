/**
 * A fan's places in line, one per concert, kept on this device. The waiting room's first paint needs the place too,
 * so it is also a cookie that is sent to that one page.
 */
import { ask, type Reply } from '../client/client.ts';
import { asProblem } from '../client/problem.ts';
import { drop, keep, keepCookie, keysFrom, read } from '../client/store.ts';
import { claimsOf } from './claims.ts';

const day_seconds = 86_400;

export function placeOf(concertId: string): string | undefined {
  return read(`place:${concertId}`);
}

/** Concerts that this device holds a place for, whatever became of it. */
function placesHeld(): string[] {
  return keysFrom('place:').map((key) => key.slice('place:'.length));
}

function keepPlace(concertId: string, place: string): void {
  keep(`place:${concertId}`, place);
  setCookie(concertId, place, day_seconds);
}

export function dropPlace(concertId: string): void {
  drop(`place:${concertId}`);
  setCookie(concertId, '', 0);
}

/** Whoever signs out takes the places along: they belong to the account, not to the device. */
export function dropAllPlaces(): void {
  for (const concertId of placesHeld()) dropPlace(concertId);
}

/** Whoever signs in where somebody else was signed in before does not find that one's places. */
export function placesBelongTo(userId: string): void {
  for (const concertId of placesHeld()) {
    if (claimsOf(placeOf(concertId) ?? '')?.userId !== userId) dropPlace(concertId);
  }
}

/** Takes a place, or finds the one that this fan has, on whatever device it was taken. */
export async function takePlace(concertId: string): Promise<Reply<'issueQueueToken'>> {
  const reply = await ask('issueQueueToken', { params: { concertId } });
  keepPlace(concertId, reply.token);
  return reply;
}

export type LivePlace = Reply<'listQueueTokens'>['places'][number];

/** The live places of whoever is signed in, on whatever device they were taken; kept here from now on. */
export async function findPlaces(): Promise<readonly LivePlace[]> {
  const { places } = await ask('listQueueTokens', {});
  for (const { concertId, token } of places) if (placeOf(concertId) !== token) keepPlace(concertId, token);
  return places;
}

const renewing = new Map<string, Promise<string>>();

/** Asks for the place again whose token is `voided`; once, however many of the page find out at the same time. */
export function renewPlace(concertId: string, voided: string): Promise<string> {
  const known = renewing.get(voided) ?? takePlace(concertId).then(({ token }) => token);
  renewing.set(voided, known);
  // What failed for want of a line, or of somebody signed in, may be tried again.
  known.catch(() => renewing.delete(voided));
  return known;
}

/**
 * Does something with the place that this device has by now, or with `place`. If its token is void, since its fan signed
 * out everywhere, the place is asked for again, and it is done once more with the new one. Rejects with a problem.
 */
export async function withPlace<T>(concertId: string, place: string, work: (place: string) => Promise<T>): Promise<T> {
  const kept = placeOf(concertId) ?? place;
  try {
    return await work(kept);
  } catch (error) {
    if (asProblem(error).code !== 'QUEUE_TOKEN_INVALID') throw error;
    return work(await renewPlace(concertId, kept));
  }
}

function setCookie(concertId: string, value: string, seconds: number): void {
  keepCookie({ name: 'maejin_place', value, path: `/concerts/${concertId}/wait`, seconds, sameSite: 'Strict' });
}
