/** Cancelling, as the crowd and the operator speak the contract: quotes, cancellations, dates called off and moved. */
import type { Ask, Caller, Manner } from './box-office.ts';
import type { Facts, RefundTold } from './history.ts';

type Json = Readonly<Record<string, unknown>>;
type TimeOf = (text: unknown) => number;

interface RefundedSeat {
  readonly number: number;
  readonly price: number;
  readonly fee: number;
  readonly refund: number;
}

/** What is to be given back: these of its seats; without them all. */
export interface Returned {
  readonly id: string;
  readonly seats?: readonly number[] | undefined;
}

export interface WithRefund extends Returned {
  readonly refund: number;
  readonly to?: 'wallet' | 'origin' | undefined;
}

export interface ForFan extends Returned {
  readonly reason: string;
  readonly feePercent: number;
}

const seatsIn = ({ id, seats }: Returned): Facts => ({ reservation: id, ...(seats === undefined ? {} : { seats }) });

export function createCancelling(ask: Ask, timeOf: TimeOf) {
  return { ...fansCalls(ask, timeOf), ...operatorsCalls(ask, timeOf) };
}

function fansCalls(ask: Ask, timeOf: TimeOf) {
  return {
    quote: (caller: Caller, returned: Returned) =>
      ask(caller, {
        op: 'quote',
        method: 'GET',
        path: `/reservations/${returned.id}/cancellation${listOf(returned)}`,
        shows: 'bearer',
        facts: seatsIn(returned),
        learn: (json) => refundIn(json, timeOf(json['now'])),
      }),
    cancelPaid: (caller: Caller, key: string, { refund, to, ...returned }: WithRefund, manner?: Manner) =>
      ask(
        caller,
        {
          op: 'cancel-paid',
          method: 'POST',
          path: `/reservations/${returned.id}/cancellation`,
          shows: 'bearer',
          key,
          body: { refund, ...bodyOf(returned), ...(to === undefined ? {} : { to }) },
          facts: { ...seatsIn(returned), stated: refund, ...(to === undefined ? {} : { to }) },
          learn: (json) => cancellationIn(json, timeOf),
          refused: (json) =>
            json['code'] === 'QUOTE_CHANGED'
              ? { fee: Number(json['fee']), refund: Number(json['refund']) }
              : becauseIn(json),
        },
        manner,
      ),
  };
}

function operatorsCalls(ask: Ask, timeOf: TimeOf) {
  const callingOffIn = (json: Json): Facts => ({
    id: String(json['id']),
    state: json['state'] as 'RUNNING',
    done: Number(json['done']),
    total: Number(json['total']),
    at: timeOf(json['startedAt']),
  });
  return {
    cancelForFan: (operator: Caller, key: string, { reason, feePercent, ...returned }: ForFan) =>
      ask(operator, {
        op: 'cancel-for-fan',
        method: 'POST',
        path: `/admin/reservations/${returned.id}/cancellation`,
        shows: 'bearer',
        key,
        body: { reason, feePercent, ...bodyOf(returned) },
        facts: { ...seatsIn(returned), percent: feePercent, because: reason },
        learn: (json) => cancellationIn(json, timeOf),
        refused: becauseIn,
      }),
    callOff: (operator: Caller, key: string, performance: string, compensationPercent: number) =>
      ask(operator, {
        op: 'call-off',
        method: 'POST',
        path: `/admin/performances/${performance}/cancellation`,
        shows: 'bearer',
        key,
        body: { reason: { ko: '태풍', en: 'A typhoon' }, compensationPercent },
        facts: { performance, percent: compensationPercent },
        learn: callingOffIn,
        refused: becauseIn,
      }),
    calledOff: (operator: Caller, performance: string) =>
      ask(operator, {
        op: 'called-off',
        method: 'GET',
        path: `/admin/performances/${performance}/cancellation`,
        shows: 'bearer',
        facts: { performance },
        learn: callingOffIn,
      }),
    moveDate: (operator: Caller, performance: string, startsAt: Date) =>
      ask(operator, {
        op: 'move-date',
        method: 'PATCH',
        path: `/admin/performances/${performance}`,
        shows: 'bearer',
        body: { startsAt: startsAt.toISOString() },
        facts: { performance, startsAt: timeOf(startsAt.toISOString()) },
        learn: (json) => ({ at: timeOf(json['movedAt']) }),
        refused: becauseIn,
      }),
  };
}

const becauseIn = (json: Json): Facts => (typeof json['because'] === 'string' ? { because: json['because'] } : {});
const listOf = ({ seats }: Returned): string => (seats === undefined ? '' : `?seatNumbers=${seats.join(',')}`);
const bodyOf = ({ seats }: Returned): object => (seats === undefined ? {} : { seatNumbers: seats });

function refundIn(json: Json, at: number): Facts {
  const each = (json['seats'] as RefundedSeat[]).map(({ number, price, fee, refund }): RefundTold => [
    number,
    price,
    fee,
    refund,
  ]);
  return { each, fee: Number(json['fee']), refund: Number(json['refund']), at };
}

function cancellationIn(json: Json, timeOf: TimeOf): Facts {
  const sent = json['withdrawal'] as { readonly id: string; readonly amount: number } | undefined;
  return {
    ...refundIn(json, timeOf(json['cancelledAt'])),
    id: String(json['id']),
    balance: Number(json['balance']),
    ...(sent === undefined ? {} : { sentOn: [sent.id, sent.amount] }),
  };
}
