/** Tiers as rings around a centre: blocks side by side, the next ring behind the deepest of them. */
import type { Section } from '../section.ts';
import { type Block, depthOf } from './block.ts';

export interface Rings {
  /** Where the next ring may begin. */
  readonly radius: number;
  /** How far around a ring may go. */
  readonly turnMax: number;
  /** Between rings, and between blocks of one. */
  readonly gap: number;
  readonly fans: boolean;
  /** How far around the ring before went. */
  readonly turn: number;
  readonly blocks: readonly Block[];
}

/** A tier rather moves this much outwards than to be split into two rings. */
const outwards_max = 1.25;
/** Seats of a ring stand this much wider apart, if then it goes as far around as the one before. */
const wider_max = 1.25;

export function startRings(options: Pick<Rings, 'radius' | 'turnMax' | 'gap' | 'fans'>): Rings {
  return { ...options, turn: 0, blocks: [] };
}

function widthOf(sections: readonly Section[], gap: number): number {
  return sections.reduce((sum, { seatsPerRow }) => sum + seatsPerRow + gap, 0);
}

/** Places sections around; as many rings as it takes. */
export function withTier(rings: Rings, sections: readonly Section[]): Rings {
  if (sections.length === 0) return rings;
  const { gap, turnMax, radius } = rings;
  const needed = widthOf(sections, gap) / turnMax;
  if (needed <= radius * outwards_max || sections.length === 1) {
    return withRing({ ...rings, radius: Math.max(radius, needed) }, sections);
  }
  const split = Math.max(1, ringful(sections, radius * turnMax, gap));
  const own = Math.max(radius, widthOf(sections.slice(0, split), gap) / turnMax);
  return withTier(withRing({ ...rings, radius: own }, sections.slice(0, split)), sections.slice(split));
}

/** How many of the sections go into one ring, so that the rings after it are about as full. */
function ringful(sections: readonly Section[], length: number, gap: number): number {
  const total = widthOf(sections, gap);
  const depth = Math.max(...sections.map(depthOf)) + gap;
  let capacity = 0;
  for (let ring = 0; capacity < total; ring++) capacity += length + ring * depth * 3;
  const target = (length * total) / capacity;
  let used = 0;
  const count = sections.findIndex(({ seatsPerRow }) => (used += seatsPerRow + gap) > Math.max(target, 1));
  return count === -1 ? sections.length : count;
}

function withRing(rings: Rings, sections: readonly Section[]): Rings {
  const { gap, radius, fans, turnMax } = rings;
  const natural = widthOf(sections, gap) / radius;
  const wider = fans ? Math.min(wider_max, Math.max(1, Math.min(rings.turn, turnMax) / natural)) : 1;
  const turn = natural * wider;
  // Seats stand on the middle line of their row, half a seat behind the edge of the block.
  const first = radius + 0.5;
  let angle = -turn / 2;
  const blocks = sections.map((section): Block => {
    const wide = ((section.seatsPerRow + gap) * wider) / radius;
    angle += wide;
    return { section, centre: { x: 0, y: 0 }, radius: first, middle: angle - wide / 2, pitch: wider, fans };
  });
  const depth = Math.max(...sections.map(depthOf));
  return { ...rings, radius: radius + depth + gap, turn, blocks: [...rings.blocks, ...blocks] };
}
