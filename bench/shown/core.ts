/** The core's table, the cost of a long line, the memory of a waiting fan, and a chart for each number of connections. */
import type { Core } from '../parts/core.ts';
import { tableOf, type Row } from '../report.ts';
import { crowd_connections_min } from '../scenarios.ts';
import { barChart } from '../svg.ts';
import { fine, metOf, picture, remarks, whole, type Goal, type Shown } from './shown.ts';

const poll_cost_max = 1.1;
const bytes_max = 64;

export function showCore({ rows, polls, memory, audits, rounds, seconds, few }: Core): Shown {
  const goals: Goal[] = [...goalsOf(rows)];
  const lines: string[] = [];
  if (polls !== undefined) {
    const { shortRate, longRate, cost, shortUs, longUs, errors } = polls;
    const met = cost <= poll_cost_max;
    const what = 'A status poll with 1,000,000 in line, of one with 1,000';
    goals.push({ what, goal: `≤ ${poll_cost_max} ×`, measured: `${fine(cost, 2)} ×`, met });
    lines.push(
      `${what}: ${fine(cost, 2)} × (goal ≤ ${poll_cost_max} ×): ${metOf(met)}. ${whole(longRate)} and ${whole(shortRate)} polls a second, ` +
        `${whole(longUs)} and ${whole(shortUs)} µs of the server's processor${errors > 0 ? `, **${errors} errors**` : ''}.`,
    );
  }
  if (memory !== undefined) {
    const met = memory.inUse <= bytes_max;
    const what = 'Memory per waiting fan';
    goals.push({ what, goal: `≤ ${bytes_max} bytes`, measured: `${fine(memory.inUse)} bytes`, met });
    lines.push(
      `${what}: ${fine(memory.inUse)} bytes in use after a collection (goal ≤ ${bytes_max}): ${metOf(met)}; ` +
        `${fine(memory.resident)} bytes of resident memory (1,000 in line: ${megabytes(memory.short.inUse)} and ${megabytes(memory.short.resident)}; ` +
        `1,000,000: ${megabytes(memory.long.inUse)} and ${megabytes(memory.long.resident)}).`,
    );
  }
  for (const { of, ok, said } of audits)
    lines.push(`Audit of the ${of}: ${ok ? 'every rule holds.' : `**broken:** ${said}`}`);
  const charts = chartsOf(rows);
  const pictures = Object.keys(charts).map((name) =>
    picture(name, `Answers a second of the service, the bare server and the twin`),
  );
  const fewer =
    few === undefined
      ? ''
      : ` (with fewer than ${crowd_connections_min} connections ${few.rounds} of ${few.seconds} s)`;
  return {
    markdown: `${rounds} rounds of ${seconds} s each${fewer}, in turns; medians.\n\n${tableOf(rows)}${remarks(lines)}\n\n${pictures.join('\n\n')}`,
    charts,
    goals,
  };
}

function isCrowd({ connections }: Row): boolean {
  return connections >= crowd_connections_min;
}

/** One for each scenario and server: met where it is met at every number of connections of a crowd. */
function goalsOf(rows: readonly Row[]): Goal[] {
  return [...Map.groupBy(rows.filter(isCrowd), ({ scenario }) => scenario)].flatMap(([scenario, own]) => {
    const [first] = own;
    const goal = (of: 'bare' | 'twin', what: string, pick: (row: Row) => number | undefined): Goal[] => {
      const least = first?.goal[of];
      if (least === undefined) return [];
      const reached = own.map((row) => `${fine(pick(row), 2)} at ${row.connections}`).join(', ');
      return [{ what, goal: `≥ ${least}`, measured: reached, met: own.every((row) => (pick(row) ?? 0) >= least) }];
    };
    return [
      ...goal('bare', `${scenario}: of the bare server's rate`, ({ ofBare }) => ofBare),
      ...goal('twin', `${scenario}: times the rate without batching`, ({ ofTwin }) => ofTwin),
    ];
  });
}

const names = { bare: 'bare server', service: 'service', twin: 'service without batching' } as const;

function chartsOf(rows: readonly Row[]): Record<string, string> {
  const targets = ['service', 'bare', 'twin'] as const;
  return Object.fromEntries(
    [...Map.groupBy(rows.filter(isCrowd), ({ connections }) => connections)].map(([connections, own]) => [
      `core-${connections}`,
      barChart({
        title: `Answers a second, ${connections} connections`,
        note: 'The service, with durable commits; a bare Node server that answers the same bytes from memory; and the service without batching, for what writes.',
        unit: 'answers a second',
        series: targets.map((target) => names[target]),
        groups: own.map(({ scenario, servers }) => ({
          label: scenario.replace(', through a proxy', ', proxy'),
          bars: targets.flatMap((target, series) => {
            const figures = servers[target];
            return figures === undefined ? [] : [{ series, value: figures.rate }];
          }),
        })),
      }),
    ]),
  );
}

function megabytes(bytes: number): string {
  return `${fine(bytes / 2 ** 20, 0)} MB`;
}
