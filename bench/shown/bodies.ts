/** What a body costs at most, as tables: each endpoint with its dearest shape, and all shapes of the longest body. */
import type { Bodies, BodiesRow } from '../parts/bodies.ts';
import { fine, goalRemark, remarks, table, whole, type Goal, type Shown } from './shown.ts';

const ms_max = 5;

export function showBodies({ rounds, requests, rows, plainMs, taken }: Bodies): Shown {
  const byCost = rows.toSorted((one, other) => dearestOf(other) - dearestOf(one));
  const [most] = byCost;
  const goal: Goal = {
    what: 'Processor time of a body as long as it is read, the dearest of every endpoint and shape',
    goal: `< ${ms_max} ms`,
    measured: `${fine(most === undefined ? undefined : dearestOf(most), 2)} ms`,
    met: most !== undefined && dearestOf(most) < ms_max,
  };
  const each = table(
    ['endpoint', 'bytes', 'dearest shape', 'ms', 'second', 'ms', 'from nobody, ms'],
    byCost.map(({ endpoint, bytesMax, shapes: [first, second], nobodyMs }) => [
      `\`${endpoint}\``,
      whole(bytesMax),
      first?.shape ?? '–',
      `**${fine(first?.ms, 2)}**`,
      second?.shape ?? '–',
      fine(second?.ms, 2),
      fine(nobodyMs, 2),
    ]),
  );
  const longest = rows.toSorted((one, other) => other.bytesMax - one.bytesMax)[0];
  const shapes = table(
    [`\`${longest?.endpoint}\``, 'ms'],
    (longest?.shapes ?? []).map(({ shape, ms }) => [shape, fine(ms, 2)]),
  );
  const said = remarks([
    goalRemark(goal),
    taken > 0 && `**${whole(taken)} of them were taken for a body in order**, and what was then done is in their time.`,
  ]);
  const how =
    `Processor milliseconds of the server for one request, its connection and its refusal included, whatever it waits ` +
    `for: lower quartiles of ${rounds} rounds of ${requests} requests each, since other work on the machine can only add. A \`GET /healthz\` that comes in the same way takes ${fine(plainMs, 2)} ms.`;
  return { markdown: `${how}\n\n${each}\n\n${shapes}${said}`, charts: {}, goals: [goal] };
}

function dearestOf({ shapes: [first] }: BodiesRow): number {
  return first?.ms ?? Number.NaN;
}
