/** The fan's pages, as a table and two charts. */
import type { Pages } from '../parts/pages.ts';
import { barChart } from '../svg.ts';
import { fine, goalRemark, picture, remarks, spreadOf, table, whole, type Shown } from './shown.ts';

export function showPages({ rows, browser, slowdown, network, rounds, failures }: Pages): Shown {
  const kilobytes = (bytes: number): string => fine(bytes / 1_024);
  const own = ({ html, js, css }: (typeof rows)[number]): number => html + js + css;
  const seconds = (ms: number): string => fine(ms / 1_000, 2);
  const cells = rows.map((row) => [
    row.name,
    `**${kilobytes(own(row))}**`,
    kilobytes(row.html),
    kilobytes(row.js),
    kilobytes(row.css),
    kilobytes(row.data),
    kilobytes(row.font),
    whole(row.requests),
    spreadOf(row.painted, seconds),
    spreadOf(row.usable, seconds),
  ]);
  const goals = rows.flatMap((row) =>
    row.goal === undefined
      ? []
      : [
          {
            what: `${row.name}: HTML, JavaScript and CSS, compressed`,
            goal: `< ${whole(row.goal / 1_024)} KB`,
            measured: `${kilobytes(own(row))} KB`,
            met: own(row) < row.goal,
          },
        ],
  );
  const each = table(
    ['page', 'own, KB', 'HTML', 'JS', 'CSS', 'answers of the API', 'font', 'requests', 'first paint, s', 'usable, s'],
    cells,
  );
  const line = `${network.latencyMs} ms latency, ${network.downKilobits / 1_000} Mbit/s down, ${network.upKilobits / 1_000} Mbit/s up`;
  const said = remarks([...goals.map(goalRemark), ...failures.map((failure) => `**Not measured:** ${failure}`)]);
  const goal = rows.find((row) => row.goal !== undefined)?.goal;
  const budget = { value: (goal ?? 0) / 1_024, text: `allowed for the waiting room: ${whole((goal ?? 0) / 1_024)} KB` };
  return {
    markdown: `${browser}; processor slowed ${slowdown} ×; ${line}; empty cache; ${rounds} times each, medians and in brackets the quartiles. KB are 1,024 bytes, compressed, without headers.\n\n${each}${said}\n\n${picture('pages-size', 'How much each page loads')}\n\n${picture('pages-time', 'How soon each page is painted and can be used')}`,
    charts: {
      'pages-size': barChart({
        title: 'How much each page loads',
        note: 'Compressed, without the font and without what the API answers; nothing in the browser’s cache.',
        unit: 'KB',
        series: ['HTML', 'JavaScript', 'CSS'],
        stacked: true,
        ...(goal === undefined ? {} : { goal: budget }),
        groups: rows.map((row) => ({
          label: row.name,
          bars: [row.html, row.js, row.css].map((bytes, series) => ({
            series,
            value: bytes / 1_024,
            ...(series === 0 ? { text: `${kilobytes(own(row))} KB` } : {}),
          })),
        })),
      }),
      'pages-time': barChart({
        title: 'How soon each page is painted, and can be used',
        note: `On a processor slowed ${slowdown} times and a line of ${line}. Usable: its content is there and its script is at rest.`,
        unit: 'seconds',
        series: ['first paint', 'usable'],
        groups: rows.map((row) => ({
          label: row.name,
          bars: [row.painted, row.usable].map((one, series) => ({
            series,
            value: one.median / 1_000,
            low: one.low / 1_000,
            high: one.high / 1_000,
            text: `${seconds(one.median)} s`,
          })),
        })),
      }),
    },
    goals,
  };
}
