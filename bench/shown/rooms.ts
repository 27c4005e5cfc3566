/** Thirty-two rooms at once, as a table. */
import { rooms_count, type Rooms, type RoomsRow } from '../parts/rooms.ts';
import {
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

const rate_least = 5;
const heard_ms_most = 250;

const flushOf = ({ flushMs }: RoomsRow): string => (flushMs === 0 ? 'as it is' : `${flushMs} ms longer`);

export function showRooms({ commits, seconds, rows, audits }: Rooms): Shown {
  const cells = rows.map((row) => [
    flushOf(row),
    whole(row.rounds),
    ...[row.builds.yardstick, row.builds.this].flatMap(({ rate, p99, workUs, heard }) => [
      whole(rate),
      fine(p99),
      whole(workUs),
      `${fine(heard.p50)} / ${fine(heard.p99)} / ${fine(heard.most)}`,
    ]),
    `**${spreadOf(row.of, (value) => fine(value, 2))}**`,
  ]);
  const build = (name: string): string[] => [
    `${name}: commits, /s`,
    'p99, ms',
    'work, µs',
    'another server heard after, ms: p50 / p99 / most',
  ];
  const goals = rows.flatMap(goalsOf);
  const errors = rows.reduce((sum, { builds }) => sum + builds.yardstick.errors + builds.this.errors, 0);
  const said = remarks([...goals.map(goalRemark), ...audits.map(namedAuditRemark), errorsRemark(errors)]);
  const how = `The yardstick is ${commits.yardstick}, this build ${commits.this}. ${rooms_count} rooms, in each one fan after the other takes a place; rounds of ${seconds} s, in turns; medians, and in brackets the quartiles of the ratios.`;
  return {
    markdown: `${how}\n\n${table(['each flush', 'rounds', ...build('yardstick'), ...build('this build'), 'commits, × of it'], cells)}${said}`,
    charts: {},
    goals,
  };
}

/** Of a disk that is as quick as here nothing is wished: commits then hardly wait for each other. */
function goalsOf(row: RoomsRow): Goal[] {
  const { heard } = row.builds.this;
  const told: Goal = {
    what: `${rooms_count} rooms at once, each flush ${flushOf(row)}: another server has heard of a commit, p99`,
    goal: `≤ ${heard_ms_most} ms`,
    measured: `${fine(heard.p99)} ms, of ${whole(heard.turns)}`,
    met: heard.p99 <= heard_ms_most,
  };
  if (row.flushMs === 0) return [told];
  const rate: Goal = {
    what: `${rooms_count} rooms at once, each flush ${flushOf(row)}: commits a second, of the yardstick's`,
    goal: `≥ ${rate_least}`,
    measured: fine(row.of.median, 2),
    met: row.of.median >= rate_least,
  };
  return [rate, told];
}
