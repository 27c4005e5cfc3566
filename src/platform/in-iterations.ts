/** For giving many their answers without keeping everybody else waiting. */
import { setImmediate as iteration } from 'node:timers/promises';

/** An answer goes through the framework and into its socket at once; so many take a millisecond. */
const answers_per_iteration = 32;

/**
 * The first few at once, the others in the iterations of the event loop that follow: by then the next batch is on its
 * way to the database, and those who ask for something else are not kept waiting for hundreds of answers.
 */
async function inIterations<T>(all: readonly T[], give: (one: T, index: number) => void): Promise<void> {
  for (const [index, one] of all.entries()) {
    // oxlint-disable-next-line no-await-in-loop
    if (index > 0 && index % answers_per_iteration === 0) await iteration();
    give(one, index);
  }
}

/** Not to be waited for: the next batch may begin meanwhile. */
export type HandOut<T> = (batch: readonly T[], give: (one: T, index: number) => void) => Promise<void>;

/** The answers that are being given; `given` is called whenever a batch has all of them. */
export function createGiving<T>(given: () => void): { readonly handOut: HandOut<T>; readonly size: number } {
  const handing = new Set<unknown>();
  return {
    handOut: async (batch, give) => {
      handing.add(batch);
      await inIterations(batch, give);
      handing.delete(batch);
      given();
    },
    get size() {
      return handing.size;
    },
  };
}
