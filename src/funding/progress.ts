/**
 * What is written down of an order while no money has come, and when its gateway is asked again. None of it touches an order
 * that is PAID. When it is asked and what is unclear stands beside the order, in a row of its own, which is written behind the
 * order's lock.
 *
 * Pauses grow: 10 s and twice as long each time, up to 15 minutes while the order is open and 6 hours behind that, until the
 * gateway has said how it ended, and for 30 days at most; of one that is PAID, whose notice may come months later, until the
 * gateway has answered. An order that nobody began costs few questions: of such an answer the next pause is twice as long again.
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
  /** What the gateway undid by itself, as it was taken from the wallet or is owed. */
  readonly reversed: number;
}

type Taken = Pick<Due, 'id' | 'askAt'>;

/**
 * It is to be asked at another time than when it was read, before the gateway was asked: what a notice that came since speaks
 * of, the gateway's answer need not know.
 */
const isNoticed = (sql: Sql, { askAt }: Taken): Part => sql`question.ask_at is distinct from ${askAt}::timestamptz`;

/**
 * Takes up to `count` orders of a gateway that are due, the longest due first; they are put off before anybody is asked, so a
 * kill loses none. Others who take at the same time get others: order and question are locked, and whoever has either is
 * passed by.
 */
export const takeDue = (sql: Sql, method: MethodId, count: number): Statement<Due[]> => sql<Due[]>`
  with due as materialized (
    select own.id from charge_order_questions as question join charge_orders as own on own.id = question.order_id
    where question.method = ${method} and question.ask_at <= now()
    order by question.ask_at limit ${count} for no key update skip locked
  ), asked as (
    update charge_orders as own set asked_at = now(), asks = own.asks + 1 from due where own.id = due.id returning own.*
  ), question as (
    update charge_order_questions as question set ask_at = ${nextAsk(sql, sql`own.asks`)}
    from asked as own where question.order_id = own.id
    returning question.order_id, question.ask_at, question.unclear_since
  )
  select own.status as written, own.reversed, ${orderColumns(sql)}
  from asked as own join question on question.order_id = own.id`;

/** Nobody has begun it: what ran out is over with that. */
export const noteAbsent = (sql: Sql, due: Taken): Part => sql`
  with own as (
    update charge_orders as own set status = ${statusByTime(sql)}, asks = own.asks + 1
    where own.id = ${due.id} and own.status <> 'PAID'
    returning own.id, own.status, own.created_at, own.expires_at, own.asks
  ), next as materialized (
    select id, case when status = 'OPEN' then ${nextAsk(sql, sql`own.asks`)} end as ask_at from own
  ), over as (
    delete from charge_order_questions as question using next
    where question.order_id = next.id and next.ask_at is null and not ${isNoticed(sql, due)}
  )
  update charge_order_questions as question
  set unclear_since = null, ask_at = case when ${isNoticed(sql, due)} then question.ask_at else next.ask_at end
  from next where question.order_id = next.id and (next.ask_at is not null or ${isNoticed(sql, due)})`;

/** It goes on, and should have ended if its time ran out, unless the gateway waits for a deposit `until` then. */
export const noteOpen = (sql: Sql, id: string, { secret, until }: { secret?: string; until?: Date }): Part => sql`
  with own as (
    update charge_orders as own
    set status = ${statusByTime(sql)}, notice_secret = coalesce(${secret ?? null}::text, own.notice_secret)
    where own.id = ${id} and own.status <> 'PAID'
    returning own.id, own.method, (own.expires_at > now() or ${until ?? null}::timestamptz > now()) is true as is_in_time
  ), clear as (
    update charge_order_questions as question set unclear_since = null
    from own where question.order_id = own.id and own.is_in_time and question.unclear_since is not null
  )
  insert into charge_order_questions as question (order_id, method, unclear_since)
  select id, method, now() from own where not is_in_time
  on conflict (order_id) do update set unclear_since = excluded.unclear_since where question.unclear_since is null`;

/** What is known of an `own` that is locked, before more is: whoever is locked behind another sees what that one wrote. */
const before = (sql: Sql): Part => sql`
  before as materialized (
    select question.unclear_since from own join charge_order_questions as question on question.order_id = own.id
    for no key update of question)`;

/** Nobody knows how it stands. Answers whether that is news; nothing of one that is PAID. */
export const noteUnclear = (sql: Sql, id: string): Statement<{ readonly isNew: boolean }[]> => sql<
  { isNew: boolean }[]
>`
  with own as materialized (
    select id, method from charge_orders where id = ${id} and status <> 'PAID' for no key update
  ), ${before(sql)}, ended as (
    update charge_orders as own set status = 'EXPIRED'
    where own.id = ${id} and own.status = 'OPEN' and own.expires_at <= now()
  ), written as (
    insert into charge_order_questions as question (order_id, method, unclear_since) select id, method, now() from own
    on conflict (order_id) do update set unclear_since = excluded.unclear_since where question.unclear_since is null
  )
  select not exists (select from before where unclear_since is not null) as "isNew" from own`;

/** The same of one that was asked to take the money: it is asked about soon, and from short pauses on again. */
export const noteUnclearTaking = (sql: Sql, id: string): Statement<{ readonly isNew: boolean }[]> => sql<
  { isNew: boolean }[]
>`
  with own as (
    update charge_orders as own set status = ${statusByTime(sql)}, asks = 0
    where own.id = ${id} and own.status <> 'PAID'
    returning own.id, own.method
  ), ${before(sql)}, written as (
    insert into charge_order_questions as question (order_id, method, ask_at, unclear_since)
    select id, method, now() + make_interval(secs => ${pause_seconds_min}), now() from own
    on conflict (order_id) do update set ask_at = least(question.ask_at, excluded.ask_at),
      unclear_since = coalesce(question.unclear_since, excluded.unclear_since)
  )
  select not exists (select from before where unclear_since is not null) as "isNew" from own`;

/** It ended, and no money came. */
export const noteFailed = (sql: Sql, taken: Taken): Part => sql`
  with own as (
    update charge_orders set status = 'FAILED' where id = ${taken.id} and status <> 'PAID' returning id
  ), over as (
    delete from charge_order_questions as question using own
    where question.order_id = own.id and not ${isNoticed(sql, taken)}
  )
  update charge_order_questions as question set unclear_since = null
  from own where question.order_id = own.id and ${isNoticed(sql, taken)}`;

/** There is nothing to ask any more of one that is PAID. */
export const noteSettled = (sql: Sql, due: Taken): Part => sql`
  with own as materialized (
    select id from charge_orders where id = ${due.id} and status = 'PAID' for no key update
  )
  delete from charge_order_questions as question using own
  where question.order_id = own.id and not ${isNoticed(sql, due)}`;
