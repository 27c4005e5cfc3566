/**
 * Natural batching: commands that arrive while a batch is in flight form the next one. No timer, no added
 * delay: at low load a batch is one command. One commit then carries hundreds of commands, which makes ten to nineteen
 * times as many of them a second on the same two processors (`docs/performance.md`).
 */
import { setImmediate as iteration, setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from './database.ts';
import { createGiving, type HandOut } from './in-iterations.ts';
import { answer_ms_max, OverloadedError } from './overloaded.ts';

export { CutOffError, OverloadedError } from './overloaded.ts';

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
   * What a batch changes in this server's memory is done in here, since those who asked may have been told meanwhile
   * that it takes too long.
   */
  run(commands: readonly C[], attempt: number): Promise<readonly (R | Error)[]>;
}

export interface Lane<C, R> {
  /**
   * Resolves after the commit that the answer speaks of. Rejects with the command's refusal, or with `OverloadedError`:
   * at once when the lane is full, and after 5 s, whether the command still waits (then it is never carried out) or its
   * batch is in flight (then its outcome is not known yet).
   */
  submit(command: C): Promise<R>;
  /** Commands waiting, those in flight not counted. */
  readonly depth: number;
  /** Resolves when every command was answered: one whose batch hangs has been, after 5 s. */
  drain(): Promise<void>;
}

interface Waiting<C, R> {
  readonly command: C;
  /** When it was submitted; steady clock, ms. */
  readonly since: number;
  /** It was told that it takes too long: whatever comes of it, nobody waits for it any more. */
  isTold: boolean;
  resolve(answer: R): void;
  reject(error: unknown): void;
}

/** Those who have waited too long are looked for so often at most, and told that much too early rather than too late. */
const look_ms = 100;
const patience_ms = answer_ms_max - look_ms;
const retry_after_seconds = 2;
const backoff_ms_min = 5;
const backoff_ms_max = 250;

export function createLane<C, R>(options: LaneOptions<C, R>, onIdle?: () => void): Lane<C, R> {
  const { name, batchMax, pendingMax, metrics } = options;
  let waiting: Waiting<C, R>[] = [];
  let inFlight: readonly Waiting<C, R>[] = [];
  let busy: Promise<void> | undefined;
  let drained: PromiseWithResolvers<void> | undefined;
  const given = (): void => {
    if (waiting.length > 0 || giving.size > 0 || inFlight.some(isOpen)) return;
    drained?.resolve();
    drained = undefined;
  };
  const giving = createGiving<Waiting<C, R>>(given);
  const { handOut } = giving;

  /** Beside the batch, which may hang. Those who stood behind it are never carried out. */
  const look = (): number => {
    const late = [...lateAmong(inFlight), ...lateAmong(waiting)];
    if (late.length > 0) {
      tellLate(late, { name, handOut });
      waiting = waiting.filter(isOpen);
    }
    return (inFlight.find(isOpen) ?? waiting[0])?.since ?? performance.now();
  };

  const settleNext = (): Promise<Answering> => {
    inFlight = waiting.length <= batchMax ? waiting : waiting.slice(0, batchMax);
    waiting = waiting.length <= batchMax ? [] : waiting.slice(batchMax);
    metrics?.depth(name, waiting.length);
    return settle(inFlight, { ...options, handOut });
  };

  const work = async (): Promise<void> => {
    const stopLooking = keepLooking(look);
    // Requests parsed in this iteration of the event loop join the first batch.
    await iteration();
    // The next batch leaves before the one behind it is answered, so that PostgreSQL works meanwhile.
    let answer: Answering;
    while (waiting.length > 0 || giving.size > 0 || answer !== undefined) {
      const settling = waiting.length === 0 ? iteration() : settleNext();
      answer?.();
      // One batch at a time is the point of a lane.
      // oxlint-disable-next-line no-await-in-loop
      answer = (await settling) ?? undefined;
      inFlight = [];
    }
    stopLooking();
    busy = undefined;
    given();
    onIdle?.();
  };

  return {
    submit: (command) => {
      if (waiting.length >= pendingMax) return Promise.reject(new OverloadedError(name));
      return new Promise<R>((resolve, reject) => {
        waiting.push({ command, since: performance.now(), isTold: false, resolve, reject });
        busy ??= work();
      });
    },
    get depth() {
      return waiting.length;
    },
    drain: () => {
      if (busy === undefined) return Promise.resolve();
      drained ??= Promise.withResolvers();
      return drained.promise;
    },
  };
}

interface Runner<C, R> extends Pick<LaneOptions<C, R>, 'run' | 'name' | 'metrics'> {
  readonly handOut: HandOut<Waiting<C, R>>;
}

const isOpen = ({ isTold }: { readonly isTold: boolean }): boolean => !isTold;

/**
 * Calls `look` when those who have waited longest, since the time that it answers, will have waited long enough. One
 * timer a lane: one for each command would cost more than the command's part of its batch.
 */
function keepLooking(look: () => number): () => void {
  let timer: NodeJS.Timeout;
  const lookAgain = (since: number): void => {
    timer = setTimeout(() => lookAgain(look()), Math.max(look_ms, since + patience_ms - performance.now()));
  };
  lookAgain(performance.now());
  return () => clearTimeout(timer);
}

/** Of commands in the order of their arrival, those who have waited as long as anybody may. */
function lateAmong<C, R>(commands: readonly Waiting<C, R>[]): readonly Waiting<C, R>[] {
  const now = performance.now();
  const isLate = ({ since, isTold }: Waiting<C, R>): boolean => !isTold && now - since >= patience_ms;
  return commands.filter(isLate);
}

function tellLate<C, R>(
  late: readonly Waiting<C, R>[],
  { name, handOut }: Pick<Runner<C, R>, 'name' | 'handOut'>,
  cause?: unknown,
): void {
  for (const waiting of late) waiting.isTold = true;
  void handOut(late, ({ reject }) => reject(new OverloadedError(name, retry_after_seconds, cause)));
}

/** What gives a batch its answers; undefined where all have theirs. */
type Answering = (() => void) | undefined;

/**
 * Runs the batch until it is committed, or fails for a reason of its own, in which case every command has its answer.
 * Begins at once: what its first try sends has left when this returns.
 */
async function settle<C, R>(batch: readonly Waiting<C, R>[], runner: Runner<C, R>): Promise<Answering> {
  const started = performance.now();
  let open = batch;
  for (let attempt = 0; open.length > 0; attempt++) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      const answers = await answersTo(open, runner, attempt);
      const answered = open;
      runner.metrics?.batch(runner.name, answered.length, (performance.now() - started) / 1_000);
      return () => void runner.handOut(answered, answerFrom(answers));
    } catch (error) {
      // oxlint-disable-next-line no-await-in-loop
      if (!mayPass(error)) return await findCulprit(open, runner, error);
      // However long the command stood in the lane before.
      tellLate(lateAmong(open), runner, error);
      open = open.filter(isOpen);
      // Half of the wait is random, so that servers which collided do not collide again.
      const backoff = Math.min(backoff_ms_min * 2 ** attempt, backoff_ms_max);
      // oxlint-disable-next-line no-await-in-loop
      if (open.length > 0) await sleep(backoff * (0.5 + Math.random() / 2));
    }
  }
  return undefined;
}

/** No command is to blame: the database was away, or something else that the batch needs was. */
function mayPass(error: unknown): boolean {
  return error instanceof OverloadedError || isTransient(error);
}

function answerFrom<C, R>(answers: readonly (R | Error)[]) {
  return (waiting: Waiting<C, R>, index: number): void => {
    const answer = answers[index];
    if (answer instanceof Error) waiting.reject(answer);
    else waiting.resolve(answer as R);
  };
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
async function findCulprit<C, R>(
  batch: readonly Waiting<C, R>[],
  runner: Runner<C, R>,
  error: unknown,
): Promise<undefined> {
  const half = Math.ceil(batch.length / 2);
  if (batch.length === 1) {
    batch[0]?.reject(error);
    return undefined;
  }
  for (const part of [batch.slice(0, half), batch.slice(half)]) {
    // oxlint-disable-next-line no-await-in-loop
    const answer = await settle(part.filter(isOpen), runner);
    answer?.();
  }
  return undefined;
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
