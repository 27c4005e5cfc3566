/**
 * The one transaction that undoes a payment, or a part of it: the fans' wallets are locked, their reservations, the seats;
 * what comes back is decided under these locks, and seats, money, the cancellation and the key change together or not at all.
 * Two round trips, whatever the size: all that is to be known; all that changes, with the commit. Who wants the money where it
 * came from, or owes some, takes one or two more.
 */
import type { Performance } from '../catalog/catalog.ts';
import type { Funding, Withdrawal } from '../funding/funding.ts';
import { effectsOf, recall, remember, sortByKey, type KeyedCommand, type Once } from '../idempotency/idempotency.ts';
import type { Statement, Tx } from '../platform/database.ts';
import { inBraces } from '../platform/values.ts';
import { Refusal, refuse } from '../refusals.ts';
import type { Refund } from '../refunds/refunds.ts';
import { lockPaid, takeBack, type PaidSeats, type Reservations, type SeatChange } from '../reservation/reservation.ts';
import { holdWallets, type HeldWallets, type Wallet } from '../wallet/wallet.ts';
import { refundFor, type ForFan, type Wanted } from './deciding.ts';

export interface Cancelled {
  readonly id: string;
  readonly reservationId: string;
  /** Whole units; so the next two. */
  readonly fee: number;
  readonly refund: number;
  /** The wallet's, when all of it is done. */
  readonly balance: number;
  readonly seats: Refund['seats'];
  /** ISO 8601, UTC. */
  readonly cancelledAt: string;
  /** What of the refund was sent on to where it came from. */
  readonly withdrawal?: Withdrawal;
}

/** One request to cancel, on its way through the lane; `userId` is who asks. */
export interface CancelCommand extends KeyedCommand, Wanted {
  readonly reservationId: string;
  /** What the fan was told that would come back; undefined: an operator asks. */
  readonly refund: number | undefined;
  readonly to: 'wallet' | 'origin';
  readonly operator: ForFan | undefined;
}

/** What an operator did, for the operators' log. */
export interface Deed {
  readonly operatorId: string;
  readonly action: 'CANCEL_RESERVATION';
  readonly concertId: string;
  readonly before: null;
  readonly after: object;
}

export interface CancellingDeps {
  readonly reservations: Pick<Reservations, 'countChanges'>;
  readonly wallet: Pick<Wallet, 'giveBack'>;
  readonly funding: Pick<Funding, 'sendOn'>;
  /** Within the transaction of the deed. */
  writeDown(tx: Tx, deed: Deed): Promise<void>;
}

type Outcome = Cancelled | Refusal;

/** What is shown after the commit. */
export interface After {
  readonly changes: Statement<SeatChange[]>;
  /** Gateways are to be asked. */
  readonly isSentOn: boolean;
}

export interface Batch {
  readonly concertId: string;
  /** By their ids: read before, so that nothing waits for another connection within the transaction. */
  readonly performances: ReadonlyMap<string, Performance>;
  readonly commands: readonly CancelCommand[];
}

/** Carries out a batch of one concert and answers each, in the order given; of commands with one key the first counts. */
export async function cancelAll(
  tx: Tx,
  deps: CancellingDeps,
  batch: Batch,
): Promise<{ answers: (Once<Cancelled> | Refusal)[]; after: After | undefined }> {
  const { concertId, commands } = batch;
  const [held, paid, remembered] = await Promise.all([
    holdWallets(
      tx,
      commands.map(({ fanId }) => fanId),
    ),
    lockPaid(
      tx,
      concertId,
      commands.map(({ reservationId }) => reservationId),
    ),
    // Behind the locks, so that what another server did for these fans meanwhile is seen.
    recall(tx, commands),
  ]);
  const sorted = sortByKey<CancelCommand, Cancelled>(commands, remembered);
  const { outcomes, grants } = decide(sorted.fresh, { ...batch, paid });
  const after = grants.length === 0 ? undefined : await write(tx, deps, { concertId, grants, outcomes, held });
  return { answers: sorted.answersOf(outcomes), after };
}

/** A command that is carried out, from what was read of its reservation. */
export interface Grant {
  readonly command: CancelCommand;
  readonly paid: PaidSeats;
  readonly refund: Refund;
}

interface Facts extends Pick<Batch, 'performances'> {
  readonly paid: ReadonlyMap<string, PaidSeats>;
}

/** In order of arrival: seats that one command gives up are cancelled for those behind it. */
function decide(
  commands: readonly CancelCommand[],
  { paid, performances }: Facts,
): { outcomes: Map<CancelCommand, Outcome>; grants: Grant[] } {
  const standing = new Map(paid);
  const outcomes = new Map<CancelCommand, Outcome>();
  const grants: Grant[] = [];
  for (const command of commands) {
    const granted = judge(command, standing.get(command.reservationId), performances);
    if (granted instanceof Refusal) {
      outcomes.set(command, granted);
      continue;
    }
    grants.push(granted);
    const { paid: own, refund } = granted;
    const numbers = refund.seats.map(({ number }) => number);
    standing.set(own.id, { ...own, cancelledNumbers: [...own.cancelledNumbers, ...numbers] });
  }
  return { outcomes, grants };
}

/** What `refundFor` refuses, and behind it QUOTE_CHANGED. */
export function judge(
  command: CancelCommand,
  paid: PaidSeats | undefined,
  performances: Batch['performances'],
): Grant | Refusal {
  const performance = performances.get(paid?.performanceId ?? '');
  const refund = refundFor(command, { paid, performance }, command.operator);
  if (refund instanceof Refusal) return refund;
  if (paid === undefined) return refuse('NOT_FOUND');
  if (command.refund === undefined || command.refund === refund.refund) return { command, paid, refund };
  return refuse('QUOTE_CHANGED', { fee: refund.fee, refund: refund.refund });
}

interface Writing {
  readonly concertId: string;
  readonly grants: readonly Grant[];
  readonly outcomes: Map<CancelCommand, Outcome>;
  readonly held: HeldWallets;
}

/** The money first, which alone may have to be waited for: then what everybody at this date waits for is locked briefly. */
async function write(tx: Tx, deps: CancellingDeps, { concertId, grants, outcomes, held }: Writing): Promise<After> {
  const done = await moveMoney(tx, deps, { grants, held });
  for (const [place, { command }] of grants.entries()) outcomes.set(command, done[place] ?? refuse('INTERNAL'));
  const givenUp = grants.map(({ paid: { id, performanceId }, refund: { seats, fee, refund } }) => {
    return { reservationId: id, performanceId, seatNumbers: seats.map(({ number }) => number), price: fee + refund };
  });
  const changes = takeBack(tx, concertId, givenUp);
  deps.reservations.countChanges(
    tx,
    concertId,
    givenUp.flatMap(({ performanceId, seatNumbers }) => seatNumbers.map(() => ({ performanceId }))),
    grants.map(({ paid: { performanceId, revision: wentBy }, refund: { seats, refund } }) => {
      return { performanceId, seats: -seats.length, amount: -refund, wentBy };
    }),
  );
  record(tx, concertId, grants, done);
  const deeds = grants.flatMap((grant) => deedOf(concertId, grant));
  await Promise.all(deeds.map((deed) => deps.writeDown(tx, deed)));
  remember(tx, effectsOf(grants.map(({ command }, place) => [command, done[place] ?? refuse('INTERNAL')] as const)));
  return { changes, isSentOn: done.some(({ withdrawal }) => withdrawal !== undefined) };
}

/** All refunds, then what of them is sent on. */
async function moveMoney(
  tx: Tx,
  { wallet, funding }: CancellingDeps,
  { grants, held }: Pick<Writing, 'grants' | 'held'>,
): Promise<Cancelled[]> {
  const refunds = grants.map(({ command: { id, fanId }, refund: { refund } }) => {
    return { userId: fanId, amount: refund, reference: id };
  });
  const balances = await wallet.giveBack(tx, refunds, 'REFUND', held);
  const leaving = grants.filter(({ command: { to }, refund: { refund } }) => to === 'origin' && refund > 0);
  const sent = await funding.sendOn(
    tx,
    leaving.map(({ command: { fanId }, refund: { refund } }) => ({ userId: fanId, amount: refund })),
  );
  const withdrawals = new Map(leaving.map(({ command }, place) => [command, sent[place]]));
  return grants.map(({ command, paid: { readAt }, refund: { seats, fee, refund } }, place) => {
    const { id, reservationId } = command;
    const withdrawal = withdrawals.get(command);
    const balance = withdrawal?.balance ?? balances[place]?.balance ?? 0;
    const cancelled = { id, reservationId, fee, refund, balance, seats, cancelledAt: readAt.toISOString() };
    return withdrawal === undefined ? cancelled : { ...cancelled, withdrawal };
  });
}

/** Sent without waiting: if one cannot be written, nothing of the transaction stands. */
function record(tx: Tx, concertId: string, grants: readonly Grant[], done: readonly Cancelled[]): void {
  const seatsOf = grants.map(({ refund }) => refund.seats);
  void tx`
    insert into cancellations (concert_id, id, reservation_id, performance_id, user_id, seat_numbers, seat_fees, price, fee,
      refund, rule, reason, operator_id, withdrawal_id, at)
    select ${concertId}, id, reservation_id, performance_id, user_id, seat_numbers::int[], seat_fees::bigint[], fee + refund, fee,
      refund, rule, reason, operator_id, withdrawal_id, at
    from unnest(${grants.map(({ command }) => command.id)}::text[], ${grants.map(({ paid }) => paid.id)}::text[],
      ${grants.map(({ paid }) => paid.performanceId)}::text[], ${grants.map(({ paid }) => paid.userId)}::text[],
      ${seatsOf.map((seats) => inBraces(seats.map(({ number }) => number)))}::text[],
      ${seatsOf.map((seats) => inBraces(seats.map(({ fee }) => fee)))}::text[],
      ${grants.map(({ refund }) => refund.fee)}::bigint[], ${grants.map(({ refund }) => refund.refund)}::bigint[],
      ${grants.map(({ refund }) => refund.rule)}::text[],
      ${grants.map(({ command }) => command.operator?.reason ?? 'fan')}::text[],
      ${grants.map(({ command }) => command.operator?.operatorId ?? null)}::text[],
      ${done.map(({ withdrawal }) => withdrawal?.id ?? null)}::text[], ${grants.map(({ paid }) => paid.readAt)}::timestamptz[])
      as done (id, reservation_id, performance_id, user_id, seat_numbers, seat_fees, fee, refund, rule, reason, operator_id,
        withdrawal_id, at)`.execute();
}

function deedOf(concertId: string, { command: { operator }, paid, refund: { seats, fee, refund } }: Grant): Deed[] {
  if (operator === undefined) return [];
  const { operatorId, reason, feePercent } = operator;
  const { id: reservationId, performanceId, userId } = paid;
  const seatNumbers = seats.map(({ number }) => number);
  const after = { reservationId, performanceId, userId, seatNumbers, reason, feePercent, fee, refund };
  return [{ operatorId, action: 'CANCEL_RESERVATION', concertId, before: null, after }];
}
