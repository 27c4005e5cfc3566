/**
 * How far beyond the head fans are listened to. Whoever is nearer is heard in time to be judged when their turn
 * comes; whoever is further away costs the database nothing, however long the line.
 */
export const front_places_min = 200;
export const front_places_max = 20_000;
/** The front reaches this much further than is admitted in a grace period, so that each is heard in time. */
const front_margin = 2;

/** Places beyond the head, by how many may be inside and how many were let in lately in a grace period. */
export function frontPlaces(maxActive: number, admittedInGrace = 0): number {
  const places = Math.max(front_places_min, 2 * maxActive, Math.ceil(front_margin * admittedInGrace));
  return Math.min(places, front_places_max);
}
