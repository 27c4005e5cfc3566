/** For who asks the database with no lane in between: while it answers nobody, that is said in time. */
import { answer_ms_max, OverloadedError } from './overloaded.ts';

/**
 * What `answer` comes to, or `OverloadedError` if it is late: after 5 s, long enough for a failover's first seconds,
 * while a driver left alone gives its connections up after half a minute. It goes on all the same: only nobody waits
 * for it.
 */
export function inTime<T>(answer: Promise<T>, msMax: number = answer_ms_max, what = 'database'): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new OverloadedError(what)), msMax);
    const settled = <A>(settle: (outcome: A) => void) => {
      return (outcome: A): void => {
        clearTimeout(late);
        settle(outcome);
      };
    };
    answer.then(settled(resolve), settled(reject));
  });
}
