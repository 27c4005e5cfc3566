/**
 * What time it is at the box office. All countdowns use it: the clock of a phone may be minutes off, and a hold
 * ends when the database says so.
 */
import { ask } from './client.ts';

const fresh_ms = 5 * 60_000;

let offset = Date.now() - performance.now();
let syncedAt = -Infinity;
let syncing: Promise<void> | undefined;

/** Milliseconds since 1970, by the box office. Before the first answer, by this device. */
function serverNow(): number {
  return performance.now() + offset;
}

/** Seconds from now until a time of the contract; never less than 0. */
export function secondsUntil(time: string): number {
  return Math.max(0, (Date.parse(time) - serverNow()) / 1_000);
}

/** Asks for the time, unless that was done lately. Never rejects: a wrong clock is better than none. */
export function syncClock(): Promise<void> {
  if (performance.now() - syncedAt < fresh_ms) return Promise.resolve();
  syncing ??= sync().finally(() => {
    syncing = undefined;
  });
  return syncing;
}

async function sync(): Promise<void> {
  try {
    const sentAt = performance.now();
    const { now } = await ask('getTime', {});
    offset = Date.parse(now) - (sentAt + performance.now()) / 2;
    syncedAt = performance.now();
  } catch {
    // Kept as it was.
  }
}

// A phone that slept may have stopped its steady clock meanwhile.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'visible') return;
  syncedAt = -Infinity;
  syncClock().catch(() => undefined);
});
