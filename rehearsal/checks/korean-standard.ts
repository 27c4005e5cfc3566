/**
 * The Korean standard for performances as somebody reads it who knows nothing of the service's code: what percent of its price
 * a seat costs its fan who gives it back. Days are counted in Seoul, which is nine hours ahead of UTC the whole year round.
 */
const hour_ms = 3_600_000;
const day_ms = 24 * hour_ms;
const seoul_ahead_ms = 9 * hour_ms;

/** All in milliseconds of the epoch. */
export interface Moment {
  readonly paidAt: number;
  readonly startsAt: number;
  readonly now: number;
  /** When the date was moved; undefined: never. */
  readonly movedAt: number | undefined;
}

const week_ms = 7 * day_ms;
const dayInSeoul = (at: number): number => Math.floor((at + seoul_ahead_ms) / day_ms);

/** From so many days before on, the day itself last. */
const steps = [
  [10, 0],
  [7, 10],
  [3, 20],
  [1, 30],
  [0, 90],
] as const;

/** Undefined where nothing can be given back any more: it has begun. */
export function percentKept({ paidAt, startsAt, now, movedAt }: Moment): number | undefined {
  if (now >= startsAt) return undefined;
  if (movedAt !== undefined && paidAt < movedAt && now < movedAt + week_ms) return 0;
  const days = dayInSeoul(startsAt) - dayInSeoul(now);
  if (days >= 3 && now < paidAt + day_ms) return 0;
  return steps.find(([least]) => days >= least)?.[1];
}

/** Of one seat, at so many percent: never more than them, to the won. */
export function shareOf(price: number, percent: number): number {
  const hundredfold = price * percent;
  return (hundredfold - (hundredfold % 100)) / 100;
}
