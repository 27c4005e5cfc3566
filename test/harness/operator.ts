/** An operator at a page of the console, in the real browser. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { visit, type Visitor, type VisitorOptions } from './browser.ts';
import { operator, type Server } from './server.ts';

export async function operatorAt(
  browser: Browser,
  server: Server,
  address: string,
  options: VisitorOptions = {},
): Promise<Visitor> {
  const visitor = await visit(browser, server, options);
  const answer = await visitor.context.request.post('/api/auth/sign-in/email', { data: operator });
  assert.equal(answer.status(), 200);
  await visitor.open(address);
  await visitor.page.locator('#content').getByRole('heading', { level: 1 }).waitFor();
  return visitor;
}

/** No error in the console, no other host, no broken policy. */
export async function leave(visitor: Visitor): Promise<void> {
  visitor.assertNoComplaints();
  await visitor.context.close();
}
