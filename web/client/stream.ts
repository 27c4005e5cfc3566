/** Reads one event stream from its beginning to its end. With fetch, because an EventSource cannot carry a Queue-Token. */
import { requestOf } from './client.ts';
import { problem, problemOf } from './problem.ts';

export interface Source {
  readonly stream: 'streamQueueToken' | 'streamSeats';
  readonly performanceId?: string;
  readonly place: string;
}

export interface Reading {
  readonly onOpen: () => void;
  /** Something came, be it only the comment that keeps the line open. */
  readonly onHeard: () => void;
  /** Data of each event. */
  readonly onData: (data: unknown) => void;
}

/** Heartbeats come at least every 15 s; silence for longer is a dead line. */
export const silence_ms_max = 25_000;

/** Resolves when the server ends it; rejects with a problem, UNREACHABLE when the line is dead or `signal` aborts it. */
export async function readStream(
  { stream, performanceId, place }: Source,
  signal: AbortSignal,
  reading: Reading,
): Promise<void> {
  const { url, init } =
    stream === 'streamQueueToken'
      ? requestOf(stream, { place })
      : requestOf(stream, { place, params: { performanceId: performanceId ?? '' } });
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silence_ms_max);
  const onHeard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), silence_ms_max);
    reading.onHeard();
  };
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.any([signal, silence.signal]) });
    if (!response.ok) throw await problemOf(response);
    if (response.body === null) throw problem({ code: 'UNREACHABLE' });
    reading.onOpen();
    await readEvents(response.body.pipeThrough(new TextDecoderStream()).getReader(), { ...reading, onHeard });
  } catch (error) {
    throw error instanceof Error && error.name === 'Problem' ? error : problem({ code: 'UNREACHABLE' });
  } finally {
    clearTimeout(timer);
  }
}

async function readEvents(reader: ReadableStreamDefaultReader<string>, { onHeard, onData }: Reading): Promise<void> {
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onHeard();
    text += value;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data:'));
      if (data !== undefined) onData(JSON.parse(data.slice('data:'.length)));
    }
  }
}
