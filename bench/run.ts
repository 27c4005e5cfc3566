/**
 * `npm run bench`: how fast, how much of it, and how soon again. Measures the parts that are asked for, keeps their
 * figures, and writes them into docs/performance.md. Everything it starts, it stops; its data is thrown away.
 */
import { copyFile, mkdir } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import path from 'node:path';
import { CannotStart } from '../src/platform/cannot-start.ts';
import { endChildren } from './children.ts';
import { root } from './ground.ts';
import { readOptions, usage, type Options, type PartName } from './options.ts';
import type { PartRun } from './parts/part.ts';
import { keepResults, readResults, type FiguresOf, type Kept, type Results } from './results.ts';
import { show, shownOf, type Places } from './show.ts';

const reports = path.join(root, 'reports');
/** A round and the way out; whoever is left then ends with us. */
const ending_ms_max = 60_000;
/** No part takes so long; one that does is given up, and the next ones are measured. */
const part_ms_max = 6 * 60_000;
const long_parts_ms_max: Partial<Record<PartName, number>> = {
  core: 30 * 60_000,
  beside: 12 * 60_000,
  processes: 15 * 60_000,
};

/** Loaded when they are needed: the browser, for one, is dear. */
const measures: { readonly [N in PartName]: (run: PartRun, options: Options) => Promise<FiguresOf[N]> } = {
  core: async (run, options) => (await import('./parts/core.ts')).measureCore({ ...options, ...run }),
  beside: async (run, { yardstick = '' }) =>
    (await import('./parts/beside.ts')).measureBeside({ ...run, yardstick: path.resolve(yardstick) }),
  rooms: async (run, { yardstick = '' }) =>
    (await import('./parts/rooms.ts')).measureRooms({ ...run, yardstick: path.resolve(yardstick) }),
  growth: async (run) => (await import('./parts/growth.ts')).measureGrowth(run),
  streams: async (run) => (await import('./parts/streams.ts')).measureStreams(run),
  processes: async (run) => (await import('./parts/servers.ts')).measureServers(run),
  calm: async (run) => (await import('./parts/calm.ts')).measureCalm(run),
  bookings: async (run) => (await import('./parts/bookings.ts')).measureBookings(run),
  funding: async (run, { yardstick = '' }) =>
    (await import('./parts/funding.ts')).measureFunding({ ...run, yardstick: path.resolve(yardstick) }),
  cancellation: async (run, { yardstick = '' }) =>
    (await import('./parts/cancellation.ts')).measureCancellation({ ...run, yardstick: path.resolve(yardstick) }),
  'calling-off': async (run) => (await import('./parts/calling-off.ts')).measureCallingOff(run),
  recovery: async (run) => (await import('./parts/recovery.ts')).measureRecovery(run),
  pages: async (run) => (await import('./parts/pages.ts')).measurePages(run),
  door: async (run) => (await import('./parts/door.ts')).measureDoor(run),
  bodies: async (run) => (await import('./parts/bodies.ts')).measureBodies(run),
};

async function measured<N extends PartName>(
  name: N,
  options: Options,
  signal: AbortSignal,
): Promise<Kept<FiguresOf[N]>> {
  const [loadAverage = 0] = loadavg();
  const when = new Date().toISOString();
  const startedAt = performance.now();
  let ground = '';
  const run: PartRun = {
    quick: options.quick,
    signal,
    say,
    ground: (said) => {
      ground = `; ${said}`;
    },
  };
  const late = Promise.withResolvers<never>();
  const giveUp = (): void => {
    late.reject(new Error('it took too long'));
    endChildren();
  };
  const timer = setTimeout(giveUp, long_parts_ms_max[name] ?? part_ms_max);
  try {
    const figures = await Promise.race([measures[name](run, options), late.promise]);
    const tookSeconds = (performance.now() - startedAt) / 1_000;
    return { when, ranOn: `${machine()}${ground}.`, loadAverage, tookSeconds, figures };
  } finally {
    clearTimeout(timer);
  }
}

function machine(): string {
  const [processor] = cpus();
  return `${cpus().length} × ${processor?.model ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GB; Node ${process.version}`;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Figures of a short or partial run are worth a look, and nothing more. */
function placesOf(kept: boolean): Places & { readonly file: string } {
  const charts = path.join(root, kept ? 'docs/charts' : 'reports/charts');
  return kept
    ? { file: path.join(charts, 'bench.json'), documents: path.join(root, 'docs'), charts }
    : { file: path.join(reports, 'bench-short.json'), documents: undefined, charts };
}

/** Measures one part and shows it; whatever goes wrong there, the next part has its turn. */
async function onePart(name: PartName, options: Options, signal: AbortSignal): Promise<void> {
  const places = placesOf(options.kept);
  say(`${name} …`);
  try {
    const one = { [name]: await measured(name, options, signal) } as Results;
    process.stdout.write(`\n## ${name}\n\n${shownOf(one, name)?.markdown ?? ''}\n\n`);
    if (signal.aborted) return;
    const results = await keepResults(places.file, one);
    if (options.kept) await copyFile(places.file, path.join(reports, 'bench.json'));
    await show(results, places);
    if (JSON.stringify(one).includes('"ok":false')) throw new Error('the audit found faults');
  } catch (error) {
    process.exitCode = 1;
    say(`${name}: ${told(error)}`);
  }
}

/** What a person can put right is one line; anything else is a bug and says where. */
function told(error: unknown): string {
  if (error instanceof CannotStart) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function endOnSignals(): AbortSignal {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // The second time, at once: children die with us, and PostgreSQL stops by itself.
      if (ending.signal.aborted) process.exit(130);
      say('Ending after this round …');
      ending.abort();
      process.exitCode = 130;
      setTimeout(() => process.exit(), ending_ms_max).unref();
    });
  }
  return ending.signal;
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return say(usage);
  const options = readOptions(process.argv.slice(2));
  const signal = endOnSignals();
  await mkdir(reports, { recursive: true });
  if (options.charts) {
    const { file, ...places } = placesOf(true);
    const results = await readResults(file);
    if (Object.keys(results).length === 0) throw new Error(`there is nothing to draw in ${file}: measure first`);
    await show(results, places);
  }
  for (const name of options.parts) {
    if (!signal.aborted) await onePart(name, options, signal);
  }
}

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  say(error instanceof Error ? error.message : String(error));
}
// What a part that was given up has left open must not keep us.
process.exit();
