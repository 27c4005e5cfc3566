/** Reading a whole room: what a board starts from, and returns to when it may have missed a change. */
import type { Database } from '../platform/database.ts';
import { pauseOf, type Pause, type Settings, type Snapshot } from './board.ts';
import { markOf } from './tokens.ts';

/** The settings among a room's columns. */
export interface SettingsRow extends Omit<Settings, keyof Pause> {
  readonly pausedReason: string | null;
  readonly pausedReasonKo: string | null;
}

interface RoomRow extends SettingsRow {
  readonly version: number;
  readonly head: number;
  readonly front: number;
  readonly lastNumber: number;
  readonly isAtRest: boolean;
}

/**
 * One consistent look at a room, bounded by its ACTIVE set, its protected places and the departures ahead of the
 * head. Undefined if there is no such concert.
 */
export async function readSnapshot({ transaction }: Database, concertId: string): Promise<Snapshot | undefined> {
  return transaction(async (tx) => {
    await tx`set transaction isolation level repeatable read, read only`;
    const [rooms, active, passedOver, departed, reissued] = await Promise.all([
      tx<RoomRow[]>`
        select max_active as "maxActive", session_seconds as "sessionSeconds", hold_seconds as "holdSeconds",
          grace_seconds as "graceSeconds", max_seats_per_fan as "maxSeatsPerFan", bound_to_supply as "boundToSupply", paused_reason as "pausedReason",
          paused_reason_ko as "pausedReasonKo",
          version, head, front, last_number as "lastNumber", rests_until is not null as "isAtRest"
        from rooms where concert_id = ${concertId}`,
      tx<{ entry: number; expiresAt: Date; claimed: boolean; userId: string; generation: number }[]>`
        select entry, expires_at as "expiresAt", seen_at >= admitted_at as claimed, user_id as "userId", generation
        from queue_tokens where concert_id = ${concertId} and status = 'ACTIVE'`,
      tx<{ entry: number; number: number }[]>`
        select entry, number from queue_tokens
        where concert_id = ${concertId} and status = 'WAIT' and skipped_at is not null`,
      tx<{ number: number }[]>`
        select number from queue_tokens
        where concert_id = ${concertId} and status = 'EXPIRED' and admitted_at is null
          and number > (select head from rooms where concert_id = ${concertId})
        order by number`,
      tx<{ entry: number; userId: string; generation: number }[]>`
        select entry, user_id as "userId", generation from queue_tokens
        where concert_id = ${concertId} and generation > 0 and status <> 'EXPIRED'`,
    ]);
    const [room] = rooms;
    if (room === undefined) return undefined;
    const { version, head, front, lastNumber, isAtRest } = room;
    return {
      concertId,
      version,
      head,
      front,
      lastNumber,
      isAtRest,
      settings: settingsOf(room),
      active: active.map(({ entry, expiresAt, claimed, ...fan }) => ({
        entry,
        expiresAt: expiresAt.getTime(),
        claimed,
        mark: markOf(fan),
      })),
      passedOver,
      departed: departed.map(({ number }) => number),
      reissued: reissued.map(({ entry, ...fan }) => ({ entry, mark: markOf(fan) })),
    };
  });
}

export function settingsOf(row: SettingsRow): Settings {
  const { maxActive, sessionSeconds, holdSeconds, graceSeconds, maxSeatsPerFan, boundToSupply } = row;
  const pause = pauseOf(row.pausedReason, row.pausedReasonKo);
  return { maxActive, sessionSeconds, holdSeconds, graceSeconds, maxSeatsPerFan, boundToSupply, ...pause };
}
