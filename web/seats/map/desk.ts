/** The canvas of the map: its size, its frames, and which part of the last picture is still true. */
import type { Size, View } from './camera.ts';
import type { Frame } from './frame.ts';
import { createMinimap, type Minimap } from './minimap.ts';
import { createMotion, type Motion } from './motion.ts';
import { createPainter, type Painter } from './painter.ts';
import type { Scene } from './scene.ts';

export interface Desk {
  readonly painter: Painter;
  readonly minimap: Minimap;
  readonly motion: Motion;
  readonly size: Size;
  view: View;
  /** Fingers are on it, or the wheel turned a moment ago. */
  isHeld: boolean;
  /** Paints all at the next frame, or only these seats (number − 1). */
  repaint(seats?: readonly number[]): void;
  destroy(): void;
}

export interface DeskOptions {
  readonly canvas: HTMLCanvasElement;
  readonly scene: Scene;
  readonly wholeScale: () => number;
  /** The view changed, and whether it stands now. */
  readonly onView: (isMoving: boolean) => void;
  readonly onSize: () => void;
}

/** More pixels than this are not seen, but cost. */
const ratio_max = 3;

export function createDesk({ canvas, scene, wholeScale, onView, onSize }: DeskOptions): Desk {
  const brush = canvas.getContext('2d', { alpha: false });
  const painter = createPainter(scene);
  const minimap = createMinimap(scene, painter, wholeScale);
  const motion = createMotion();
  const sheet = createSheet(canvas);
  let frame: number | undefined;
  /** What changed since the last picture; undefined when that is not all. */
  let seats: number[] | undefined = [];

  const paint = (shown: Frame, changed: readonly number[] | undefined): void => {
    const isPatched = changed !== undefined && painter.patch(shown, changed);
    if (!isPatched && painter.paint(shown)) desk.repaint();
    minimap.paint(shown);
  };

  const draw = (now: number): void => {
    frame = undefined;
    const { size, ratio } = sheet;
    if (brush === null || size.width === 0) return;
    const moved = motion.at(now);
    desk.view = moved ?? desk.view;
    const isMoving = motion.isMoving || desk.isHeld;
    const changed = moved === undefined ? seats : undefined;
    seats = [];
    paint({ brush, view: desk.view, size, ratio, isMoving }, changed);
    if (moved === undefined) return;
    // Once more when it stands: then there is time to be sharp.
    desk.repaint();
    onView(isMoving);
  };

  const desk: Desk = {
    painter,
    minimap,
    motion,
    get size() {
      return sheet.size;
    },
    view: { x: 0, y: 0, scale: 1 },
    isHeld: false,
    repaint: (only) => {
      if (only === undefined) seats = undefined;
      else seats?.push(...only);
      frame ??= requestAnimationFrame(draw);
    },
    destroy: () => {
      unwatch();
      if (frame !== undefined) cancelAnimationFrame(frame);
      motion.stop();
    },
  };
  const unwatch = sheet.watch(() => {
    onSize();
    desk.repaint();
    // The canvas was emptied by its new size: it must not be seen so.
    if (frame !== undefined) cancelAnimationFrame(frame);
    draw(performance.now());
  });
  return desk;
}

/** The canvas as large and as sharp as the place it has in the page. */
function createSheet(canvas: HTMLCanvasElement) {
  let size: Size = { width: 0, height: 0 };
  let ratio = 1;
  return {
    get size() {
      return size;
    },
    get ratio() {
      return ratio;
    },
    watch: (onChange: () => void): (() => void) => {
      const measure = (): void => {
        const { width, height } = canvas.getBoundingClientRect();
        const sharp = Math.min(ratio_max, devicePixelRatio);
        // Out of sight it keeps what it has.
        if (width === 0 || (width === size.width && height === size.height && sharp === ratio)) return;
        ratio = sharp;
        size = { width, height };
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
        onChange();
      };
      const observer = new ResizeObserver(measure);
      observer.observe(canvas);
      // The zoom of the browser changes the sharpness, not always the size.
      addEventListener('resize', measure);
      return () => {
        observer.disconnect();
        removeEventListener('resize', measure);
      };
    },
  };
}
