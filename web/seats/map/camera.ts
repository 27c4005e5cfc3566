/** What part of the hall is in view: arithmetic between the hall's units and the pixels of the page. No drawing here. */
import type { Box, Point } from './block.ts';

export interface View {
  /** What stands in the middle of the view, in units of the hall. */
  readonly x: number;
  readonly y: number;
  /** Pixels of the page for one unit. */
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A seat is at most so many pixels wide. */
export const scale_max = 56;
const section_edge = 26;
const section_scale_max = 44;
/** Beyond the hall, as much of the view may be empty. */
const beyond = 0.3;

export function toPage(view: View, { width, height }: Size, { x, y }: Point): Point {
  return { x: (x - view.x) * view.scale + width / 2, y: (y - view.y) * view.scale + height / 2 };
}

export function toHall(view: View, { width, height }: Size, { x, y }: Point): Point {
  return { x: (x - width / 2) / view.scale + view.x, y: (y - height / 2) / view.scale + view.y };
}

/** What can be seen, in units of the hall. */
export function seen(view: View, { width, height }: Size): Box {
  const halfWidth = width / 2 / view.scale;
  const halfHeight = height / 2 / view.scale;
  return { left: view.x - halfWidth, right: view.x + halfWidth, top: view.y - halfHeight, bottom: view.y + halfHeight };
}

/** From the sides, so many pixels stay free around the whole hall: fewer where there are few. */
function edgeOf({ width, height }: Size): number {
  return Math.min(14, 0.025 * Math.min(width, height));
}

/** The view that shows all of a box, `edge` pixels from the sides. */
export function fit({ left, right, top, bottom }: Box, size: Size, edge = edgeOf(size)): View {
  const { width, height } = size;
  const scale = Math.min(
    Math.max(1, width - 2 * edge) / Math.max(1, right - left),
    Math.max(1, height - 2 * edge) / Math.max(1, bottom - top),
    scale_max,
  );
  return { x: (left + right) / 2, y: (top + bottom) / 2, scale };
}

/** The view of a section: all of it with a little around, and no seat larger than a finger needs. */
export function fitSection(box: Box, size: Size): View {
  const view = fit(box, size, section_edge);
  return { ...view, scale: Math.min(section_scale_max, view.scale) };
}

/** The same view, if it can be had: not farther out than the whole hall, not nearer than a seat, not beside the hall. */
export function clamped({ x, y, scale }: View, bounds: Box, size: Size): View {
  const whole = fit(bounds, size);
  const held = Math.min(scale_max, Math.max(whole.scale, scale));
  const free = held > whole.scale * 1.001 ? beyond : 0;
  return {
    x: within(x, [bounds.left, bounds.right], size.width / held, free),
    y: within(y, [bounds.top, bounds.bottom], size.height / held, free),
    scale: held,
  };
}

function within(at: number, [from, to]: readonly [number, number], length: number, free: number): number {
  const low = from + length * (0.5 - free);
  const high = to - length * (0.5 - free);
  return low > high ? (from + to) / 2 : Math.min(high, Math.max(low, at));
}

/** Nearer or farther, while what is under `at` stays under it. */
export function zoomed(view: View, size: Size, at: Point, scale: number): View {
  const under = toHall(view, size, at);
  return {
    x: under.x - (at.x - size.width / 2) / scale,
    y: under.y - (at.y - size.height / 2) / scale,
    scale,
  };
}

/** On the way from one view to another; scales change evenly for the eye, by ratio. */
export function between(from: View, to: View, part: number): View {
  const scale = from.scale * (to.scale / from.scale) ** part;
  // So that the point which both views show at the same place stays there all the way.
  const change = 1 / to.scale - 1 / from.scale;
  const way = Math.abs(change) < 1e-9 ? part : (1 / scale - 1 / from.scale) / change;
  return { x: from.x + (to.x - from.x) * way, y: from.y + (to.y - from.y) * way, scale };
}
