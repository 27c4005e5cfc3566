/**
 * Calls to gateways for fans who wait: a bounded number of each gateway under way, so that one that is slow is in nobody
 * else's way, and no longer waited for than a fan would. A call that nobody waits for any more goes on, and what comes of it
 * is written down all the same.
 */
import type { MethodId } from '../gateway/gateway.ts';
import { createFewAtOnce, type FewAtOnce } from '../platform/few-at-once.ts';

const at_once_max = 64;
const waiting_max = 1_000;
/** A fan hears something within this. */
export const fan_ms_max = 8_000;

export interface Calls {
  /** Rejects with `OverloadedError` if it was not even begun. */
  call<T>(method: MethodId, work: () => Promise<T>): Promise<T>;
  /** Resolves when every call that was begun has ended. */
  drain(): Promise<void>;
}

export function createCalls(): Calls {
  const lines = new Map<MethodId, FewAtOnce>();
  const underWay = new Set<Promise<unknown>>();
  const lineOf = (method: MethodId): FewAtOnce => {
    const line =
      lines.get(method) ??
      createFewAtOnce({
        name: `gateway ${method}`,
        atOnce: at_once_max,
        waitingMax: waiting_max,
        // Else a gateway that is slow would be told as an overload before its fan has waited to the end.
        endsByItself: true,
      });
    lines.set(method, line);
    return line;
  };
  return {
    call: (method, work) => {
      const calling = lineOf(method).run(work);
      underWay.add(calling);
      const ended = (): void => void underWay.delete(calling);
      calling.then(ended, ended);
      return calling;
    },
    drain: async () => {
      await Promise.allSettled(underWay);
    },
  };
}
