/** Pauses of a hundred thousand fans on one timer, all of which can be ended at once. */
export interface Pauses {
  /** Resolves after `ms`, give or take a tick; at once when the pauses were ended. */
  pause(ms: number): Promise<void>;
  /** Ends all pauses, and those to come. */
  end(): void;
}

const tick_ms = 20;

export function createPauses(): Pauses {
  const due = new Map<number, (() => void)[]>();
  let ended = false;
  let last = Math.floor(performance.now() / tick_ms);
  const wakeUntil = (tick: number): void => {
    for (; last < tick; last++) {
      const sleepers = due.get(last + 1);
      if (sleepers === undefined) continue;
      due.delete(last + 1);
      for (const wake of sleepers) wake();
    }
  };
  const timer = setInterval(() => wakeUntil(Math.floor(performance.now() / tick_ms)), tick_ms);
  return {
    pause: (ms) => {
      if (ended) return Promise.resolve();
      const tick = Math.max(last + 1, Math.ceil((performance.now() + ms) / tick_ms));
      return new Promise((resolve) => {
        const sleepers = due.get(tick);
        if (sleepers === undefined) due.set(tick, [resolve]);
        else sleepers.push(resolve);
      });
    },
    end: () => {
      ended = true;
      clearInterval(timer);
      for (const sleepers of due.values()) for (const wake of sleepers) wake();
      due.clear();
    },
  };
}
