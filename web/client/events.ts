/**
 * Follows an event stream for as long as a page is open. The stream is read with fetch, because an EventSource
 * cannot carry a Queue-Token. When it breaks, the page polls until it is back; when the phone wakes, it asks at once.
 */
import { pause, requestOf } from './client.ts';
import { asProblem, isPassing, problem, problemOf, type Problem } from './problem.ts';

export type Connection = 'live' | 'polling' | 'lost';

export interface Following {
  readonly stream: 'streamQueueToken' | 'streamSeats';
  readonly performanceId?: string;
  readonly place: string;
  /**
   * Asks for the place again when the server will not take its token: it was made void when its fan signed out everywhere,
   * and the place itself is kept. Called once, until a stream was open again; rejects with a problem.
   */
  readonly renew: () => Promise<string>;
  /** Data of each event. */
  readonly onData: (data: unknown) => void;
  /** Asks once, as a poll would; rejects with a problem. Answers after how many seconds to ask again. */
  readonly poll: (place: string) => Promise<number>;
  readonly onConnection: (connection: Connection) => void;
  /** A refusal that asking again will not change. Following ends. */
  readonly onRefused: (refusal: Problem) => void;
}

/** Heartbeats come at least every 15 s; silence for longer is a dead line. */
const silence_ms_max = 25_000;
const retry_ms_min = 1_000;
const retry_ms_max = 15_000;

/** Follows until the returned function is called. */
export function follow(following: Following): () => void {
  const stop = new AbortController();
  let attempt = new AbortController();
  const wake = (): void => {
    if (document.visibilityState === 'visible' && !isAlive) attempt.abort();
  };
  const lost = (): void => attempt.abort();
  let isAlive = false;
  const token = createToken(following);

  const live = (): void => {
    isAlive = true;
    token.taken();
    following.onConnection('live');
  };

  const runStream = async (): Promise<void> => {
    attempt = new AbortController();
    const signal = AbortSignal.any([attempt.signal, stop.signal]);
    try {
      await readStream(token.following(), signal, live);
    } finally {
      isAlive = false;
    }
  };

  const run = async (): Promise<void> => {
    for (let failures = 0; !stop.signal.aborted; failures++) {
      const openedAt = performance.now();
      const failure = await runStream().then(() => undefined, asProblem);
      if (stop.signal.aborted) return;
      if (failure !== undefined && !isPassing(failure) && failure.code !== 'INTERNAL') {
        if (await token.renewed(failure, stop.signal)) continue;
        following.onRefused(failure);
        return;
      }
      if (performance.now() - openedAt > silence_ms_max) failures = 0;
      const retryMs = Math.min(retry_ms_max, retry_ms_min * 2 ** failures);
      const refused = await bridge(token.following(), stop.signal, retryMs);
      if (refused !== undefined) {
        if (await token.renewed(refused, stop.signal)) continue;
        following.onRefused(refused);
        return;
      }
    }
  };

  addEventListener('online', wake);
  addEventListener('offline', lost);
  document.addEventListener('visibilitychange', wake);
  stop.signal.addEventListener('abort', () => {
    removeEventListener('online', wake);
    removeEventListener('offline', lost);
    document.removeEventListener('visibilitychange', wake);
  });
  run().catch((error: unknown) => following.onRefused(asProblem(error)));
  return () => stop.abort();
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
  try {
    const seconds = await following.poll(following.place);
    following.onConnection('polling');
    await wait(Math.min(ms, seconds * 1_000), signal);
    return undefined;
  } catch (error) {
    const found = asProblem(error);
    if (!isPassing(found) && found.code !== 'INTERNAL') return found;
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

async function readStream(
  { stream, performanceId, place, onData }: Following,
  signal: AbortSignal,
  onOpen: () => void,
) {
  const { url, init } =
    stream === 'streamQueueToken'
      ? requestOf(stream, { place })
      : requestOf(stream, { place, params: { performanceId: performanceId ?? '' } });
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silence_ms_max);
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), silence_ms_max);
  };
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.any([signal, silence.signal]) });
    if (!response.ok) throw await problemOf(response);
    if (response.body === null) throw problem({ code: 'UNREACHABLE' });
    onOpen();
    await readEvents(response.body.pipeThrough(new TextDecoderStream()).getReader(), heard, onData);
  } catch (error) {
    throw error instanceof Error && error.name === 'Problem' ? error : problem({ code: 'UNREACHABLE' });
  } finally {
    clearTimeout(timer);
  }
}

async function readEvents(
  reader: ReadableStreamDefaultReader<string>,
  heard: () => void,
  onData: (data: unknown) => void,
): Promise<void> {
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    text += value;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data:'));
      if (data !== undefined) onData(JSON.parse(data.slice('data:'.length)));
    }
  }
}
