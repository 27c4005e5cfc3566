/** Orders as they stand in the database, and what a fan is told of one. */
import type { ReplyOf } from '../contract.ts';
import type { Checkout, GatewayOrder, MethodId, RefundAccount } from '../gateway/gateway.ts';
import type { Database, Sql, Statement } from '../platform/database.ts';
import { createLane, type LaneMetrics } from '../platform/lane.ts';
import { refuse, refuseCursor } from '../refusals.ts';

export type ChargeOrder = ReplyOf<'getChargeOrder', 200>;
export type OrderStatus = 'OPEN' | 'PAID' | 'FAILED' | 'EXPIRED';

export interface OrderRow {
  readonly id: string;
  readonly userId: string;
  readonly amount: number;
  readonly currency: string;
  readonly method: MethodId;
  readonly status: OrderStatus;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly reservationId: string | null;
  readonly paymentKey: string | null;
  /** JSON. */
  readonly checkout: string | null;
  /** JSON. */
  readonly refundAccount: string | null;
  readonly paidAt: Date | null;
  /** Null where it is known how it stands. */
  readonly unclearSince: Date | null;
  /** The entry's; null unless PAID. */
  readonly chargeId: number | null;
  /** When it is asked about next, as PostgreSQL writes it; null for never. A notice moves it: see notices.ts. */
  readonly askAt: string | null;
}

type Columns = Statement<readonly unknown[]>;

/** Orders as `own`, each with its `question`, if there is one. */
const orders = (sql: Sql): Columns => sql`
  charge_orders as own left join charge_order_questions as question on question.order_id = own.id`;

/**
 * Of `own` and its `question`. An order whose time ran out is EXPIRED from that moment, whether or not it was written down.
 */
export const orderColumns = (sql: Sql): Columns => sql`
  own.id, own.user_id as "userId", own.amount, own.currency, own.method, own.created_at as "createdAt",
  own.expires_at as "expiresAt", own.reservation_id as "reservationId", own.payment_key as "paymentKey", own.checkout,
  own.refund_account as "refundAccount", own.paid_at as "paidAt", question.unclear_since as "unclearSince",
  question.ask_at::text as "askAt",
  case when own.status = 'OPEN' and own.expires_at <= now() then 'EXPIRED' else own.status end as status,
  (select entry.id from transfers as entry
   where own.status = 'PAID' and entry.user_id = own.user_id and entry.reference = own.id and entry.kind = 'CHARGE'
   limit 1) as "chargeId"`;

/** As its gateway has to know it. */
export function gatewayOrderOf(
  row: Pick<OrderRow, 'id' | 'amount' | 'currency' | 'expiresAt' | 'paymentKey' | 'refundAccount'>,
): GatewayOrder {
  const { id, amount, currency, expiresAt, paymentKey, refundAccount } = row;
  return {
    id,
    amount,
    currency,
    expiresAt,
    paymentKey: paymentKey ?? undefined,
    refundAccount: refundAccount === null ? undefined : (JSON.parse(refundAccount) as RefundAccount),
  };
}

/** What the fan is told of it. */
export function tell(row: OrderRow): ChargeOrder {
  const { id, amount, method, status, createdAt, expiresAt, reservationId, checkout, paidAt, unclearSince, chargeId } =
    row;
  return {
    id,
    amount,
    method,
    status,
    checkout: checkout === null ? {} : (JSON.parse(checkout) as Checkout),
    expiresAt: expiresAt.toISOString(),
    createdAt: createdAt.toISOString(),
    reservationId,
    chargeId: chargeId === null ? null : String(chargeId),
    paidAt: paidAt?.toISOString() ?? null,
    unclear: unclearSince !== null,
    unclearSince: unclearSince?.toISOString() ?? null,
  };
}

const batch_max = 500;
const pending_max = 20_000;

export interface OrderReading {
  /** Whosever it is; undefined if there is none. Those who ask at the same time share a statement. */
  find(id: string): Promise<OrderRow | undefined>;
  /** Refusal: NOT_FOUND where it is somebody else's, too. */
  own(userId: string, id: string): Promise<OrderRow>;
  /** Newest first: at most `limit`, those behind `cursor` if given. Refusal: VALIDATION_FAILED. */
  list(
    userId: string,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ orders: ChargeOrder[]; nextCursor: string | null }>;
  drain(): Promise<void>;
}

export function createOrderReading({
  database: { sql },
  metrics,
}: {
  readonly database: Pick<Database, 'sql'>;
  readonly metrics?: LaneMetrics | undefined;
}): OrderReading {
  const lane = createLane<string, OrderRow | undefined>({
    name: 'funding.order',
    batchMax: batch_max,
    pendingMax: pending_max,
    metrics,
    run: async (ids) => {
      const rows = await sql<OrderRow[]>`
        select ${orderColumns(sql)} from ${orders(sql)} where own.id = any(${ids}::text[])`;
      const found = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => found.get(id));
    },
  });
  return {
    find: lane.submit,
    own: async (userId, id) => {
      const row = await lane.submit(id);
      if (row?.userId !== userId) throw refuse('NOT_FOUND');
      return row;
    },
    list: async (userId, { limit, cursor }) => {
      if (cursor !== undefined && !/^[a-z0-9]{22}$/.test(cursor)) throw refuseCursor();
      const rows = await sql<OrderRow[]>`
        select ${orderColumns(sql)} from ${orders(sql)}
        where own.user_id = ${userId} ${cursor === undefined ? sql`` : sql`and own.id < ${cursor}`}
        order by own.id desc limit ${limit + 1}`;
      const page = rows.slice(0, limit);
      return { orders: page.map(tell), nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
    },
    drain: lane.drain,
  };
}
