/** What a tap means: the section under it, or the seat nearest to it. */
import { contains, intersects, type Point } from './block.ts';
import { looks, lookOf, type Part, type Scene } from './scene.ts';

/** A finger meets a seat this many pixels of the page around it: a target of 44. */
export const finger_reach = 22;

export function partAt({ parts, layout }: Scene, point: Point, pad: number): Part | undefined {
  return parts.find(({ index }) => {
    const block = layout.blocks[index];
    return block !== undefined && contains(block, point, pad);
  });
}

/**
 * The number of the seat that is meant by a point of the hall: the nearest one that can be chosen or given back within
 * `reach` units; failing that, the one that the point is on, so that it can be said why not.
 */
export function seatAt(scene: Scene, point: Point, reach: number): number | undefined {
  let best: Met | undefined;
  let under: Met | undefined;
  for (const met of seatsNear(scene, point, Math.max(reach, on_seat))) {
    if (met.far <= on_seat && isNearer(met, under)) under = met;
    if (met.far <= reach && canBeChosen(scene, met) && isNearer(met, best)) best = met;
  }
  const found = best ?? under;
  return found === undefined ? undefined : found.seat + 1;
}

/** A point this near to the middle of a seat is on it. */
const on_seat = 0.5;

function isNearer(one: Met, other: Met | undefined): boolean {
  return other === undefined || one.far < other.far;
}

function canBeChosen(scene: Scene, { seat }: Met): boolean {
  const look = lookOf(scene, seat);
  return look === looks.available || look === looks.own;
}

interface Met {
  readonly seat: number;
  readonly far: number;
}

/** The seats within `reach`, by their number − 1. */
function* seatsNear({ parts, layout: { xs, ys } }: Scene, { x, y }: Point, reach: number): Iterable<Met> {
  const around = { left: x - reach, right: x + reach, top: y - reach, bottom: y + reach };
  for (const { box, from, to } of parts) {
    if (!intersects(box, around)) continue;
    for (let seat = from; seat < to; seat++) {
      const far = Math.hypot((xs[seat] ?? 0) - x, (ys[seat] ?? 0) - y);
      if (far <= reach) yield { seat, far };
    }
  }
}
