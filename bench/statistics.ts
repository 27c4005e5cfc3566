/** What stands for many measurements: medians, and how far they lay apart. */
import { createRandom } from '../rehearsal/random.ts';

export interface Spread {
  readonly median: number;
  /** The quartiles: half of the measurements lay between them. */
  readonly low: number;
  readonly high: number;
}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between neighbours; NaN of nothing. `share` is 0 for the least and 1 for the greatest. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), low: quantile(values, 0.25), high: quantile(values, 0.75) };
}

/** The value that this share of an ascending list does not exceed; NaN of nothing. */
export function ranked(ascending: ArrayLike<number>, share: number): number {
  return ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)] ?? Number.NaN;
}

/** A member of each list for each place, of the lists in turn, beginning with another one each time. */
export function turns<T>(of: readonly T[], round: number): T[] {
  return of.map((_, place) => of[(place + round) % of.length] as T);
}

export interface ArrivalPlan {
  /** Arrivals a second, on average. */
  readonly rate: number;
  readonly seconds: number;
  readonly seed: number;
}

/** When people come who know nothing of each other: milliseconds from the start, ascending. */
export function arrivalTimes({ rate, seconds, seed }: ArrivalPlan): number[] {
  const random = createRandom(seed, 0);
  const times: number[] = [];
  for (let at = random.around(1_000 / rate); at < seconds * 1_000; at += random.around(1_000 / rate)) times.push(at);
  return times;
}
