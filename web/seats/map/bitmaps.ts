/**
 * Seats that are small on the screen, as one picture for each section: painted once, then only the seats that changed.
 * Moving the view costs one copy for each section in view, however many seats it has.
 */
import type { Stamps, Scaling } from './seats.ts';
import type { Part } from './scene.ts';

interface Bitmap {
  readonly canvas: OffscreenCanvas;
  readonly scaling: Scaling;
  readonly dirty: Set<number>;
}

export interface Bitmaps {
  /**
   * The picture of a part for about so many pixels a unit, or undefined where none is there yet and `budget` is used
   * up. Answers what it has in another size meanwhile.
   */
  of(part: Part, scale: number, until: number): Bitmap | undefined;
  changed(part: Part, seat: number): void;
  forget(): void;
}

/** Pixels a unit; a picture is made in one of these sizes. */
const sizes = [3, 6, 12] as const;
/** Of all pictures together: 32 MB at four bytes. */
const pixels_max = 8_000_000;

export function createBitmaps(stamps: Stamps): Bitmaps {
  // In the order of their last use.
  const bitmaps = new Map<string, Bitmap>();
  let pixels = 0;

  const drop = (key: string, { canvas }: Bitmap): void => {
    bitmaps.delete(key);
    pixels -= canvas.width * canvas.height;
  };

  const make = (key: string, part: Part, scale: number): Bitmap | undefined => {
    const { left, top, right, bottom } = part.box;
    const width = Math.ceil((right - left) * scale) + 2;
    const height = Math.ceil((bottom - top) * scale) + 2;
    if (width * height > pixels_max || Math.max(width, height) > side_max) return undefined;
    const canvas = new OffscreenCanvas(width, height);
    const brush = canvas.getContext('2d');
    if (brush === null) return undefined;
    const scaling = { scale, x: 1 - left * scale, y: 1 - top * scale };
    stamps.stampAll(brush, scaling, part, part.box);
    const bitmap = { canvas, scaling, dirty: new Set<number>() };
    bitmaps.set(key, bitmap);
    pixels += width * height;
    for (const [other, old] of bitmaps) {
      if (pixels <= pixels_max || other === key) break;
      drop(other, old);
    }
    return bitmap;
  };

  const used = (key: string, part: Part): Bitmap | undefined => {
    const known = bitmaps.get(key);
    if (known === undefined) return undefined;
    bitmaps.delete(key);
    bitmaps.set(key, known);
    clean(stamps, known, part);
    return known;
  };

  return {
    of: (part, scale, until) => {
      const size = sizes.find((one) => one >= scale * 0.8) ?? sizes[2];
      const key = `${part.index}/${size}`;
      const known = used(key, part);
      if (known !== undefined) return known;
      const made = performance.now() < until ? make(key, part, size) : undefined;
      if (made !== undefined) return made;
      const other = sizes.find((one) => bitmaps.has(`${part.index}/${one}`));
      return other === undefined ? undefined : used(`${part.index}/${other}`, part);
    },
    changed: (part, seat) => {
      for (const size of sizes) bitmaps.get(`${part.index}/${size}`)?.dirty.add(seat);
    },
    forget: () => {
      bitmaps.clear();
      pixels = 0;
    },
  };
}

/** Paints the seats that changed since. */
function clean(stamps: Stamps, { canvas, scaling, dirty }: Bitmap, part: Part): void {
  const brush = dirty.size > 0 ? canvas.getContext('2d') : null;
  if (brush === null) return;
  for (const seat of dirty) {
    stamps.wipe(brush, scaling, seat);
    stamps.stamp(brush, scaling, seat, part);
  }
  dirty.clear();
}

/** Browsers refuse canvases longer than this. */
const side_max = 8_192;
