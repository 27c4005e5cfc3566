/** For what another server or a duty does within a promised time. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Asks less and less often: what takes seconds would otherwise spend them on being asked. */
const pause = { firstMs: 10, growth: 1.5, msMax: 100 };

/** Tries until `check` neither throws nor rejects, and answers its value; after `ms`, fails with its last complaint. */
export async function eventually<T>(check: () => T | Promise<T>, ms = 5_000): Promise<T> {
  const giveUpAt = performance.now() + ms;
  for (let pauseMs = pause.firstMs; ; pauseMs = Math.min(pauseMs * pause.growth, pause.msMax)) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await sleep(pauseMs);
    }
  }
}
