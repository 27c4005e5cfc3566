/** What is asked again and again while a page is looked at. What was known stays when an answer fails to come. */
import { useEffect, useMemo } from 'preact/hooks';
import { signal, type ReadonlySignal } from '@preact/signals';
import { asProblem, isPassing } from '../../client/problem.ts';
import { loadUser } from '../../client/session.ts';
import type { Load, State } from '../../ui/load.tsx';

export interface Polled<T> extends Load<T> {
  /** The latest answer, whatever became of the question after it. */
  readonly latest: ReadonlySignal<T | undefined>;
  /** The last question had no answer: what is shown is older than it should be. */
  readonly late: ReadonlySignal<boolean>;
}

interface Polling<T> extends Polled<T> {
  start(): () => void;
}

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
  const late = signal(false);
  let asking: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;

  const set = (data: T): void => {
    state.value = { at: 'ready', data };
    latest.value = data;
    late.value = false;
  };
  const failed = (error: unknown): void => {
    const problem = asProblem(error);
    late.value = true;
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
  const look = (): void => {
    if (document.visibilityState === 'visible') void ask();
  };
  return {
    state,
    latest,
    late,
    set,
    reload: () => void ask(),
    start: () => {
      running = true;
      document.addEventListener('visibilitychange', look);
      void ask();
      return () => {
        running = false;
        clearTimeout(timer);
        asking?.abort();
        document.removeEventListener('visibilitychange', look);
      };
    },
  };
}
