/**
 * What the buttons of the sandbox's page do. Only here does somebody agree to a payment, and without that no confirmation
 * finds anything to take. Each is one conditional change, so pressing twice or late does nothing more.
 */
import type { Database, Tx } from '../../platform/database.ts';
import { addNotices } from './notices.ts';
import { cancel } from './deciding.ts';
import { agreed_minutes_max, cancelledOf, lockByOrder, type Manner, type Misfortune, type Row } from './payments.ts';

/** Agreeing, with whatever is to go wrong afterwards. */
interface Agreement {
  readonly method?: NonNullable<Row['method']>;
  readonly misfortune?: Misfortune | null;
  readonly manner?: Manner | null;
  /** The browser stays, as if it had been closed. */
  readonly stays?: boolean;
}

export const agreements = {
  pay: {},
  account: { method: 'VIRTUAL_ACCOUNT' },
  'pay-refused': { misfortune: 'REFUSE' },
  'pay-slow': { misfortune: 'SLOW' },
  'pay-lost': { misfortune: 'LOSE' },
  'pay-stay': { stays: true },
  'pay-notice-twice': { manner: 'TWICE' },
  'pay-notice-late': { manner: 'LATE' },
  'pay-notice-out-of-order': { manner: 'OUT_OF_ORDER' },
  'pay-notice-forged': { manner: 'FORGED' },
  'pay-notice-other-amount': { manner: 'OTHER_AMOUNT' },
} as const satisfies Record<string, Agreement>;

/** Sent at once, about the payment as it stands. */
export const tellings = {
  'notice-twice': 'TWICE',
  'notice-late': 'LATE',
  'notice-out-of-order': 'OUT_OF_ORDER',
  'notice-forged': 'FORGED',
  'notice-other-amount': 'OTHER_AMOUNT',
} as const satisfies Record<string, Manner>;

const happenings = {
  deposit: depositMade,
  'undo-deposit': depositUndone,
  'cancel-half': (tx, row) => cancelAtTheDesk(tx, row, Math.max(1, Math.floor((row.amount - cancelledOf(row)) / 2))),
  'cancel-rest': (tx, row) => cancelAtTheDesk(tx, row, row.amount - cancelledOf(row)),
} as const satisfies Record<string, (tx: Tx, row: Row) => Promise<boolean>>;

export type Happening = keyof typeof happenings;
export type Telling = keyof typeof tellings;
export type Agreeing = keyof typeof agreements;
export type Action = Agreeing | Telling | Happening | 'refuse' | 'leave';

/** Where the browser goes: an address, or the page again, which says what was done if anything was. */
export type Pressed = { readonly to: string } | { readonly did: Action | undefined };

export async function press(database: Database, row: Row, action: string): Promise<Pressed> {
  if (isOne(agreements, action)) return agree(database, row, action);
  if (isOne(tellings, action)) return happen(database, row, { action, work: (tx, locked) => tell(tx, locked, action) });
  if (isOne(happenings, action)) return happen(database, row, { action, work: happenings[action] });
  if (action === 'refuse') return refuseInTheWindow(database, row);
  return action === 'leave' ? { to: failed(row, 'PAY_PROCESS_CANCELED') } : { did: undefined };
}

function isOne<T extends object>(all: T, name: string): name is keyof T & string {
  return Object.hasOwn(all, name);
}

async function agree({ sql }: Database, row: Row, action: Agreeing): Promise<Pressed> {
  const { method = 'CARD', misfortune = null, manner = null, stays = false }: Agreement = agreements[action];
  if (method === 'VIRTUAL_ACCOUNT' && !row.takesDeposits) return { did: undefined };
  const agreed = await sql`
    update sandbox_payments set status = 'IN_PROGRESS', method = ${method}, misfortune = ${misfortune}, manner = ${manner},
      pressed_at = coalesce(pressed_at, now())
    where order_id = ${row.orderId} and (status = 'READY' and expires_at > now()
      or status = 'IN_PROGRESS' and pressed_at > now() - make_interval(mins => ${agreed_minutes_max}))
    returning 1`;
  if (agreed.length === 0) return { did: undefined };
  return stays ? { did: action } : { to: succeeded(row) };
}

async function refuseInTheWindow({ sql }: Database, row: Row): Promise<Pressed> {
  const because = 'REJECT_CARD_COMPANY';
  const refused = await sql`
    update sandbox_payments set status = 'ABORTED', method = 'CARD', because = ${because}
    where order_id = ${row.orderId} and status in ('READY', 'IN_PROGRESS') returning 1`;
  return refused.length === 0 ? { did: undefined } : { to: failed(row, because) };
}

async function happen(
  database: Database,
  { orderId }: Row,
  { action, work }: { readonly action: Action; readonly work: (tx: Tx, row: Row) => Promise<boolean> },
): Promise<Pressed> {
  const isDone = await database.transaction(async (tx) => {
    const row = await lockByOrder(tx, orderId);
    return row !== undefined && work(tx, row);
  });
  return { did: isDone ? action : undefined };
}

async function depositMade(tx: Tx, row: Row): Promise<boolean> {
  if (row.status !== 'WAITING_FOR_DEPOSIT') return false;
  await tx`update sandbox_payments set status = 'DONE', approved_at = now() where order_id = ${row.orderId}`;
  await addNotices(tx, row.orderId);
  return true;
}

/** As the network of banks does when a deposit turns out to be none: the account waits again. */
async function depositUndone(tx: Tx, row: Row): Promise<boolean> {
  if (!canUndoDeposit(row)) return false;
  await tx`
    update sandbox_payments set status = 'WAITING_FOR_DEPOSIT', approved_at = null where order_id = ${row.orderId}`;
  await addNotices(tx, row.orderId);
  return true;
}

export function canUndoDeposit({ status, method }: Pick<Row, 'status' | 'method'>): boolean {
  return status === 'DONE' && method === 'VIRTUAL_ACCOUNT';
}

export function canCancel({ status, cancels }: Row): boolean {
  return (status === 'DONE' || status === 'PARTIAL_CANCELED') && cancels.length < cancels_max;
}

const cancels_max = 100;

async function cancelAtTheDesk(tx: Tx, row: Row, amount: number): Promise<boolean> {
  if (!canCancel(row)) return false;
  await cancel(tx, row, { amount, reason: '가맹점 관리자 취소 · Cancelled at the gateway’s desk' });
  return true;
}

async function tell(tx: Tx, row: Row, action: Telling): Promise<boolean> {
  if (row.method === null || row.status === 'ABORTED') return false;
  await addNotices(tx, row.orderId, tellings[action]);
  return true;
}

export function succeeded({ successUrl, paymentKey, orderId, amount }: Row): string {
  return withQuery(successUrl, { paymentType: 'NORMAL', paymentKey, orderId, amount: String(amount) });
}

function failed({ failUrl, orderId }: Row, code: string): string {
  return withQuery(failUrl, { code, message: 'Simulated', orderId });
}

/**
 * The shop is on this very host, whatever name of it the browser knows: by another name it would come back as a stranger,
 * without its cookie.
 */
function withQuery(address: string, more: Readonly<Record<string, string>>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(more)) url.searchParams.set(name, value);
  return `${url.pathname}${url.search}`;
}
