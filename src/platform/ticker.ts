/**
 * Runs the duties that time brings. Nothing may be wrong while a duty sleeps: each only tidies and announces. One that
 * has found nothing to do rests until something may have come: it is woken by whatever here brings it something (`bell`),
 * and for what others brought the database is asked once a second, about all who rest in one question (`sign`). Should
 * neither be so, it looks for itself twice a minute.
 */
import type { Sql } from './database.ts';
import type { Statement } from './statements.ts';

export interface Duty {
  readonly name: string;
  /** Between two runs, while it does not rest. */
  readonly everyMs: number;
  /**
   * Answers `rest()` when nothing is left to do. `quietAt` is told to one that was at rest: when it was last found out
   * that there was nothing for it, by this process's steady clock.
   */
  run(quietAt?: number): Promise<unknown>;
  /** Rung when there may be something to do; after `everyMs` at the latest it is looked for. */
  readonly bell?: Bell;
  /** An SQL condition: there is something to do, whoever brought it. It is asked every second, so a look into an index. */
  readonly sign?: (sql: Sql) => Statement<readonly unknown[]>;
}

export interface Bell {
  /** Costs nothing where nobody rests. */
  ring(): void;
  /** By the one who comes when it is rung. */
  onRing(come: () => void): void;
}

export function createBell(): Bell {
  let called: (() => void) | undefined;
  return {
    ring: () => called?.(),
    onRing: (come) => {
      called = come;
    },
  };
}

export interface Rest {
  readonly restMs: number;
}

const rest_ms = 30_000;

/** What a duty answers that need not come again before it is called, or before so long. */
export function rest(ms = rest_ms): Rest {
  return { restMs: ms };
}

export interface Ticker {
  /** Starts no further run and resolves when those under way have ended. */
  stop(): Promise<void>;
}

/** Told once when a duty begins to fail and once when it works again: in an outage they all fail several times a second. */
export interface DutyReport {
  failing(duty: string, error: unknown): void;
  recovered(duty: string, failures: number): void;
}

/** A second is also what a server that starts takes to find what there is. */
const look_every_ms = 1_000;

/** Starts the duties. One never overlaps itself; one that fails is reported and runs again at its next time. */
export function startTicker(duties: readonly Duty[], report: DutyReport, sql: Sql): Ticker {
  const started = duties.map((duty) => startDuty(duty, report));
  const look = startDuty(lookFor(started, sql), report);
  return {
    stop: async () => {
      await Promise.all([look, ...started].map(({ stop }) => stop()));
    },
  };
}

interface Started {
  readonly duty: Duty;
  readonly isResting: boolean;
  /** Nothing was there to do at that time. */
  quiet(at: number): void;
  wake(soonMs: number): void;
  stop(): Promise<void>;
}

/** Asks about all who rest at once. */
function lookFor(started: readonly Started[], sql: Sql): Duty {
  return {
    name: 'duties.look',
    everyMs: look_every_ms,
    run: async () => {
      const resting = started.filter(({ isResting, duty }) => isResting && duty.sign !== undefined);
      const [first, ...others] = resting.flatMap(({ duty: { sign } }) => (sign === undefined ? [] : [sign(sql)]));
      if (first === undefined) return;
      const signs = others.reduce((all, one) => sql`${all}, ${one}`, first);
      const askedAt = performance.now();
      const [{ places }] = await sql<[{ places: readonly number[] }]>`
        select array_positions(array[${signs}], true) as places`;
      const found = new Set(places);
      for (const [index, one] of resting.entries()) {
        if (found.has(index + 1)) one.wake(0);
        else one.quiet(askedAt);
      }
    },
  };
}

function isRest(answer: unknown): answer is Rest {
  return typeof answer === 'object' && answer !== null && 'restMs' in answer;
}

/** Runs it once, and answers how it may rest, if it said so. */
function createRunning({ name, run }: Duty, report: DutyReport): (quietAt?: number) => Promise<Rest | undefined> {
  let failures = 0;
  return async (quietAt) => {
    try {
      const answer = await run(quietAt);
      if (failures > 0) report.recovered(name, failures);
      failures = 0;
      return isRest(answer) ? answer : undefined;
    } catch (error) {
      failures += 1;
      if (failures === 1) report.failing(name, error);
      return undefined;
    }
  };
}

function startDuty(duty: Duty, report: DutyReport): Started {
  const { everyMs } = duty;
  const run = createRunning(duty, report);
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let isResting = false;
  /** Whether it was called since its run began: what it was called for may have come too late for that one. */
  let isCalled = false;
  let quietAt: number | undefined;
  let running: Promise<void> = Promise.resolve();

  const tick = async (): Promise<void> => {
    isResting = false;
    isCalled = false;
    const startedAt = performance.now();
    const answer = await run(quietAt);
    if (isStopped) return;
    quietAt = answer === undefined ? undefined : startedAt;
    isResting = answer !== undefined && !isCalled;
    const msMin = everyMs / 10;
    if (isResting && answer !== undefined) schedule(Math.max(answer.restMs, msMin));
    else schedule(Math.max(everyMs - (performance.now() - startedAt), msMin));
  };
  const schedule = (ms: number): void => {
    timer = setTimeout(() => {
      running = tick();
    }, ms);
  };
  const wake = (soonMs: number): void => {
    isCalled = true;
    if (!isResting || isStopped) return;
    isResting = false;
    clearTimeout(timer);
    schedule(soonMs);
  };
  duty.bell?.onRing(() => wake(everyMs));
  schedule(everyMs);
  return {
    duty,
    get isResting() {
      return isResting;
    },
    quiet: (at) => {
      if (isResting) quietAt = at;
    },
    wake,
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}
