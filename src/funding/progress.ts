/**
 * What is written down of an order while no money has come, and when its gateway is asked again. None of it touches an order
 * that is PAID.
 *
 * Pauses grow: 10 s and twice as long each time, up to 15 minutes while the order is open and 6 hours behind that, until the
 * gateway has said how it ended, and for 30 days at most; of one that is PAID, until it has answered the notice's question. An order that nobody began costs few questions: of such an answer
 * the next pause is twice as long again.
 */
import type { MethodId } from '../gateway/gateway.ts';
import type { Sql, Statement } from '../platform/database.ts';
import { orderColumns, type OrderRow } from './orders.ts';

const pause_seconds_min = 10;
/** 10 s doubled so often is 12 days. */
const doublings_max = 17;
const open_pause_seconds_max = 900;
const pause_seconds_max = 21_600;
const days_max = 30;

type Part = Statement<readonly unknown[]>;

/** When it is asked again, of one that was asked `asks` times: while it is open not later than its end. */
const nextAsk = (sql: Sql, asks: Part): Part => sql`
  case
    when own.status <> 'PAID' and own.created_at < now() - make_interval(days => ${days_max}) then null
    when own.expires_at > now() then least(own.expires_at,
      now() + make_interval(secs => least(${pause_seconds_min} * 2 ^ least(${asks}, ${doublings_max}), ${open_pause_seconds_max})))
    else now() + make_interval(secs => least(${pause_seconds_min} * 2 ^ least(${asks}, ${doublings_max}), ${pause_seconds_max}))
  end`;

const statusByTime = (sql: Sql): Part =>
  sql`case when own.status = 'OPEN' and own.expires_at <= now() then 'EXPIRED' else own.status end`;

export interface Due extends OrderRow {
  /** As it stands in the row, whatever the time. */
  readonly written: OrderRow['status'];
}

type Taken = Pick<Due, 'id' | 'askAt'>;

/**
 * `then`, unless it is to be asked at another time than when it was read, before the gateway was asked: what a notice that
 * came since speaks of, the gateway's answer need not know.
 */
const unlessNoticed = (sql: Sql, { askAt }: Taken, then: Part): Part =>
  sql`case when own.ask_at is distinct from ${askAt}::timestamptz then own.ask_at else ${then} end`;

/**
 * Takes up to `count` orders of a gateway that are due, the longest due first; they are put off before anybody is asked, so a
 * kill loses none. Others who take at the same time get others.
 */
export const takeDue = (sql: Sql, method: MethodId, count: number): Statement<Due[]> => sql<Due[]>`
  update charge_orders as own
  set asked_at = now(), asks = own.asks + 1, ask_at = ${nextAsk(sql, sql`own.asks + 1`)}
  from (
    select id from charge_orders where method = ${method} and ask_at <= now()
    order by ask_at limit ${count} for no key update skip locked) as due
  where own.id = due.id
  returning own.status as written, ${orderColumns(sql)}`;

/** Nobody has begun it: what ran out is over with that. */
export const noteAbsent = (sql: Sql, due: Taken): Part => sql`
  update charge_orders as own
  set status = ${statusByTime(sql)}, unclear_since = null, asks = own.asks + 1,
    ask_at = ${unlessNoticed(
      sql,
      due,
      sql`case when own.status = 'OPEN' and own.expires_at > now() then ${nextAsk(sql, sql`own.asks + 1`)} end`,
    )}
  where own.id = ${due.id} and own.status <> 'PAID'`;

/** It goes on, and should have ended if its time ran out, unless the gateway waits for a deposit `until` then. */
export const noteOpen = (sql: Sql, id: string, { secret, until }: { secret?: string; until?: Date }): Part => sql`
  update charge_orders as own
  set status = ${statusByTime(sql)}, notice_secret = coalesce(${secret ?? null}::text, own.notice_secret),
    unclear_since = case when own.expires_at > now() or ${until ?? null}::timestamptz > now() then null
      else coalesce(own.unclear_since, now()) end
  where own.id = ${id} and own.status <> 'PAID'`;

/** Nobody knows how it stands. Answers whether that is news; nothing if there was nothing to write down. */
export const noteUnclear = (sql: Sql, id: string): Statement<{ readonly isNew: boolean }[]> => sql<
  { isNew: boolean }[]
>`
  update charge_orders as own
  set status = ${statusByTime(sql)}, unclear_since = coalesce(own.unclear_since, now())
  from (select id, unclear_since is null as is_new from charge_orders where id = ${id} for no key update) as before
  where own.id = before.id and own.status <> 'PAID'
    and (own.unclear_since is null or own.status = 'OPEN' and own.expires_at <= now())
  returning before.is_new as "isNew"`;

/** The same of one that was asked to take the money: it is asked about soon, and from short pauses on again. */
export const noteUnclearTaking = (sql: Sql, id: string): Statement<{ readonly isNew: boolean }[]> => sql<
  { isNew: boolean }[]
>`
  update charge_orders as own
  set status = ${statusByTime(sql)}, unclear_since = coalesce(own.unclear_since, now()), asks = 0,
    ask_at = least(own.ask_at, now() + make_interval(secs => ${pause_seconds_min}))
  from (select id, unclear_since is null as is_new from charge_orders where id = ${id} for no key update) as before
  where own.id = before.id and own.status <> 'PAID'
  returning before.is_new as "isNew"`;

/** It ended, and no money came. */
export const noteFailed = (sql: Sql, taken: Taken): Part => sql`
  update charge_orders as own
  set status = 'FAILED', ask_at = ${unlessNoticed(sql, taken, sql`null::timestamptz`)}, unclear_since = null
  where own.id = ${taken.id} and own.status <> 'PAID'`;

/** There is nothing to ask any more of one that is PAID. */
export const noteSettled = (sql: Sql, due: Taken): Part => sql`
  update charge_orders as own set ask_at = ${unlessNoticed(sql, due, sql`null::timestamptz`)}
  where own.id = ${due.id} and own.status = 'PAID'`;
