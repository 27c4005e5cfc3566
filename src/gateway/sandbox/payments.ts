/** The sandbox's rows, and how they look in Toss's words. */
import { timingSafeEqual } from 'node:crypto';
import type { Sql, Statement, Tx } from '../../platform/database.ts';

export type Status =
  | 'READY'
  | 'IN_PROGRESS'
  | 'WAITING_FOR_DEPOSIT'
  | 'DONE'
  | 'CANCELED'
  | 'PARTIAL_CANCELED'
  | 'ABORTED'
  | 'EXPIRED';
export type Misfortune = 'REFUSE' | 'SLOW' | 'LOSE';
export type Manner = 'TWICE' | 'LATE' | 'OUT_OF_ORDER' | 'FORGED' | 'OTHER_AMOUNT';

export interface Cancelled {
  readonly amount: number;
  readonly reason: string;
  readonly key: string;
  readonly at: string;
}

export interface Row {
  readonly orderId: string;
  readonly paymentKey: string;
  readonly amount: number;
  readonly currency: string;
  readonly orderName: string;
  readonly successUrl: string;
  readonly failUrl: string;
  readonly takesDeposits: boolean;
  readonly status: Status;
  readonly method: 'CARD' | 'VIRTUAL_ACCOUNT' | null;
  readonly secret: string | null;
  readonly createdAt: Date;
  readonly approvedAt: Date | null;
  readonly dueAt: Date | null;
  readonly because: string | null;
  readonly misfortune: Misfortune | null;
  readonly manner: Manner | null;
  readonly cancels: readonly Cancelled[];
  readonly now: Date;
}

/** A confirmation has to come this soon after somebody agreed, as with Toss. */
export const agreed_minutes_max = 10;

const columns = (sql: Sql): Statement<readonly unknown[]> => sql`
  order_id as "orderId", payment_key as "paymentKey", amount, currency, order_name as "orderName",
  success_url as "successUrl", fail_url as "failUrl", takes_deposits as "takesDeposits",
  case
    when status = 'READY' and expires_at <= now() then 'EXPIRED'
    when status = 'IN_PROGRESS' and pressed_at <= now() - make_interval(mins => ${agreed_minutes_max}) then 'EXPIRED'
    when status = 'WAITING_FOR_DEPOSIT' and due_at <= now() then 'EXPIRED'
    else status end as status,
  method, secret, created_at as "createdAt", approved_at as "approvedAt", due_at as "dueAt", because, misfortune, manner,
  cancels, now() as now`;

export async function byOrder(sql: Sql, orderId: string): Promise<Row | undefined> {
  const [row] = await sql<Row[]>`select ${columns(sql)} from sandbox_payments where order_id = ${orderId}`;
  return row;
}

export async function byKey(sql: Sql, paymentKey: string): Promise<Row | undefined> {
  const [row] = await sql<Row[]>`select ${columns(sql)} from sandbox_payments where payment_key = ${paymentKey}`;
  return row;
}

/** Locked until the end of the transaction. */
export async function lockByOrder(tx: Tx, orderId: string): Promise<Row | undefined> {
  const [row] = await tx<Row[]>`
    select ${columns(tx)} from sandbox_payments where order_id = ${orderId} for no key update`;
  return row;
}

export async function lockByKey(tx: Tx, paymentKey: string): Promise<Row | undefined> {
  const [row] = await tx<Row[]>`
    select ${columns(tx)} from sandbox_payments where payment_key = ${paymentKey} for no key update`;
  return row;
}

export function cancelledOf({ cancels }: Pick<Row, 'cancels'>): number {
  return cancels.reduce((sum, { amount }) => sum + amount, 0);
}

const seoul_ms = 9 * 3_600_000;

/** As Toss writes times. */
export function inSeoul(at: Date): string {
  return `${new Date(at.getTime() + seoul_ms).toISOString().slice(0, 19)}+09:00`;
}

/** The object Payment, as far as anybody here reads it, under the names of Toss's public reference. */
export function asPayment(row: Row): Record<string, unknown> {
  const { amount, status, method } = row;
  const isAccount = method === 'VIRTUAL_ACCOUNT';
  const failure = status === 'EXPIRED' ? 'EXPIRED_PAYMENT' : status === 'ABORTED' ? row.because : null;
  return {
    mId: 'sandbox',
    version: '2022-11-16',
    type: 'NORMAL',
    paymentKey: row.paymentKey,
    orderId: row.orderId,
    orderName: row.orderName,
    currency: row.currency,
    method: method === null ? null : isAccount ? '가상계좌' : '카드',
    status,
    totalAmount: amount,
    balanceAmount: amount - cancelledOf(row),
    requestedAt: inSeoul(row.createdAt),
    approvedAt: row.approvedAt === null ? null : inSeoul(row.approvedAt),
    secret: row.secret,
    isPartialCancelable: true,
    virtualAccount: isAccount && row.dueAt !== null ? accountOf(row, row.dueAt) : null,
    cancels: row.cancels.length === 0 ? null : cancelsOf(row),
    failure: failure === null ? null : { code: failure, message: 'Simulated' },
  };
}

function accountOf({ status }: Row, dueAt: Date): Record<string, unknown> {
  return {
    accountType: '일반',
    accountNumber: account_number,
    bankCode: '00',
    customerName: 'Sandbox',
    dueDate: inSeoul(dueAt),
    expired: status === 'EXPIRED',
    refundStatus: 'NONE',
  };
}

/** Of no bank. */
export const account_number = '000-0000-0000-00';

function cancelsOf({ amount, cancels }: Row): Record<string, unknown>[] {
  let left = amount;
  return cancels.map((cancelled) => {
    left -= cancelled.amount;
    return {
      cancelAmount: cancelled.amount,
      cancelReason: cancelled.reason,
      refundableAmount: left,
      canceledAt: cancelled.at,
      transactionKey: cancelled.key,
      cancelStatus: 'DONE',
    };
  });
}

/** In a time that does not tell how much of it is right. */
export function isSame(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}
