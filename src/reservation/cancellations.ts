/** Releasing one's own hold before its time. Those of one concert that arrive together share a transaction. */
import type { Database, Tx } from '../platform/database.ts';
import { createLanes, type LaneMetrics } from '../platform/lane.ts';
import { refuse, type Refusal } from '../refusals.ts';
import { countChanges } from './counting.ts';
import { giveBack } from './release.ts';
import type { SeatBoards } from './seat-boards.ts';

export interface Cancellation {
  readonly userId: string;
  readonly id: string;
}

export interface Cancellations {
  /** See `Reservations.cancel`. */
  cancel(concertId: string, cancellation: Cancellation): Promise<void>;
  drain(): Promise<void>;
}

interface CancellationsOptions {
  readonly database: Database;
  readonly boards: SeatBoards;
  readonly metrics: LaneMetrics;
  readonly batchMax: number;
}

export function createCancellations({ database, boards, metrics, batchMax }: CancellationsOptions): Cancellations {
  const lanes = createLanes<Cancellation, void>({
    name: 'cancel',
    batchMax,
    pendingMax: 20_000,
    lanesMax: 10_000,
    metrics,
    run: async (concertId, commands) => {
      const { changes, answers } = await database.transaction((tx) => runBatch(tx, concertId, commands));
      boards.committed(changes);
      return answers;
    },
  });
  return { cancel: (concertId, cancellation) => lanes.submit(concertId, cancellation), drain: () => lanes.drain() };
}

async function runBatch(tx: Tx, concertId: string, commands: readonly Cancellation[]) {
  const ids = commands.map((command) => command.id);
  const reservations = await tx<{ id: string; userId: string; status: string; paymentId: string | null }[]>`
    select reservation.id, reservation.user_id as "userId", reservation.status, reservation.payment_id as "paymentId"
    from reservations as reservation
    join (select distinct id, user_id from unnest(${ids}::text[], ${commands.map((command) => command.userId)}::text[]) as asked (id, user_id)) as asked
      on reservation.id = asked.id and reservation.user_id = asked.user_id
    where reservation.concert_id = ${concertId}
    order by reservation.id
    for update of reservation`;
  const held = reservations.filter(({ status }) => status === 'HELD').map(({ id }) => id);
  const changes = await giveBack(tx, concertId, held);
  countChanges(tx, concertId, changes);
  const known = new Map(reservations.map((reservation) => [reservation.id, reservation]));
  const answers = commands.map(({ userId, id }): undefined | Refusal => {
    const reservation = known.get(id);
    if (reservation?.userId !== userId) return refuse('NOT_FOUND');
    // Paid once, be it that it was cancelled since.
    const { paymentId } = reservation;
    return paymentId === null ? undefined : refuse('ALREADY_PAID', { paymentId });
  });
  return { changes, answers };
}
