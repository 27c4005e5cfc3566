/** For what another server or a duty does within a promised time. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Tries until `check` neither throws nor rejects, and answers its value; after `ms`, fails with its last complaint. */
export async function eventually<T>(check: () => T | Promise<T>, ms = 5_000): Promise<T> {
  const giveUpAt = performance.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await sleep(20);
    }
  }
}
