/** Reads server-sent events as a browser would. */
export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
}

export interface EventReader {
  readonly status: number;
  /** The next event; fails after `ms` of silence (comments are not events). */
  next(ms?: number): Promise<StreamEvent>;
  /** Comments seen so far: the heartbeat. */
  readonly comments: readonly string[];
  /** Resolves when the server has ended the stream. */
  readonly over: Promise<void>;
  close(): void;
}

/** Opens `url` with the Queue-Token; answers once the headers are there. */
export async function readEvents(url: string, queueToken: string): Promise<EventReader> {
  const abort = new AbortController();
  const headers = { 'queue-token': queueToken, accept: 'text/event-stream' };
  const response = await fetch(url, { headers, signal: abort.signal });
  const events: StreamEvent[] = [];
  const comments: string[] = [];
  let wake = Promise.withResolvers<void>();

  const take = (block: string): void => {
    const lines = block.split('\n');
    comments.push(...lines.filter((line) => line.startsWith(':')));
    const valueOf = (name: string): string | undefined =>
      lines
        .find((line) => line.startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trim();
    const data = valueOf('data');
    if (data === undefined) return;
    events.push({ event: valueOf('event') ?? 'message', data: JSON.parse(data) });
    wake.resolve();
    wake = Promise.withResolvers();
  };
  const read = async (): Promise<void> => {
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) take(block);
    }
  };
  const over = read().catch((error: unknown) => {
    if (!abort.signal.aborted) throw error;
  });
  // Whoever waits for the end sees how it ended; nobody has to.
  over.catch(() => undefined);

  const next = async (ms = 5_000): Promise<StreamEvent> => {
    const silence = AbortSignal.timeout(ms);
    for (;;) {
      const event = events.shift();
      if (event !== undefined) return event;
      if (silence.aborted) throw new Error(`no event within ${ms} ms`);
      await Promise.race([wake.promise, new Promise((resolve) => silence.addEventListener('abort', resolve))]);
    }
  };
  return { status: response.status, next, comments, over, close: () => abort.abort() };
}
