/** What strangers cost the fans, as a table. */
import type { Door, DoorRow } from '../parts/door.ts';
import type { UnkindWay } from '../strangers.ts';
import { errorsRemark, fine, goalRemark, metOf, remarks, table, whole, type Goal, type Shown } from './shown.ts';

const rate_min = 0.7;
const p99_max = 3;
const grown_mb_max = 150;

const names: Record<UnkindWay, string> = {
  dear: '64 connections of one address on what is dearest, each with an invented place',
  tokens: '64 connections of one address, another invented place with each poll',
  pipelined: '8 connections that send 8 MB of requests each without waiting',
  bodies: '64 connections of one address, bodies at their limit and past it',
  slow: '1,000 connections that send a byte a second',
  'sign-ups': '200 sign-ups at once, from 40 addresses',
};

export function showDoor({ fans, seconds, rounds, rows, signIns }: Door): Shown {
  const goals = rows.flatMap(goalsOf);
  const isIn = signIns.succeeded === signIns.tried && signIns.tried > 0;
  goals.push({
    what: 'Fans who sign in beside 200 sign-ups',
    goal: 'all',
    measured: `${signIns.succeeded} of ${signIns.tried}, the slowest after ${fine(signIns.slowestMs / 1_000)} s`,
    met: isIn,
  });
  const cells = rows.map((row) => [
    names[row.way],
    `${whole(row.aloneRate)} → ${whole(row.besideRate)}`,
    `**${fine(row.rateOfAlone, 2)}**`,
    `${fine(row.aloneP99)} → ${fine(row.besideP99)}`,
    `**${fine(row.p99OfAlone, 1)}**`,
    whole(row.grownBytes / 1e6),
    whole(row.serverBusy * 100),
    answersOf(row),
  ]);
  const each = table(
    [
      `${fans} fans poll beside`,
      'polls a second: alone → beside',
      'of alone',
      'p99, ms: alone → beside',
      'of alone',
      'memory grows by, MB',
      'server busy, %',
      'strangers are answered',
    ],
    cells,
  );
  const missed = goals.filter(({ met }) => !met);
  const said = remarks([
    `The fans keep ${rate_min} of their rate and ${p99_max} times their p99, memory grows by less than ${grown_mb_max} MB, and all who sign in do: ${metOf(missed.length === 0)}.`,
    ...missed.map(goalRemark),
    `Signing in beside the sign-ups: ${signIns.succeeded} of ${signIns.tried}, the slowest after ${fine(signIns.slowestMs / 1_000)} s.`,
    errorsRemark(
      rows.reduce((sum, { errors }) => sum + errors, 0),
      rows.find(({ firstBad }) => firstBad)?.firstBad,
    ),
  ]);
  const how = `Each fan has a connection and an address of their own and polls as fast as it is answered. Windows of ${seconds} s alone and beside, alternating, ${rounds} of each (beside the sign-ups one); medians of the ratios of neighbours. The strangers begin a second before, and their own process has the lowest priority.`;
  return { markdown: `${how}\n\n${each}${said}`, charts: {}, goals };
}

function goalsOf(row: DoorRow): Goal[] {
  const beside = `Fans beside ${names[row.way]}`;
  const grown = row.grownBytes / 1e6;
  return [
    {
      what: `${beside}: rate, of alone`,
      goal: `≥ ${rate_min}`,
      measured: fine(row.rateOfAlone, 2),
      met: Number.isFinite(row.rateOfAlone) && row.rateOfAlone >= rate_min,
    },
    {
      what: `${beside}: p99, of alone`,
      goal: `≤ ${p99_max} ×`,
      measured: `${fine(row.p99OfAlone, 1)} ×`,
      met: Number.isFinite(row.p99OfAlone) && row.p99OfAlone <= p99_max,
    },
    {
      what: `${beside}: memory grows by`,
      goal: `< ${grown_mb_max} MB`,
      measured: `${whole(grown)} MB`,
      met: grown < grown_mb_max,
    },
  ];
}

function answersOf({ answers }: DoorRow): string {
  const said = Object.entries(answers).map(
    ([status, count]) => `${status === '0' ? 'nothing' : status}: ${whole(count)}`,
  );
  return said.length === 0 ? '–' : said.join(', ');
}
