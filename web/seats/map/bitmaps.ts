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
  /** The frame that showed it last. */
  frame: number;
}

export interface Bitmaps {
  /** A new frame begins; `until` then no more pictures are made in it. */
  begin(until: number): void;
  /**
   * The picture of a part for about so many pixels a unit; a smaller one where there is no room for it. Undefined where
   * there is none.
   */
  of(part: Part, scale: number): Bitmap | undefined;
  /** Something was left out in this frame because the time was over. */
  readonly isLate: boolean;
  changed(part: Part, seat: number): void;
  forget(): void;
}

/** Pixels a unit; a picture is made in one of these sizes. */
const sizes = [8, 3] as const;
/** Of all pictures together: 48 MB at four bytes. */
const pixels_max = 12_000_000;
/** Browsers refuse canvases longer than this. */
const side_max = 8_192;

export function createBitmaps(stamps: Stamps): Bitmaps {
  // In the order of their last use.
  const bitmaps = new Map<string, Bitmap>();
  let pixels = 0;
  let frame = 0;
  let until = 0;
  let isLate = false;

  /** Drops what other frames showed until there is room. */
  const hasRoom = (needed: number): boolean => {
    for (const [key, { canvas, frame: last }] of bitmaps) {
      if (pixels + needed <= pixels_max || last === frame) break;
      bitmaps.delete(key);
      pixels -= canvas.width * canvas.height;
    }
    return pixels + needed <= pixels_max;
  };

  const make = (key: string, part: Part, scale: number): Bitmap | undefined => {
    const { width, height } = sizeOf(part, scale);
    if (Math.max(width, height) > side_max || !hasRoom(width * height)) return undefined;
    const bitmap = draw(stamps, part, scale, frame);
    bitmaps.set(key, bitmap);
    pixels += width * height;
    return bitmap;
  };

  const use = (key: string, part: Part): Bitmap | undefined => {
    const known = bitmaps.get(key);
    if (known === undefined) return undefined;
    bitmaps.delete(key);
    bitmaps.set(key, known);
    known.frame = frame;
    return clean(stamps, known, part);
  };

  return {
    get isLate() {
      return isLate;
    },
    begin: (end) => {
      frame += 1;
      until = end;
      isLate = false;
    },
    of: (part, scale) => {
      for (const size of sizes.filter((one) => scale > 3.6 || one === 3)) {
        const key = `${part.index}/${size}`;
        const known = use(key, part);
        if (known !== undefined) return known;
        const hasTime = performance.now() <= until;
        isLate ||= !hasTime;
        const made = hasTime ? make(key, part, size) : undefined;
        if (made !== undefined) return made;
      }
      return use(`${part.index}/8`, part);
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

function sizeOf({ box: { left, top, right, bottom } }: Part, scale: number) {
  return { width: Math.ceil((right - left) * scale) + 2, height: Math.ceil((bottom - top) * scale) + 2 };
}

function draw(stamps: Stamps, part: Part, scale: number, frame: number): Bitmap {
  const { width, height } = sizeOf(part, scale);
  const canvas = new OffscreenCanvas(width, height);
  const scaling = { scale, x: 1 - part.box.left * scale, y: 1 - part.box.top * scale };
  const brush = canvas.getContext('2d');
  if (brush !== null) stamps.stampAll(brush, scaling, part, part.box);
  return { canvas, scaling, dirty: new Set(), frame };
}

/** Paints the seats that changed since. */
function clean(stamps: Stamps, bitmap: Bitmap, part: Part): Bitmap {
  const { canvas, scaling, dirty } = bitmap;
  const brush = dirty.size > 0 ? canvas.getContext('2d') : null;
  if (brush === null) return bitmap;
  for (const seat of dirty) {
    stamps.wipe(brush, scaling, seat);
    stamps.stamp(brush, scaling, seat, part);
  }
  dirty.clear();
  return bitmap;
}
