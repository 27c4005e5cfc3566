/** Several servers on one database, as a table and a chart. */
import { server_counts, type Servers } from '../parts/servers.ts';
import { barChart } from '../svg.ts';
import {
  auditRemark,
  busyRemark,
  errorsRemark,
  fine,
  picture,
  remarks,
  spreadOf,
  table,
  whole,
  type Shown,
} from './shown.ts';

export function showServers({ rows, connections, seconds, rounds, loadBusy, audit }: Servers): Shown {
  const cells = rows.map((row) => [
    row.kind,
    String(row.servers),
    spreadOf(row.rate, whole),
    fine(row.ofOne, 2),
    fine(row.p99),
    `${whole(row.serverUs)} + ${whole(row.postgresUs)}`,
  ]);
  const each = table(
    ['request', 'servers', 'answers a second', '× of one', 'p99, ms', 'work, µs: servers + PostgreSQL'],
    cells,
  );
  const said = remarks([
    busyRemark(loadBusy),
    auditRemark(audit),
    errorsRemark(rows.reduce((sum, { errors }) => sum + errors, 0)),
  ]);
  const how = `${connections} connections in all; ${rounds} turns of ${seconds} s each, servers started anew for each number.`;
  return {
    markdown: `${how}\n\n${each}${said}\n\n${picture('processes', 'Rates of one, two and four servers')}`,
    charts: {
      processes: barChart({
        title: 'One, two and four servers on one database',
        note: 'Answers a second, all servers together. Servers, PostgreSQL and the load share the processors of one machine, so more servers get no more of them.',
        unit: 'answers a second',
        series: server_counts.map((count) => (count === 1 ? '1 server' : `${count} servers`)),
        groups: [...Map.groupBy(rows, ({ kind }) => kind)].map(([label, own]) => ({
          label,
          bars: own.map(({ rate, servers }) => ({
            series: server_counts.findIndex((count) => count === servers),
            value: rate.median,
            low: rate.low,
            high: rate.high,
          })),
        })),
      }),
    },
    goals: [],
  };
}
