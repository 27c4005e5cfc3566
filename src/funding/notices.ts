/**
 * What gateways send by themselves. Nothing of a notice is believed: it is a reason to ask about an order that is known here,
 * soon, and about each at most once in 5 s. That it is to be asked about is written down with the order before the
 * gateway is told that we have understood; so none is lost with a server, and the duty that asks is bounded as ever.
 */
import { timingSafeEqual, hash } from 'node:crypto';
import type { MethodId, Notice } from '../gateway/gateway.ts';
import type { Sql } from '../platform/database.ts';
import { createLane, type LaneMetrics } from '../platform/lane.ts';

export interface Noticed extends Pick<Notice, 'orderId' | 'secret'> {
  readonly method: MethodId;
}

export interface Notices {
  /** Resolves when it is written down that there is something to ask, or if there is nothing. */
  note(notice: Noticed): Promise<void>;
  drain(): Promise<void>;
}

const batch_max = 500;
const pending_max = 5_000;
/** Between two questions about one order for the sake of notices. */
const pause_seconds = 5;

export function createNotices({
  sql,
  metrics,
  ring,
}: {
  readonly sql: Sql;
  readonly metrics?: LaneMetrics | undefined;
  readonly ring: () => void;
}): Notices {
  const lane = createLane<Noticed, void>({
    name: 'funding.notice',
    batchMax: batch_max,
    pendingMax: pending_max,
    metrics,
    run: async (notices) => {
      const ids = await known(sql, notices);
      if (ids.length > 0 && (await askSoon(sql, ids)) > 0) ring();
      return notices.map(() => undefined);
    },
  });
  return { note: lane.submit, drain: lane.drain };
}

/** The orders among them that are ours, of that gateway, and whose secret the notice does not get wrong. */
async function known(sql: Sql, notices: readonly Noticed[]): Promise<string[]> {
  const rows = await sql<{ id: string; method: MethodId; secret: string | null }[]>`
    select id, method, notice_secret as secret from charge_orders
    where id = any(${[...new Set(notices.map(({ orderId }) => orderId))]}::text[])`;
  const orders = new Map(rows.map((row) => [row.id, row]));
  const meant = notices.flatMap(({ orderId, method, secret }) => {
    const order = orders.get(orderId);
    if (order?.method !== method) return [];
    return secret === undefined || order.secret === null || isSame(secret, order.secret) ? [orderId] : [];
  });
  return [...new Set(meant)];
}

/** In a time that tells nothing about either. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
}

/**
 * Later than now for those that were asked about just before: a notice in between may be the one that matters. One that is to
 * be asked as soon already is moved too, by nothing: whoever writes down an earlier answer has to see that a notice came.
 */
async function askSoon(sql: Sql, ids: readonly string[]): Promise<number> {
  const { count } = await sql`
    with due as (
      select id, method, greatest(now(), asked_at + make_interval(secs => ${pause_seconds})) as at from charge_orders
      where id = any(${ids}::text[]) order by id for no key update
    )
    insert into charge_order_questions as question (order_id, method, ask_at) select id, method, at from due
    on conflict (order_id) do update set ask_at = case
      when question.ask_at <= excluded.ask_at then question.ask_at + interval '1 microsecond' else excluded.ask_at end`;
  return count;
}
