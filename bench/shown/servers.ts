/** Four servers behind a balancer beside one, as a table, a chart and goals. */
import { server_setups, type Servers, type ServerSetup, type ServersRow } from '../parts/servers.ts';
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
  type Goal,
  type Shown,
} from './shown.ts';

const named: Record<ServerSetup, string> = {
  one: 'one server',
  four: 'four servers',
  'four, more load': 'four servers, four times the load',
};
/** A poll is answered from memory by whoever it comes to. */
const isWrite = ({ kind }: ServersRow): boolean => kind !== 'status';
const cost_max = 1.15;

const hundredths = (value: number): string => fine(value, 2);

function goalOf({ kind, setup, costOfOne }: ServersRow): Goal {
  const what = `${kind}, ${named[setup]} behind the balancer: processor time of servers and PostgreSQL, of one server's`;
  const met = costOfOne.median <= cost_max;
  return { what, goal: `≤ ${cost_max} ×`, measured: `${hundredths(costOfOne.median)} ×`, met };
}

export function showServers(servers: Servers): Shown {
  const { balancer, rows, seconds, rounds, warmUpRequests, loadBusy, audits } = servers;
  const cells = rows.map((row) => [
    row.kind,
    named[row.setup],
    whole(row.connections),
    spreadOf(row.rate, whole),
    fine(row.p99),
    `${whole(row.serverUs)} + ${whole(row.postgresUs)}`,
    spreadOf(row.costOfOne, hundredths),
  ]);
  const head = ['request', '', 'connections', 'answers a second', 'p99, ms', 'work, µs', 'work, of one server'];
  const errors = rows.reduce((sum, row) => sum + row.errors, 0);
  const said = remarks([
    busyRemark(loadBusy),
    ...new Set(audits.map(auditRemark)),
    errorsRemark(errors, rows.find(({ firstBad }) => firstBad !== undefined)?.firstBad),
  ]);
  const how =
    `Balancer: ${balancer}; its own processor time is not counted. ${rounds} rounds of ${seconds} s each; before them each ` +
    `server by itself had answered ${whole(warmUpRequests)} requests of each kind. *Work* is of the servers and of PostgreSQL; ` +
    '*of one server* compares rounds that stand next to each other.';
  const setups = Object.keys(server_setups) as ServerSetup[];
  return {
    markdown: `${how}\n\n${table(head, cells)}${said}\n\n${picture('processes', 'Work of a request behind a balancer, one server and four')}`,
    charts: {
      processes: barChart({
        title: 'One server and four behind a balancer',
        note: 'Processor time of servers and PostgreSQL for one request. Writes of a concert come to one of the four.',
        unit: 'µs of processor time',
        series: setups.map((setup) => named[setup]),
        groups: [...Map.groupBy(rows, ({ kind }) => kind)].map(([label, own]) => ({
          label,
          bars: own.map(({ setup, serverUs, postgresUs }) => {
            const value = serverUs + postgresUs;
            return { series: setups.indexOf(setup), value, low: value, high: value };
          }),
        })),
      }),
    },
    goals: rows.filter((row) => isWrite(row) && row.setup === 'four').map(goalOf),
  };
}
