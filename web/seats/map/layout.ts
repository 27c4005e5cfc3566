/**
 * Where everything stands in a hall, out of nothing but the contract's sections: always the same for the same
 * sections, no seat on another. A club is one block before the stage; a hall is tiers behind each other, by grade; a
 * stadium is a floor before the stage and rings of stands around it.
 */
import type { Section } from '../section.ts';
import {
  type Block,
  type Box,
  type Point,
  arc,
  boxAround,
  depthOf,
  outline,
  pointAt,
  rowRadius,
  row_pitch,
  stepOf,
} from './block.ts';
import { type Rings, startRings, withTier } from './rings.ts';

export interface Layout {
  /** In the order of the sections. */
  readonly blocks: readonly Block[];
  /** The corners of the stage; its front is the long bent side. */
  readonly stage: readonly Point[];
  readonly bounds: Box;
  /** Between blocks. */
  readonly gap: number;
  /** By number − 1: the middle of the seat. */
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  /** By number − 1: how far the seat is turned, as canvas turns. */
  readonly turns: Float32Array;
}

/** The floor of a stadium takes sections of the first grade while it has no more than this part of all seats. */
const floor_share_max = 0.3;
/** More grades than this say nothing about where a section is; the order alone does then. */
const tiers_max = 6;
const stadium = { seatsMin: 6_000, sectionsMin: 5 };
const hall_turn = 1.9;
const stadium_turn = 4.1;
/** A centre so far away that a row looks straight. */
const straight = 1_000_000;

export function layOut(sections: readonly Section[]): Layout {
  const seats = sections.reduce((sum, { rows, seatsPerRow }) => sum + rows * seatsPerRow, 0);
  const gap = Math.max(2.2, Math.sqrt(seats) * 0.026);
  const isStadium = seats >= stadium.seatsMin && sections.length >= stadium.sectionsMin;
  const { placed, stage } = isStadium ? asStadium(sections, seats, gap) : asHall(sections, gap);
  const blocks = sections.flatMap((section) => placed.get(section) ?? []);
  const corners = [...stage, ...blocks.flatMap((block) => outline(block, 1))];
  return { blocks, stage, bounds: boxAround(corners), gap, ...seatsOf(blocks, seats) };
}

interface Placed {
  readonly placed: ReadonlyMap<Section, Block>;
  readonly stage: readonly Point[];
}

/** Sections of one grade belong together, in the order in which the grades are named. */
function tiersOf(sections: readonly Section[]): (readonly Section[])[] {
  const tiers = [...Map.groupBy(sections, ({ grade }) => grade).values()];
  return tiers.length > tiers_max ? [sections] : tiers;
}

function asHall(sections: readonly Section[], gap: number): Placed {
  const widest = Math.max(...sections.map(({ seatsPerRow }) => seatsPerRow));
  const rings = tiersOf(sections).reduce(
    withTier,
    startRings({ radius: Math.max(9, widest * 1.2), turnMax: hall_turn, gap, fans: false }),
  );
  const placed = new Map(rings.blocks.map((block) => [block.section, block]));
  return { placed, stage: stageBefore(rings) };
}

/** Its front follows the first row. */
function stageBefore({ blocks }: Rings): Point[] {
  const [first] = blocks;
  if (first === undefined) return [];
  const ring = blocks.filter(({ radius }) => radius === first.radius);
  const half = Math.min(
    0.9,
    Math.max(...ring.map((block) => Math.abs(block.middle) + (block.section.seatsPerRow * stepOf(block, 0)) / 2)) *
      0.72,
  );
  const middle = { ...first, middle: 0 };
  const front = first.radius - stageGap(first.radius * half);
  const edge = arc(middle, front, [-half, half]);
  const [left, right] = [edge.at(0), edge.at(-1)];
  if (left === undefined || right === undefined) return [];
  const back = Math.min(left.y, right.y) - stageDepth(right.x - left.x);
  const inset = (right.x - left.x) * 0.08;
  return [...edge, { x: right.x - inset, y: back }, { x: left.x + inset, y: back }];
}

function stageGap(size: number): number {
  return 1.6 + Math.min(2.4, size * 0.06);
}

function stageDepth(width: number): number {
  return Math.min(30, Math.max(1.8, width * 0.16));
}

function asStadium(sections: readonly Section[], seats: number, gap: number): Placed {
  const [first = [], ...others] = tiersOf(sections);
  const floor = floorOf(first, seats);
  const stands = first.slice(floor.length);
  const plan = planFloor(floor, gap);
  const width = Math.min(plan.width * 0.9, 110);
  const depth = stageDepth(width * 1.4);
  const before = stageGap(width) + 1;
  const height = plan.height + before + depth;
  const top = -height / 2;
  const start = startRings({
    radius: Math.hypot(plan.width / 2, height / 2) + gap * 1.4,
    turnMax: stadium_turn,
    gap,
    fans: true,
  });
  const rings = [stands, ...others].filter(({ length }) => length > 0).reduce(withTier, start);
  const onFloor = floor.flatMap((section, index) => plan.place(section, index, top + depth + before));
  const half = width / 2;
  return {
    placed: new Map([...onFloor, ...rings.blocks].map((block) => [block.section, block])),
    stage: [
      { x: half, y: top + depth },
      { x: half, y: top },
      { x: -half, y: top },
      { x: -half, y: top + depth },
    ],
  };
}

function floorOf(tier: readonly Section[], seats: number): readonly Section[] {
  let taken = 0;
  const count = tier.findIndex(({ rows, seatsPerRow }) => (taken += rows * seatsPerRow) > seats * floor_share_max);
  return count === -1 ? tier : tier.slice(0, Math.max(1, count));
}

interface FloorPlan {
  readonly width: number;
  readonly height: number;
  place(section: Section, index: number, top: number): Block[];
}

/** How large the circle around a floor is; the stage stands in it too. */
function around({ width, height }: Pick<FloorPlan, 'width' | 'height'>): number {
  return Math.hypot(width, height * 1.15);
}

/** Straight blocks in a grid; of all grids the one with the smallest circle around it. */
function planFloor(floor: readonly Section[], gap: number): FloorPlan {
  const width = Math.max(...floor.map(({ seatsPerRow }) => seatsPerRow)) + gap;
  const depth = Math.max(...floor.map(depthOf)) + gap;
  const sizes = floor.map((_section, index) => {
    const columns = index + 1;
    const rows = Math.ceil(floor.length / columns);
    return { columns, width: columns * width - gap, height: rows * depth - gap };
  });
  const size = sizes.reduce((best, next) => (around(next) < around(best) ? next : best));
  return {
    ...size,
    place: (section, index, top) => {
      const row = Math.floor(index / size.columns);
      const inRow = Math.min(size.columns, floor.length - row * size.columns);
      const x = ((index % size.columns) - (inRow - 1) / 2) * width;
      const centre = { x, y: top + row * depth + 0.5 - straight };
      return [{ section, centre, radius: straight, middle: 0, pitch: 1, fans: false }];
    },
  };
}

function seatsOf(blocks: readonly Block[], seats: number): Pick<Layout, 'xs' | 'ys' | 'turns'> {
  const xs = new Float32Array(seats);
  const ys = new Float32Array(seats);
  const turns = new Float32Array(seats);
  for (const block of blocks) {
    const { rows, seatsPerRow, firstNumber } = block.section;
    for (let row = 0; row < rows; row++) {
      const step = stepOf(block, row);
      const distance = rowRadius(block, row);
      for (let seat = 0; seat < seatsPerRow; seat++) {
        const angle = (seat - (seatsPerRow - 1) / 2) * step;
        const index = firstNumber - 1 + row * seatsPerRow + seat;
        const { x, y } = pointAt(block, distance, angle);
        xs[index] = x;
        ys[index] = y;
        turns[index] = -(block.middle + angle);
      }
    }
  }
  return { xs, ys, turns };
}

/** Around all seats of a block. */
export function boxOf(block: Block): Box {
  return boxAround(outline(block, row_pitch / 2));
}
