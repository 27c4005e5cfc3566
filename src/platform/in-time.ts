/** For who asks the database with no lane in between: while it answers nobody, that is said in time. */
import { OverloadedError } from './lane.ts';

/** Long enough for a failover's first seconds; a driver left alone gives its connections up after half a minute. */
const answer_ms_max = 5_000;

/** What `answer` comes to, or `OverloadedError` if it is late. It goes on all the same: only nobody waits for it. */
export function inTime<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new OverloadedError('database')), answer_ms_max);
    answer.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
