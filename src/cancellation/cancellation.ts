/**
 * The door of the room where what was paid for is cancelled: a quote, and the cancellation itself, by the fan or by an
 * operator for them. Cancellations of one concert that arrive together share a transaction, the one of cancelling.ts. Dates
 * that are called off or moved are in dates.ts.
 */
import { concertIdOf, type Catalog } from '../catalog/catalog.ts';
import type { Funding } from '../funding/funding.ts';
import { keyed, plainFirst, type Once } from '../idempotency/idempotency.ts';
import type { Database } from '../platform/database.ts';
import { timeOrderedId } from '../platform/ids.ts';
import { createLanes, type LaneMetrics } from '../platform/lane.ts';
import type { Language } from '../platform/language.ts';
import { refuse } from '../refusals.ts';
import type { Reservations } from '../reservation/reservation.ts';
import type { Wallet } from '../wallet/wallet.ts';
import { cancelAll, type CancelCommand, type Cancelled, type CancellingDeps } from './cancelling.ts';
import { createDates, type Dates, type DatesOptions } from './dates.ts';
import type { ForFan, Wanted } from './deciding.ts';
import { cancelPlainly } from './plain-cancelling.ts';
import { quote, type Quote } from './quoting.ts';

export type { Cancelled } from './cancelling.ts';
export type { ForFan } from './deciding.ts';
export type { Quote } from './quoting.ts';

type SeatNumbers = Wanted['seatNumbers'];

/** Which reservation, and which of its seats (undefined: all that are left), under which Idempotency-Key of whoever asks. */
export interface Wish {
  readonly reservationId: string;
  readonly seatNumbers?: SeatNumbers;
  readonly key: string;
}

export interface Cancellation extends Dates {
  /**
   * What cancelling an own reservation would give back now. Refusals, in this order: NOT_FOUND; VALIDATION_FAILED for a number
   * that comes twice or is not of it; NOT_CANCELLABLE because of NOT_PAID, ALREADY_CANCELLED (already one of the seats named,
   * or a date that was called off: its refund comes by itself), STARTED, CLOSED, POLICY.
   */
  quote(userId: string, reservationId: string, seatNumbers: SeatNumbers, language: Language): Promise<Quote>;
  /**
   * Gives seats back for the `refund` that was quoted, once per key: they are free and the refund is in the wallet, or with
   * `origin` on its way to where it came from, as far as orders can take it. Refusals, in this order: IDEMPOTENCY_KEY_REUSED;
   * those of the quote; QUOTE_CHANGED with what holds now.
   */
  cancel(
    userId: string,
    wish: Wish & Pick<CancelCommand, 'to'> & { readonly refund: number },
  ): Promise<Once<Cancelled>>;
  /** For a fan, less `feePercent` of each price, whatever the policy and the time; it stands in the operators' log. Refuses as `cancel` does. */
  cancelForFan(operator: ForFan, wish: Wish): Promise<Once<Cancelled>>;
}

export type CancellationOptions = CancellingDeps & DatesOptions & Rooms;

interface Rooms {
  readonly database: Database;
  readonly catalog: Pick<Catalog, 'performance' | 'performancesOf'>;
  readonly reservations: Pick<Reservations, 'countChanges' | 'announce'>;
  readonly wallet: Pick<Wallet, 'giveBack'>;
  readonly funding: Pick<Funding, 'sendOn' | 'sendSoon'>;
  readonly batchMax: number;
  readonly metrics: LaneMetrics;
}

const pending_max = 20_000;
const lanes_max = 10_000;

export function createCancellation(options: CancellationOptions): Cancellation {
  const { database, catalog, reservations, funding, batchMax, metrics } = options;
  const lanes = createLanes<CancelCommand, Once<Cancelled>>({
    name: 'cancellation',
    batchMax,
    pendingMax: pending_max,
    lanesMax: lanes_max,
    metrics,
    run: async (concertId, commands, attempt) => {
      // Before the transaction: inside it, a look-up on a second connection could wait for ever for a free one.
      const dates = await catalog.performancesOf(concertId);
      const performances = new Map(dates.map((one) => [one.id, one]));
      return plainFirst<CancelCommand, Cancelled>(commands, {
        plain: async (firsts) => {
          if (attempt > 0) return new Map();
          const { done, changes } = await keyed(() =>
            cancelPlainly(database, { concertId, performances, commands: firsts }),
          );
          if (done.size > 0) reservations.announce(concertId, changes);
          return done;
        },
        general: async (rest) => {
          const { answers, after } = await keyed(() =>
            database.transaction((tx) => cancelAll(tx, options, { concertId, performances, commands: rest })),
          );
          if (after !== undefined) reservations.announce(concertId, await after.changes);
          if (after?.isSentOn === true) funding.sendSoon();
          return answers;
        },
      });
    },
  });
  const dates = createDates(options);
  const submit = (command: Omit<CancelCommand, 'id'>): Promise<Once<Cancelled>> => {
    const concertId = concertIdOf(command.reservationId);
    return lanes.submit(concertId, { ...command, id: `${concertId}-${timeOrderedId()}` });
  };
  return {
    quote: (userId, reservationId, seatNumbers, language) =>
      quote(options, reservationId, { fanId: userId, seatNumbers }, language),
    cancel: (userId, { reservationId, seatNumbers, key, refund, to }) => {
      const fingerprint = `cancel ${reservationId} ${named(seatNumbers)} ${refund} ${to}`;
      const wanted = { reservationId, fanId: userId, seatNumbers };
      return submit({ ...wanted, userId, key, fingerprint, refund, to, operator: undefined });
    },
    cancelForFan: async (operator, { reservationId, seatNumbers, key }) => {
      const { operatorId, reason, feePercent } = operator;
      const fingerprint = `cancel ${reservationId} ${named(seatNumbers)} for the fan ${reason} ${feePercent}`;
      // Whose wallet is to be locked first. A reservation's fan never changes.
      const fanId = await fanOf(database, reservationId);
      const wanted = { reservationId, fanId, seatNumbers };
      return submit({ ...wanted, userId: operatorId, key, fingerprint, refund: undefined, to: 'wallet', operator });
    },
    ...dates,
    drain: async () => {
      await Promise.all([lanes.drain(), dates.drain()]);
    },
  };
}

const named = (seatNumbers: SeatNumbers): string => seatNumbers?.join(',') ?? 'all';

async function fanOf({ sql }: Pick<Database, 'sql'>, reservationId: string): Promise<string> {
  const [row] = await sql<{ fanId: string }[]>`
    select user_id as "fanId" from reservations where concert_id = ${concertIdOf(reservationId)} and id = ${reservationId}`;
  if (row === undefined) throw refuse('NOT_FOUND');
  return row.fanId;
}
