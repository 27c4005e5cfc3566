/** Calm concerts beside a hot one, as a table and a chart. */
import type { Calm, CalmBeside } from '../parts/calm.ts';
import { barChart } from '../svg.ts';
import { errorsRemark, fine, goalRemark, picture, remarks, spreadOf, table, whole, type Shown } from './shown.ts';

const p99_max = 2;

export function showCalm(calm: Calm): Shown {
  const { rows, calmRate, hotRate, floodConnections, seconds, windows, newcomers, newcomersRows } = calm;
  const names: Record<CalmBeside, string> = {
    alone: 'alone',
    hot: `beside ${whole(hotRate)}/s to one concert`,
    flood: `beside ${floodConnections} connections that never rest`,
  };
  const tenth = (value: number): string => fine(value);
  const cells = rows.map((row) => [
    names[row.beside],
    spreadOf(row.p50, tenth),
    `**${spreadOf(row.p99, tenth)}**`,
    fine(row.ofAlone, 2),
    ...(['status', 'seats', 'issue', 'hold'] as const).map((kind) => fine(row.kinds[kind]?.p99)),
    whole(row.hotRate),
    `${whole(row.serverBusy * 100)} + ${whole(row.postgresBusy * 100)}`,
  ]);
  const goals = rows
    .filter(({ beside }) => beside !== 'alone')
    .map(({ beside, ofAlone }) => ({
      what: `p99 of a hundred calm concerts ${names[beside]}, of what it is alone`,
      goal: `≤ ${p99_max} ×`,
      measured: `${fine(ofAlone, 2)} ×`,
      met: ofAlone <= p99_max,
    }));
  const each = table(
    [
      'a hundred calm concerts',
      'p50, ms',
      'p99, ms',
      '× of alone',
      'status',
      'seats',
      'issue',
      'hold: p99, ms',
      'hot, /s',
      'busy, %: service + PostgreSQL',
    ],
    cells,
  );
  const storms = table(
    [`${whole(newcomers)} fans of theirs connect at once`, 'half are answered after, ms', 'all after, ms', 'hot, /s'],
    newcomersRows.map((row) => [
      names[row.beside],
      spreadOf(row.p50, whole),
      `**${spreadOf(row.last, whole)}**`,
      whole(row.hotRate),
    ]),
  );
  const late = Math.max(...rows.map(({ lateP99 }) => lateP99));
  const said = remarks([
    ...goals.map(goalRemark),
    `The load tool itself sent 99 of 100 calm requests within ${fine(late)} ms of their time; that is part of the figures.`,
    errorsRemark(
      [...rows, ...newcomersRows].reduce((sum, { errors }) => sum + errors, 0),
      rows.find(({ firstBad }) => firstBad)?.firstBad,
    ),
  ]);
  const how = `${whole(calmRate)} calm requests a second at random times, each counted from the time it should have been sent; ${windows} windows of ${seconds} s of each kind, in turns.`;
  return {
    markdown: `${how}\n\n${each}\n\n${storms}${said}\n\n${picture('calm', 'How long the fans of calm concerts wait for an answer')}`,
    charts: {
      calm: barChart({
        title: 'How long the fans of calm concerts wait for an answer',
        note: `A hundred calm concerts with ${whole(calmRate)} requests a second in all, alone and beside one hot concert on the same server. Thin lines: half of the windows.`,
        unit: 'ms',
        series: ['p50', 'p99'],
        goal: { value: p99_max * (rows[0]?.p99.median ?? 0), text: 'twice the p99 alone' },
        groups: rows.map(({ beside, p50, p99 }) => ({
          label: beside === 'alone' ? 'alone' : beside === 'hot' ? 'beside a hot one' : 'beside a flood',
          bars: [p50, p99].map((one, series) => ({ series, value: one.median, low: one.low, high: one.high })),
        })),
      }),
    },
    goals,
  };
}
