/** Time for tests that count it. */
import type { TestContext } from 'node:test';

/**
 * From now on, until the test ends, the steady clock of this process goes when it is told to: nobody is late because this
 * machine is slow. It begins at a whole millisecond: of a fraction, a second more is not always a second later.
 */
export function stoppedClock(t: TestContext): (ms: number) => void {
  let now = Math.ceil(performance.now());
  t.mock.method(performance, 'now', () => now);
  return (ms) => {
    now += ms;
  };
}
