/**
 * One stream a browser, however many of its tabs follow the same: over HTTP/1.1 a browser opens six connections to a host,
 * and six tabs that hold one each would shut the fan out. The tab that leads reads the stream and tells the others; when
 * it is closed, the next one leads at once.
 */
import { claimsOf } from '../place/claims.ts';
import { followAlone, type Connection, type Following } from './events.ts';
import { createHearing } from './hearing.ts';
import { lead } from './one-of-tabs.ts';
import { problem, type Problem } from './problem.ts';

type Message =
  /** How are things? Asked by a tab that comes later, or is looked at again. */
  | { readonly at: 'ask' }
  | { readonly at: 'now'; readonly connection: Connection | undefined; readonly data: unknown }
  | { readonly at: 'heard' }
  | { readonly at: 'connection'; readonly connection: Connection }
  | { readonly at: 'data' | 'polled'; readonly data: unknown }
  | { readonly at: 'refused'; readonly refusal: Pick<Problem, 'code' | 'status' | 'fields' | 'retryAfterSeconds'> };

/**
 * A leader that says nothing for so long is frozen: it hears a comment every 15 s, and of a dead line it speaks itself after
 * 25 s. In a hidden tab timers are slow, and nobody looks; but one of them must call out.
 */
const silence_ms_max = { visible: 35_000, hidden: 105_000 };
/** A leader that is awake answers at once. */
const answer_ms_max = 2_000;

/** Follows until the returned function is called. */
export function follow(following: Following): () => void {
  // Browsers that are old lack one or both, and every browser does on an address that is not secure.
  const locks = navigator.locks as LockManager | undefined;
  if (locks === undefined || typeof BroadcastChannel === 'undefined') return followAlone(following, { rests: true });
  return followTogether(following, locks);
}

function followTogether(following: Following, locks: LockManager): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const channel = new BroadcastChannel(nameOf(following));
  const tell = (message: Message): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin, and takes no other
    if (!signal.aborted) channel.postMessage(message);
  };
  const end = (): void => {
    stop.abort();
    channel.close();
  };
  const leading = createLeading(following, { tell, end });
  const listening = createListening(following, { tell, end, takeOver: () => takeOver() });
  const takeOver = lead(locks, {
    name: channel.name,
    signal,
    onHeld: () => {
      listening.stop();
      leading.start();
    },
    onLost: () => {
      leading.stop();
      listening.start();
    },
    onDenied: () => {
      if (signal.aborted) return;
      listening.stop();
      signal.addEventListener('abort', followAlone(following, { rests: true }));
    },
  });
  const wake = (): void => {
    if (document.visibilityState === 'visible') listening.ask();
  };
  document.addEventListener('visibilitychange', wake, { signal });
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (signal.aborted) return;
    if (data.at === 'ask') leading.answer();
    else listening.hear(data);
  });
  signal.addEventListener('abort', () => {
    listening.stop();
    leading.stop();
  });
  listening.start();
  return end;
}

/**
 * Tabs of one place, not of one concert: two fans may use one browser. A token that was renewed names the same place in its
 * claims; one that has none is a name itself.
 */
function nameOf({ stream, performanceId = '', place }: Following): string {
  return `maejin ${stream} ${performanceId} ${JSON.stringify(claimsOf(place) ?? place)}`;
}

interface Ways {
  readonly tell: (message: Message) => void;
  readonly end: () => void;
}

/** Reads the stream, and passes on what comes. */
function createLeading(following: Following, { tell, end }: Ways) {
  let stopStream: (() => void) | undefined;
  let connection: Connection | undefined;
  let whole: unknown;
  const shared: Following = {
    ...following,
    onHeard: () => tell({ at: 'heard' }),
    onData: (data) => {
      if (!following.isPartial) whole = data;
      tell({ at: 'data', data });
      following.onData(data);
    },
    onPolled: (data) => {
      if (!following.isPartial) whole = data;
      tell({ at: 'polled', data });
      following.onPolled(data);
    },
    onConnection: (next) => {
      connection = next;
      tell({ at: 'connection', connection });
      following.onConnection(next);
    },
    onRefused: (refusal) => {
      const { code, status, fields, retryAfterSeconds } = refusal;
      tell({ at: 'refused', refusal: { code, status, fields, retryAfterSeconds } });
      end();
      following.onRefused(refusal);
    },
  };
  return {
    start: () => {
      stopStream = followAlone(shared, { rests: false });
    },
    stop: () => {
      stopStream?.();
      stopStream = undefined;
    },
    answer: () => {
      if (stopStream !== undefined) tell({ at: 'now', connection, data: whole });
    },
  };
}

/** Hears what the leader passes on; where it says nothing, the lead is taken over. */
function createListening(following: Following, { tell, end, takeOver }: Ways & { readonly takeOver: () => void }) {
  const hearing = createHearing(following);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isListening = false;
  /** Whether everything was read since this tab began to listen. */
  let isWhole = false;
  const expect = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(takeOver, ms);
  };
  const ask = (): void => {
    if (!isListening) return;
    tell({ at: 'ask' });
    expect(document.visibilityState === 'visible' ? answer_ms_max : silence_ms_max.hidden);
  };
  return {
    ask,
    start: () => {
      isListening = true;
      isWhole = false;
      ask();
    },
    stop: () => {
      isListening = false;
      clearTimeout(timer);
    },
    hear: (message: Exclude<Message, { at: 'ask' }>) => {
      if (!isListening) return;
      expect(silence_ms_max[document.visibilityState]);
      switch (message.at) {
        case 'now':
          if (message.connection !== undefined) following.onConnection(message.connection);
          if (message.data !== undefined) following.onData(message.data);
          if (!isWhole) hearing.readAll(following.place).catch(() => undefined);
          isWhole = true;
          break;
        case 'connection':
          following.onConnection(message.connection);
          break;
        case 'data':
          hearing.data(message.data);
          break;
        case 'polled':
          hearing.polled(message.data);
          break;
        case 'refused':
          end();
          following.onRefused(problem(message.refusal));
          break;
        default:
      }
    },
  };
}
