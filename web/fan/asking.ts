/** Asking again about what is still under way, with growing pauses, for as long as somebody looks. */
import { useEffect } from 'preact/hooks';
import { pause } from '../client/client.ts';

const first_ms = 1_500;
const growth = 1.5;
const pause_ms_max = 30_000;
/** About a quarter of an hour; whoever still waits then comes again by themselves. */
const asks_max = 36;

/** Calls `ask` again and again while `isWanted`; it begins anew whenever `key` changes. `ask` never rejects. */
export function useAskingAgain(key: string, isWanted: boolean, ask: (signal: AbortSignal) => Promise<void>): void {
  useEffect(() => {
    if (!isWanted) return undefined;
    const stop = new AbortController();
    const run = async (): Promise<void> => {
      for (let asked = 0; asked < asks_max && !stop.signal.aborted; asked++) {
        // One after the other is what it is for.
        // oxlint-disable-next-line no-await-in-loop
        await pause(Math.min(first_ms * growth ** asked, pause_ms_max), stop.signal);
        // oxlint-disable-next-line no-await-in-loop
        if (!stop.signal.aborted && !document.hidden) await ask(stop.signal);
      }
    };
    run().catch(() => undefined);
    return () => stop.abort();
  }, [key, isWanted]);
}
