/**
 * Files to hold against a gateway's own: a row for each day and method, and one for each order. Orders are read some at a time
 * by key, so that memory does not grow with the file; those that come while it is written are left out.
 */
import { hall } from '../../../web/words/dates.ts';
import type { Sql } from '../../platform/database.ts';
import type { Language } from '../../platform/language.ts';
import { byteOrderMark, csvLine } from '../desk/csv.ts';
import { checkDays, momentsOf, type Days, type MoneyDay } from './days.ts';
import { moneyFileWords } from './file-words.ts';
import { statusNow } from './orders.ts';

/** Oldest first: a year's days are no more than a few pages of orders. */
export async function* dayPieces(days: readonly MoneyDay[], language: Language): AsyncGenerator<string> {
  const { days: heads, methods, feesUnknown } = moneyFileWords[language];
  const lines = days.map(({ day, method, ordered, paid, withdrawn, pending, reversed, owed }) => {
    const sums = [ordered, paid, withdrawn, pending, reversed, owed].flatMap(({ count, amount }) => [count, amount]);
    return csvLine([day, methods[method], ...sums, feesUnknown]);
  });
  yield byteOrderMark + csvLine(heads) + lines.join('');
}

interface Row {
  readonly id: string;
  readonly paymentKey: string | null;
  readonly method: MoneyDay['method'];
  readonly amount: number;
  readonly currency: string;
  readonly status: 'OPEN' | 'PAID' | 'FAILED' | 'EXPIRED';
  readonly createdAt: string;
  readonly paidAt: string | null;
  readonly withdrawn: number;
  readonly reversed: number;
  readonly owed: number;
  readonly unclearSince: string | null;
  readonly userId: string;
  /** Of the time by which they are read. */
  readonly micros: number;
}

const orders_per_page = 1_000;

/** Those that were opened before these days and paid in them, then those opened in them. Refusal: VALIDATION_FAILED. */
export function orderPieces(sql: Sql, days: Days, language: Language): () => AsyncGenerator<string> {
  checkDays(days);
  return async function* pieces() {
    yield byteOrderMark + csvLine(moneyFileWords[language].orders);
    const [asked] = await sql<[{ micros: number }]>`select ${micros(sql, sql`now()`)} as micros`;
    for (const by of ['paid_at', 'created_at'] as const) {
      yield* piecesBy(sql, { days, language, by, until: asked.micros });
    }
  };
}

interface Reading {
  readonly days: Days;
  readonly language: Language;
  readonly by: 'paid_at' | 'created_at';
  /** When the file was asked for. */
  readonly until: number;
}

async function* piecesBy(sql: Sql, reading: Reading): AsyncGenerator<string> {
  const { orders: _heads, methods, statuses } = moneyFileWords[reading.language];
  let after: Pick<Row, 'id' | 'micros'> | undefined;
  for (;;) {
    const rows = await page(sql, reading, after);
    after = rows.at(-1);
    if (after === undefined) return;
    yield rows
      .map((row) => {
        const times = [row.createdAt, row.paidAt, row.unclearSince];
        const sums = [row.withdrawn, row.reversed, row.owed];
        const money = [methods[row.method], row.amount, row.currency, statuses[row.status]];
        return csvLine([row.id, row.paymentKey, ...money, ...times, ...sums, row.userId]);
      })
      .join('');
  }
}

function page(sql: Sql, { days, by, until }: Reading, after: Pick<Row, 'id' | 'micros'> | undefined): Promise<Row[]> {
  const { begin, end } = momentsOf(sql, days);
  const [time, id] = by === 'paid_at' ? [sql`payment.at`, sql`payment.order_id`] : [sql`created_at`, sql`id`];
  const local = (moment: ReturnType<Sql>) => sql`to_char(${moment} at time zone ${hall.zone}, 'YYYY-MM-DD HH24:MI:SS')`;
  const from = after === undefined ? begin : momentAt(sql, after.micros);
  return sql<Row[]>`
    select id, payment_key as "paymentKey", method, amount, currency, ${statusNow(sql)} as status, ${local(sql`created_at`)} as "createdAt",
      ${local(sql`paid_at`)} as "paidAt", withdrawn, reversed, owed, ${local(sql`unclear_since`)} as "unclearSince",
      user_id as "userId", ${micros(sql, time)} as micros
    from charge_orders
      left join (select order_id, unclear_since from charge_order_questions) as question on question.order_id = id
      ${by === 'paid_at' ? sql`join (select order_id, at from gateway_payments) as payment on payment.order_id = id` : sql``}
    where ${time} >= ${from} and ${time} < ${end} and ${time} <= ${momentAt(sql, until)}
      ${after === undefined ? sql`` : sql`and (${time}, ${id}) > (${from}, ${after.id})`}
      ${by === 'paid_at' ? sql`and created_at < ${begin}` : sql``}
    order by ${time}, ${id} limit ${orders_per_page}`;
}

function micros(sql: Sql, time: ReturnType<Sql>) {
  return sql`(extract(epoch from ${time}) * 1000000)::bigint`;
}

function momentAt(sql: Sql, at: number) {
  return sql`('epoch'::timestamptz + ${at}::bigint * interval '1 microsecond')`;
}
