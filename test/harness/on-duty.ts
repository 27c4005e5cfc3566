/** An operator in a real browser: signed in, looking at the console. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { type BoxOffice, newFan, newFans } from './box-office.ts';
import { patiently, visit, type Visitor, type VisitorOptions } from './browser.ts';
import { operator, type Server } from './server.ts';

export interface Duty extends Visitor {
  /** Waits until one of the four numbers shows `value`. */
  shows(vital: 'waiting' | 'active' | 'sold' | 'errors', value: string): Promise<void>;
}

export async function onDuty(
  { browser, server }: { readonly browser: Browser; readonly server: Server },
  address: string,
  options: VisitorOptions = {},
): Promise<Duty> {
  const visitor = await visit(browser, server, options);
  const headers = { origin: server.origin };
  await patiently(() => visitor.context.request.post('/api/auth/sign-in/email', { data: operator, headers }));
  await visitor.open(address);
  return {
    ...visitor,
    shows: (vital, value) =>
      visitor.page.locator(`[data-vital=${vital}] strong`, { hasText: new RegExp(`^${value}$`) }).waitFor(),
  };
}

/** A concert with one inside and so many who wait. */
export async function lineOf(office: BoxOffice, waiting: number, title = '봄밤 — Spring Night'): Promise<string> {
  const { concertId } = await office.createConcert({ title, maxActive: 1 });
  await office.enter(concertId, newFan());
  for (const fan of newFans(waiting)) assert.equal((await office.issue(concertId, fan)).status, 201);
  return concertId;
}
