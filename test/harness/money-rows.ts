/** Orders, withdrawals and what a gateway undid, as rows put there with the times and ends that a test wants. */
import assert from 'node:assert/strict';
import type { Sql } from '../../src/platform/database.ts';
import { randomId } from '../../src/platform/ids.ts';

export interface OrderRow {
  readonly id: string;
  readonly userId: string;
  readonly amount: number;
  readonly method: 'sandbox' | 'toss' | 'stripe';
  readonly status: 'OPEN' | 'PAID' | 'FAILED' | 'EXPIRED';
  readonly paymentKey: string | null;
  readonly createdAt: string;
  readonly paidAt: string | null;
  readonly unclearSince: string | null;
  readonly withdrawn: number;
  readonly reversed: number;
  readonly owed: number;
}

export interface WithdrawalRow {
  readonly userId: string;
  readonly at: string;
  readonly parts: readonly {
    readonly orderId: string;
    readonly amount: number;
    readonly status: 'PENDING' | 'DONE' | 'FAILED';
    readonly endedAt?: string;
    readonly because?: string;
  }[];
}

export interface MoneyRows {
  readonly orders: readonly OrderRow[];
  readonly withdrawals: readonly WithdrawalRow[];
  /** What wallets gave for what was undone. */
  readonly reversals: readonly {
    readonly userId: string;
    readonly orderId: string;
    readonly amount: number;
    readonly at: string;
  }[];
}

/** An id that begins with its time, as those of the service do. */
function idAt(time: string): string {
  return Date.parse(time).toString(36).padStart(9, '0') + randomId(13);
}

/** Of a fan's, opened in the sandbox for 10,000 and not ended; what is paid was paid at once. */
export function orderRow(changes: Partial<OrderRow>): OrderRow {
  const { createdAt = '2026-01-05T00:00:00.000Z', status = 'OPEN' } = changes;
  const id = idAt(createdAt);
  const isPaid = status === 'PAID';
  return {
    id,
    userId: 'jwt:somebody',
    amount: 10_000,
    method: 'sandbox',
    status,
    paymentKey: isPaid ? `key-${id}` : null,
    createdAt,
    paidAt: isPaid ? createdAt : null,
    unclearSince: null,
    withdrawn: 0,
    reversed: 0,
    owed: 0,
    ...changes,
  };
}

/** A few days of all that can become of an order, around midnight in Seoul, which is three in the afternoon in Greenwich. */
export function aFewDays(fan: string): MoneyRows {
  const [late, early] = ['2026-03-01T14:59:59.999Z', '2026-03-01T15:00:00.000Z'];
  const paid = (changes: Partial<OrderRow>): OrderRow =>
    orderRow({ userId: fan, status: 'PAID', createdAt: late, paidAt: early, ...changes });
  const all = [
    paid({ amount: 10_000 }),
    paid({ amount: 20_000, method: 'stripe', paidAt: late, withdrawn: 15_000 }),
    paid({ amount: 30_000, reversed: 30_000, owed: 12_000 }),
    paid({ amount: 7_000, createdAt: early, paidAt: '2026-03-05T14:59:59.999Z', withdrawn: 5_000 }),
    orderRow({ userId: fan, amount: 1_000, createdAt: early, status: 'FAILED', method: 'toss' }),
    orderRow({ userId: fan, amount: 2_000, createdAt: '2026-03-04T00:00:00Z', status: 'EXPIRED', method: 'toss' }),
    // Outside of what is asked for, by a moment.
    paid({ amount: 500, createdAt: '2026-02-27T14:59:59.999Z', paidAt: '2026-02-27T14:59:59.999Z' }),
    paid({ amount: 600, createdAt: '2026-03-05T15:00:00Z', paidAt: '2026-03-05T15:00:00Z' }),
  ];
  const [, stripe, undone, old] = all.map(({ id }) => id);
  assert(stripe !== undefined && undone !== undefined && old !== undefined);
  return {
    orders: all,
    withdrawals: [
      {
        userId: fan,
        at: late,
        parts: [
          { orderId: stripe, amount: 9_000, status: 'DONE', endedAt: early },
          { orderId: old, amount: 3_000, status: 'FAILED', endedAt: early, because: 'ALREADY_REFUNDED' },
        ],
      },
      {
        userId: fan,
        at: early,
        parts: [
          { orderId: stripe, amount: 6_000, status: 'PENDING' },
          { orderId: old, amount: 5_000, status: 'DONE', endedAt: '2026-03-02T00:00:00Z' },
        ],
      },
    ],
    reversals: [
      { userId: fan, orderId: undone, amount: 11_000, at: late },
      { userId: fan, orderId: undone, amount: 7_000, at: early },
    ],
  };
}

export async function putMoney(sql: Sql, { orders, withdrawals, reversals }: MoneyRows): Promise<void> {
  await sql`
    insert into charge_orders (id, user_id, amount, currency, method, status, payment_key, created_at, expires_at, paid_at,
      withdrawn, reversed, owed)
    select id, "userId", amount, 'KRW', method, status, "paymentKey", "createdAt", "createdAt" + interval '30 minutes', "paidAt",
      withdrawn, reversed, owed
    from jsonb_to_recordset(${JSON.stringify(orders)}::text::jsonb) as row (id text, "userId" text, amount bigint, method text,
      status text, "paymentKey" text, "createdAt" timestamptz, "paidAt" timestamptz,
      withdrawn bigint, reversed bigint, owed bigint)`;
  await sql`
    insert into charge_order_questions (order_id, method, unclear_since)
    select id, method, "unclearSince"
    from jsonb_to_recordset(${JSON.stringify(orders)}::text::jsonb) as row (id text, method text, "unclearSince" timestamptz)
    where "unclearSince" is not null`;
  await sql`
    insert into gateway_payments (method, payment_key, order_id, at)
    select method, payment_key, id, paid_at from charge_orders
    where status = 'PAID' and id = any(${orders.map(({ id }) => id)}::text[])`;
  for (const withdrawal of withdrawals) await putWithdrawal(sql, withdrawal);
  await sql`
    insert into transfers (user_id, kind, amount, balance, reference, at)
    select "userId", 'REVERSAL', -amount, 0, "orderId" || '-r1', at
    from jsonb_to_recordset(${JSON.stringify(reversals)}::text::jsonb)
      as row ("userId" text, "orderId" text, amount bigint, at timestamptz)`;
}

async function putWithdrawal(sql: Sql, { userId, at, parts }: WithdrawalRow): Promise<void> {
  const id = idAt(at);
  const isPending = parts.some(({ status }) => status === 'PENDING');
  const status = isPending ? 'PENDING' : parts.some((part) => part.status === 'DONE') ? 'DONE' : 'FAILED';
  const amount = parts.reduce((sum, part) => sum + part.amount, 0);
  await sql`
    insert into withdrawals (id, user_id, amount, status, at, ended_at)
    values (${id}, ${userId}, ${amount}, ${status}, ${at}, ${isPending ? null : at})`;
  await sql`
    insert into withdrawal_parts (id, withdrawal_id, order_id, amount, status, because, ended_at)
    select ${id}::text || '-' || number, ${id}, "orderId", amount, status, because, "endedAt"
    from rows from (jsonb_to_recordset(${JSON.stringify(parts)}::text::jsonb)
      as ("orderId" text, amount bigint, status text, because text, "endedAt" timestamptz)) with ordinality
      as row ("orderId", amount, status, because, "endedAt", number)`;
}
