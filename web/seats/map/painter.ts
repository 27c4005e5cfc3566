/**
 * Paints the hall: sections as shapes from far away, their seats as one picture each on the way, every seat for itself
 * when it is near. Only what is in view, and while nothing moves only what changed.
 */
import { type Box, intersects, outline } from './block.ts';
import { type Bitmaps, createBitmaps } from './bitmaps.ts';
import { seen } from './camera.ts';
import type { Frame } from './frame.ts';
import { paintLabels, paintPins } from './marks.ts';
import { mixed } from './palette.ts';
import { partOf, type Part, type Scene } from './scene.ts';
import { paintRowNumbers } from './row-numbers.ts';
import { createStamps, type Scaling, type Stamps } from './seats.ts';

type Screen = CanvasRenderingContext2D;

export interface Painter {
  /** Answers whether there was no time for something; then paint again. */
  paint(frame: Frame): boolean;
  /** Paints these seats (number − 1) over what stands there. Answers whether that was enough. */
  patch(frame: Frame, seats: readonly number[]): boolean;
  /** These seats (number − 1) look another way from now on. */
  changed(seats: readonly number[]): void;
  /** The colour of a section's shape, as it is seen from far away. */
  colorOf(part: Part): string;
  shapeOf(part: Part): Path2D;
  forget(): void;
}

/** Pixels of the page for a seat: seats begin to show, and are all there is to see. */
const seats_from = 1.3;
const seats_whole = 2.4;
/** From here on nothing but the seats themselves tells which they are: labels make room. */
export const near_from = 11;
/** Pixels of the screen for a seat: a picture of the section is as sharp as seats would be. */
const bitmap_sharp = 10;
/** So many seats are painted one by one while the view moves. */
const moving_seats_max = 1_500;
const frame_ms = 7;
const still_ms = 24;

export function createPainter(scene: Scene): Painter {
  const stamps = createStamps(scene);
  const bitmaps = createBitmaps(stamps);
  const shapes = scene.layout.blocks.map((block) => pathOf(outline(block, 0.35)));
  const stage = pathOf(scene.layout.stage);
  const tools = { scene, stamps, bitmaps, shapes, stage };
  return {
    paint: (frame) => paint(tools, frame),
    patch: (frame, seats) => patch(tools, frame, seats),
    changed: (seats) => {
      for (const seat of seats) {
        const part = partOf(scene, seat);
        if (part !== undefined) bitmaps.changed(part, seat);
      }
    },
    colorOf: (part) => farColor(scene, part),
    shapeOf: ({ index }) => shapes[index] ?? new Path2D(),
    forget: () => {
      stamps.forget();
      bitmaps.forget();
    },
  };
}

interface Tools {
  readonly scene: Scene;
  readonly stamps: Stamps;
  readonly bitmaps: Bitmaps;
  readonly shapes: readonly Path2D[];
  readonly stage: Path2D;
}

function pathOf(points: readonly { readonly x: number; readonly y: number }[]): Path2D {
  const path = new Path2D();
  for (const { x, y } of points) path.lineTo(x, y);
  path.closePath();
  return path;
}

function scalingOf({ view, size, ratio }: Frame): Scaling {
  const scale = view.scale * ratio;
  return {
    scale,
    x: (size.width / 2 - view.x * view.scale) * ratio,
    y: (size.height / 2 - view.y * view.scale) * ratio,
  };
}

/** How much of the seats shows: 0 from far away, 1 from near. */
function nearness({ view }: Frame): number {
  return Math.min(1, Math.max(0, (view.scale - seats_from) / (seats_whole - seats_from)));
}

/** Whether seats are painted one by one. */
function isDirect({ view, size, ratio, isMoving }: Frame): boolean {
  if (view.scale * ratio <= bitmap_sharp) return false;
  return !isMoving || (size.width * size.height) / view.scale ** 2 < moving_seats_max;
}

function farColor({ palette, free }: Scene, part: Part): string {
  const seats = part.to - part.from;
  const left = free[part.index] ?? 0;
  if (palette.isForced)
    return left === 0 ? palette.paper : mixed(palette.ink, palette.paper, 0.1 + (0.15 * left) / seats);
  if (left === 0) return mixed(palette.ink, palette.sheet, 0.07);
  const grade = palette.grades[part.grade] ?? palette.ink;
  return mixed(grade, palette.raised, 0.2 + (0.34 * left) / seats);
}

function groundOf(scene: Scene, part: Part, near: number): string {
  const { raised } = scene.palette;
  return near === 1 ? raised : mixed(raised, farColor(scene, part), near);
}

function paint(tools: Tools, frame: Frame): boolean {
  const { scene, bitmaps } = tools;
  const { brush, ratio, size, view } = frame;
  const scaling = scalingOf(frame);
  const near = nearness(frame);
  brush.setTransform(1, 0, 0, 1, 0, 0);
  brush.fillStyle = scene.palette.sheet;
  brush.fillRect(0, 0, Math.ceil(size.width * ratio), Math.ceil(size.height * ratio));
  paintStage(tools, brush, scaling);
  const inView = seen(view, size);
  const parts = scene.parts.filter(({ box }) => intersects(box, inView));
  bitmaps.begin(performance.now() + (frame.isMoving ? frame_ms : still_ms));
  for (const part of parts) {
    paintShape(tools, frame, part);
    if (near === 0) continue;
    brush.globalAlpha = near;
    paintSeats(tools, frame, part);
    brush.globalAlpha = 1;
  }
  brush.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (view.scale < near_from) paintLabels(scene, frame, parts);
  else paintRowNumbers(scene, frame, parts);
  if (view.scale < near_from) paintPins(scene, frame);
  return bitmaps.isLate;
}

function paintShape({ scene, shapes }: Tools, frame: Frame, part: Part): void {
  const { brush } = frame;
  const { scale, x, y } = scalingOf(frame);
  const path = shapes[part.index];
  if (path === undefined) return;
  brush.setTransform(scale, 0, 0, scale, x, y);
  const { palette } = scene;
  brush.fillStyle = groundOf(scene, part, nearness(frame));
  brush.strokeStyle = palette.isForced ? palette.ink : brush.fillStyle;
  // Round corners that the eye can see, and an aisle between two blocks all the same.
  brush.lineWidth = Math.max(0.9, Math.min(scene.layout.gap * 0.4, (6 * frame.ratio) / scale));
  if (palette.isForced) brush.lineWidth = (1.5 * frame.ratio) / scale;
  brush.lineJoin = 'round';
  brush.fill(path);
  brush.stroke(path);
}

function paintSeats({ stamps, bitmaps }: Tools, frame: Frame, part: Part): void {
  const { brush, view, size } = frame;
  const scaling = scalingOf(frame);
  if (isDirect(frame)) {
    const { left, right, top, bottom } = seen(view, size);
    stamps.stampAll(brush, scaling, part, { left: left - 1, right: right + 1, top: top - 1, bottom: bottom + 1 });
    return;
  }
  const bitmap = bitmaps.of(part, scaling.scale);
  if (bitmap === undefined) return;
  const { canvas, scaling: own } = bitmap;
  const ratio = scaling.scale / own.scale;
  brush.setTransform(ratio, 0, 0, ratio, scaling.x - own.x * ratio, scaling.y - own.y * ratio);
  brush.drawImage(canvas, 0, 0);
}

function paintStage({ scene, stage }: Tools, brush: Screen, { scale, x, y }: Scaling): void {
  const { palette, layout, language } = scene;
  const [left, right] = [Math.min(...layout.stage.map((one) => one.x)), Math.max(...layout.stage.map((one) => one.x))];
  const ys = layout.stage.map((one) => one.y);
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  brush.setTransform(scale, 0, 0, scale, x, y);
  brush.fillStyle = palette.isForced ? palette.ink : mixed(palette.ink, palette.sheet, 0.88);
  brush.strokeStyle = brush.fillStyle;
  brush.lineWidth = Math.min(1.4, (bottom - top) * 0.2);
  brush.lineJoin = 'round';
  brush.fill(stage);
  brush.stroke(stage);
  const word = language === 'ko' ? '무대' : 'STAGE';
  const height = Math.min((bottom - top) * scale * 0.5, 17 * devicePixelRatio, ((right - left) * scale) / 6);
  if (height < 6 * devicePixelRatio) return;
  brush.setTransform(1, 0, 0, 1, 0, 0);
  brush.fillStyle = palette.paper;
  brush.font = `700 ${Math.round(height)}px ${palette.font}`;
  brush.letterSpacing = `${Math.round(height * 0.25)}px`;
  brush.textAlign = 'center';
  brush.textBaseline = 'middle';
  brush.fillText(word, ((left + right) / 2) * scale + x, ((top + bottom) / 2) * scale + y);
  brush.letterSpacing = '0px';
}

function patch({ scene, stamps }: Tools, frame: Frame, seats: readonly number[]): boolean {
  if (frame.isMoving || frame.view.scale < near_from || !isDirect(frame)) return false;
  const { brush, view, size } = frame;
  const scaling = scalingOf(frame);
  const inView = seen(view, size);
  for (const seat of seats) {
    const part = partOf(scene, seat);
    if (part === undefined || !isIn(scene, seat, inView)) continue;
    stamps.wipe(brush, scaling, seat, groundOf(scene, part, 1));
    stamps.stamp(brush, scaling, seat, part);
  }
  brush.setTransform(1, 0, 0, 1, 0, 0);
  return true;
}

function isIn({ layout }: Scene, seat: number, { left, right, top, bottom }: Box): boolean {
  const x = layout.xs[seat] ?? 0;
  const y = layout.ys[seat] ?? 0;
  return x > left - 1 && x < right + 1 && y > top - 1 && y < bottom + 1;
}
