/** What the page of a cancellation goes by: the reservation, what cancelling gives back now, and where that can go. */
import { ask, type Reply } from '../../client/client.ts';
import { asProblem, type Problem } from '../../client/problem.ts';
import { concertOf, type Concert } from '../concerts.ts';
import { cancellationsOf, cancelledSeatsOf, type Cancellation, type Reservation } from '../reservation.ts';
import { askWithdrawals, type Withdrawal } from '../wallet/withdrawals.tsx';

export type Quote = Reply<'getCancellation'>;
export type QuotedSeat = Quote['seats'][number];
export type Cancelled = Reply<'cancelPaid'>;

export interface Cancelling {
  readonly reservation: Reservation;
  readonly concert: Concert;
  /** Of all seats that are left. Undefined where nothing can be cancelled. */
  readonly quote: Quote | undefined;
  /** Why nothing can be. */
  readonly refused: Problem | undefined;
  /** At most so much can go back to where it came from; 0 where the wallet was never filled by a payment, or nobody can say. */
  readonly origin: number;
  /** The newest of them, for what was sent on before. */
  readonly withdrawals: readonly Withdrawal[];
}

const page_size = 200;

/** Rejects with a problem. */
export async function askCancelling(id: string, signal: AbortSignal): Promise<Cancelling> {
  const [concertId = ''] = id.split('-');
  const [reservation, concert, quoted, money] = await Promise.all([
    ask('getReservation', { params: { id }, signal }),
    concertOf(concertId),
    askQuote(id, signal),
    askMoney(signal),
  ]);
  return { reservation, concert, ...quoted, ...money };
}

type Quoted = Pick<Cancelling, 'quote' | 'refused'>;

/** A fee is told seat by seat and each goes by its own price: so of all at once, for whichever are chosen. */
async function askQuote(id: string, signal: AbortSignal): Promise<Quoted> {
  try {
    return { quote: await ask('getCancellation', { params: { id }, signal }), refused: undefined };
  } catch (error) {
    const refused = asProblem(error);
    if (refused.code !== 'NOT_CANCELLABLE') throw error;
    return { quote: undefined, refused };
  }
}

/**
 * What orders brought and no withdrawal has taken back. The refund is not in the wallet yet, so what the wallet says can be
 * withdrawn does not count it. More than is so at most: whoever sends it sends what can be sent, and the rest stays.
 */
async function askMoney(signal: AbortSignal): Promise<Pick<Cancelling, 'origin' | 'withdrawals'>> {
  try {
    const [{ orders }, { withdrawals }] = await Promise.all([
      ask('listChargeOrders', { query: { limit: page_size }, signal }),
      askWithdrawals({ limit: page_size }, signal),
    ]);
    const brought = orders.filter(({ status }) => status === 'PAID');
    const taken = withdrawals.flatMap(({ parts }) => parts.filter(({ status }) => status !== 'FAILED'));
    return { origin: Math.max(0, sumOf(brought) - sumOf(taken)), withdrawals };
  } catch (error) {
    if (asProblem(error).code === 'UNAUTHENTICATED') throw error;
    return { origin: 0, withdrawals: [] };
  }
}

function sumOf(all: readonly { readonly amount: number }[]): number {
  return all.reduce((sum, { amount }) => sum + amount, 0);
}

export interface Sums {
  readonly price: number;
  readonly fee: number;
  readonly refund: number;
}

export function sumsOf(seats: readonly QuotedSeat[]): Sums {
  return seats.reduce(
    (sums, { price, fee, refund }) => ({
      price: sums.price + price,
      fee: sums.fee + fee,
      refund: sums.refund + refund,
    }),
    { price: 0, fee: 0, refund: 0 },
  );
}

/** The cancellation by which all of these seats were given back, whoever asked for it. */
export function cancellationOf(reservation: Reservation, numbers: readonly number[]): Cancellation | undefined {
  if (numbers.length === 0) return undefined;
  return cancellationsOf(reservation).find(({ seatNumbers }) =>
    numbers.every((number) => seatNumbers.includes(number)),
  );
}

/** The reservation as it is after `done`, as the answer to it tells. */
export function afterwards(reservation: Reservation, done: Cancelled): Reservation {
  const gone = new Set(done.seats.map(({ number }) => number));
  const seats = reservation.seats.filter(({ number }) => !gone.has(number));
  const { id, fee, refund, cancelledAt: at, withdrawal } = done;
  const own: Cancellation = {
    id,
    seatNumbers: [...gone],
    fee,
    refund,
    compensation: 0,
    reason: 'fan',
    at,
    withdrawalId: withdrawal?.id ?? null,
  };
  return {
    ...reservation,
    seats,
    amount: seats.reduce((sum, { price }) => sum + price, 0),
    status: seats.length === 0 ? 'CANCELLED' : reservation.status,
    cancelledSeats: [...cancelledSeatsOf(reservation), ...reservation.seats.filter(({ number }) => gone.has(number))],
    cancellations: [...cancellationsOf(reservation), own],
  };
}
