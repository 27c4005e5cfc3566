/** Everybody's withdrawals with their parts: what is on its way back, and what could not be sent. */
import type { ReplyOf } from '../../contract.ts';
import type { Sql } from '../../platform/database.ts';
import { refuseCursor } from '../../refusals.ts';
import type { MoneyRooms } from './money.ts';

type Withdrawal = ReplyOf<'listAllWithdrawals', 200>['withdrawals'][number];
type Part = Withdrawal['parts'][number];

export interface WithdrawalQuery {
  /** 1–200. */
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly status?: Withdrawal['status'] | undefined;
  readonly failed?: 'true' | undefined;
  readonly userId?: string | undefined;
  readonly orderId?: string | undefined;
}

interface Row extends Pick<Withdrawal, 'id' | 'userId' | 'amount' | 'status'> {
  readonly at: Date;
  readonly endedAt: Date | null;
}

interface PartRow extends Omit<Part, 'askAt' | 'endedAt'> {
  readonly withdrawalId: string;
  readonly askAt: Date | null;
  readonly endedAt: Date | null;
}

export async function listWithdrawals(
  { database: { sql }, accounts }: Pick<MoneyRooms, 'database' | 'accounts'>,
  query: WithdrawalQuery,
): Promise<ReplyOf<'listAllWithdrawals', 200>> {
  if (query.cursor !== undefined && !/^[a-z0-9]{22}$/.test(query.cursor)) throw refuseCursor();
  const rows = await newest(sql, query);
  const shown = rows.slice(0, query.limit);
  const [users, parts] = await Promise.all([
    accounts.usersOf([...new Set(shown.map(({ userId }) => userId))]),
    partsOf(
      sql,
      shown.map(({ id }) => id),
    ),
  ]);
  const last = rows.length > query.limit ? shown.at(-1) : undefined;
  return {
    withdrawals: shown.map(({ id, userId, amount, status, at, endedAt }) => ({
      id,
      userId,
      userName: users.get(userId)?.name ?? null,
      amount,
      status,
      at: at.toISOString(),
      endedAt: endedAt?.toISOString() ?? null,
      parts: (parts.get(id) ?? []).map(toldPart),
    })),
    nextCursor: last?.id ?? null,
  };
}

/** A withdrawal's id grows with time, and each filter has an index that ends with it, or finds few. */
function newest(sql: Sql, { status, failed, userId, orderId, cursor, limit }: WithdrawalQuery): Promise<Row[]> {
  return sql<Row[]>`
    select id, user_id as "userId", amount, status, at, ended_at as "endedAt" from withdrawals
    where ${cursor === undefined ? sql`true` : sql`id < ${cursor}`}
      ${status === undefined ? sql`` : sql`and status = ${status}`}
      ${userId === undefined ? sql`` : sql`and user_id = ${userId}`}
      ${failed === undefined ? sql`` : sql`and id in (select withdrawal_id from withdrawal_parts where status = 'FAILED')`}
      ${orderId === undefined ? sql`` : sql`and id in (select withdrawal_id from withdrawal_parts where order_id = ${orderId})`}
    order by id desc limit ${limit + 1}`;
}

async function partsOf(sql: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, PartRow[]>> {
  const rows = await sql<PartRow[]>`
    select part.id, part.withdrawal_id as "withdrawalId", part.order_id as "orderId", charge_orders.method, part.amount,
      part.status, part.because, part.asks, part.ask_at as "askAt", part.ended_at as "endedAt"
    from withdrawal_parts as part join charge_orders on charge_orders.id = part.order_id
    where part.withdrawal_id = any(${ids}::text[])
    order by part.withdrawal_id, length(part.id), part.id`;
  return Map.groupBy(rows, ({ withdrawalId }) => withdrawalId);
}

function toldPart({ withdrawalId: _of, askAt, endedAt, ...part }: PartRow): Part {
  return { ...part, askAt: askAt?.toISOString() ?? null, endedAt: endedAt?.toISOString() ?? null };
}
