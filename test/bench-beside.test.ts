/** The bench beside another build, and with few connections: which goals are for which figures, and whose work is counted. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { openBuild } from '../bench/builds.ts';
import { beside_connections, beside_kinds, type Beside } from '../bench/parts/beside.ts';
import type { Core } from '../bench/parts/core.ts';
import { credit_connections, delays_ms, type Funding } from '../bench/parts/funding.ts';
import type { Rooms } from '../bench/parts/rooms.ts';
import { watchFamily } from '../bench/processor.ts';
import { rowsOf } from '../bench/report.ts';
import type { Kept } from '../bench/results.ts';
import { scenarios } from '../bench/scenarios.ts';
import { goalsOf, shownOf } from '../bench/show.ts';
import { showCore } from '../bench/shown/core.ts';
import type { Spread } from '../bench/statistics.ts';

function kept<T>(figures: T): Kept<T> {
  return { when: '2030-05-01T10:00:00.000Z', ranOn: 'A machine.', loadAverage: 0.25, tookSeconds: 61.2, figures };
}

const same = (value: number): Spread => ({ median: value, low: value, high: value });

/** Every time and all work of this build as `less` of the yardstick's, every rate as `more`. */
function beside(less: number, more: number): Beside {
  const figures = { rate: 100, p50: 1, p99: 2, serverUs: 50, postgresUs: 20 };
  const builds = { yardstick: figures, this: figures };
  const faults = { errors: 0, firstBad: undefined };
  const rows = beside_kinds.flatMap((kind) =>
    beside_connections.map((connections) => {
      // A payment may take less of the yardstick's time than the others.
      const of = { rate: same(more), p50: same(kind === 'pay' ? less * 0.88 : less), work: same(less) };
      return { kind, connections, rounds: 5, builds, of, ...faults };
    }),
  );
  const bookings = [64, 512].map((fans) => {
    return { fans, rounds: 3, builds, of: { rate: same(more), p50: same(less), work: same(less) }, ...faults };
  });
  const work = { serverMs: 30, postgresMs: 20 };
  const idle = {
    concerts: 5_000,
    seconds: 20,
    rounds: 2,
    builds: { yardstick: work, this: work },
    of: same(less * 0.5),
  };
  const commits = { yardstick: 'ed3d79b', this: 'abcdef0' };
  return { commits, seconds: 1, bookingSeconds: 3, rows, bookings, idle, loadBusy: 0.3, audits: [] };
}

describe('figures', () => {
  test('of another build are held against each goal at its connections', () => {
    const met = goalsOf({ beside: kept(beside(0.5, 2)) });
    assert.equal(met.match(/ met /g)?.length, 18);
    assert.doesNotMatch(met, /missed/);
    const half = goalsOf({ beside: kept(beside(0.5, 1.75)) });
    assert.match(half, /pay: rate with 512 connections.*≥ 1\.7 .* met/);
    assert.match(half, /pay: rate with 8 and 50 connections.*≥ 1\.8 .*1\.75 at 8, 1\.75 at 50.*missed/);
    const slow = goalsOf({ beside: kept(beside(0.51, 2)) });
    assert.deepEqual(
      [...slow.matchAll(/^\| (.*?) \|.*missed/gm)].map(([, what]) => what?.replace(/,.*/, '')),
      [
        'issue: processor time with one connection',
        'hold: processor time with one connection',
        'charge: processor time with one connection',
        'pay: processor time with one connection',
      ],
    );
    const unread = JSON.parse(JSON.stringify(beside(Number.NaN, Number.NaN))) as Beside;
    assert.equal(goalsOf({ beside: kept(unread) }).match(/missed/g)?.length, 18);
  });

  test('of rooms at once have goals of commits where a flush takes longer, and of news always', () => {
    const rooms = (ratio: number, p99: number): Rooms => {
      const heard = { p50: 5, p99, most: 300, turns: 100 };
      const figures = { rate: 100, p99: 9, workUs: 900, heard, errors: 0 };
      const row = { rounds: 4, builds: { yardstick: figures, this: figures }, of: same(ratio) };
      const rows = [0, 5].map((flushMs) => ({ flushMs, ...row }));
      return { commits: { yardstick: 'ed3d79b', this: 'abcdef0' }, seconds: 4, rows, audits: [] };
    };
    assert.equal(goalsOf({ rooms: kept(rooms(5, 250)) }).match(/ met /g)?.length, 3);
    const missed = goalsOf({ rooms: kept(rooms(4.9, 251)) }).match(/^.*missed.*$/gm) ?? [];
    assert.deepEqual(
      missed.map((line) => line.split(' | ').slice(1, 3)),
      [
        ['≤ 250 ms', '251.0 ms, of 100'],
        ['≥ 5', '4.90'],
        ['≤ 250 ms', '251.0 ms, of 100'],
      ],
    );
  });

  test('of money from outside have goals of the credit, and of the polls beside it', () => {
    const funding = (credit: number, polls: number): Funding => {
      const faults = { errors: 0, firstBad: undefined };
      const credits = credit_connections.map((connections) => {
        const us = { chargeUs: 200, confirmUs: 400, callUs: 160, chargeRate: 5_000, confirmRate: 2_500 };
        return { connections, rounds: 7, ...us, of: same(credit), ...faults };
      });
      const askings = delays_ms.map((delayMs) => {
        const rates = { aloneRate: 20_000, besideRate: 19_000, aloneP99: 6, besideP99: 7, asked: 160 };
        return { delayMs, windows: 5, ...rates, of: same(polls), ...faults };
      });
      const sizes = { seconds: 1, fans: 10_000, unclear: 10_000, windowSeconds: 3, pollConnections: 64 };
      const commits = { yardstick: 'ed3d79b', this: 'abcdef0' };
      return { commits, ...sizes, credits, askings, loadBusy: 0.3, audits: [] };
    };
    assert.equal(goalsOf({ funding: kept(funding(1.2, 0.9)) }).match(/ met /g)?.length, 3);
    assert.equal(goalsOf({ funding: kept(funding(1.21, 0.9)) }).match(/Credit.*missed/g)?.length, 2);
    assert.equal(goalsOf({ funding: kept(funding(1.2, 0.89)) }).match(/Polls.*missed/g)?.length, 1);
    const unread = JSON.parse(JSON.stringify(funding(Number.NaN, Number.NaN))) as Funding;
    assert.equal(goalsOf({ funding: kept(unread) }).match(/missed/g)?.length, 3);
    const { markdown = '' } = shownOf({ funding: kept(funding(1.2, 0.9)) }, 'funding') ?? {};
    assert.match(markdown, /^\| 64 \| 7 \| 5,000 \| 200 \| 2,500 \| 400 \| 160 \| 240 \| \*\*1\.20\*\* \|$/m);
    assert.match(markdown, /10,000 waiting fans poll on 64 connections/);
  });

  test('at the few connections of a quiet sale have no goal of the bare server or of batching', () => {
    const round = { answers: 100, seconds: 1, p50: 1, p99: 2, statuses: { 201: 100 }, firstBad: undefined };
    const work = { serverUs: 20, postgresUs: 1, sent: 100, busy: 0.2 };
    const scenario = scenarios(1).find(({ name }) => name === 'pay');
    assert(scenario !== undefined);
    const measured = [1, 50, 64, 512].flatMap((connections) =>
      scenario.targets.map((target) => ({ ...round, ...work, rate: 100, target, connections })),
    );
    const rows = rowsOf(scenario, measured);
    assert.deepEqual(
      rows.map(({ met }) => met),
      [undefined, undefined, false, false],
    );
    const core: Core = {
      rounds: 7,
      seconds: 2,
      few: { rounds: 3, seconds: 1 },
      rows,
      polls: undefined,
      memory: undefined,
      audits: [],
    };
    const { goals, charts, markdown } = showCore(core);
    assert.deepEqual(
      goals.map(({ measured }) => measured),
      ['1.00 at 64, 1.00 at 512', '1.00 at 64, 1.00 at 512'],
    );
    assert.deepEqual(Object.keys(charts), ['core-64', 'core-512']);
    assert.match(markdown, /\| pay \| 50 \|/);
  });
});

test('a folder without a build is refused, and what to do is said', async () => {
  await assert.rejects(openBuild('yardstick', import.meta.dirname), /no build .* lies in .*git worktree add .*npm ci/);
});

/** Works for so long, says so, and stays. */
const worker = `
  process.stdin.once('data', () => {
    const from = process.cpuUsage();
    while (process.cpuUsage(from).user < 100_000);
    console.log('done');
  });`;

test('the sessions of another database are not counted as work for this one', async (context) => {
  const child = spawn(process.execPath, ['-e', worker, 'postgres', 'theirs'], { stdio: ['pipe', 'pipe', 'inherit'] });
  context.after(() => child.kill());
  const watches = [watchFamily(process.pid), watchFamily(process.pid, 'ours'), watchFamily(process.pid, 'theirs')];
  if (watches[0]?.() === undefined) return context.skip('nobody tells processor time here');
  child.stdin.write('work');
  await once(child.stdout, 'data');
  const [all = 0, butOurs = 0, butTheirs = 0] = watches.map((watch) => watch());
  assert(all - butTheirs >= 0.05, `${all} and ${butTheirs}`);
  assert(butOurs - butTheirs >= 0.05, `${butOurs} and ${butTheirs}`);
});
