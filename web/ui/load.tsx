/** Loading something: what is shown meanwhile, when it takes long, when it fails, and when it is there. */
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { signal, type ReadonlySignal } from '@preact/signals';
import { asProblem, isPassing, type Problem } from '../client/problem.ts';
import { say } from '../words/words.ts';
import { Refused } from './notice.tsx';

const slow_ms = 4_000;

export type State<T> =
  | { readonly at: 'loading'; readonly slow: boolean }
  | { readonly at: 'ready'; readonly data: T }
  | { readonly at: 'failed'; readonly problem: Problem };

export interface Load<T> {
  readonly state: ReadonlySignal<State<T>>;
  /** Asks again; what is shown stays until the answer is there. */
  reload(): void;
  /** Shows this instead of what was loaded. */
  set(data: T): void;
}

/** Loads when the component appears and whenever `key` changes; what comes late for another key is dropped. */
export function useLoad<T>(key: string, read: (signal: AbortSignal) => Promise<T>): Load<T> & { stop(): void } {
  const load = useMemo(() => createLoad(read), [key]);
  useEffect(() => {
    load.reload();
    return load.stop;
  }, [load]);
  return load;
}

/** Asks again whenever the page is looked at again: what happened elsewhere meanwhile is news here. */
export function useReloadWhenSeen({ reload }: Load<unknown>): void {
  useEffect(() => {
    const wake = (): void => {
      if (document.visibilityState === 'visible') reload();
    };
    document.addEventListener('visibilitychange', wake);
    return () => document.removeEventListener('visibilitychange', wake);
  }, [reload]);
}

function createLoad<T>(read: (signal: AbortSignal) => Promise<T>): Load<T> & { stop(): void } {
  const state = signal<State<T>>({ at: 'loading', slow: false });
  let current = new AbortController();
  const run = async (): Promise<void> => {
    current.abort();
    current = new AbortController();
    const { signal: own } = current;
    if (state.peek().at === 'failed') state.value = { at: 'loading', slow: false };
    const late = setTimeout(() => {
      if (!own.aborted && state.peek().at === 'loading') state.value = { at: 'loading', slow: true };
    }, slow_ms);
    try {
      const data = await read(own);
      if (!own.aborted) state.value = { at: 'ready', data };
    } catch (error) {
      const found = asProblem(error);
      // What is shown stays while the line is bad; whoever asks every few seconds goes on asking.
      if (!own.aborted && !(isPassing(found) && state.peek().at === 'ready'))
        state.value = { at: 'failed', problem: found };
    } finally {
      clearTimeout(late);
    }
  };
  return {
    state,
    reload: () => {
      run().catch(() => undefined);
    },
    set: (data) => {
      // An answer that is under way knows nothing of this yet.
      current.abort();
      state.value = { at: 'ready', data };
    },
    stop: () => current.abort(),
  };
}

const words = {
  ko: { slow: '조금 오래 걸리고 있어요. 계속 불러오는 중이에요.', loading: '불러오는 중' },
  en: { slow: 'This is taking longer than usual. Still loading.', loading: 'Loading' },
};

export interface LoadedProps<T> {
  readonly of: Load<T>;
  readonly skeleton: ComponentChildren;
  readonly concertId?: string | undefined;
  readonly children: (data: T) => ComponentChildren;
}

export function Loaded<T>({ of, skeleton, concertId, children }: LoadedProps<T>) {
  const state = of.state.value;
  if (state.at === 'ready') return <>{children(state.data)}</>;
  if (state.at === 'failed') return <Refused problem={state.problem} onRetry={of.reload} concertId={concertId} />;
  const said = say(words);
  return (
    <div aria-busy="true">
      <span class="hidden">{said.loading}</span>
      {skeleton}
      {state.slow && (
        <p class="quiet small" role="status">
          {said.slow}
        </p>
      )}
    </div>
  );
}
