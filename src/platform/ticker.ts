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

/** Told once when a duty begins to fail and once when it works again: in an outage they all fail several times a second. */
export interface DutyReport {
  failing(duty: string, error: unknown): void;
  recovered(duty: string, failures: number): void;
}

/** Starts the duties. One never overlaps itself; one that fails is reported and runs again at its next time. */
export function startTicker(duties: readonly Duty[], report: DutyReport): Ticker {
  const stops = duties.map((duty) => startDuty(duty, report));
  return {
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

function startDuty({ name, everyMs, run }: Duty, report: DutyReport): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let failures = 0;
  let running: Promise<void> = Promise.resolve();
  const tick = async (): Promise<void> => {
    const started = performance.now();
    try {
      await run();
      if (failures > 0) report.recovered(name, failures);
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === 1) report.failing(name, error);
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
