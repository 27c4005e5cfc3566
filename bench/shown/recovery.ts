/** Recovery after `kill -9`, as a table and a chart. */
import type { Recovery, RecoveryCase } from '../parts/recovery.ts';
import { barChart } from '../svg.ts';
import { fine, goalRemark, picture, remarks, spreadOf, table, whole, type Shown } from './shown.ts';

const seconds_max = 10;
const names: Record<RecoveryCase, string> = {
  server: 'the server, started again at once',
  'server and PostgreSQL': 'the server and its embedded PostgreSQL at once, the server started again',
  PostgreSQL: 'the embedded PostgreSQL with all its processes; the server starts it again',
};

export function showRecovery({ rows, waiting }: Recovery): Shown {
  const hundredth = (value: number): string => fine(value, 2);
  const cells = rows.map((row) => [
    names[row.killed],
    spreadOf(row.read, hundredth),
    `**${spreadOf(row.write, hundredth)}**`,
    whole(row.acknowledged),
    whole(row.lost),
  ]);
  const goals = rows.map(({ killed, read, write, rounds }) => {
    const slower = Math.max(read.high, write.high);
    return {
      what: `After \`kill -9\` of ${names[killed]}, with ${whole(waiting)} waiting: until both answers are right`,
      goal: `< ${seconds_max} s`,
      measured: `${fine(Math.max(read.median, write.median), 2)} s`,
      met: rounds > 0 && slower < seconds_max,
    };
  });
  const lost = rows.reduce((sum, row) => sum + row.lost, 0);
  goals.push({
    what: 'Acknowledged places that were gone afterwards',
    goal: '0',
    measured: `${whole(lost)} of ${whole(rows.reduce((sum, { acknowledged }) => sum + acknowledged, 0))}`,
    met: lost === 0,
  });
  const each = table(
    [
      'killed in mid-load',
      'first right poll, s',
      'first right command, s',
      'places acknowledged before',
      'of them lost',
    ],
    cells,
  );
  const said = remarks(goals.map(goalRemark));
  return {
    markdown: `${rows[0]?.rounds ?? 0} times each, medians and in brackets the quartiles.\n\n${each}${said}\n\n${picture('recovery', 'How long until the first right answer after kill -9')}`,
    charts: {
      recovery: barChart({
        title: `After kill -9 with ${whole(waiting)} waiting: until the first right answer`,
        note: 'Seconds from the kill until a fan far back is told the right position (poll), and until a command that needs the database is answered rightly.',
        unit: 'seconds',
        series: ['poll', 'command'],
        goal: { value: seconds_max, text: `goal: under ${seconds_max} s` },
        groups: rows.map(({ killed, read, write }) => ({
          label: killed === 'server and PostgreSQL' ? 'both at once' : killed,
          bars: [read, write].map((one, series) => ({
            series,
            value: one.median,
            low: one.low,
            high: one.high,
            text: `${fine(one.median, 2)} s`,
          })),
        })),
      }),
    },
    goals,
  };
}
