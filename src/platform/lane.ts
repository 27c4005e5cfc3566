/**
 * Natural batching: commands that arrive while a batch is in flight form the next one. No timer, no added
 * delay: at low load a batch is one command. One commit then carries hundreds of commands, which makes ten to nineteen
 * times as many of them a second on the same two processors (`docs/performance.md`).
 */
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from './database.ts';

/** The lane is full, or the database stayed away too long. Nothing is known to have been done. */
export class OverloadedError extends Error {
  override name = 'OverloadedError';
  readonly retryAfterSeconds: number;

  constructor(what: string, retryAfterSeconds = 1, cause?: unknown) {
    super(cause instanceof Error ? `${what} is overloaded: ${cause.message}` : `${what} is overloaded`, { cause });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** This server cannot reach the database, though others may: the client's next connection should go to one of those. */
export class CutOffError extends OverloadedError {
  override name = 'CutOffError';
}

export interface LaneMetrics {
  batch(lane: string, size: number, seconds: number): void;
  depth(lane: string, commands: number): void;
}

interface LaneLimits {
  /** Groups the measurements of all lanes of a kind. */
  readonly name: string;
  /** Most commands in one batch. */
  readonly batchMax: number;
  /** Most commands that may wait; the next one is refused at once with `OverloadedError`. */
  readonly pendingMax: number;
  readonly metrics?: LaneMetrics | undefined;
}

export interface LaneOptions<C, R> extends LaneLimits {
  /**
   * Carries out a batch in one transaction and answers each command, in the order given. An `Error` among the
   * answers refuses that command alone. Throwing fails the batch: it is tried again if the cause is transient
   * (`attempt` counts from 0; an earlier attempt may have been committed), else split until the culprit is found.
   */
  run(commands: readonly C[], attempt: number): Promise<readonly (R | Error)[]>;
}

export interface Lane<C, R> {
  /** Resolves after the commit that the answer speaks of. Rejects with the command's refusal, or `OverloadedError`. */
  submit(command: C): Promise<R>;
  /** Commands waiting, those in flight not counted. */
  readonly depth: number;
  /** Resolves when nothing waits or runs and every answer was given. */
  drain(): Promise<void>;
}

interface Waiting<C, R> {
  readonly command: C;
  /** When it was submitted; steady clock, ms. */
  readonly since: number;
  resolve(answer: R): void;
  reject(error: unknown): void;
}

/** An answer goes through the framework and into its socket at once; so many take a millisecond. */
const answers_per_turn = 32;
const retry_ms_max = 5_000;
const backoff_ms_min = 5;
const backoff_ms_max = 250;

export function createLane<C, R>(options: LaneOptions<C, R>, onIdle?: () => void): Lane<C, R> {
  const { name, batchMax, pendingMax, metrics, run } = options;
  let waiting: Waiting<C, R>[] = [];
  let busy: Promise<void> | undefined;
  /** Batches whose answers are being given. */
  const handing = new Set<unknown>();
  const handOut = async (batch: readonly Waiting<C, R>[], answers: readonly (R | Error)[]): Promise<void> => {
    handing.add(batch);
    await answerAll(batch, answers);
    handing.delete(batch);
  };

  const work = async (): Promise<void> => {
    // Requests parsed in this iteration of the event loop join the first batch.
    await turn();
    while (waiting.length > 0 || handing.size > 0) {
      if (waiting.length === 0) {
        // oxlint-disable-next-line no-await-in-loop
        await turn();
        continue;
      }
      const batch = waiting.length <= batchMax ? waiting : waiting.slice(0, batchMax);
      waiting = waiting.length <= batchMax ? [] : waiting.slice(batchMax);
      metrics?.depth(name, waiting.length);
      // One batch at a time is the point of a lane.
      // oxlint-disable-next-line no-await-in-loop
      await settle(batch, { run, name, metrics, handOut });
    }
    busy = undefined;
    onIdle?.();
  };

  return {
    submit: (command) => {
      if (waiting.length >= pendingMax) return Promise.reject(new OverloadedError(name));
      return new Promise<R>((resolve, reject) => {
        waiting.push({ command, since: performance.now(), resolve, reject });
        busy ??= work();
      });
    },
    get depth() {
      return waiting.length;
    },
    drain: () => busy ?? Promise.resolve(),
  };
}

interface Runner<C, R> extends Pick<LaneOptions<C, R>, 'run' | 'name' | 'metrics'> {
  /** Not to be waited for: the next batch may begin meanwhile. */
  handOut(batch: readonly Waiting<C, R>[], answers: readonly (R | Error)[]): Promise<void>;
}

/** Answers every command of the batch, whatever happens: runs it until it is committed or fails for a reason of its own. */
async function settle<C, R>(batch: readonly Waiting<C, R>[], runner: Runner<C, R>): Promise<void> {
  const started = performance.now();
  let open = batch;
  for (let attempt = 0; open.length > 0; attempt++) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      const answers = await answersTo(open, runner, attempt);
      runner.metrics?.batch(runner.name, open.length, (performance.now() - started) / 1_000);
      void runner.handOut(open, answers);
      return;
    } catch (error) {
      // oxlint-disable-next-line no-await-in-loop
      if (!isTransient(error)) return await findCulprit(open, runner, error);
      open = refuseLate(open, runner.name, error);
      // Half of the wait is random, so that servers which collided do not collide again.
      const backoff = Math.min(backoff_ms_min * 2 ** attempt, backoff_ms_max);
      // oxlint-disable-next-line no-await-in-loop
      if (open.length > 0) await sleep(backoff * (0.5 + Math.random() / 2));
    }
  }
}

/**
 * The first few at once, the others in the iterations of the event loop that follow: by then the next batch is on its way to
 * the database, and those who ask for something else are not kept waiting for hundreds of answers.
 */
async function answerAll<C, R>(batch: readonly Waiting<C, R>[], answers: readonly (R | Error)[]): Promise<void> {
  for (const [index, waiting] of batch.entries()) {
    // oxlint-disable-next-line no-await-in-loop
    if (index > 0 && index % answers_per_turn === 0) await turn();
    const answer = answers[index];
    if (answer instanceof Error) waiting.reject(answer);
    else waiting.resolve(answer as R);
  }
}

async function answersTo<C, R>(
  batch: readonly Waiting<C, R>[],
  { run, name }: Runner<C, R>,
  attempt: number,
): Promise<readonly (R | Error)[]> {
  const commands = batch.map((waiting) => waiting.command);
  const answers = await run(commands, attempt);
  if (answers.length === commands.length) return answers;
  throw new Error(`lane ${name} answered ${answers.length} of ${commands.length} commands`);
}

/** The whole batch was rolled back because of one command: finds it, so that it alone fails. */
async function findCulprit<C, R>(batch: readonly Waiting<C, R>[], runner: Runner<C, R>, error: unknown): Promise<void> {
  const half = Math.ceil(batch.length / 2);
  if (batch.length === 1) {
    batch[0]?.reject(error);
    return;
  }
  await settle(batch.slice(0, half), runner);
  await settle(batch.slice(half), runner);
}

/** Nobody waits longer than this for a database that is away, however long the command stood in the lane before. */
function refuseLate<C, R>(batch: readonly Waiting<C, R>[], name: string, cause: unknown): readonly Waiting<C, R>[] {
  const now = performance.now();
  const isLate = ({ since }: Waiting<C, R>): boolean => now - since > retry_ms_max;
  for (const waiting of batch) if (isLate(waiting)) waiting.reject(new OverloadedError(name, 2, cause));
  return batch.filter((waiting) => !isLate(waiting));
}

export interface LanesOptions<C, R> extends LaneLimits {
  /** Most lanes at once; a command for one more is refused with `OverloadedError`. */
  readonly lanesMax: number;
  /** As in `LaneOptions.run`, for the lane of `key`. */
  run(key: string, commands: readonly C[], attempt: number): Promise<readonly (R | Error)[]>;
}

/** One lane a key (a concert, say), made when needed and dropped when idle, so that a hot key never slows a calm one. */
export interface Lanes<C, R> {
  submit(key: string, command: C): Promise<R>;
  readonly depth: number;
  drain(): Promise<void>;
}

export function createLanes<C, R>({ lanesMax, run, ...limits }: LanesOptions<C, R>): Lanes<C, R> {
  const lanes = new Map<string, Lane<C, R>>();
  const open = (key: string): Lane<C, R> => {
    const lane = createLane<C, R>({ ...limits, run: (commands, attempt) => run(key, commands, attempt) }, () =>
      lanes.delete(key),
    );
    lanes.set(key, lane);
    return lane;
  };
  return {
    submit: (key, command) => {
      const lane = lanes.get(key);
      if (lane !== undefined) return lane.submit(command);
      if (lanes.size >= lanesMax) return Promise.reject(new OverloadedError(limits.name));
      return open(key).submit(command);
    },
    get depth() {
      return lanes.values().reduce((sum, lane) => sum + lane.depth, 0);
    },
    drain: async () => {
      await Promise.all([...lanes.values()].map((lane) => lane.drain()));
    },
  };
}
