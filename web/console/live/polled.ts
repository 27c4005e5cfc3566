/** What is asked again and again while a page is looked at. What was known stays when an answer fails to come. */
import { useEffect, useMemo } from 'preact/hooks';
import { signal, type ReadonlySignal } from '@preact/signals';
import { asProblem, isPassing } from '../../client/problem.ts';
import { loadUser } from '../../client/session.ts';
import type { Load, State } from '../../ui/load.tsx';

export interface Polled<T> extends Load<T> {
  /** The latest answer, whatever became of the question after it. */
  readonly latest: ReadonlySignal<T | undefined>;
  /**
   * For how many seconds what is shown is older than it should be; undefined while it is not. Counted from the last answer,
   * or from the first question where none came yet.
   */
  readonly lateSeconds: ReadonlySignal<number | undefined>;
}

interface Polling<T> extends Polled<T> {
  start(): () => void;
}

/** An answer comes in a fraction of a second; a server that hangs gives none, and it takes 47 s until that is an error. */
const late_ms = 4_000;

/** Asks at once and then `ms` after each answer, for as long as the component stands and the page is looked at. */
export function usePolled<T>(key: string, ms: number, read: (signal: AbortSignal) => Promise<T>): Polled<T> {
  const polled = useMemo(() => createPolled(ms, read), [key]);
  useEffect(() => polled.start(), [polled]);
  return polled;
}

/** The same for what lives longer than a component: call `start`, and what it answers to end it. */
export function createPolled<T>(ms: number, read: (signal: AbortSignal) => Promise<T>): Polling<T> {
  const state = signal<State<T>>({ at: 'loading', slow: false });
  const latest = signal<T | undefined>(undefined);
  const age = createAge();
  let asking: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;

  const set = (data: T): void => {
    state.value = { at: 'ready', data };
    latest.value = data;
    age.answered(ms);
  };
  const failed = (error: unknown): void => {
    const problem = asProblem(error);
    age.failed();
    if (problem.code === 'UNAUTHENTICATED' || problem.code === 'FORBIDDEN') void loadUser();
    if (latest.peek() === undefined || !isPassing(problem)) state.value = { at: 'failed', problem };
  };
  const ask = async (): Promise<void> => {
    clearTimeout(timer);
    asking?.abort();
    const own = new AbortController();
    asking = own;
    try {
      const data = await read(own.signal);
      if (!own.signal.aborted) set(data);
    } catch (error) {
      if (!own.signal.aborted) failed(error);
    }
    if (own.signal.aborted || !running) return;
    timer = setTimeout(() => {
      if (document.visibilityState === 'visible') void ask();
    }, ms);
  };
  return {
    state,
    latest,
    lateSeconds: age.lateSeconds,
    set,
    reload: () => void ask(),
    start: () => {
      running = true;
      const watching = setInterval(age.look, 1_000);
      const sleep = whenLookedAt(() => {
        age.asked();
        void ask();
      });
      return () => {
        running = false;
        clearTimeout(timer);
        clearInterval(watching);
        asking?.abort();
        sleep();
      };
    },
  };
}

/** At once, and whenever the page is looked at again, until the returned function is called. */
function whenLookedAt(work: () => void): () => void {
  const look = (): void => {
    if (document.visibilityState === 'visible') work();
  };
  document.addEventListener('visibilitychange', look);
  work();
  return () => document.removeEventListener('visibilitychange', look);
}

/** How old an answer is, once the next is late. */
function createAge() {
  const lateSeconds = signal<number | undefined>(undefined);
  let answeredAt: number | undefined;
  /** An answer should have come by then. */
  let dueAt = Infinity;
  let hasFailed = false;
  const look = (): void => {
    const now = performance.now();
    if (document.visibilityState === 'hidden' || (!hasFailed && now <= dueAt)) return;
    lateSeconds.value = Math.round((now - (answeredAt ?? now)) / 1_000);
  };
  return {
    lateSeconds,
    look,
    asked: () => {
      answeredAt ??= performance.now();
      dueAt = performance.now() + late_ms;
    },
    /** The next answer is asked for after so many milliseconds. */
    answered: (againMs: number) => {
      answeredAt = performance.now();
      dueAt = answeredAt + againMs + late_ms;
      hasFailed = false;
      lateSeconds.value = undefined;
    },
    failed: () => {
      hasFailed = true;
      look();
    },
  };
}
