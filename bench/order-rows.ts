/** Orders written in bulk: some to be confirmed, and some of which the gateway has not said how they ended. */
import type { Sql, Statement } from '../src/platform/database.ts';
import { order_amount, ordererOf, orderOf, unclearOrderOf } from './order-names.ts';

const rows_a_statement = 20_000;

type Part = Statement<readonly unknown[]>;

/** Open ones, asked about by nobody while they are measured. */
export function openOrders(sql: Sql, count: number): Promise<void> {
  return write(sql, count, orderOf, sql`now() + interval '1 day', null::timestamptz`);
}

export function unclearOrders(sql: Sql, count: number): Promise<void> {
  return write(sql, count, unclearOrderOf, sql`null::timestamptz, now()`);
}

/** As of the day before yesterday, so that nothing has to be remembered of them under a key. */
async function write(sql: Sql, count: number, idOf: (index: number) => string, moments: Part): Promise<void> {
  for (let from = 0; from < count; from += rows_a_statement) {
    const indexes = Array.from({ length: Math.min(count - from, rows_a_statement) }, (_, place) => from + place);
    await sql`
      with opened as (
        insert into charge_orders (id, user_id, amount, currency, method, created_at, expires_at)
        select id, 'jwt:' || fan, ${order_amount}, 'KRW', 'toss', now() - interval '2 days', now() + interval '30 minutes'
        from unnest(${indexes.map(idOf)}::text[], ${indexes.map(ordererOf)}::text[]) as ordered (id, fan)
        returning id, method
      )
      insert into charge_order_questions (order_id, method, ask_at, unclear_since) select id, method, ${moments} from opened`;
  }
}

/** All that are unclear are to be asked about now, as if for the first time, or not before tomorrow. */
export async function askAboutUnclear(sql: Sql, when: 'now' | 'tomorrow'): Promise<void> {
  await sql`
    with unclear as (
      update charge_orders set asks = 0 where id >= ${unclearOrderOf(0)} and status = 'OPEN' returning id
    )
    update charge_order_questions set ask_at = ${when === 'now' ? sql`now()` : sql`now() + interval '1 day'`}
    from unclear where order_id = id`;
}
