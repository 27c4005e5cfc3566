/**
 * Gives back what was held and paid of dates that were called off, in the background: first the holds, then the sold seats in
 * the order of their numbers, a bounded batch in a transaction of its own. A batch writes down how far it came with what it
 * did, so whatever ends in between, it goes on there, on this server or another; and a reservation is given back once, for it is
 * only as long as its seats are sold to it.
 *
 * Locks: the calling off itself, so that one server at a time works on it; wallets, in the order of users; reservations, of
 * which those that somebody else is changing are left for the next batch, so that nobody waits in a circle who has them and
 * waits for a wallet; their seats; the row of the date's sales.
 */
import type { Performance } from '../catalog/catalog.ts';
import { eachByItself, impatient } from '../platform/each.ts';
import type { Sql, Tx } from '../platform/database.ts';
import { timeOrderedId } from '../platform/ids.ts';
import { rest, type Bell, type Duty } from '../platform/ticker.ts';
import { inBraces } from '../platform/values.ts';
import { percentOf, refundLess } from '../refunds/refunds.ts';
import {
  giveBackSome,
  lockFree,
  nextSold,
  readPaid,
  reservedSeats,
  takeBack,
  type GivenUp,
  type PaidSeats,
  type SeatChange,
  type SoldTo,
} from '../reservation/reservation.ts';
import { holdWallets, type HeldWallets } from '../wallet/wallet.ts';
import type { DatesOptions } from './dates.ts';

interface Refunding extends Pick<DatesOptions, 'database' | 'feed' | 'catalog' | 'reservations' | 'wallet'> {
  /** Rung when a date may have been called off. */
  readonly bell: Bell;
}

/** A calling off that is not done. */
interface Running {
  readonly concertId: string;
  readonly id: string;
  readonly percent: number;
  /** Whoever should work on it does not. */
  readonly isLate: boolean;
}

const pause_ms = 50;
/** Seats that a batch looks at, and holds that it gives back. */
const batch_max = 400;
/** A run ends after so many batches of a date; what is left waits for the next. */
const batches_max = 10;
/** Dates at once; a house that calls off more works through them one after the other. */
const dates_max = 20;
/** Longer than the server takes to which it falls, or than it takes to hear that it is gone. */
const late_seconds = 3;

export function refundingAll(options: Refunding): Duty {
  const { database, feed, bell } = options;
  return {
    name: 'dates.refundAll',
    everyMs: pause_ms,
    bell,
    sign: (sql) => sql`exists (select from performance_cancellations where state = 'RUNNING')`,
    run: async () => {
      const running = await runningDates(database.sql);
      if (running.length === 0) return rest();
      const ours = running.filter(({ concertId, isLate }) => isLate || feed.isOurs(concertId));
      // Whoever it falls to may be gone: it is looked for again with the next sign of it.
      if (ours.length === 0) return rest();
      await eachByItself(ours, (date) => workOn(options, date));
      return undefined;
    },
  };
}

async function runningDates(sql: Sql): Promise<Running[]> {
  return sql<Running[]>`
    select concert_id as "concertId", performance_id as id, compensation_percent as percent,
      progressed_at < now() - make_interval(secs => ${late_seconds}) as "isLate"
    from performance_cancellations where state = 'RUNNING' order by started_at limit ${dates_max}`;
}

type CalledOff = Running & { readonly performance: Performance };

async function workOn(options: Refunding, date: Running): Promise<void> {
  const performance = await options.catalog.performance(date.id);
  if (performance === undefined) throw new Error(`performance ${date.id} was called off and is not there`);
  const off = { ...date, performance };
  const isReleased = await inBatches(options, date, (tx) => release(tx, off));
  if (isReleased) await inBatches(options, date, (tx) => refundSome(tx, options, off));
}

interface Batch {
  readonly changes: readonly SeatChange[];
  /** Nothing is left for the next one. */
  readonly isLast: boolean;
}

/** One after the other, each of which begins where the one before it ended; true if nothing is left. */
async function inBatches(
  { database, reservations }: Refunding,
  { concertId }: Running,
  work: (tx: Tx) => Promise<Batch>,
): Promise<boolean> {
  for (let batch = 0; batch < batches_max; batch++) {
    // oxlint-disable-next-line no-await-in-loop
    const { changes, isLast } = await database.transaction(work);
    if (changes.length > 0) reservations.announce(concertId, changes);
    if (isLast) return true;
    // What is left is being changed by somebody else.
    if (changes.length === 0) return false;
  }
  return false;
}

async function release(tx: Tx, date: CalledOff): Promise<Batch> {
  impatient(tx);
  return giveBackSome(tx, date, batch_max);
}

async function refundSome(tx: Tx, options: Refunding, date: CalledOff): Promise<Batch> {
  impatient(tx);
  const locking = tx`
    select from performance_cancellations
    where ${isIt(tx, date)} and state = 'RUNNING' for no key update skip locked`.execute();
  // Read behind the lock: how far the batch before came.
  const behind = tx`(select last_number from performance_cancellations where ${isIt(tx, date)})`;
  const [{ count }, sold] = await Promise.all([locking, nextSold(tx, date, { behind, seatsMax: batch_max })]);
  if (count === 0) return { changes: [], isLast: false };
  if (sold.length > 0) return { changes: await refund(tx, options, { date, sold }), isLast: false };
  await finish(tx, date);
  return { changes: [], isLast: true };
}

const isIt = (tx: Tx, { concertId, id }: Running) => tx`concert_id = ${concertId} and performance_id = ${id}`;

/** Nothing is sold any more, and nothing held, unless somebody else is giving it back at this moment. */
async function finish(tx: Tx, date: Running): Promise<void> {
  await tx`
    update performance_cancellations set state = 'DONE', ended_at = now(), progressed_at = now(), total = done
    where ${isIt(tx, date)}`;
}

interface Refundable {
  readonly date: CalledOff;
  readonly sold: readonly SoldTo[];
}

async function refund(
  tx: Tx,
  { wallet, reservations }: Refunding,
  { date, sold }: Refundable,
): Promise<readonly SeatChange[]> {
  const { concertId } = date;
  const ids = sold.map(({ id }) => id);
  const userIds = sold.map(({ userId }) => userId);
  const holding = holdWallets(tx, userIds);
  const [held, free, paid] = await Promise.all([holding, lockFree(tx, concertId, ids), readPaid(tx, concertId, ids)]);
  const cancellations = paid.filter(({ id }) => free.has(id)).map((one) => cancellationOf(date, one));
  await give(tx, wallet, { cancellations, held });
  const changes = await takeBack(tx, concertId, cancellations);
  write(tx, concertId, cancellations);
  reservations.countChanges(
    tx,
    concertId,
    changes,
    cancellations.map(({ performanceId, seatNumbers, refund: amount }) => {
      return { performanceId, seats: -seatNumbers.length, amount: -amount };
    }),
  );
  void tx`
    update performance_cancellations
    set done = done + ${cancellations.length}, last_number = ${reached(sold, free)}, progressed_at = now()
    where ${isIt(tx, date)}`.execute();
  return changes;
}

interface Giving {
  readonly cancellations: readonly FullRefund[];
  readonly held: HeldWallets;
}

/** Refunds first; then what makes up for it, from where these leave the wallets. */
async function give(tx: Tx, wallet: Refunding['wallet'], { cancellations, held }: Giving): Promise<void> {
  const refunds = cancellations.map(({ id, userId, refund: amount }) => ({ userId, amount, reference: id }));
  const balances = await wallet.giveBack(tx, refunds, 'REFUND', held);
  const compensations = cancellations.flatMap(({ id, userId, compensation: amount }) =>
    amount === 0 ? [] : [{ userId, amount, reference: `${id}-c` }],
  );
  if (compensations.length === 0) return;
  const after = new Map(held);
  for (const [place, { userId }] of refunds.entries()) {
    const before = held.get(userId);
    if (before !== undefined) after.set(userId, { ...before, ...balances[place] });
  }
  await wallet.giveBack(tx, compensations, 'COMPENSATION', after);
}

/** Behind the last of these seats; before the first of those that somebody else is changing. */
function reached(sold: readonly SoldTo[], free: ReadonlySet<string>): number {
  const left = sold.find(({ id }) => !free.has(id));
  return left === undefined ? Math.max(...sold.map(({ last }) => last)) : left.first - 1;
}

interface FullRefund extends GivenUp {
  readonly id: string;
  readonly userId: string;
  readonly refund: number;
  readonly compensation: number;
}

/** All that is left of it, in full, and for each seat what makes up for it. */
function cancellationOf({ performance, percent }: CalledOff, paid: PaidSeats): FullRefund {
  const before = new Set(paid.cancelledNumbers);
  const kept = reservedSeats(
    performance,
    paid.seatNumbers.filter((number) => !before.has(number)),
  );
  const { refund } = refundLess({ feePercent: 0 }, kept, 'called_off');
  return {
    id: timeOrderedId(),
    reservationId: paid.id,
    performanceId: paid.performanceId,
    userId: paid.userId,
    seatNumbers: kept.map(({ number }) => number),
    price: refund,
    refund,
    compensation: kept.reduce((sum, { price }) => sum + percentOf(price, percent), 0),
  };
}

function write(tx: Tx, concertId: string, cancellations: readonly FullRefund[]): void {
  void tx`
    insert into cancellations
      (concert_id, id, reservation_id, performance_id, user_id, seat_numbers, seat_fees, price, fee, refund, compensation, rule, reason)
    select ${concertId}, id, reservation_id, performance_id, user_id, numbers::int[],
      array_fill(0::bigint, array[cardinality(numbers::int[])]), refund, 0, refund, compensation, 'called_off', 'called_off'
    from unnest(${cancellations.map(({ id }) => id)}::text[], ${cancellations.map((one) => one.reservationId)}::text[],
      ${cancellations.map((one) => one.performanceId)}::text[], ${cancellations.map(({ userId }) => userId)}::text[],
      ${cancellations.map(({ seatNumbers }) => inBraces(seatNumbers))}::text[],
      ${cancellations.map((one) => one.refund)}::bigint[], ${cancellations.map(({ compensation }) => compensation)}::bigint[])
      as given (id, reservation_id, performance_id, user_id, numbers, refund, compensation)`.execute();
}
