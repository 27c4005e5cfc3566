/**
 * Each day by method, as a gateway's statement has it: every number stands on the day of what it counts, by the hall's clock.
 * An order is counted when it was opened and again when it was paid, a part of a withdrawal when the gateway sent it, what was
 * undone when the wallet gave it. All of one snapshot.
 */
import { currency, moneyLimits, type ReplyOf } from '../../contract.ts';
import type { Sql } from '../../platform/database.ts';
import { refuseField } from '../../refusals.ts';
import { hall } from '../../../web/words/dates.ts';

export type MoneyDay = ReplyOf<'listMoneyDays', 200>['days'][number];

/** `2026-12-24`, both of them counted. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

const sums = ['ordered', 'paid', 'withdrawn', 'pending', 'reversed', 'owed'] as const;

interface Row {
  readonly day: string;
  readonly method: MoneyDay['method'];
  readonly what: (typeof sums)[number];
  readonly count: number;
  readonly amount: number;
}

/** Newest first. Refusal: VALIDATION_FAILED. */
export async function daysOf(sql: Sql, days: Days): Promise<ReplyOf<'listMoneyDays', 200>> {
  checkDays(days);
  const rows = await read(sql, days);
  const byDay = Map.groupBy(rows, ({ day, method }) => `${day} ${method}`);
  return { currency, days: [...byDay.values()].flatMap(dayOf) };
}

const none = { count: 0, amount: 0 };

function dayOf(rows: readonly Row[]): readonly MoneyDay[] {
  const [first] = rows;
  if (first === undefined) return [];
  const { day, method } = first;
  const empty = { ordered: none, paid: none, withdrawn: none, pending: none, reversed: none, owed: none };
  const told = Object.fromEntries(rows.map(({ what, count, amount }) => [what, { count, amount }]));
  return [{ day, method, ...empty, ...told, fees: null }];
}

/** Two questions of a row are one of a pair of moments, so that an index answers them. */
function read(sql: Sql, days: Days): Promise<Row[]> {
  const { begin, end } = momentsOf(sql, days);
  const dayOfTime = (time: Fragment): Fragment => sql`(${time} at time zone ${hall.zone})::date`;
  const within = (time: Fragment): Fragment => sql`${time} >= ${begin} and ${time} < ${end}`;
  const [created, paid, ended] = [sql`created_at`, sql`paid_at`, sql`part.ended_at`];
  const credited = sql`payment.at`;
  const [asked, taken] = [sql`withdrawals.at`, sql`transfers.at`];
  return sql<Row[]>`
    select to_char(day, 'YYYY-MM-DD') as day, method, what, count(*)::bigint as count, sum(amount)::bigint as amount
    from (
      select ${dayOfTime(created)} as day, method, 'ordered' as what, amount from charge_orders where ${within(created)}
      union all
      select ${dayOfTime(credited)}, payment.method, 'paid', amount
      from gateway_payments as payment join charge_orders on id = order_id where ${within(credited)}
      union all
      select ${dayOfTime(paid)}, method, 'owed', owed from charge_orders where owed > 0 and ${within(paid)}
      union all
      select ${dayOfTime(ended)}, method, 'withdrawn', part.amount
      from withdrawal_parts as part join charge_orders on charge_orders.id = part.order_id
      where part.status = 'DONE' and ${within(ended)}
      union all
      select ${dayOfTime(asked)}, method, 'pending', part.amount
      from withdrawals join withdrawal_parts as part on part.withdrawal_id = withdrawals.id
        join charge_orders on charge_orders.id = part.order_id
      where withdrawals.status = 'PENDING' and part.status = 'PENDING' and ${within(asked)}
      union all
      select ${dayOfTime(taken)}, method, 'reversed', -transfers.amount
      from transfers join charge_orders on charge_orders.id = split_part(transfers.reference, '-', 1)
      where transfers.kind = 'REVERSAL' and ${within(taken)}
    ) as counted
    group by day, method, what order by day desc, method`;
}

type Fragment = ReturnType<Sql>;

/** From the first moment of the first day to that after the last. */
export function momentsOf(sql: Sql, { from, to }: Days): { readonly begin: Fragment; readonly end: Fragment } {
  return {
    begin: sql`(${from}::date::timestamp at time zone ${hall.zone})`,
    end: sql`((${to}::date + 1)::timestamp at time zone ${hall.zone})`,
  };
}

/** Refusal: VALIDATION_FAILED. */
export function checkDays({ from, to }: Days): void {
  const [first, last] = [dayNumber(from, 'from'), dayNumber(to, 'to')];
  if (last < first) {
    throw refuseField('to', { en: 'must not be before from', ko: 'from보다 앞설 수 없어요' });
  }
  if (last - first >= moneyLimits.daysMax) {
    throw refuseField('to', {
      en: `must be at most ${moneyLimits.daysMax} days from the first`,
      ko: `첫날부터 ${moneyLimits.daysMax}일까지 가능해요`,
    });
  }
}

const day_ms = 86_400_000;

function dayNumber(day: string, field: string): number {
  const time = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day) {
    throw refuseField(field, { en: 'must be a day of the calendar', ko: '달력에 있는 날짜여야 해요' });
  }
  return time / day_ms;
}
