/** Runs `work` over all, so many at a time. */
export async function atOnce<T>(limit: number, all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < all.length) await work(all[next++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(limit, all.length) }, worker));
}
