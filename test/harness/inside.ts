/** A fan in a real browser whose turn it is, and a seat that waits to be paid. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { type BoxOffice } from './box-office.ts';
import { visit, type Visitor, type VisitorOptions } from './browser.ts';
import type { Server } from './server.ts';

/** With the access token of their account. */
export type Inside = Visitor & { readonly bearer: string };

export async function admittedTo(
  { browser, server }: { readonly browser: Browser; readonly server: Server },
  concertId: string,
  options: VisitorOptions = {},
): Promise<Inside> {
  const fan = await visit(browser, server, options);
  const bearer = await fan.signUp();
  await fan.open(`/concerts/${concertId}/wait?take=1`);
  await fan.page.locator('#enter').waitFor();
  return { ...fan, bearer };
}

/** Holds a seat of the first date by its name in the list. Answers the reservation. */
export async function holding(
  fan: Visitor,
  concertId: string,
  seat: RegExp,
  { onPhone = false } = {},
): Promise<string> {
  await fan.open(`/concerts/${concertId}/dates/1`);
  // There the list is one tap away from the map.
  if (onPhone) await fan.page.getByRole('button', { name: /^(목록|List)$/ }).click();
  await fan.page.getByRole('button', { name: seat }).click();
  await fan.page.getByRole('button', { name: /선점하기|Hold/ }).click();
  await fan.page.waitForURL(/\/reservations\//);
  return fan.path().slice('/reservations/'.length);
}

export async function charged(office: BoxOffice, { bearer }: Inside, amount: number): Promise<void> {
  const answer = await office.charge({ userId: '', token: bearer }, amount);
  assert.equal(answer.status, 201);
}

/** It says that the seats are booked, not that they are sold out; it hides nothing; the end is not torn off. */
export async function assertStamped({ page }: Visitor): Promise<void> {
  assert.match(await page.locator('.stub').innerText(), /예매 완료|Confirmed/i);
  assert.doesNotMatch(await page.locator('.stub').innerHTML(), /매진/);
  const [hidden, turned] = await page.evaluate<[string[], string]>(`(() => {
    const stamp = document.querySelector('.stamp .ink').getBoundingClientRect();
    const meets = (one) => one.left < stamp.right && one.right > stamp.left && one.top < stamp.bottom && one.bottom > stamp.top;
    const texts = [...document.querySelectorAll('.stub :is(h2, .artist, dt, dd, .number)')];
    const rectsOf = (text) => {
      const range = document.createRange();
      range.selectNodeContents(text);
      return [...range.getClientRects()];
    };
    return [
      texts.filter((text) => rectsOf(text).some(meets)).map((text) => text.textContent),
      getComputedStyle(document.querySelector('.stub-end')).transform,
    ];
  })()`);
  assert.deepEqual([hidden, turned], [[], 'none']);
}
