/**
 * Follows an event stream for as long as a page is open, by a stream of this tab's own; `follow.ts` sees to it that a
 * browser has one. When it breaks, the page polls until it is back; when the phone wakes, it asks at once.
 */
import { pause } from './client.ts';
import { createHearing } from './hearing.ts';
import { asProblem, isPassing, type Problem } from './problem.ts';
import { readStream, silence_ms_max, type Source } from './stream.ts';

export type Connection = 'live' | 'polling' | 'lost';

export interface Polled {
  readonly data: unknown;
  /** After so many seconds one may ask again. */
  readonly againSeconds: number;
}

export interface Following extends Source {
  /**
   * Events tell what changed, not how everything is: so everything is read once after the stream was opened, lest what
   * changed in between be missed.
   */
  readonly isPartial: boolean;
  /**
   * Asks for the place again when the server will not take its token: it was made void when its fan signed out everywhere,
   * and the place itself is kept. Called once, until a stream was open again; rejects with a problem.
   */
  readonly renew: () => Promise<string>;
  /** Data of each event. */
  readonly onData: (data: unknown) => void;
  /** Asks once how everything is; rejects with a problem. */
  readonly poll: (place: string) => Promise<Polled>;
  /** Data of each poll, those that are made here. */
  readonly onPolled: (data: unknown) => void;
  /** Something came, be it only the comment that keeps the line open. */
  readonly onHeard?: () => void;
  readonly onConnection: (connection: Connection) => void;
  /** A refusal that asking again will not change. Following ends. */
  readonly onRefused: (refusal: Problem) => void;
}

const retry_ms_min = 1_000;
const retry_ms_max = 15_000;
/**
 * A poll may take three quarters of a minute until it fails, and before it the stream was silent for 25 s: what is shown is
 * called old as soon as an answer is late.
 */
const late_ms = 3_000;

const isHidden = (): boolean => document.visibilityState === 'hidden';

/** Follows until the returned function is called. One who `rests` holds no stream while nobody looks, and polls. */
export function followAlone(following: Following, { rests }: { readonly rests: boolean }): () => void {
  const stop = new AbortController();
  let attempt = new AbortController();
  const wake = (): void => {
    if (isHidden() ? rests : !isAlive) attempt.abort();
  };
  const lost = (): void => attempt.abort();
  let isAlive = false;
  const token = createToken(following);

  const hearing = createHearing(following);

  const live = (): void => {
    isAlive = true;
    token.taken();
    following.onConnection('live');
    hearing.readAll(token.following().place).catch(() => undefined);
  };
  const reading = { onOpen: live, onHeard: () => following.onHeard?.(), onData: hearing.data };

  const isResting = (): boolean => rests && isHidden();

  /** Reads until it breaks, and answers why. */
  const runStream = async (): Promise<Problem | undefined> => {
    if (isResting()) return undefined;
    attempt = new AbortController();
    const signal = AbortSignal.any([attempt.signal, stop.signal]);
    try {
      await readStream(token.following(), signal, reading);
      return undefined;
    } catch (error) {
      return asProblem(error);
    } finally {
      isAlive = false;
    }
  };

  /** Whether following goes on after a refusal that asking again would not change. */
  const goesOn = async (refusal: Problem): Promise<boolean> => {
    if (await token.renewed(refusal, stop.signal)) return true;
    following.onRefused(refusal);
    return false;
  };

  const run = async (): Promise<void> => {
    for (let failures = 0; !stop.signal.aborted; failures++) {
      const openedAt = performance.now();
      const failure = await runStream();
      if (stop.signal.aborted) return;
      if (isFinal(failure)) {
        if (!(await goesOn(failure))) return;
        continue;
      }
      if (performance.now() - openedAt > silence_ms_max) failures = 0;
      const refused = await bridge(token.following(), stop.signal, isResting() ? retry_ms_max : retryMs(failures));
      if (refused !== undefined && !(await goesOn(refused))) return;
    }
  };

  addEventListener('online', wake, stop);
  addEventListener('offline', lost, stop);
  document.addEventListener('visibilitychange', wake, stop);
  run().catch((error: unknown) => following.onRefused(asProblem(error)));
  return () => stop.abort();
}

function retryMs(failures: number): number {
  return Math.min(retry_ms_max, retry_ms_min * 2 ** failures);
}

function isFinal(found: Problem | undefined): found is Problem {
  return found !== undefined && !isPassing(found) && found.code !== 'INTERNAL';
}

/** The place's token, and another for it once the server will not take it any more. */
function createToken(following: Following) {
  let { place } = following;
  let isRenewed = false;
  return {
    following: (): Following => ({ ...following, place }),
    taken: () => {
      isRenewed = false;
    },
    /** Whether to go on after this refusal, which asking again with the same token would not change. */
    renewed: async ({ code }: Problem, signal: AbortSignal): Promise<boolean> => {
      if (code !== 'QUEUE_TOKEN_INVALID' || isRenewed) return false;
      try {
        place = await following.renew();
        isRenewed = true;
      } catch (error) {
        if (!isPassing(asProblem(error))) throw error;
        following.onConnection('lost');
        await wait(retry_ms_max, signal);
      }
      return true;
    },
  };
}

/** Polls once between two tries of the stream, and waits. Answers a refusal that is final. */
async function bridge(following: Following, signal: AbortSignal, ms: number): Promise<Problem | undefined> {
  const late = setTimeout(() => {
    if (!signal.aborted) following.onConnection('lost');
  }, late_ms);
  try {
    const { data, againSeconds } = await following.poll(following.place).finally(() => clearTimeout(late));
    if (signal.aborted) return undefined;
    following.onPolled(data);
    following.onConnection('polling');
    await wait(Math.min(ms, againSeconds * 1_000), signal);
    return undefined;
  } catch (error) {
    const found = asProblem(error);
    if (signal.aborted) return undefined;
    if (isFinal(found)) return found;
    following.onConnection('lost');
    await wait(ms, signal);
    return undefined;
  }
}

/** Until `ms` are over, the network is back, or the page is looked at again. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  const early = new AbortController();
  const end = (): void => {
    if (document.visibilityState === 'visible') early.abort();
  };
  addEventListener('online', end);
  document.addEventListener('visibilitychange', end);
  // Not all at once after an interruption that hit everybody.
  await pause(ms * (0.75 + Math.random() / 2), AbortSignal.any([early.signal, signal]));
  removeEventListener('online', end);
  document.removeEventListener('visibilitychange', end);
}
