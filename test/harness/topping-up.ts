/** Fans who fill their wallets through the sandbox, by the front door, and send money back. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ReplyOf } from '../../src/contract.ts';
import type { BoxOffice, Fan } from './box-office.ts';
import { eventually } from './eventually.ts';
import type { House } from './house.ts';

/** A server that has the sandbox; whoever asks may also charge at once. */
export const with_sandbox = { SANDBOX: 'on', CHARGES: 'open' } as const;

export interface Filled {
  readonly id: string;
  /** Of the sandbox's page. */
  readonly url: string;
}

const account = { bank: '88', number: '110-123-456789', holder: '김매진' };

/** Presses a button of the sandbox's page; answers where the browser goes. */
export async function press({ url }: Pick<Filled, 'url'>, action: string): Promise<URL> {
  const went = await fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ action }) });
  assert.equal(went.status, 303);
  return new URL(went.headers.get('location') ?? '', url);
}

export function topUps(box: Pick<BoxOffice, 'call'>) {
  const { call } = box;
  const order = (fan: Fan, id: string) =>
    call<ReplyOf<'getChargeOrder', 200>>('GET', `/api/v1/wallet/charge-orders/${id}`, { bearer: fan.token });
  const open = async (fan: Fan, amount: number, wish: object = {}): Promise<Filled> => {
    const { status, body, fields } = await call<ReplyOf<'createChargeOrder', 201>>(
      'POST',
      '/api/v1/wallet/charge-orders',
      {
        bearer: fan.token,
        key: randomUUID(),
        body: { amount, method: 'sandbox', ...wish },
      },
    );
    assert.equal(status, 201, JSON.stringify(fields));
    return { id: body.id, url: body.checkout.url ?? '' };
  };
  const confirm = async (fan: Fan, { id }: Filled, back: URL, amount: number) =>
    call<ReplyOf<'confirmChargeOrder', 200>>('POST', `/api/v1/wallet/charge-orders/${id}/confirmation`, {
      bearer: fan.token,
      body: { paymentKey: back.searchParams.get('paymentKey'), amount },
    });
  return {
    order,
    /** An order that is paid for by card, and credited. */
    fill: async (fan: Fan, amount: number): Promise<Filled> => {
      const filled = await open(fan, amount);
      const { status, body } = await confirm(fan, filled, await press(filled, 'pay'), amount);
      assert.deepEqual([status, body.status], [200, 'PAID']);
      return filled;
    },
    /** The same by a deposit into an account of its own. */
    deposit: async (fan: Fan, amount: number): Promise<Filled> => {
      const filled = await open(fan, amount, { refundAccount: account });
      const { status } = await confirm(fan, filled, await press(filled, 'account'), amount);
      assert.equal(status, 202);
      await press(filled, 'deposit');
      await eventually(async () => assert.equal((await order(fan, filled.id)).body.status, 'PAID'), 20_000);
      return filled;
    },
    withdraw: (fan: Fan, amount: number, key: string = randomUUID()) =>
      call<ReplyOf<'createWithdrawal', 201>>('POST', '/api/v1/wallet/withdrawals', {
        bearer: fan.token,
        key,
        body: { amount },
      }),
    withdrawal: (fan: Fan, id: string) =>
      call<ReplyOf<'getWithdrawal', 200>>('GET', `/api/v1/wallet/withdrawals/${id}`, { bearer: fan.token }),
    withdrawals: (fan: Fan, query = '') =>
      call<ReplyOf<'listWithdrawals', 200>>('GET', `/api/v1/wallet/withdrawals${query}`, { bearer: fan.token }),
  };
}

export type TopUps = ReturnType<typeof topUps>;

/** What the sandbox sent back of an order, in the order in which it did. */
export async function sentBack({ sql }: Pick<House, 'sql'>, { id }: Pick<Filled, 'id'>): Promise<number[]> {
  const [row] = await sql<{ cancels: readonly { amount: number }[] }[]>`
    select cancels from sandbox_payments where order_id = ${id}`;
  return row?.cancels.map(({ amount }) => amount) ?? [];
}

/** What moved a fan's balance, the oldest first. */
export async function movesOf({ sql }: Pick<House, 'sql'>, fan: Fan): Promise<(readonly [string, number, number])[]> {
  const rows = await sql<{ kind: string; amount: number; balance: number }[]>`
    select kind, amount, balance from transfers where user_id = ${fan.userId} order by id`;
  return rows.map(({ kind, amount, balance }) => [kind, amount, balance]);
}

/** A withdrawal that has ended, in this way. */
export function ended(tops: TopUps, fan: Fan, id: string, status = 'DONE'): Promise<void> {
  return eventually(async () => assert.equal((await tops.withdrawal(fan, id)).body.status, status), 15_000);
}

/** Whatever was put off is due now. */
export async function due({ sql }: Pick<House, 'sql'>): Promise<void> {
  await sql`update withdrawal_parts set ask_at = now() where status = 'PENDING'`;
}
