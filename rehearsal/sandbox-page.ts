/** The sandbox's page, as a fan uses it: finds the button of what is to happen in one of its forms, and presses it. */
import { formsIn } from './forms.ts';
import type { Fortune } from './fortunes.ts';
import { retry_ms } from './stage.ts';
import type { Stage, Visit } from './stage.ts';

export interface Checkout {
  /** The order's. */
  readonly id: string;
  /** Of the page, without the address of the server. */
  readonly page: string;
}

/** What the buttons are called in their forms. */
const actions: Readonly<Record<Fortune, readonly [string, ...string[]]>> = {
  fine: ['pay'],
  refused: ['pay-refused', 'refuse', 'leave'],
  slow: ['pay-slow'],
  'answer lost': ['pay-lost'],
  'notice twice': ['pay-notice-twice'],
  'notice late': ['pay-notice-late'],
  'notices out of order': ['pay-notice-out-of-order'],
  'notice forged': ['pay-notice-forged'],
  'notice of another amount': ['pay-notice-other-amount'],
  'deposit undone': ['account'],
  'half cancelled': ['pay'],
  'window closed': ['pay-stay', 'pay'],
  'two tabs': ['pay'],
  'amount altered': ['pay'],
  withdrawn: ['pay'],
};

const tries_max = 20;
const here = 'http://service';

/** Agrees to pay, or does not. Answers where the browser was sent; undefined: it stayed, or the page is not to be had. */
export async function agree(
  stage: Stage,
  visit: Visit,
  checkout: Checkout,
  fortune: Fortune,
): Promise<URL | undefined> {
  const went = await press(stage, visit, checkout, visit.luck.random.pick(actions[fortune]));
  return went === undefined || went.pathname === checkout.page ? undefined : went;
}

export type Action = 'deposit' | 'undo-deposit' | 'cancel-half' | 'cancel-rest';

/** Somebody at the gateway's desk, or a bank. True if it happened. */
export async function happen(stage: Stage, visit: Visit, checkout: Checkout, action: Action): Promise<boolean> {
  return (await press(stage, visit, checkout, action))?.searchParams.get('did') === action;
}

/** Answers where the browser is sent; undefined where there is no such button, as in some states of a payment. */
async function press(
  { office, pauses }: Stage,
  visit: Visit,
  { id, page }: Checkout,
  action: string,
): Promise<URL | undefined> {
  for (let tries = 0; tries < tries_max; tries++) {
    const shown = await office.checkout(visit, id, page);
    const form = shown.status === 200 ? formWith(shown.body.toString(), action) : undefined;
    if (shown.status === 200 && form === undefined) return undefined;
    if (form !== undefined) {
      const { pathname, search } = new URL(form.action, `${here}${page}`);
      const sent = { path: pathname + search, form: form.sent, action };
      const { status, location } = await office.press(visit, id, sent);
      if (status >= 200 && status < 400) return new URL(location ?? '', `${here}${page}`);
    }
    await pauses.pause(retry_ms);
  }
  return undefined;
}

function formWith(page: string, action: string): { readonly action: string; readonly sent: string } | undefined {
  for (const { action: to, fields, buttons } of formsIn(page)) {
    const button = buttons.find(([, value]) => value === action);
    if (button !== undefined)
      return {
        action: to,
        sent: String(new URLSearchParams([...fields, button].map(([name, text]): [string, string] => [name, text]))),
      };
  }
  return undefined;
}
