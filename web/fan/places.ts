/**
 * The fan's places in line as the server knows them, for every page: this device may have taken none of them. Asked once
 * somebody is signed in, and again when a page is opened or looked at later; never by a timer.
 */
import { effect, signal } from '@preact/signals';
import { user } from '../client/session.ts';
import { findPlaces, placeOf, type LivePlace } from '../place/place.ts';
import { place as address } from './router.ts';

/** Whoever walks through pages quickly asks no more often. */
const fresh_ms = 10_000;

/** Newest first. Undefined until they are known, and while they cannot be. */
export const livePlaces = signal<readonly LivePlace[] | undefined>(undefined);
/** Nobody is signed in, or the answer came, or none can be had. */
const isSettled = signal(false);

let askedAt = -Infinity;

async function look(): Promise<void> {
  if (!user.peek() || performance.now() - askedAt < fresh_ms) return;
  askedAt = performance.now();
  const owner = user.peek()?.id;
  const found = await findPlaces().catch(() => undefined);
  if (user.peek()?.id !== owner) return;
  if (found !== undefined) livePlaces.value = found;
  isSettled.value = true;
}

/** Keeps them up to date, from when it is known whether somebody is signed in. Call it once. */
export function followPlaces(whoIsKnown: Promise<void>): void {
  whoIsKnown.then(
    () => {
      if (user.peek() === undefined) isSettled.value = true;
    },
    () => undefined,
  );
  effect(() => {
    askedAt = -Infinity;
    livePlaces.value = undefined;
    isSettled.value = user.value === null;
    look().catch(() => undefined);
  });
  effect(() => {
    // Read, so that every page asks.
    if (address.value !== '') look().catch(() => undefined);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') look().catch(() => undefined);
  });
}

/** The place was paid from, or given up here: it is none any more. */
export function placeEnded(concertId: string): void {
  if (livePlaces.peek() !== undefined)
    livePlaces.value = livePlaces.peek()?.filter((place) => place.concertId !== concertId);
}

/** Resolves once it is known which live places there are, or that none can be had. */
export function placesSettled(): Promise<void> {
  return new Promise((resolve) => {
    const stop = isSettled.subscribe((settled) => {
      if (!settled) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}

/** How the fan stands in a concert's line; what only this device remembers is a place that may be over. */
export function standingIn(concertId: string): 'none' | 'waiting' | 'turn' {
  const known = livePlaces.value;
  if (known === undefined) return placeOf(concertId) === undefined ? 'none' : 'waiting';
  const live = known.find((place) => place.concertId === concertId);
  if (live === undefined) return 'none';
  return live.status === 'ACTIVE' ? 'turn' : 'waiting';
}

/** The token to act with in a concert. Where there is none, `isAsked` says whether the server has said so. */
export function tokenIn(concertId: string): { readonly place: string | undefined; readonly isAsked: boolean } {
  const live = livePlaces.value?.find((place) => place.concertId === concertId);
  return { place: live?.token ?? placeOf(concertId), isAsked: isSettled.value };
}
