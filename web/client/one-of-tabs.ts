/** Being the one tab of a browser that does something: by a lock, which the browser hands on when its tab is gone. */

export interface Lead {
  readonly name: string;
  /** Gives the lock back, or leaves the line for it. */
  readonly signal: AbortSignal;
  readonly onHeld: () => void;
  /** Another tab took it over. From here on this one stands in line again. */
  readonly onLost: () => void;
  /** This document may have no lock at all. */
  readonly onDenied: () => void;
}

/** Stands in line for the lock; the answer takes it from whoever has it. */
export function lead(locks: LockManager, { name, signal, onHeld, onLost, onDenied }: Lead): () => void {
  let standing = new AbortController();
  let takesOver = false;
  let isHeld = false;
  const hold = async (): Promise<void> => {
    takesOver = false;
    if (signal.aborted) return;
    isHeld = true;
    onHeld();
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      standing = new AbortController();
      const options = takesOver ? { steal: true } : { signal: AbortSignal.any([standing.signal, signal]) };
      try {
        await locks.request(name, options, hold);
      } catch (error) {
        if ((error as Error).name !== 'AbortError') throw error;
        if (isHeld && !signal.aborted) onLost();
        isHeld = false;
      }
    }
  };
  run().catch(onDenied);
  return () => {
    if (isHeld || takesOver) return;
    takesOver = true;
    standing.abort();
  };
}
