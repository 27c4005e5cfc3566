/** Money, as the crowd speaks the contract: charges, payments, orders through the gateway, and money on its way back. */
import type { Ask, Caller, Manner } from './box-office.ts';
import { moved } from './heard.ts';
import type { Facts, OrderStanding, OrderTold, PartTold } from './history.ts';

type Json = Readonly<Record<string, unknown>>;

interface OrderJson {
  readonly id: string;
  readonly status: OrderStanding;
  readonly amount: number;
  readonly chargeId: string | null;
}

interface WithdrawalJson {
  readonly id: string;
  readonly status: 'PENDING' | 'DONE' | 'FAILED';
  readonly amount: number;
  readonly parts: readonly { readonly orderId: string; readonly amount: number; readonly status: PartTold[2] }[];
}

const orderIn = (json: Json): Facts => {
  const { id, status, chargeId } = json as unknown as OrderJson;
  return { order: id, stands: status, chargeId };
};

const withdrawalIn = ({ id, status, amount, parts }: WithdrawalJson) =>
  [id, status, amount, parts.map((part): PartTold => [part.orderId, part.amount, part.status])] as const;

export function createTill(ask: Ask, timeOf: (text: unknown) => number) {
  return { ...walletCalls(ask, timeOf), ...orderCalls(ask), ...withdrawalCalls(ask), ...gatewayCalls(ask) };
}

function walletCalls(ask: Ask, timeOf: (text: unknown) => number) {
  return {
    charge: (caller: Caller, key: string, amount: number, manner?: Manner) =>
      ask(
        caller,
        {
          op: 'charge',
          method: 'POST',
          path: '/wallet/charges',
          shows: 'bearer',
          key,
          body: { amount },
          facts: { amount },
          learn: moved,
        },
        manner,
      ),
    pay: (caller: Caller, key: string, { id, amount }: { id: string; amount: number }, manner?: Manner) =>
      ask(
        caller,
        {
          op: 'pay',
          method: 'POST',
          path: `/reservations/${id}/payment`,
          shows: 'queueToken',
          key,
          facts: { reservation: id, amount },
          learn: (json) => ({ ...moved(json), paidAt: timeOf(json['paidAt']) }),
        },
        manner,
      ),
    wallet: (caller: Caller) =>
      ask(caller, {
        op: 'wallet',
        method: 'GET',
        path: '/wallet',
        shows: 'bearer',
        learn: (json) => ({ balance: Number(json['balance']) }),
      }),
    entries: (caller: Caller) =>
      ask(caller, {
        op: 'entries',
        method: 'GET',
        path: '/wallet/entries?limit=200',
        shows: 'bearer',
        learn: (json) => ({
          entries: (json['entries'] as EntryJson[])
            .map(({ kind, amount, balance, reference, id }) => [kind, amount, balance, reference, id] as const)
            .toReversed(),
        }),
      }),
  };
}

interface EntryJson {
  readonly id: string;
  readonly kind: string;
  readonly amount: number;
  readonly balance: number;
  readonly reference: string;
}

interface OrderBody {
  readonly amount: number;
  readonly reservationId: string;
  /** Where a deposit goes back to; with it there is an account to pay into. */
  readonly refundAccount?: { readonly bank: string; readonly number: string; readonly holder: string };
}

function orderCalls(ask: Ask) {
  return {
    order: (caller: Caller, key: string, body: OrderBody, manner?: Manner) =>
      ask(
        caller,
        {
          op: 'order',
          method: 'POST',
          path: '/wallet/charge-orders',
          shows: 'bearer',
          key,
          body: { ...body, method: 'sandbox' },
          facts: { amount: body.amount },
          learn: orderIn,
        },
        manner,
      ),
    confirm: (caller: Caller, order: string, paid: { paymentKey: string; amount: number }, manner?: Manner) =>
      ask(
        caller,
        {
          op: 'confirm',
          method: 'POST',
          path: `/wallet/charge-orders/${order}/confirmation`,
          shows: 'bearer',
          body: paid,
          facts: { order, amount: paid.amount },
          learn: orderIn,
        },
        manner,
      ),
    orderTold: (caller: Caller, order: string) =>
      ask(caller, {
        op: 'order-told',
        method: 'GET',
        path: `/wallet/charge-orders/${order}`,
        shows: 'bearer',
        facts: { order },
        learn: orderIn,
      }),
    orders: (caller: Caller) =>
      ask(caller, {
        op: 'orders',
        method: 'GET',
        path: '/wallet/charge-orders?limit=200',
        shows: 'bearer',
        learn: (json) => ({
          orders: (json['orders'] as OrderJson[]).map(({ id, status, amount, chargeId }): OrderTold => [
            id,
            status,
            amount,
            chargeId,
          ]),
        }),
      }),
  };
}

function withdrawalCalls(ask: Ask) {
  return {
    withdraw: (caller: Caller, key: string, amount: number, manner?: Manner) =>
      ask(
        caller,
        {
          op: 'withdraw',
          method: 'POST',
          path: '/wallet/withdrawals',
          shows: 'bearer',
          key,
          body: { amount },
          facts: { amount },
          learn: moved,
        },
        manner,
      ),
    withdrawals: (caller: Caller) =>
      ask(caller, {
        op: 'withdrawals',
        method: 'GET',
        path: '/wallet/withdrawals?limit=200',
        shows: 'bearer',
        learn: (json) => ({ withdrawals: (json['withdrawals'] as WithdrawalJson[]).map(withdrawalIn) }),
      }),
  };
}

/** What a browser does at the gateway, and what somebody does who is not the gateway. */
function gatewayCalls(ask: Ask) {
  return {
    checkout: (caller: Caller, order: string, path: string) =>
      ask(caller, { op: 'checkout', method: 'GET', path, isPage: true, shows: 'nothing', facts: { order } }),
    press: (caller: Caller, order: string, { path, form, action }: { path: string; form: string; action: string }) =>
      ask(caller, {
        op: 'press',
        method: 'POST',
        path,
        isPage: true,
        shows: 'nothing',
        body: form,
        facts: { order, pressed: action },
      }),
    notice: (caller: Caller, order: string, body: object) =>
      ask(caller, {
        op: 'notice',
        method: 'POST',
        path: '/webhooks/sandbox',
        shows: 'nothing',
        body,
        facts: { order },
      }),
  };
}
