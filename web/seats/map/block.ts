/**
 * A section as a block of seats in the plane: rows bent around a centre, the first nearest to it. One shape serves a
 * floor (a centre far away), a hall (a near one) and a stadium's stand. One unit is the width of a seat.
 */
import type { Section } from '../section.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Block {
  readonly section: Section;
  readonly centre: Point;
  /** From the centre to the seats of the first row. */
  readonly radius: number;
  /** The direction of its middle seen from the centre: 0 is down, away from the stage; it grows to the right. */
  readonly middle: number;
  /** Between neighbours in the first row; at least 1. */
  readonly pitch: number;
  /** Its rows grow wider to the back, as a stand's do between two aisles. */
  readonly fans: boolean;
}

/** From a row to the one behind it. */
export const row_pitch = 1.16;
/** The side of a seat as it is drawn; what is left of a unit is air. */
export const seat_size = 0.78;

export function rowRadius({ radius }: Block, row: number): number {
  return radius + row * row_pitch;
}

/** The angle from a seat of a row to its neighbour. Rows and seats count from 0 here. */
export function stepOf(block: Block, row: number): number {
  return block.pitch / (block.fans ? block.radius : rowRadius(block, row));
}

export function pointAt({ centre, middle }: Block, distance: number, angle: number): Point {
  return { x: centre.x + distance * Math.sin(middle + angle), y: centre.y + distance * Math.cos(middle + angle) };
}

/** How deep a block of so many rows is, with half a seat of edge on both sides. */
export function depthOf({ rows }: Pick<Section, 'rows'>): number {
  return (rows - 1) * row_pitch + 1;
}

/** Half the angle that a row takes, its edge of `pad` units included. */
function reach(block: Block, row: number, pad: number): number {
  return (block.section.seatsPerRow * stepOf(block, row)) / 2 + pad / rowRadius(block, row);
}

export function contains(block: Block, point: Point, pad = 0): boolean {
  const { centre, middle, section, radius } = block;
  const x = point.x - centre.x;
  const y = point.y - centre.y;
  const row = (Math.hypot(x, y) - radius) / row_pitch;
  const edge = (0.5 + pad) / row_pitch;
  if (row < -edge || row > section.rows - 1 + edge) return false;
  const turn = Math.atan2(x, y) - middle;
  const angle = Math.atan2(Math.sin(turn), Math.cos(turn));
  return Math.abs(angle) <= reach(block, Math.min(section.rows - 1, Math.max(0, row)), pad);
}

/** A chord of an arc leaves it by this much of a seat at most. */
const sag_max = 0.04;
const arc_points_max = 400;

/** The points of an arc of the block from one angle to another, as many as look round. */
export function arc(block: Block, distance: number, [from, to]: readonly [number, number]): Point[] {
  const step = Math.min(0.12, Math.sqrt((8 * sag_max) / distance));
  const count = Math.min(arc_points_max, Math.max(1, Math.ceil(Math.abs(to - from) / step)));
  return Array.from({ length: count + 1 }, (_none, index) =>
    pointAt(block, distance, from + ((to - from) * index) / count),
  );
}

/** The corners around all its seats, with an edge of `pad` units. */
export function outline(block: Block, pad: number): Point[] {
  const last = block.section.rows - 1;
  const inner = Math.max(0.1, block.radius - 0.5 - pad);
  const outer = rowRadius(block, last) + 0.5 + pad;
  // The sides of a fan point to the centre; those of other blocks keep their distance.
  const front = reach(block, 0, pad) * (block.fans ? 1 : Math.min(1.2, block.radius / inner));
  const back = reach(block, last, pad) * (block.fans ? 1 : rowRadius(block, last) / outer);
  return [...arc(block, inner, [-front, front]), ...arc(block, outer, [back, -back])];
}

export function boxAround(points: readonly Point[]): Box {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of points) {
    box.left = Math.min(box.left, x);
    box.top = Math.min(box.top, y);
    box.right = Math.max(box.right, x);
    box.bottom = Math.max(box.bottom, y);
  }
  return box;
}

export function intersects(one: Box, other: Box): boolean {
  return one.left < other.right && one.right > other.left && one.top < other.bottom && one.bottom > other.top;
}
