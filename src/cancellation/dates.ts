/**
 * Dates that are called off or moved. Either is one short transaction, behind which nobody holds or pays by what stood before;
 * what a date called off owes to its fans is given back in the background (refunding-all.ts).
 */
import { concertIdOf, type Catalog } from '../catalog/catalog.ts';
import type { Once } from '../idempotency/idempotency.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Feed } from '../platform/feed.ts';
import { createLanes, type LaneMetrics } from '../platform/lane.ts';
import { createBell, type Duty } from '../platform/ticker.ts';
import type { Reservations } from '../reservation/reservation.ts';
import type { WaitingRoom } from '../waiting-room/gate.ts';
import type { Wallet } from '../wallet/wallet.ts';
import { callOff, readCallingOff, type CallingOff, type CallOffCommand } from './calling-off.ts';
import { move, type MoveCommand, type MovedDate } from './moving.ts';
import { refundingAll } from './refunding-all.ts';

/** What is written down of an operator's deed, by the transaction that does it. */
export interface DateDeed {
  readonly operatorId: string;
  readonly action: 'CALL_OFF_PERFORMANCE' | 'MOVE_PERFORMANCE';
  readonly concertId: string;
  readonly before: object | null;
  readonly after: object;
}

export interface Dates {
  /**
   * Calls a date off once per key, be it that it has begun: from then on nobody holds or pays there, what is held is released,
   * and whoever paid gets price and compensation, in the background. Refusals: IDEMPOTENCY_KEY_REUSED; NOT_FOUND;
   * NOT_CANCELLABLE (ALREADY_CANCELLED).
   */
  callOff(command: CallOffCommand): Promise<Once<CallingOff>>;
  /** How far it has come. Refusal: NOT_FOUND, also for a date that was not called off. */
  callingOff(performanceId: string): Promise<CallingOff>;
  /**
   * Moves a date; its live holds end with its start at the latest, and whoever paid before may cancel without a fee for 168
   * hours. The start that it has changes nothing. Refusals: NOT_FOUND; NOT_CANCELLABLE (ALREADY_CANCELLED);
   * VALIDATION_FAILED for a start that is none or is over.
   */
  movePerformance(command: MoveCommand): Promise<MovedDate>;
  readonly duties: readonly Duty[];
  /** Resolves when no command waits or runs. */
  drain(): Promise<void>;
}

export interface DatesOptions {
  readonly database: Database;
  readonly feed: Pick<Feed, 'isOurs'>;
  readonly catalog: Pick<Catalog, 'lockDate' | 'callOffDate' | 'moveDate' | 'changed' | 'onChange' | 'performance'>;
  readonly waitingRoom: Pick<WaitingRoom, 'seatsCameBack'>;
  readonly reservations: Pick<Reservations, 'announce' | 'countChanges'>;
  readonly wallet: Pick<Wallet, 'giveBack'>;
  readonly metrics: LaneMetrics;
  writeDown(tx: Tx, deed: DateDeed): Promise<void>;
}

export function createDates(options: DatesOptions): Dates {
  const { database, catalog, waitingRoom, metrics } = options;
  const started = createBell();
  // Wherever it was called off.
  catalog.onChange(() => started.ring());
  // Whoever changes dates of a concert waits in its lane: what may pass is tried again there, within bounds.
  const lanes = createLanes<() => Promise<unknown>, unknown>({
    name: 'dates',
    batchMax: 1,
    pendingMax: 100,
    lanesMax: 1_000,
    metrics,
    run: async (_concertId, acts) => Promise.all(acts.map((act) => act())),
  });
  const inLane = <T>(performanceId: string, act: () => Promise<T>): Promise<T> =>
    lanes.submit(concertIdOf(performanceId), act) as Promise<T>;
  return {
    callOff: (command) =>
      inLane(command.performanceId, async () => {
        const answer = await callOff(options, command);
        catalog.changed(concertIdOf(command.performanceId));
        return answer;
      }),
    callingOff: (performanceId) => readCallingOff(database.sql, performanceId),
    movePerformance: (command) =>
      inLane(command.performanceId, async () => {
        const moved = await move(options, command);
        catalog.changed(moved.concertId);
        // One that had begun may be on sale again.
        waitingRoom.seatsCameBack(moved.concertId);
        return moved;
      }),
    duties: [refundingAll({ ...options, bell: started })],
    drain: () => lanes.drain(),
  };
}
