/** Runs the duties that time brings. Nothing may be wrong while a duty sleeps: each only tidies and announces. */
export interface Duty {
  readonly name: string;
  readonly everyMs: number;
  run(): Promise<unknown>;
}

export interface Ticker {
  /** Starts no further run and resolves when those under way have ended. */
  stop(): Promise<void>;
}

/** Starts the duties. One never overlaps itself; one that fails is reported and runs again at its next time. */
export function startTicker(duties: readonly Duty[], onError: (duty: string, error: unknown) => void): Ticker {
  const stops = duties.map((duty) => startDuty(duty, onError));
  return {
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

function startDuty({ name, everyMs, run }: Duty, onError: (duty: string, error: unknown) => void): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const tick = async (): Promise<void> => {
    const started = performance.now();
    try {
      await run();
    } catch (error) {
      onError(name, error);
    }
    if (!stopped) schedule(Math.max(everyMs - (performance.now() - started), everyMs / 10));
  };
  const schedule = (ms: number): void => {
    timer = setTimeout(() => {
      running = tick();
    }, ms);
  };
  schedule(everyMs);
  return () => {
    stopped = true;
    clearTimeout(timer);
    return running;
  };
}
