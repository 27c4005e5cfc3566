/**
 * A fan's places in line, one per concert, kept on this device. The waiting room's first paint needs the place too,
 * so it is also a cookie that is sent to that one page.
 */
import { ask, type Reply } from '../client/client.ts';

const day_seconds = 86_400;

export function placeOf(concertId: string): string | undefined {
  return localStorage.getItem(`place:${concertId}`) ?? undefined;
}

/** Concerts that this device holds a place for, whatever became of it. */
function placesHeld(): string[] {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith('place:'))
    .map((key) => key.slice('place:'.length));
}

function keepPlace(concertId: string, place: string): void {
  localStorage.setItem(`place:${concertId}`, place);
  setCookie(concertId, place, day_seconds);
}

export function dropPlace(concertId: string): void {
  localStorage.removeItem(`place:${concertId}`);
  setCookie(concertId, '', 0);
}

/** Whoever signs out takes the places along: they belong to the account, not to the device. */
export function dropAllPlaces(): void {
  for (const concertId of placesHeld()) dropPlace(concertId);
}

/** Whoever signs in where somebody else was signed in before does not find that one's places. */
export function placesBelongTo(userId: string): void {
  const owner = localStorage.getItem('places-of');
  if (owner !== null && owner !== userId) dropAllPlaces();
  localStorage.setItem('places-of', userId);
}

/** Takes a place, or finds the one that this fan has, on whatever device it was taken. */
export async function takePlace(concertId: string): Promise<Reply<'issueQueueToken'>> {
  const reply = await ask('issueQueueToken', { params: { concertId } });
  keepPlace(concertId, reply.token);
  return reply;
}

function setCookie(concertId: string, value: string, seconds: number): void {
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `maejin_place=${value}; Path=/concerts/${concertId}/wait; Max-Age=${seconds}; SameSite=Strict${secure}`;
}
