/** What the bench does beside measuring: its options, its statistics, the file it keeps and the document it writes. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { calmMaker } from '../bench/calm-requests.ts';
import { rewritten } from '../bench/document.ts';
import { part_names, readOptions } from '../bench/options.ts';
import type { Bookings } from '../bench/parts/bookings.ts';
import type { Recovery } from '../bench/parts/recovery.ts';
import { keepResults, readResults, type Kept, type Results } from '../bench/results.ts';
import { documentOf, goalsOf, show, shownOf } from '../bench/show.ts';
import { arrivalTimes, median, quantile, ranked, spread, turns } from '../bench/statistics.ts';

const documents = path.join(import.meta.dirname, '../docs');
const document_file = path.join(documents, 'performance.md');

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'maejin-bench-test-'));
});
after(() => rm(folder, { recursive: true, force: true }));

function kept<T>(figures: T): Kept<T> {
  return { when: '2030-05-01T10:00:00.000Z', ranOn: 'A machine.', loadAverage: 0.25, tookSeconds: 61.2, figures };
}

const all = { median: 2, low: 1.5, high: 2.5 };

function recovery(seconds: number, lost = 0): Recovery {
  const slow = { median: seconds, low: seconds, high: seconds };
  const row = { read: all, write: slow, acknowledged: 500, lost, rounds: 3 };
  return {
    waiting: 1_000_000,
    rows: [
      { killed: 'server', ...row },
      { killed: 'PostgreSQL', ...row, write: all },
    ],
  };
}

describe('options', () => {
  test('nothing asked for is the core, as the document shows it', () => {
    const { parts, kept, quick, scenarios, connections } = readOptions([]);
    assert.deepEqual([parts, kept, quick, scenarios], [['core'], true, false, []]);
    assert.deepEqual(connections, [1, 8, 50, 64, 512]);
  });

  test('all of it, or parts in their order', () => {
    const alone = part_names.filter((name) => !['beside', 'rooms', 'funding', 'cancellation'].includes(name));
    assert.deepEqual(readOptions(['--all']).parts, alone);
    assert.deepEqual(readOptions(['--only', 'pages,growth']).parts, ['growth', 'pages']);
    assert.equal(readOptions(['--only', 'pages,growth']).kept, true);
  });

  test('scenarios of the core, whose figures are not those of the document', () => {
    const { parts, scenarios, kept } = readOptions(['--only', 'status,growth']);
    assert.deepEqual([parts, scenarios, kept], [['core', 'growth'], ['status'], false]);
    assert.deepEqual(readOptions(['--only', 'memory']).scenarios, ['memory']);
  });

  test('short runs, profiles and other numbers are not kept for the document', () => {
    for (const args of [['--quick'], ['--all', '--quick'], ['--profile'], ['--rounds', '1'], ['--connections', '64']])
      assert.equal(readOptions(args).kept, false, args.join(' '));
    assert.equal(readOptions(['--rounds', '5']).kept, true);
  });

  test('another build stands beside only where its folder is named', () => {
    const asked = readOptions(['--only', 'beside', '--yardstick', '../other']);
    assert.deepEqual([asked.parts, asked.yardstick, asked.kept], [['beside'], '../other', true]);
    assert.deepEqual(readOptions(['--all', '--yardstick', '../other']).parts, part_names);
    for (const part of ['beside', 'rooms', 'funding'])
      assert.throws(() => readOptions(['--only', part]), /--yardstick/);
    assert.throws(() => readOptions(['--only', 'pay', '--yardstick', '../other']), /beside/);
  });

  test('charts alone measure nothing', () => {
    const { parts, charts } = readOptions(['--charts']);
    assert.deepEqual([parts, charts], [[], true]);
  });

  test('what cannot be is said, with what can', () => {
    assert.throws(
      () => readOptions(['--only', 'everything']),
      /nothing called everything[^]*--only core,beside,rooms,growth/,
    );
    assert.throws(() => readOptions(['--all', '--only', 'growth']), /contradict/);
    assert.throws(() => readOptions(['--rounds', '0']), /above 0/);
    assert.throws(() => readOptions(['--seconds', 'many']), /above 0/);
    assert.throws(() => readOptions(['--everything']), /Unknown option/);
  });
});

describe('statistics', () => {
  test('medians, quartiles and ranks', () => {
    assert.equal(median([5, 1, 3]), 3);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert(Number.isNaN(median([])));
    assert.deepEqual(spread([1, 2, 3, 4, 5]), { median: 3, low: 2, high: 4 });
    assert.equal(quantile([10, 20], 0.75), 17.5);
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    assert.deepEqual(
      [ranked(hundred, 0.5), ranked(hundred, 0.99), ranked(hundred, 1), ranked([7], 0.01)],
      [50, 99, 100, 7],
    );
    assert(Number.isNaN(ranked([], 0.5)));
  });

  test('turns begin with another one each time, and nobody is left out', () => {
    const rounds = [0, 1, 2, 3].map((round) => turns(['a', 'b', 'c'], round).join(''));
    assert.deepEqual(rounds, ['abc', 'bca', 'cab', 'abc']);
  });

  test('people come at random, as often as was said, and the same way again', () => {
    const plan = { rate: 500, seconds: 20, seed: 7 };
    const times = arrivalTimes(plan);
    assert(Math.abs(times.length - 10_000) < 400, `${times.length}`);
    assert.deepEqual(
      times,
      times.toSorted((one, other) => one - other),
    );
    assert(times.every((at) => at >= 0 && at < 20_000));
    const gaps = times.map((at, index) => at - (times[index - 1] ?? 0));
    // Half of the gaps of such arrivals are shorter than 0.69 of the mean: they are not evenly spaced.
    assert(Math.abs(median(gaps) / 2 - Math.LN2) < 0.05, `${median(gaps)}`);
    assert.deepEqual(arrivalTimes(plan), times);
    assert.notDeepEqual(arrivalTimes({ ...plan, seed: 8 }), times);
  });
});

describe('the document', () => {
  const text =
    'before\n<!-- bench:one -->\nold\n<!-- /bench:one -->\nafter\n<!-- bench:two -->\nkept\n<!-- /bench:two -->\n';

  test('changes between the marks of that name, and nowhere else', () => {
    const changed = rewritten(text, 'one', 'new $& text\n');
    assert.equal(
      changed,
      text.replace('\nold\n', () => '\n\nnew $& text\n\n'),
    );
    assert.equal(rewritten(changed, 'one', 'new $& text'), changed, 'the same again changes nothing');
  });

  test('must have the marks, once and in order', () => {
    assert.throws(() => rewritten(text, 'three', ''), /<!-- bench:three -->/);
    assert.throws(() => rewritten(text + text, 'one', ''), /once/);
    assert.throws(() => rewritten('<!-- /bench:one --> <!-- bench:one -->', 'one', ''), /once/);
  });

  test('of this repository has a place for every part and for the goals', async () => {
    for (const name of [...part_names, 'goals'] as const) {
      const document = await readFile(path.join(documents, documentOf(name)), 'utf8');
      assert.doesNotThrow(() => rewritten(document, name, 'x'), name);
    }
  });

  test('shows every chart that lies beside it, and none that does not', async () => {
    const document = await readFile(document_file, 'utf8');
    const shown = [...document.matchAll(/\]\(charts\/([\w-]+\.svg)\)/g)].map(([, name = '']) => name).toSorted();
    const there = await readdir(path.join(path.dirname(document_file), 'charts')).catch(() => []);
    assert.deepEqual(shown, there.filter((name) => name.endsWith('.svg')).toSorted());
  });
});

describe('results', () => {
  test('are kept part by part, each with when and where', async () => {
    const file = path.join(folder, 'kept', 'bench.json');
    assert.deepEqual(await readResults(file), {});
    await keepResults(file, { recovery: kept(recovery(3)) });
    const second = { ...kept(recovery(4)), when: '2031-01-01T00:00:00.000Z' };
    await keepResults(file, { bookings: kept(bookings()) });
    const both = await keepResults(file, { recovery: second });
    assert.equal(both.recovery?.when, second.when);
    assert.equal(both.bookings?.when, '2030-05-01T10:00:00.000Z');
    assert.deepEqual(await readResults(file), both);
  });

  test('that cannot be read are not thrown away', async () => {
    const file = path.join(folder, 'broken.json');
    await writeFile(file, '{ half');
    await assert.rejects(readResults(file), /broken\.json cannot be read/);
    await assert.rejects(keepResults(file, { recovery: kept(recovery(3)) }));
    assert.equal(await readFile(file, 'utf8'), '{ half');
  });

  test('say of each goal whether it was met', () => {
    const results = (seconds: number, lost?: number): Results => ({ recovery: kept(recovery(seconds, lost)) });
    assert.doesNotMatch(goalsOf(results(9)), /missed/);
    assert.equal(goalsOf(results(11)).match(/\*\*missed\*\*/g)?.length, 1);
    assert.equal(goalsOf(results(9, 1)).match(/\*\*missed\*\*/g)?.length, 1);
    assert.match(shownOf(results(11), 'recovery')?.markdown ?? '', /11\.00 s \(goal < 10 s\): \*\*missed\*\*/);
    assert.match(shownOf(results(9), 'recovery')?.markdown ?? '', /A machine\. .*2030-05-01 10:00 UTC, 61 s/);
    assert.equal(shownOf(results(9), 'growth'), undefined);
  });

  test('that went wrong are not passed over', () => {
    const wrong = { ...bookings(), audit: { of: 'database', ok: false, said: 'I1 is broken' } };
    const rows = wrong.rows.map((row) => ({ ...row, errors: 3, firstBad: 'pay: 500', loadBusy: 0.97 }));
    const said = shownOf({ bookings: kept({ ...wrong, rows }) }, 'bookings')?.markdown ?? '';
    for (const fault of [
      /I1 is broken/,
      /3 answers were none of the expected ones.* pay: 500/,
      /load tool was at its limit/,
    ])
      assert.match(said, fault);
    const well = shownOf({ bookings: kept(bookings()) }, 'bookings')?.markdown ?? '';
    assert.doesNotMatch(well, /broken|expected ones|at its limit/);
  });

  test('of four servers are met by what a write costs, as long as the load is the same', () => {
    const row = { connections: 128, rate: all, p99: 5, serverUs: 40, postgresUs: 20, errors: 0, firstBad: undefined };
    const cost = (median: number) => ({ ...row, costOfOne: { median, low: median, high: median } });
    const rows = [
      { ...cost(1), kind: 'issue', setup: 'one' },
      { ...cost(1.15), kind: 'issue', setup: 'four' },
      { ...cost(1.16), kind: 'pay', setup: 'four' },
      { ...cost(3), kind: 'pay', setup: 'four, more load' },
      { ...cost(3), kind: 'status', setup: 'four' },
    ] as const;
    const told = { balancer: 'HAProxy 2.6', seconds: 1, rounds: 1, warmUpRequests: 10, rows, loadBusy: 0.2 };
    const wrong = { of: 'four', ok: false, said: 'I1 is broken' };
    const figures = kept({ ...told, audits: [{ of: 'one', ok: true, said: '' }, wrong] });
    const goals = goalsOf({ processes: figures });
    assert.match(goals, /^\| issue, .* 1\.15 × \| met \|$/m);
    assert.match(goals, /^\| pay, .* 1\.16 × \| \*\*missed\*\* \|$/m);
    assert.equal(goals.split('\n').length, 4, 'and these are all');
    assert.match(shownOf({ processes: figures }, 'processes')?.markdown ?? '', /HAProxy 2\.6[^]*I1 is broken/);
  });

  test('of fans whom nobody answered are missed, also when the file has made nothing of "for ever"', () => {
    const way = 'pipelined' as const;
    const rates = { aloneRate: 10_000, besideRate: 0, rateOfAlone: 0, serverBusy: 1 };
    const waits = { aloneP99: 10, besideP99: Infinity, p99OfAlone: Infinity };
    const row = { way, ...rates, ...waits, grownBytes: 1e9, answers: {}, errors: 0, firstBad: undefined };
    const signIns = { tried: 5, succeeded: 4, slowestMs: 15_000 };
    const door = { fans: 64, seconds: 4, rounds: 3, rows: [row], signIns };
    for (const read of [door, JSON.parse(JSON.stringify(door)) as typeof door]) {
      assert.equal(goalsOf({ door: kept(read) }).match(/\*\*missed\*\*/g)?.length, 4);
    }
    const held = { ...row, besideRate: 9_000, rateOfAlone: 0.9, besideP99: 20, p99OfAlone: 2, grownBytes: 1e7 };
    const well = { ...door, rows: [held], signIns: { ...signIns, succeeded: 5 } };
    assert.doesNotMatch(goalsOf({ door: kept(well) }), /missed/);
  });

  test('are written between the marks and drawn beside; what was not measured stays', async () => {
    const document = path.join(folder, documentOf('goals'));
    const blanks = Map.groupBy([...part_names, 'goals'] as const, documentOf);
    for (const [file, names] of blanks) {
      const blank = names.map((name) => `<!-- bench:${name} -->\nas it was: ${name}\n<!-- /bench:${name} -->`);
      await writeFile(path.join(folder, file), blank.join('\n'));
    }
    const charts = path.join(folder, 'charts');
    await show({ recovery: kept(recovery(3)), bookings: kept(bookings()) }, { documents: folder, charts });
    const text = await readFile(document, 'utf8');
    assert.deepEqual((await readdir(charts)).toSorted(), ['bookings.svg', 'recovery.svg']);
    assert.match(text, /\(charts\/recovery\.svg\)/);
    assert.doesNotMatch(text, /as it was: (recovery|bookings|goals)/);
    assert.match(text, /as it was: growth/);
    await show({ recovery: kept(recovery(3)), bookings: kept(bookings()) }, { documents: folder, charts });
    assert.equal(await readFile(document, 'utf8'), text);
  });
});

function bookings(): Bookings {
  const step = { p50: 5, p99: 20 };
  const steps = { issue: step, seats: step, hold: step, charge: step, pay: step, booking: { p50: 25, p99: 100 } };
  const work = { serverUs: 500, postgresUs: 300, loadBusy: 0.2 };
  const row = { fans: 64, rate: all, steps, conflicts: 10, bookings: 100, errors: 0, firstBad: undefined, ...work };
  const audit = { of: 'database', ok: true, said: '' };
  return { seconds: 4, rounds: 3, seatsPerDate: 50, fansPerDate: 40, rows: [row], audit };
}

describe('requests of calm concerts and of the hot one', () => {
  const secrets = { auth: 'a secret that only a test knows, long', identity: 'another secret that only a test knows' };
  const wishOf = (bytes: Buffer): string => {
    const [, body = ''] = bytes.toString().split('\r\n\r\n');
    return body;
  };

  test('never want one seat twice, and are of every kind', () => {
    for (const mix of ['calm', 'hot'] as const) {
      const maker = calmMaker(mix, secrets);
      const made = Array.from({ length: 20_000 }, (_, index) => maker(index));
      const kinds = Map.groupBy(made, ({ kind }) => kind);
      assert.deepEqual([...kinds.keys()].toSorted(), ['hold', 'issue', 'seats', 'status'], mix);
      const wishes = (kinds.get('hold') ?? []).map(({ bytes }) => wishOf(bytes));
      assert.equal(new Set(wishes).size, wishes.length, mix);
      assert(wishes.length >= 2_000, mix);
    }
  });

  test('go to all of the hundred alike', () => {
    const maker = calmMaker('calm', secrets);
    const made = Array.from({ length: 1_000 }, (_, index) => maker(index));
    const joined = made.filter(({ kind }) => kind === 'issue').map(({ bytes }) => bytes.toString().split('/')[4]);
    assert.equal(new Set(joined).size, 100);
  });
});
