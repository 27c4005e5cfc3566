/** Money from outside, as two tables with their goals. */
import type { AskingRow, CreditRow, Funding } from '../parts/funding.ts';
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

const credit_most = 1.2;
const polls_least = 0.9;

const two = (value: number): string => fine(value, 2);

export function showFunding(figures: Funding): Shown {
  const { commits, seconds, credits, unclear, fans, windowSeconds, pollConnections, askings, audits, loadBusy } =
    figures;
  const goals = [...credits.map(creditGoal), ...askings.map((row) => askingGoal(row, figures))];
  const how =
    `The yardstick is ${commits.yardstick}, this build ${commits.this}. Rounds of ${seconds} s, in turns; medians, and medians and quartiles of the ratios of neighbouring rounds. ` +
    `A confirmation is all that the service and PostgreSQL do for one: the request, the order, the call to the gateway, the credit. What the call takes is measured with it, in a process ` +
    `where the same file asks the same gateway as many at a time and nothing else happens; the credit is the rest. The gateway’s own work is in no figure.`;
  const asking = `${whole(fans)} waiting fans poll on ${pollConnections} connections as fast as they are answered; windows of ${windowSeconds} s, with ${whole(unclear)} orders due at their beginning and with none, in turns. The gateway answers 500 to each question.`;
  const faults = [...credits, ...askings];
  const said = remarks([
    ...goals.map(goalRemark),
    busyRemark(loadBusy),
    ...audits.map(namedAuditRemark),
    errorsRemark(
      faults.reduce((sum, { errors }) => sum + errors, 0),
      faults.find(({ firstBad }) => firstBad)?.firstBad,
    ),
  ]);
  return {
    markdown: `${how}\n\n${creditTable(credits)}\n\n${asking}\n\n${askingTable(askings)}${said}`,
    charts: {},
    goals,
  };
}

function creditTable(rows: readonly CreditRow[]): string {
  const head = [
    'connections',
    'rounds',
    'charge of the yardstick: /s',
    'µs',
    'confirmation: /s',
    'µs',
    'of it the call, µs',
    'credit, µs',
    'credit, × of a charge',
  ];
  const cells = rows.map((row) => [
    whole(row.connections),
    whole(row.rounds),
    whole(row.chargeRate),
    whole(row.chargeUs),
    whole(row.confirmRate),
    whole(row.confirmUs),
    whole(row.callUs),
    whole(row.confirmUs - row.callUs),
    `**${spreadOf(row.of, two)}**`,
  ]);
  return table(head, cells);
}

function askingTable(rows: readonly AskingRow[]): string {
  const head = [
    'the gateway answers after, ms',
    'windows',
    'polls a second: alone → beside',
    'of alone',
    'p99, ms: alone → beside',
    'orders asked about a second',
  ];
  const cells = rows.map((row) => [
    whole(row.delayMs),
    whole(row.windows),
    `${whole(row.aloneRate)} → ${whole(row.besideRate)}`,
    `**${spreadOf(row.of, two)}**`,
    `${fine(row.aloneP99)} → ${fine(row.besideP99)}`,
    whole(row.asked),
  ]);
  return table(head, cells);
}

/** Of a figure that was not measured nothing is met. */
const isKnown = (value: number | null): value is number => typeof value === 'number';

function creditGoal({ connections, of: { median } }: CreditRow): Goal {
  return {
    what: `Credit of a confirmed order with ${connections} connections: processor time, of the yardstick's plain charge`,
    goal: `≤ ${credit_most}`,
    measured: two(median),
    met: isKnown(median) && median <= credit_most,
  };
}

function askingGoal({ delayMs, of: { median } }: AskingRow, { unclear, fans }: Funding): Goal {
  const after = delayMs === 0 ? 'at once' : `after ${delayMs} ms`;
  return {
    what: `Polls of ${whole(fans)} fans beside ${whole(unclear)} unclear orders, of which the gateway says nothing ${after}: of their rate alone`,
    goal: `≥ ${polls_least}`,
    measured: two(median),
    met: isKnown(median) && median >= polls_least,
  };
}
