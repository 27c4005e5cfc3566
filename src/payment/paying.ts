/**
 * The one transaction that walks the whole corridor: the room is locked, then the fans' tokens, their wallets, their
 * reservations and seats. Money, seats, the token and the next fan's admission change together or not at all.
 */
import { effectsOf, recall, remember, sortByKey, type KeyedCommand, type Once } from '../idempotency/idempotency.ts';
import type { Tx } from '../platform/database.ts';
import { Refusal, refuse } from '../refusals.ts';
import type { LockedReservation, SeatChange } from '../reservation/reservation.ts';
import {
  lockRoom,
  lockTokens,
  refusalFor,
  saveRoom,
  type LockedRoom,
  type News,
  type Pass,
  type TokenState,
} from '../waiting-room/gate.ts';
import { holdWallets } from '../wallet/wallet.ts';
import type { Payment, PaymentsOptions } from './payment.ts';

/** A payment as it is remembered: the seats by number, since everything else about them is in the catalog. */
export interface StoredPayment extends Omit<Payment, 'seats'> {
  readonly performanceId: string;
  readonly seatNumbers: readonly number[];
}

/** One request to pay, on its way through the lane. */
export interface PayCommand extends KeyedCommand {
  readonly pass: Pass;
  readonly reservationId: string;
}

type Deps = Pick<PaymentsOptions, 'reservations' | 'wallet' | 'waitingRoom'> & {
  /** Counts from 0. */
  readonly attempt: number;
};
type Outcome = StoredPayment | Refusal;

/** What is shown after the commit. */
export interface After {
  readonly news: readonly News[];
  readonly changes: readonly SeatChange[];
  readonly sold: number;
}

/**
 * Carries out a batch of payments of one concert and answers each, in the order given. Four round trips, whatever the
 * size: all that is to be known; the money; what else a sale changes; the room, with the commit.
 */
export async function payAll(
  tx: Tx,
  deps: Deps,
  concertId: string,
  commands: readonly PayCommand[],
): Promise<{ answers: (Once<StoredPayment> | Refusal)[]; after: After | undefined }> {
  const locking = lockRoom(tx, concertId);
  const clock = tx<{ now: Date }[]>`select now()`.execute();
  // Behind the room's lock, so that what another server committed for this concert is seen.
  const recalling = recall(tx, commands);
  const reading = readFacts(tx, deps, concertId, commands);
  const [room, [time], remembered, facts] = await Promise.all([locking, clock, recalling, reading]);
  if (room === undefined || time === undefined)
    return { answers: commands.map(() => refuse('QUEUE_TOKEN_INVALID')), after: undefined };

  const batch = sortByKey<PayCommand, StoredPayment>(commands, remembered);
  const { outcomes, sales } = await decide(tx, deps, { facts, commands: batch.fresh, paidAt: time.now });
  const after = sales.length === 0 ? undefined : await write(tx, deps, room, sales);
  return { answers: batch.answersOf(outcomes), after };
}

interface Facts {
  readonly tokens: ReadonlyMap<number, TokenState>;
  readonly reservations: ReadonlyMap<string, LockedReservation>;
}

/** Locks and reads all that the decision needs, left to right along the corridor. */
async function readFacts(
  tx: Tx,
  { reservations, attempt }: Deps,
  concertId: string,
  commands: readonly PayCommand[],
): Promise<Facts> {
  const ids = commands.map((command) => command.reservationId);
  const userIds = commands.map((command) => command.userId);
  const locking = lockTokens(
    tx,
    concertId,
    commands.map((command) => command.pass.entry),
  );
  // Sent behind it on the same connection, so these wait for the tokens' locks too. Wallets before reservations, as whoever
  // cancels locks them.
  const [tokens, , locked] = await Promise.all([
    locking,
    holdWallets(tx, userIds),
    // A live hold nearly always has its seats. If one has not, selling them undoes all, and the next try finds out which.
    reservations.lockForPayment(tx, concertId, ids, { userIds, seats: attempt > 0 }),
  ]);
  return { tokens, reservations: locked };
}

interface Sale {
  readonly command: PayCommand;
  readonly reservation: LockedReservation;
  readonly payment: StoredPayment;
}

interface Deciding {
  readonly facts: Facts;
  readonly commands: readonly PayCommand[];
  readonly paidAt: Date;
}

/**
 * Decides in order of arrival and takes the money. A fan's second payment in the batch is decided only after the
 * first, which may have ended the session; so each round takes one command a place in line.
 */
async function decide(
  tx: Tx,
  deps: Deps,
  { facts, commands, paidAt }: Deciding,
): Promise<{ outcomes: Map<PayCommand, Outcome>; sales: Sale[] }> {
  const outcomes = new Map<PayCommand, Outcome>();
  const sales: Sale[] = [];
  const ended = new Set<number>();
  for (let open = commands; open.length > 0;) {
    const round = new Map<number, [PayCommand, LockedReservation]>();
    const later: PayCommand[] = [];
    for (const command of open) {
      const judged = judge(command, facts, ended);
      if (judged instanceof Refusal) outcomes.set(command, judged);
      else if (round.has(command.pass.entry)) later.push(command);
      else round.set(command.pass.entry, [command, judged]);
    }
    // oxlint-disable-next-line no-await-in-loop
    for (const sale of await debitAll(tx, deps, { round: [...round.values()], outcomes, paidAt })) {
      sales.push(sale);
      ended.add(sale.command.pass.entry);
    }
    open = later;
  }
  return { outcomes, sales };
}

/** The checks before the money, in the contract's order: token, reservation, hold. */
function judge(
  { pass, reservationId }: PayCommand,
  facts: Facts,
  ended: ReadonlySet<number>,
): LockedReservation | Refusal {
  const refusal = refusalFor(facts.tokens.get(pass.entry), pass);
  if (refusal !== undefined) return refusal;
  if (ended.has(pass.entry)) return refuse('ADMISSION_EXPIRED', { expiredBecause: 'PAID' });
  const reservation = facts.reservations.get(reservationId);
  if (reservation === undefined || reservation.userId !== pass.userId) return refuse('NOT_FOUND');
  if (reservation.paymentId !== null) return refuse('ALREADY_PAID', { paymentId: reservation.paymentId });
  return reservation.status === 'HELD' ? reservation : refuse('HOLD_EXPIRED');
}

interface Debiting {
  readonly round: readonly [PayCommand, LockedReservation][];
  readonly outcomes: Map<PayCommand, Outcome>;
  readonly paidAt: Date;
}

async function debitAll(tx: Tx, { wallet }: Deps, { round, outcomes, paidAt }: Debiting): Promise<Sale[]> {
  const moved = await wallet.debit(
    tx,
    round.map(([{ userId, id }, { amount }]) => ({ userId, amount, reference: id })),
  );
  const sales: Sale[] = [];
  for (const [place, [command, reservation]] of round.entries()) {
    const outcome = moved[place] ?? refuse('INTERNAL');
    if (outcome instanceof Refusal) {
      outcomes.set(command, outcome);
      continue;
    }
    const { amount, performanceId, seatNumbers } = reservation;
    const { balance } = outcome;
    const payment: StoredPayment = {
      id: command.id,
      reservationId: reservation.id,
      amount,
      balance,
      performanceId,
      seatNumbers,
      paidAt: paidAt.toISOString(),
    };
    outcomes.set(command, payment);
    sales.push({ command, reservation, payment });
  }
  return sales;
}

/** What a sale changes besides the money. */
async function write(
  tx: Tx,
  { reservations, waitingRoom }: Deps,
  room: LockedRoom,
  sales: readonly Sale[],
): Promise<After> {
  const { concertId } = room;
  const entries = sales.map(({ command }) => command.pass.entry);
  const effects = effectsOf(sales.map(({ command, payment }) => [command, payment] as const));
  const paid = sales.map(({ command: { id, pass }, reservation }) => {
    return { ...reservation, paymentId: id, entry: pass.entry };
  });
  const seats = paid.reduce((sum, { seatNumbers }) => sum + seatNumbers.length, 0);
  const [sold] = await Promise.all([
    reservations.confirm(tx, concertId, paid),
    waitingRoom.handOn(tx, room, entries, seats),
  ]);
  // Hardly ever: then it takes a round trip or two more.
  const others = sales.filter(({ reservation }) => reservation.isOneOfSeveral).map(({ command }) => command.userId);
  const givenBack = others.length === 0 ? [] : await reservations.giveBack(tx, concertId, others);
  const changes = [...sold, ...givenBack];
  const counted = paid.map(({ performanceId, seatNumbers, amount }) => {
    return { performanceId, seats: seatNumbers.length, amount };
  });
  reservations.countChanges(tx, concertId, changes, counted);
  const news = saveRoom(tx, room);
  remember(tx, effects);
  return { news: [news], changes, sold: sales.length };
}
