/** The numbers of rows, for whoever is near enough to choose a seat. */
import { partAt } from './aim.ts';
import { type Point, pointAt, rowRadius, stepOf } from './block.ts';
import { type Size, toPage } from './camera.ts';
import type { Frame } from './frame.ts';
import type { Part, Scene } from './scene.ts';

/**
 * At both ends of each row, upright; and, of the section that one is in, on a rail along the edge where those rows
 * come into view that begin out of it.
 */
export function paintRowNumbers(scene: Scene, frame: Frame, parts: readonly Part[]): void {
  const { brush, view, size } = frame;
  const { palette, layout } = scene;
  const entries: Entry[] = [];
  const around = partAt(scene, view, 0.5);
  brush.font = `550 ${Math.min(13, Math.max(10, view.scale * 0.45))}px ${palette.font}`;
  brush.textAlign = 'center';
  brush.textBaseline = 'middle';
  for (const part of parts) {
    const { index, section, from } = part;
    const block = layout.blocks[index];
    if (block === undefined) continue;
    for (let row = 0; row < section.rows; row++) {
      const distance = rowRadius(block, row);
      const end = (section.seatsPerRow * stepOf(block, row)) / 2 + 0.75 / distance;
      const isBegun = [-end, end].filter((angle) => {
        const at = toPage(view, size, pointAt(block, distance, angle));
        if (!isInside(at, size, -20)) return false;
        brush.fillStyle = palette.quiet;
        brush.fillText(String(row + 1), at.x, at.y);
        return isInside(at, size, 0);
      });
      if (isBegun.length > 0 || part !== around) continue;
      const count = section.seatsPerRow;
      const entry = entryOf(scene, frame, { row, first: from + row * count, count });
      if (entry !== undefined) entries.push(entry);
    }
  }
  paintRails(scene, frame, entries);
}

function isInside({ x, y }: Point, { width, height }: Size, inset: number): boolean {
  return x > inset && y > inset && x < width - inset && y < height - inset;
}

interface Row {
  readonly row: number;
  /** Its first seat, by number − 1, and how many there are. */
  readonly first: number;
  readonly count: number;
}

type Edge = 'left' | 'right' | 'top' | 'bottom';

/** Where a row comes into view. */
interface Entry extends Point {
  readonly row: number;
  readonly edge: Edge;
}

function entryOf({ layout }: Scene, { view, size }: Frame, { row, first, count }: Row): Entry | undefined {
  const placeOf = (seat: number): Point => toPage(view, size, { x: layout.xs[seat] ?? 0, y: layout.ys[seat] ?? 0 });
  for (let seat = first; seat < first + count; seat++) {
    const at = placeOf(seat);
    if (!isInside(at, size, 2)) continue;
    return seat === first ? undefined : { ...at, row, edge: edgePassed(placeOf(seat - 1), size) };
  }
  return undefined;
}

function edgePassed({ x, y }: Point, { width, height }: Size): Edge {
  if (x <= 2) return 'left';
  if (x >= width - 2) return 'right';
  return y > height / 2 ? 'bottom' : 'top';
}

const rail = { wide: 28, deep: 22 };

function railOf(edge: Edge, { width, height }: Size): readonly [x: number, y: number, wide: number, high: number] {
  if (edge === 'left' || edge === 'right') return [edge === 'left' ? 0 : width - rail.wide, 0, rail.wide, height];
  return [0, edge === 'top' ? 0 : height - rail.deep, width, rail.deep];
}

/** Seats go under a rail as under the frozen column of a table: a number on top of a seat read as part of the seat's. */
function paintRails({ palette }: Scene, { brush, size }: Frame, entries: readonly Entry[]): void {
  for (const [edge, rows] of Map.groupBy(entries, (entry) => entry.edge)) {
    const [left, top, wide, high] = railOf(edge, size);
    brush.fillStyle = palette.raised;
    brush.fillRect(left, top, wide, high);
    brush.fillStyle = palette.quiet;
    const isUpright = edge === 'left' || edge === 'right';
    for (const { row, x, y } of rows) {
      brush.fillText(String(row + 1), isUpright ? left + wide / 2 : x, isUpright ? y : top + high / 2);
    }
  }
}
