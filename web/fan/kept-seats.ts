/**
 * What is chosen outlives a reload: it is kept in the state of this entry of the browser's history. That needs no
 * storage, belongs to one tab and one date, and no address that is passed on chooses seats for somebody else.
 */

/** As many as one request may hold. */
const seats_max = 100;

export function keptSeats(performanceId: string): readonly number[] {
  const state = history.state as { readonly chosen?: { readonly of?: unknown; readonly seats?: unknown } } | null;
  const { of, seats } = state?.chosen ?? {};
  if (of !== performanceId || !Array.isArray(seats)) return [];
  return seats.filter((seat): seat is number => Number.isInteger(seat)).slice(0, seats_max);
}

/** Never fails: a browser that is asked too often refuses, and then a reload has what was kept before. */
export function keepSeats(performanceId: string, seats: Iterable<number>): void {
  try {
    history.replaceState({ ...history.state, chosen: { of: performanceId, seats: [...seats] } }, '');
  } catch {
    // Choosing goes on.
  }
}
