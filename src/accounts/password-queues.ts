/**
 * The queues of requests that need a password hashed (85 ms of a core and 32 MiB each), before they take a database
 * connection. A few are served at a time, so that everybody else's requests keep a core. Who signs in and who signs up
 * stand in two queues that are served alternately: a storm in one leaves half of the service to the other.
 */
import { availableParallelism } from 'node:os';
import { inTime } from '../platform/in-time.ts';
import { OverloadedError } from '../platform/lane.ts';

/** One core is left to the event loop; beyond three, what they take of memory is more than what they bring. */
export const at_once_max = Math.min(3, Math.max(1, availableParallelism() - 1));
/** In each queue: about eight seconds of waiting if both are full; whoever comes after that is told to come back. */
const waiting_max = 50 * at_once_max;
/** For when they do not move; who is told so is not served afterwards. */
const waiting_ms_max = 15_000;
const retry_after_seconds = 5;
/**
 * While the event loop hardly rests, neither may who hashes work without a pause: the processors share what a hash is made
 * to wear out, and beside a storm of sign-ups fans who poll were left half of their answers.
 */
const busy_share = 0.8;
const rests_per_work = 2.5;
const rest_ms_max = 800;

export type PasswordQueue = 'signIn' | 'signUp';

export interface PasswordQueues {
  /**
   * Runs `work` when those before it in its queue were served. Rejects with `OverloadedError`: at once if too many
   * wait there already, later if it is not served in time (15 s), or if the work takes long (5 s). Such work still
   * counts as being served until it ends.
   */
  serve<T>(queue: PasswordQueue, work: () => Promise<T>): Promise<T>;
}

export function createPasswordQueues(
  limits: { atOnce: number; waiting: number } = { atOnce: at_once_max, waiting: waiting_max },
  busySince: () => number = createBusySince(),
): PasswordQueues {
  const queues = { signIn: new Set<() => void>(), signUp: new Set<() => void>() };
  let serving = 0;
  let servedLast: PasswordQueue = 'signUp';

  const called = (queue: PasswordQueue): Promise<void> =>
    new Promise((resolve, reject) => {
      const call = (): void => {
        clearTimeout(late);
        resolve();
      };
      const late = setTimeout(() => {
        queues[queue].delete(call);
        reject(new OverloadedError('sign-in', retry_after_seconds));
      }, waiting_ms_max);
      queues[queue].add(call);
    });
  const callFirstOf = (queue: PasswordQueue): boolean => {
    const [call] = queues[queue];
    if (call === undefined) return false;
    queues[queue].delete(call);
    servedLast = queue;
    call();
    return true;
  };
  const leave = (): void => {
    const other = servedLast === 'signIn' ? 'signUp' : 'signIn';
    // Whoever leaves hands the place over, so `serving` stays as it is.
    if (!callFirstOf(other) && !callFirstOf(servedLast)) serving -= 1;
  };
  return {
    serve: async (queue, work) => {
      if (serving < limits.atOnce) {
        serving += 1;
        servedLast = queue;
      } else if (queues[queue].size < limits.waiting) await called(queue);
      else throw new OverloadedError('sign-in', retry_after_seconds);
      const startedAt = performance.now();
      const served = work();
      const done = (): void => {
        const workMs = performance.now() - startedAt;
        if (busySince() < busy_share) leave();
        else setTimeout(leave, Math.min(workMs * rests_per_work, rest_ms_max));
      };
      served.then(done, done);
      return inTime(served);
    },
  };
}

/** The share of the time since it was last asked in which the event loop had something to do. */
function createBusySince(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}
