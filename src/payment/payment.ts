/**
 * The door of the room where holds are paid. Payments of one concert that arrive together share a transaction, the
 * one of paying.ts, which walks the whole corridor.
 */
import type { Catalog } from '../catalog/catalog.ts';
import type { Database } from '../platform/database.ts';
import { timeOrderedId } from '../platform/ids.ts';
import { createLanes, type LaneMetrics, type Lanes } from '../platform/lane.ts';
import { Refusal, refuse } from '../refusals.ts';
import type { Reservations, ReservedSeat } from '../reservation/reservation.ts';
import type { Pass, WaitingRoom } from '../waiting-room/gate.ts';
import { keyed, type Once, type Wallet } from '../wallet/wallet.ts';
import { payAll, type PayCommand } from './paying.ts';

export interface Payment {
  readonly id: string;
  readonly reservationId: string;
  readonly amount: number;
  /** The wallet's balance right after this payment. */
  readonly balance: number;
  readonly seats: readonly ReservedSeat[];
  /** ISO 8601, UTC. */
  readonly paidAt: string;
}

export interface Payments {
  /**
   * Pays for an own hold once per key, sells its seats to the fan, ends the fan's session (`PAID`), gives back whatever
   * else the fan holds of the concert, and admits the next in line. Refusals, in this order: IDEMPOTENCY_KEY_REUSED; QUEUE_TOKEN_INVALID, NOT_ADMITTED,
   * ADMISSION_EXPIRED; NOT_FOUND, ALREADY_PAID; HOLD_EXPIRED; INSUFFICIENT_BALANCE.
   */
  pay(pass: Pass, reservationId: string, key: string): Promise<Once<Payment>>;
  /** Resolves when every accepted payment is answered. */
  drain(): Promise<void>;
}

export interface PaymentsOptions {
  readonly database: Database;
  readonly catalog: Catalog;
  readonly waitingRoom: Pick<WaitingRoom, 'boards'>;
  readonly reservations: Pick<Reservations, 'lockForPayment' | 'confirm' | 'giveBack' | 'countChanges' | 'announce'>;
  readonly wallet: Pick<Wallet, 'recall' | 'remember' | 'debit'>;
  readonly batchMax: number;
  readonly metrics: LaneMetrics & { payments(count: number): void };
}

const pending_max = 20_000;
const lanes_max = 10_000;

export function createPayments(options: PaymentsOptions): Payments {
  const { database, catalog, waitingRoom, reservations, batchMax, metrics } = options;
  const lanes: Lanes<PayCommand, Once<Payment>> = createLanes<PayCommand, Once<Payment>>({
    name: 'payment',
    batchMax,
    pendingMax: pending_max,
    lanesMax: lanes_max,
    metrics,
    run: async (concertId, commands, attempt) => {
      // Before the transaction: inside it, a look-up on a second connection could wait for ever for a free one.
      const performances = new Map((await catalog.performancesOf(concertId)).map((one) => [one.id, one]));
      const { answers, after } = await keyed(database, (tx) =>
        payAll(tx, { ...options, performances, attempt }, concertId, commands),
      );
      if (after !== undefined) {
        reservations.announce(concertId, after.changes);
        await waitingRoom.boards.show(after.news);
        metrics.payments(after.sold);
      }
      return answers;
    },
  });
  return {
    pay: async (pass, reservationId, key) => {
      const command = {
        pass,
        reservationId,
        userId: pass.userId,
        key,
        fingerprint: `pay ${reservationId}`,
        id: `${pass.concertId}-${timeOrderedId()}`,
      };
      try {
        return await lanes.submit(pass.concertId, command);
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'NOT_ADMITTED') throw error;
        // The transaction counts numbers to the head, some of which have left; the board knows which.
        const standing = waitingRoom.boards.peek(pass.concertId)?.standingOf(pass);
        throw standing?.status === 'WAIT' ? refuse('NOT_ADMITTED', { position: standing.position }) : error;
      }
    },
    drain: () => lanes.drain(),
  };
}
