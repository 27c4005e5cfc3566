/** How cost grows with the line, as a table and a chart. */
import type { Growth, GrowthRow } from '../parts/growth.ts';
import { lineChart } from '../svg.ts';
import {
  auditRemark,
  busyRemark,
  errorsRemark,
  fine,
  goalRemark,
  picture,
  remarks,
  spreadOf,
  table,
  whole,
} from './shown.ts';
import type { Shown } from './shown.ts';

const cost_max = 1.1;

export function showGrowth({ rows, rounds, requests, connections, loadBusy, audit }: Growth): Shown {
  const kinds = [...Map.groupBy(rows, ({ kind }) => kind)];
  const cells = rows.map((row) => [
    row.kind,
    whole(row.size),
    spreadOf(row.rate, whole),
    spreadOf(row.cost, (value) => fine(value, 2)),
    `${whole(row.serverUs)} + ${whole(row.postgresUs)}`,
  ]);
  const goals = kinds.map(([kind, own]) => {
    const last = own.at(-1);
    // The worst of all lengths, not only the longest.
    const worst = own.slice(1).reduce((most, { cost }) => Math.max(most, cost.median), 0);
    return {
      what: `${kind}: what a request costs with 10,000 to 1,000,000 waiting, of one with 1,000`,
      goal: `≤ ${cost_max} ×`,
      measured: `${fine(worst, 2)} × at most, ${fine(last?.cost.median, 2)} × at 1,000,000`,
      met: worst <= cost_max,
    };
  });
  const each = table(
    ['request', 'waiting', 'answers a second', 'cost, × of 1,000 waiting', 'work, µs: service + PostgreSQL'],
    cells,
  );
  const said = remarks([
    ...goals.map(goalRemark),
    busyRemark(loadBusy),
    auditRemark(audit),
    errorsRemark(rows.reduce((sum, { errors }) => sum + errors, 0)),
  ]);
  const how = `${connections} connections; ${rounds} turns of each, medians and in brackets the quartiles. A turn of issue, hold or pay is ${requests} requests.`;
  return {
    markdown: `${how}\n\n${each}${said}\n\n${picture('growth', 'What a request costs, by the length of the line')}`,
    charts: { growth: chartOf(kinds) },
    goals,
  };
}

function chartOf(kinds: readonly (readonly [string, readonly GrowthRow[]])[]): string {
  const [first] = kinds;
  return lineChart({
    title: 'What a request costs, by the length of the line',
    note: 'Time for one answer, as a multiple of the time with 1,000 waiting, measured in turns. Medians; the bands hold half of the turns.',
    unit: '× of 1,000 waiting',
    along: 'fans waiting',
    labels: (first?.[1] ?? []).map(({ size }) => whole(size)),
    atLeast: 1.25,
    band: { low: 1 / cost_max, high: cost_max, text: 'within 10 %' },
    series: kinds.map(([name, own]) => ({
      name,
      values: own.map(({ cost }) => cost.median),
      low: own.map(({ cost }) => cost.low),
      high: own.map(({ cost }) => cost.high),
    })),
  });
}
