/** A date called off, as a table with its goals. */
import type { CallingOff } from '../parts/calling-off.ts';
import {
  errorsRemark,
  fine,
  goalRemark,
  namedAuditRemark,
  remarks,
  spreadOf,
  table,
  whole,
  type Shown,
} from './shown.ts';

const rate_least = 2_000;
const p99_most = 2;

export function showCallingOff(figures: CallingOff): Shown {
  const { seats, fans, pollRate, seconds, rounds, aloneRate, besideRate, serverUs, postgresUs } = figures;
  const { alone, beside, p99OfAlone, errors, firstBad, lateP99 } = figures;
  const tenth = (value: number): string => fine(value);
  const goals = [
    {
      what: `A date of ${whole(seats)} paid seats called off while ${whole(fans)} fans poll: reservations given back a second`,
      goal: `≥ ${whole(rate_least)}`,
      measured: whole(besideRate.median),
      met: besideRate.median >= rate_least,
    },
    {
      what: `p99 of their polls beside it, of what it is alone`,
      goal: `≤ ${p99_most} ×`,
      measured: `${fine(p99OfAlone.median, 2)} ×`,
      met: p99OfAlone.median <= p99_most,
    },
  ];
  const how = `${whole(fans)} waiting fans poll ${whole(pollRate)} times a second at their own times; windows of ${seconds} s with nothing else and while a date of ${whole(seats)} reservations of one seat, with a compensation, is refunded, in turns (${rounds} of each).`;
  const cells = [
    ['nobody polls', whole(aloneRate), `${whole(serverUs)} + ${whole(postgresUs)}`, '–', '–'],
    ['nothing is called off', '–', '–', spreadOf(alone.p50, tenth), spreadOf(alone.p99, tenth)],
    [
      'both',
      `**${spreadOf(besideRate, whole)}**`,
      '–',
      spreadOf(beside.p50, tenth),
      `**${spreadOf(beside.p99, tenth)}**`,
    ],
  ];
  const head = ['', 'reservations a second', 'work for one, µs: service + PostgreSQL', 'poll: p50, ms', 'p99, ms'];
  const said = remarks([
    ...goals.map(goalRemark),
    `The load tool itself sent 99 of 100 polls within ${fine(lateP99)} ms of their time; that is part of the figures.`,
    namedAuditRemark(figures.audit),
    errorsRemark(errors, firstBad),
  ]);
  return { markdown: `${how}\n\n${table(head, cells)}${said}`, charts: {}, goals };
}
