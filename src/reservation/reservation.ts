/**
 * The door of the room where seats are held. A seat is one row with at most one owner; who holds it is decided by
 * the transactions of this room alone, and what people see of it comes from boards in memory that follow them.
 */
import { concertIdOf, type Catalog, type Performance } from '../catalog/catalog.ts';
import type { Keys, Once } from '../idempotency/idempotency.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Feed } from '../platform/feed.ts';
import type { Metrics } from '../platform/metrics.ts';
import { createBell, type Bell, type Duty } from '../platform/ticker.ts';
import { refuse, refuseField } from '../refusals.ts';
import type { Pass, WaitingRoom } from '../waiting-room/gate.ts';
import type { OwnReservation, Reservation } from './answer.ts';
import { createCancellations } from './cancellations.ts';
import type { HoldCommand } from './holding.ts';
import { countChanges } from './counting.ts';
import { createHolds, type Holds } from './holds.ts';
import { getOwn, listOwn, type PageRequest, type ReservationPage } from './own.ts';
import { createLostAttempts } from './lost-attempts.ts';
import { giveBackOf, releaseDuty } from './release.ts';
import { fingerprintOf, heldAs } from './remembered-holds.ts';
import { reservationRetention } from './retention.ts';
import { confirm, lockForPayment } from './sale.ts';
import type { SeatChange } from './seat-board.ts';
import { createSeatBoards, type KeptBoard, type SeatBoards } from './seat-boards.ts';
import { seatsOnSale } from './on-sale.ts';
import { createStandings, type SaleStanding, type Standings, type WholeStanding } from './standing.ts';
import { createSeatEvents, type SeatEvents } from './seat-events.ts';
import { createSoldSeats, soldOutDuty, type Sold, type SoldSeats } from './sold.ts';

export { reservedSeats } from './answer.ts';
export { paidColumns, whatWasPaid, type PaidRow } from './paid.ts';
export type { GivenBack, OwnReservation, Reservation, ReservationStatus, ReservedSeat } from './answer.ts';
export { givingUp, lockPaid, readPaid, takeBack, type GivenUp, type PaidSeats } from './given-up.ts';
export { callOffSale, giveBackSome, lockFree, moveSale, nextSold, type SoldTo } from './date-changes.ts';
export { confirming } from './sale.ts';
export type { LockedReservation } from './sale.ts';
export type { SaleStanding, WholeStanding } from './standing.ts';
export type { SeatChange } from './seat-board.ts';

export interface SeatNumbers {
  readonly total: number;
  readonly available: number;
  readonly held: number;
  readonly reserved: number;
}

/** Seats of a date, and the Idempotency-Key of the request: 1 to 255 visible ASCII characters, scoped to the user. */
export interface KeyedWish {
  readonly performanceId: string;
  readonly seatNumbers: readonly number[];
  readonly key: string;
}

export interface Reservations {
  /**
   * Holds all of the seats or none, for as long as they can be paid: for the concert's hold time, but no longer than the
   * session as it is extended, nor than the date is on sale. `seatNumbers` are integers from 1 up.
   * Refuses, in this order: VALIDATION_FAILED for a number that comes twice, NOT_FOUND and FORBIDDEN for a performance
   * that is none or another concert's, NOT_ADMITTED and ADMISSION_EXPIRED, SALE_ENDED, RATE_LIMITED, SEAT_LIMIT_EXCEEDED,
   * SEAT_UNAVAILABLE with every seat in the way.
   */
  hold(pass: Pass, performanceId: string, seatNumbers: readonly number[]): Promise<Reservation>;
  /**
   * The same once per key: a repeat gets the first answer again, whatever became of the hold and of the fan's turn. Refuses
   * with IDEMPOTENCY_KEY_REUSED before anything that a hold looks at under lock.
   */
  holdOnce(pass: Pass, wish: KeyedWish): Promise<Once<Reservation>>;
  /** What `holdOnce` has answered to this very request before; for those whose turn is over. Refuses as it does. */
  heldBefore(pass: Pass, wish: KeyedWish): Promise<Reservation | undefined>;
  /** Releases an own hold; one that ended before is left as it is. Refuses with NOT_FOUND and ALREADY_PAID. */
  cancel(userId: string, id: string): Promise<void>;
  list(userId: string, page: PageRequest): Promise<ReservationPage>;
  get(userId: string, id: string): Promise<OwnReservation>;

  /** The board of a performance, read if it is not in memory. */
  seatBoard(performance: Performance): Promise<KeptBoard>;
  /** The same if it is in memory and of that concert. */
  knownSeatBoard(performanceId: string, concertId: string): KeptBoard | undefined;
  readonly events: SeatEvents;
  /** All seats of the concert, by state, but those of dates that were called off. */
  seatNumbersByState(concertId: string): Promise<SeatNumbers>;
  /** How the sale of a concert stands, by grade and date, of the dates that are on sale; at most a second old. */
  standing(concertId: string): Promise<SaleStanding>;
  /** The same of all dates. */
  standingOfAllDates(concertId: string): Promise<WholeStanding>;
  /** What is sold, and of which dates the sale has ended, of those of the concerts that there are; at most 250 ms old. */
  sales(concertIds: readonly string[]): Promise<ReadonlyMap<string, Sold>>;

  /** Makes the seats of a concert's new performances. */
  layOutSeats(tx: Tx, concertId: string, performances: readonly { id: string; seatsTotal: number }[]): Promise<void>;

  /** For the paying transaction, in this order; see sale.ts. */
  lockForPayment: typeof lockForPayment;
  confirm: typeof confirm;
  /**
   * Gives back whatever these fans hold and have not paid, in the transaction that ends their sessions before their time
   * and has locked their places. What is answered is to be counted there too, and announced after the commit.
   */
  readonly giveBack: typeof giveBackOf;
  /** See counting.ts: what the paying transaction has changed of the seats, all of it, and sold. */
  readonly countChanges: typeof countChanges;
  /** After the commit: shows the changes in this server's own answers, and tells the other servers. */
  announce(concertId: string, changes: readonly SeatChange[]): void;

  readonly duties: readonly Duty[];
  /** Resolves when no command waits or runs. */
  drain(): Promise<void>;
}

export interface ReservationsOptions {
  readonly database: Database;
  readonly feed: Feed;
  readonly catalog: Catalog;
  readonly waitingRoom: Pick<
    WaitingRoom,
    'boards' | 'boundBy' | 'onLeaving' | 'seatsCameBack' | 'seatsChanged' | 'soldOut'
  >;
  readonly keys: Pick<Keys, 'known'>;
  readonly metrics: Pick<Metrics, 'batch' | 'depth' | 'holds' | 'attemptsDropped'>;
  /** Most commands in one batch of a lane. */
  readonly batchMax: number;
  /** Whether a fan is limited in how many holds they make; see holding.ts. */
  readonly rateLimit?: boolean;
  /** So long holds that ran out or were given back are kept. */
  readonly retentionDays: number;
}

const notDistinct = { en: 'must not repeat itself', ko: '같은 값이 두 번 있으면 안 돼요' };

/** Counts holds, and calls whoever will give their seats back. */
function counting({ holds }: Pick<Metrics, 'holds'>, held: Bell): (count: number) => void {
  return (count) => {
    holds(count);
    held.ring();
  };
}

export function createReservations(options: ReservationsOptions): Reservations {
  const { database, feed, catalog, waitingRoom, metrics, batchMax } = options;
  const { sql } = database;
  const boards = createSeatBoards({ database, feed, catalog });
  const events = createSeatEvents(boards, catalog);
  const lostAttempts = createLostAttempts(database, metrics.attemptsDropped);
  const held = createBell();
  const holds = createHolds({
    database,
    boards,
    metrics,
    batchMax,
    rateLimit: options.rateLimit ?? true,
    extended: waitingRoom.boards.extended,
    onHolds: counting(metrics, held),
    onAnswers: lostAttempts.note,
  });
  const cancellations = createCancellations({ database, boards, metrics, batchMax });
  const sold = createSoldSeats(sql, metrics);
  const standings = createStandings({ boards, catalog, sold });
  followCatalog(catalog, [sold, standings, events]);
  serveTheLine(boards, waitingRoom, standings);
  return {
    ...holding(options, holds),
    cancel: (userId, id) => cancellations.cancel(concertIdOf(id), { userId, id }),
    list: (userId, page) => listOwn({ sql, catalog }, userId, page),
    get: (userId, id) => getOwn({ sql, catalog }, userId, id),
    seatBoard: (performance) => boards.of(performance),
    knownSeatBoard: (performanceId, concertId) => {
      const known = boards.known(performanceId);
      return known?.board.performance.concertId === concertId ? known : undefined;
    },
    events,
    seatNumbersByState: async (concertId) => sumUp(boards, await catalog.performancesOf(concertId)),
    standing: standings.of,
    standingOfAllDates: standings.ofAllDates,
    sales: sold.of,
    layOutSeats,
    lockForPayment,
    confirm,
    giveBack: giveBackOf,
    countChanges,
    announce: announcing(boards, sold, waitingRoom),
    duties: [
      ...boards.duties,
      ...events.duties,
      releaseDuty({ database, boards, feed, bell: held }),
      lostAttempts.duty,
      soldOutDuty(sold, waitingRoom),
      ...reservationRetention(database, options.retentionDays),
    ],
    drain: async () => {
      await Promise.all([holds.drain(), cancellations.drain()]);
      await lostAttempts.drain();
    },
  };
}

function holding(
  { catalog, keys }: Pick<ReservationsOptions, 'catalog' | 'keys'>,
  { hold }: Pick<Holds, 'hold'>,
): Pick<Reservations, 'hold' | 'holdOnce' | 'heldBefore'> {
  return {
    hold: async (pass, performanceId, numbers) =>
      (await hold(await holdOf(catalog, pass, performanceId, numbers))).answer,
    holdOnce: async (pass, { performanceId, seatNumbers, key }) =>
      hold(await holdOf(catalog, pass, performanceId, seatNumbers), key),
    heldBefore: async (pass, { performanceId, seatNumbers, key }) => {
      const fingerprint = fingerprintOf(performanceId, seatNumbers);
      const known = await keys.known({ userId: pass.userId, key, fingerprint });
      if (known === undefined) return undefined;
      return heldAs(known.answer, await holdOf(catalog, pass, performanceId, seatNumbers));
    },
  };
}

/** What is remembered of dates is not so any more where one was moved or called off. */
function followCatalog(
  { onChange }: Pick<Catalog, 'onChange'>,
  memories: readonly { changed(concertId?: string): void }[],
): void {
  onChange((concertId) => {
    for (const memory of memories) memory.changed(concertId);
  });
}

function announcing(
  boards: Pick<SeatBoards, 'committed'>,
  sold: Pick<SoldSeats, 'changed'>,
  { seatsCameBack }: Pick<WaitingRoom, 'seatsCameBack'>,
): Reservations['announce'] {
  return (concertId, changes) => {
    boards.committed(changes);
    sold.changed(concertId);
    if (changes.some(({ code }) => code === 0)) seatsCameBack(concertId);
  };
}

/** Tells the line of its seats, and gives back with the session whatever a fan holds. */
function serveTheLine(
  boards: SeatBoards,
  { boundBy, onLeaving, seatsChanged }: Pick<WaitingRoom, 'boundBy' | 'onLeaving' | 'seatsChanged'>,
  { countsOnSale: counts }: Pick<Standings, 'countsOnSale'>,
): void {
  boundBy({ ...seatsOnSale, counts });
  boards.onChange((performanceId) => seatsChanged(concertIdOf(performanceId)));
  onLeaving(async (tx, concertId, userIds) => {
    const changes = await giveBackOf(tx, concertId, userIds);
    countChanges(tx, concertId, changes);
    return () => boards.committed(changes);
  });
}

/** What can be refused before any transaction: numbers that repeat themselves, a date that is none or another concert's. */
async function holdOf(
  catalog: Catalog,
  pass: Pass,
  performanceId: string,
  numbers: readonly number[],
): Promise<HoldCommand> {
  if (new Set(numbers).size < numbers.length) throw refuseField('seatNumbers', notDistinct);
  const performance = await catalog.performance(performanceId);
  if (performance === undefined) throw refuse('NOT_FOUND');
  if (performance.concertId !== pass.concertId) throw refuse('FORBIDDEN');
  return { pass, performance, numbers };
}

async function sumUp(boards: SeatBoards, performances: readonly Performance[]): Promise<SeatNumbers> {
  const numbers = { total: 0, available: 0, held: 0, reserved: 0 };
  const dates = performances.filter(({ status }) => status === 'SCHEDULED');
  for (const { board } of await Promise.all(dates.map((date) => boards.of(date)))) {
    numbers.total += board.performance.seatsTotal;
    numbers.available += board.available;
    numbers.held += board.held;
    numbers.reserved += board.reserved;
  }
  return numbers;
}

async function layOutSeats(
  tx: Tx,
  concertId: string,
  performances: readonly { id: string; seatsTotal: number }[],
): Promise<void> {
  const ids = performances.map((performance) => performance.id);
  const totals = performances.map((performance) => performance.seatsTotal);
  await Promise.all([
    tx`
      insert into seats (concert_id, performance_id, number)
      select ${concertId}, performance.id, number
      from unnest(${ids}::text[], ${totals}::int[]) as performance (id, seats_total), generate_series(1, performance.seats_total) as number`,
    tx`
      insert into performance_sales (concert_id, performance_id, seats_total)
      select ${concertId}, id, seats_total from unnest(${ids}::text[], ${totals}::int[]) as performance (id, seats_total)`,
  ]);
}
