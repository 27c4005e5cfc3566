/** What an operator has to know without looking for it: what is unclear, owed, and on its way back. */
import { moneyLimits, type ReplyOf } from '../../contract.ts';
import type { Sql } from '../../platform/database.ts';
import type { MoneyRooms } from './money.ts';

interface Row {
  readonly unclear: number;
  readonly unclearAmount: number;
  readonly unclearSince: Date | null;
  readonly late: number;
  readonly lateAmount: number;
  readonly owed: number;
  readonly owedAmount: number;
  readonly pending: number;
  readonly pendingAmount: number;
  readonly pendingSince: Date | null;
  readonly failed: number;
  readonly failedAmount: number;
}

export async function readStanding({
  database: { sql },
  money: { charges, sandbox },
}: Pick<MoneyRooms, 'database' | 'money'>): Promise<ReplyOf<'getMoneyStanding', 200>> {
  const [row] = await read(sql);
  return {
    charges,
    sandbox,
    playMoney: charges === 'open' || sandbox,
    unclear: {
      count: row.unclear,
      amount: row.unclearAmount,
      since: row.unclearSince?.toISOString() ?? null,
      late: { count: row.late, amount: row.lateAmount },
    },
    owed: { count: row.owed, amount: row.owedAmount },
    pending: { count: row.pending, amount: row.pendingAmount, since: row.pendingSince?.toISOString() ?? null },
    failed: { count: row.failed, amount: row.failedAmount },
  };
}

/** Each part by an index that holds these alone: who pays as usual is never read. */
function read(sql: Sql) {
  return sql<[Row]>`
    select unclear.*, owed.*, pending.*, failed.* from
      (select count(*)::bigint as unclear, coalesce(sum(amount), 0)::bigint as "unclearAmount", min(unclear_since) as "unclearSince",
          count(*) filter (where ${isLate(sql)})::bigint as late,
          coalesce(sum(amount) filter (where ${isLate(sql)}), 0)::bigint as "lateAmount"
        from charge_order_questions join charge_orders on id = order_id where unclear_since is not null) as unclear,
      (select count(*)::bigint as owed, coalesce(sum(owed), 0)::bigint as "owedAmount" from charge_orders where owed > 0) as owed,
      (select count(*)::bigint as pending, coalesce(sum(left_over.amount), 0)::bigint as "pendingAmount", min(at) as "pendingSince"
        from withdrawals cross join lateral (
          select sum(amount) as amount from withdrawal_parts as part
          where part.withdrawal_id = withdrawals.id and part.status = 'PENDING') as left_over
        where withdrawals.status = 'PENDING') as pending,
      (select count(*)::bigint as failed, coalesce(sum(amount), 0)::bigint as "failedAmount"
        from withdrawal_parts where status = 'FAILED' and ended_at > now() - make_interval(days => ${moneyLimits.failedDays})
      ) as failed`;
}

function isLate(sql: Sql) {
  return sql`unclear_since < now() - make_interval(mins => ${moneyLimits.unclearMinutesMax})`;
}
