/**
 * Giving free slots to the next in line, in transactions that have locked the room: by the one statement of admission.ts.
 */
import type { Statement, Tx } from '../platform/database.ts';
import { admission, changesOf, placesBy, placesToCall, type CalledRow } from './admission.ts';
import type { EndReason } from './board.ts';
import { end, type LockedRoom } from './line.ts';
import type { Supply } from './supply.ts';

const scans_max = 4;

/** To whom free slots are given: the seats that there are for them, of which so many have been sold in this transaction but not counted yet. */
export interface Slots {
  readonly supply: Pick<Supply, 'left'>;
  readonly sold?: number;
}

/** Gives every free slot away, by the one statement of admission.ts. */
export async function admit(tx: Tx, room: LockedRoom, slots: Slots): Promise<void> {
  if (isShut(room)) return;
  for (let scan = 0; scan < scans_max; scan++) {
    const most = room.maxActive - room.active;
    if (most <= 0 || (room.head === room.lastNumber && scan > 0)) return;
    // oxlint-disable-next-line no-await-in-loop
    const called = await tx<Called[]>`${calling(tx, room, most, slots)}`;
    const before = room.head;
    note(room, called);
    // Only a stretch of silent places leaves slots free while the line goes on behind it.
    if (room.head - before < placesToCall(called[0]?.free ?? most)) return;
  }
}

const isShut = ({ paused, isAtRest, wakingMs }: LockedRoom): boolean => paused || isAtRest || wakingMs !== null;

function note(room: LockedRoom, called: readonly CalledRow[]): void {
  const changes = changesOf(called);
  const inside = changes.filter(([what]) => what === 'admitted').length;
  room.changes.push(...changes);
  room.active += inside;
  if (room.openings !== null) room.openings -= inside;
  for (const { number } of called) room.head = Math.max(room.head, number);
}

interface Called extends CalledRow {
  /** Slots that were to be given away, where the seats had a say in it. */
  readonly free?: number;
}

/**
 * Calls for `most` slots, or for as many as there are seats for: they are counted by the statement itself, which is behind the
 * room's lock and need not be waited for.
 */
function calling(tx: Tx, room: LockedRoom, most: number, { supply, sold = 0 }: Slots): Statement<Called[]> {
  if (!room.boundToSupply) return admission(tx, { ...room, free: most, places: placesToCall(most) });
  const { concertId, active, openings } = room;
  const terms = { ...room, free: tx`(select free from slots)`, places: tx`(select places from slots)` };
  return tx<Called[]>`
    with slots as materialized (
      select free, ${placesBy(tx, tx`free`)} as places from (
        select greatest(0, least(${most}::int, ${openings}::int, ${supply.left(tx, concertId)} - ${sold + active}::int))) as seats (free)
    ), called as (${admission(tx, terms)})
    select called.*, slots.free from called, slots`;
}

export interface Ending {
  readonly entries: readonly number[];
  readonly because: EndReason;
}

/**
 * Ends the sessions of these entries, which the caller has locked and found ACTIVE, and gives their slots to the next in
 * line, without waiting for the one before the other.
 */
export async function handOn(tx: Tx, room: LockedRoom, { entries, because }: Ending, slots: Slots): Promise<void> {
  const ending = end(tx, room, entries, because);
  // So many slots will be free by the time that `admit`, which looks at once, has its statement carried out.
  room.active -= entries.length;
  const admitting = admit(tx, room, slots);
  room.active += entries.length;
  const [ended] = await Promise.all([ending, admitting]);
  if (ended.size !== entries.length) throw new Error(`ended ${ended.size} of ${entries.length} sessions`);
}
