/** Moving a date. */
import { moveSale } from '../reservation/reservation.ts';
import { lockRoom } from '../waiting-room/gate.ts';
import type { DatesOptions } from './dates.ts';

export interface MoveCommand {
  readonly performanceId: string;
  /** ISO 8601 with an offset. */
  readonly startsAt: string;
  readonly operatorId: string;
}

export interface MovedDate {
  readonly id: string;
  readonly concertId: string;
  /** ISO 8601, UTC. */
  readonly startsAt: string;
  readonly movedFrom: string | null;
  readonly movedAt: string | null;
}

/** One short transaction, under the room's lock: whoever pays is before it or behind it. See `Dates.movePerformance`. */
export async function move(
  { database, catalog, writeDown }: DatesOptions,
  { performanceId, startsAt, operatorId }: MoveCommand,
): Promise<MovedDate> {
  return database.transaction(async (tx) => {
    const before = await catalog.lockDate(tx, performanceId);
    const { concertId } = before;
    await lockRoom(tx, concertId);
    const { id, startsAt: start, movedFrom, movedAt, revision } = await catalog.moveDate(tx, before, startsAt);
    if (revision !== before.revision) {
      await moveSale(tx, { concertId, id, startsAt: start });
      await writeDown(tx, {
        operatorId,
        action: 'MOVE_PERFORMANCE',
        concertId,
        before: { startsAt: before.startsAt },
        after: { performanceId, startsAt: start },
      });
    }
    return { id, concertId, startsAt: start, movedFrom, movedAt };
  });
}
