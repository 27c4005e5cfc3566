/** Orders by the contract, and the simulated gateway's page as a browser without a screen uses it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { BodyOf, ReplyOf } from '../../src/contract.ts';
import type { BoxOffice, Fan } from './box-office.ts';

export type Order = ReplyOf<'getChargeOrder', 200>;

/** What the browser brings back from the gateway. */
export interface Back {
  readonly paymentKey: string;
  readonly amount: number;
}

export function orderDesk({ call }: Pick<BoxOffice, 'call'>) {
  const path = '/api/v1/wallet/charge-orders';
  const desk = {
    methods: (language = 'en') =>
      call<ReplyOf<'listChargeMethods', 200>>('GET', '/api/v1/wallet/charge-methods', {
        headers: { 'accept-language': language },
      }),
    open: (fan: Fan, wish: Partial<BodyOf<'createChargeOrder'>> = {}, key: string = randomUUID()) =>
      call<Order>('POST', path, {
        bearer: fan.token,
        key,
        body: { amount: 10_000, method: 'sandbox', ...wish },
      }),
    order: (fan: Fan, id: string) => call<Order>('GET', `${path}/${id}`, { bearer: fan.token }),
    orders: (fan: Fan, query = '') =>
      call<ReplyOf<'listChargeOrders', 200>>('GET', `${path}${query}`, { bearer: fan.token }),
    confirm: (fan: Fan, id: string, back: Back) =>
      call<Order>('POST', `${path}/${id}/confirmation`, { bearer: fan.token, body: back }),
    notify: (body: unknown, { url = '/api/v1/webhooks/sandbox', headers = {} } = {}) =>
      call('POST', url, { body, headers }),
  };
  return {
    ...desk,
    opened: async (fan: Fan, wish: Partial<BodyOf<'createChargeOrder'>> = {}): Promise<Order> => {
      const { status, body, fields } = await desk.open(fan, wish);
      assert.equal(status, 201, JSON.stringify(fields));
      return body;
    },
  };
}

/** Presses a button of the gateway's page. Answers with what the browser comes back, if it is sent back to pay. */
export async function press({ checkout }: Pick<Order, 'checkout'>, action: string): Promise<Back | undefined> {
  assert(checkout.url !== undefined, 'there is a page to go to');
  const { status, headers } = await fetch(checkout.url, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ action }),
  });
  assert.equal(status, 303, action);
  const { searchParams } = new URL(headers.get('location') ?? '', checkout.url);
  const paymentKey = searchParams.get('paymentKey');
  return paymentKey === null ? undefined : { paymentKey, amount: Number(searchParams.get('amount')) };
}

/** Agrees to pay, and comes back. */
export async function agreed(order: Pick<Order, 'checkout'>, action = 'pay'): Promise<Back> {
  const back = await press(order, action);
  assert(back !== undefined, `${action} leads back to pay`);
  return back;
}
