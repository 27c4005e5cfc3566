/**
 * The door of the room where holds are paid. Payments of one concert that arrive together share a transaction, the
 * one of paying.ts, which walks the whole corridor.
 */
import type { Catalog, Performance } from '../catalog/catalog.ts';
import { keyed, plainFirst, type Once } from '../idempotency/idempotency.ts';
import type { Database } from '../platform/database.ts';
import { timeOrderedId } from '../platform/ids.ts';
import { createLanes, type LaneMetrics, type Lanes } from '../platform/lane.ts';
import { Refusal, refuse } from '../refusals.ts';
import { reservedSeats, type Reservations, type ReservedSeat } from '../reservation/reservation.ts';
import type { Pass, WaitingRoom } from '../waiting-room/gate.ts';
import type { Wallet } from '../wallet/wallet.ts';
import { payAll, type After, type PayCommand, type StoredPayment } from './paying.ts';
import { payPlainly } from './plain-payments.ts';

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
  readonly waitingRoom: Pick<WaitingRoom, 'boards' | 'letIn' | 'admitting' | 'handOn'>;
  readonly reservations: Pick<Reservations, 'lockForPayment' | 'confirm' | 'giveBack' | 'countChanges' | 'announce'>;
  readonly wallet: Pick<Wallet, 'debit'>;
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
      const paying = plainFirst<PayCommand, StoredPayment>(commands, {
        plain: async (firsts) => {
          if (attempt > 0) return new Map();
          const { done, isDue, ...after } = await keyed(() => payPlainly({ database, waitingRoom }, concertId, firsts));
          await show(concertId, { ...after, sold: done.size });
          if (isDue) await waitingRoom.letIn(concertId);
          return done;
        },
        general: async (rest) => {
          const { answers: given, after } = await keyed(() =>
            database.transaction((tx) => payAll(tx, { ...options, attempt }, concertId, rest)),
          );
          if (after !== undefined) await show(concertId, after);
          return given;
        },
      });
      // Beside the transaction: inside it, a look-up on a second connection could wait for ever for a free one. It is nearly
      // always in memory; if it fails though the payments stand, they are found under their keys at the next try.
      const dates = catalog.performancesOf(concertId);
      dates.catch(() => undefined);
      // First, so that the batch is over when this is.
      const answers = await paying;
      const performances = new Map((await dates).map((one) => [one.id, one]));
      return answers.map((answer) => (answer instanceof Refusal ? answer : withSeats(answer, performances)));
    },
  });
  const show = async (concertId: string, { changes, news, sold }: After): Promise<void> => {
    reservations.announce(concertId, changes);
    for (const one of news) await waitingRoom.boards.show(one);
    metrics.payments(sold);
  };
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

function withSeats(
  { answer, replayed }: Once<StoredPayment>,
  performances: ReadonlyMap<string, Performance>,
): Once<Payment> {
  const { performanceId, seatNumbers, paidAt, ...payment } = answer;
  const performance = performances.get(performanceId);
  // Answers of servers from before have their seats with them.
  const seats = 'seats' in payment ? (payment.seats as ReservedSeat[]) : [];
  const known = performance === undefined ? seats : reservedSeats(performance, seatNumbers);
  return { answer: { ...payment, seats: known, paidAt }, replayed };
}
