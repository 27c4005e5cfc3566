/**
 * What was found out a moment ago and is good enough for a moment more. Bounded without a timer: two generations, of
 * which the older one is dropped when the younger is full or its time is up.
 */
export interface ShortMemory<V> {
  get(key: string): V | undefined;
  /**
   * To be called when the question is sent: what it finds is remembered from then on, and not at all if something was
   * forgotten meanwhile. A value may be remembered for less than the usual time (`msMax`).
   */
  asking(): (key: string, value: V, msMax?: number) => void;
  /** Forgets this key, or everything. What is being asked for just now will not be remembered. */
  forget(key?: string): void;
}

interface Kept<V> {
  readonly value: V;
  readonly until: number;
}

/** Keeps values for `keptMs` and at most twice `keptMax` of them. */
export function createShortMemory<V>({ keptMs, keptMax }: { keptMs: number; keptMax: number }): ShortMemory<V> {
  let young = new Map<string, Kept<V>>();
  let old = young;
  let bornAt = 0;
  let epoch = 0;
  const set = (key: string, kept: Kept<V>): void => {
    const now = performance.now();
    if (young.size >= keptMax || now - bornAt > keptMs) {
      old = young;
      young = new Map();
      bornAt = now;
    }
    young.set(key, kept);
  };
  return {
    get: (key) => {
      const kept = young.get(key) ?? old.get(key);
      return kept !== undefined && performance.now() < kept.until ? kept.value : undefined;
    },
    asking: () => {
      const askedIn = epoch;
      const askedAt = performance.now();
      return (key, value, msMax = keptMs) => {
        if (epoch === askedIn) set(key, { value, until: askedAt + Math.min(keptMs, msMax) });
      };
    },
    forget: (key) => {
      epoch++;
      if (key === undefined) {
        young = new Map();
        old = young;
      } else {
        young.delete(key);
        old.delete(key);
      }
    },
  };
}
