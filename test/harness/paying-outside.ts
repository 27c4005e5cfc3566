/** Fans who pay through the sandbox in a real browser: its window's buttons, orders as the form makes them, and what came of it. */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import type { ReplyOf } from '../../src/contract.ts';
import type { BoxOffice } from './box-office.ts';
import { visit, type Visitor, type VisitorOptions } from './browser.ts';
import type { Server } from './server.ts';

export type Order = ReplyOf<'getChargeOrder', 200>;

/** With the access token of their account. */
export interface Payer extends Visitor {
  readonly bearer: string;
}

/** The one thing to do on a page. */
export const mainButton = (page: Page) => page.locator('main .button:not(.plain)');
/** A button of the sandbox's window. */
export const inWindow = (page: Page, action: string) => page.locator(`button[name=action][value="${action}"]`);
export const returned = /\/wallet\/return\?/;

export async function payerAt(browser: Browser, server: Server, options: VisitorOptions = {}): Promise<Payer> {
  const fan = await visit(browser, server, options);
  return { ...fan, bearer: await fan.signUp() };
}

type Bearer = Pick<Payer, 'bearer'>;

/** What the API says of their money. */
export function purseOf(office: BoxOffice, { bearer }: Bearer) {
  let keys = 0;
  return {
    balance: async (): Promise<number> => (await office.wallet({ userId: '', token: bearer })).body.balance,
    entries: async () => (await office.entries({ userId: '', token: bearer })).body.entries,
    order: async (id: string): Promise<Order> =>
      (await office.call<Order>('GET', `/api/v1/wallet/charge-orders/${id}`, { bearer })).body,
    orders: async (): Promise<readonly Order[]> =>
      (await office.call<{ orders: Order[] }>('GET', '/api/v1/wallet/charge-orders', { bearer })).body.orders,
    /** Ordered as the form does it. */
    open: async (body: Readonly<Record<string, unknown>>): Promise<Order> => {
      const key = `order-${(keys += 1)}`;
      const answer = await office.call<Order>('POST', '/api/v1/wallet/charge-orders', {
        bearer,
        key,
        body: { method: 'sandbox', ...body },
      });
      assert.equal(answer.status, 201);
      return answer.body;
    },
  };
}

/** Opens an order's window and agrees there, without following the way back. Answers its address. */
export async function agreed({ page }: Pick<Payer, 'page'>, { checkout }: Order): Promise<string> {
  await page.goto(checkout.url ?? '');
  await page.route('**/wallet/return?*', (route) => route.abort());
  const asked = page.waitForRequest(returned);
  await inWindow(page, 'pay').click();
  const back = (await asked).url();
  await page.unroute('**/wallet/return?*');
  return back;
}
