/** Cancelling beside paying, as a table with its goals. */
import type { Cancellation, CancellationRow } from '../parts/cancellation.ts';
import {
  busyRemark,
  errorsRemark,
  fine,
  goalRemark,
  namedAuditRemark,
  remarks,
  spreadOf,
  table,
  whole,
  type Goal,
  type Shown,
} from './shown.ts';

const rate_least = 0.8;

const two = (value: number): string => fine(value, 2);

export function showCancellation({ commits, seconds, rows, loadBusy, audits }: Cancellation): Shown {
  const goals = rows.map(goalOf);
  const how = `The yardstick is ${commits.yardstick}, this build ${commits.this}. Rounds of ${seconds} s, in turns; medians, and medians and quartiles of the ratios of neighbouring rounds. Work is that of the service and of PostgreSQL, in processor microseconds of one answer.`;
  const head = [
    'connections',
    'rounds',
    'payments of the yardstick: /s',
    'µs',
    'cancellations: /s',
    'µs',
    'rate, of the payments',
    'work, × of a payment',
  ];
  const cells = rows.map((row) => [
    whole(row.connections),
    whole(row.rounds),
    whole(row.payRate),
    whole(row.payUs),
    whole(row.cancelRate),
    whole(row.cancelUs),
    `**${spreadOf(row.rate, two)}**`,
    spreadOf(row.work, two),
  ]);
  const said = remarks([
    ...goals.map(goalRemark),
    busyRemark(loadBusy),
    ...audits.map(namedAuditRemark),
    errorsRemark(
      rows.reduce((sum, { errors }) => sum + errors, 0),
      rows.find(({ firstBad }) => firstBad)?.firstBad,
    ),
  ]);
  return { markdown: `${how}\n\n${table(head, cells)}${said}`, charts: {}, goals };
}

function goalOf({ connections, rate: { median } }: CancellationRow): Goal {
  return {
    what: `Cancellations with ${connections} connections: rate, of the yardstick's payments`,
    goal: `≥ ${rate_least}`,
    measured: two(median),
    met: typeof median === 'number' && median >= rate_least,
  };
}
