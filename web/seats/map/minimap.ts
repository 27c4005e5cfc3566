/** The whole hall, small in a corner, while the view shows a part of it: where one is, and a way to go elsewhere. */
import { type Box, type Point } from './block.ts';
import { seen, type Size, type View } from './camera.ts';
import type { Frame } from './frame.ts';
import type { Painter } from './painter.ts';
import type { Scene } from './scene.ts';

export interface Minimap {
  paint(frame: Frame): void;
  /** The point of the hall under a point of the view, if the minimap is there. */
  at(view: View, size: Size, point: Point): Point | undefined;
  /** Colours or counts are others now. */
  forget(): void;
}

const side_max = 118;
const view_share_max = 0.3;
const margin = 10;
const padding = 7;

export function createMinimap(scene: Scene, painter: Painter, wholeScale: () => number): Minimap {
  const { bounds } = scene.layout;
  let drawn: { readonly canvas: OffscreenCanvas; readonly key: string } | undefined;
  const isShown = ({ scale }: View, { height }: Size): boolean => scale > wholeScale() * 1.35 && height > 200;

  return {
    paint: ({ brush, view, size, ratio }) => {
      if (!isShown(view, size)) return;
      const { frame, scale } = place(bounds, size);
      const key = `${scale * ratio}`;
      if (drawn?.key !== key) drawn = { canvas: draw(scene, painter, scale * ratio), key };
      const { canvas } = drawn;
      brush.setTransform(ratio, 0, 0, ratio, 0, 0);
      brush.beginPath();
      brush.roundRect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top, 8);
      brush.fillStyle = scene.palette.paper;
      brush.fill();
      brush.strokeStyle = scene.palette.line;
      brush.lineWidth = 1;
      brush.stroke();
      brush.drawImage(canvas, frame.left + padding, frame.top + padding, canvas.width / ratio, canvas.height / ratio);
      const { left, top, right, bottom } = shared(seen(view, size), bounds);
      brush.strokeStyle = scene.palette.isForced ? scene.palette.vermilion : scene.palette.ink;
      brush.lineWidth = scene.palette.isForced ? 2.5 : 1.5;
      brush.strokeRect(
        frame.left + padding + (left - bounds.left) * scale,
        frame.top + padding + (top - bounds.top) * scale,
        Math.max(3, (right - left) * scale),
        Math.max(3, (bottom - top) * scale),
      );
    },
    at: (view, size, { x, y }) => {
      if (!isShown(view, size)) return undefined;
      const { frame, scale } = place(bounds, size);
      if (x < frame.left || x > frame.right || y < frame.top || y > frame.bottom) return undefined;
      return { x: bounds.left + (x - frame.left - padding) / scale, y: bounds.top + (y - frame.top - padding) / scale };
    },
    forget: () => {
      drawn = undefined;
    },
  };
}

function shared(one: Box, other: Box): Box {
  return {
    left: Math.max(one.left, other.left),
    top: Math.max(one.top, other.top),
    right: Math.min(one.right, other.right),
    bottom: Math.min(one.bottom, other.bottom),
  };
}

/** All shapes, at so many pixels a unit. */
function draw({ layout, parts, palette }: Scene, painter: Painter, scale: number): OffscreenCanvas {
  const { left, top, right, bottom } = layout.bounds;
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.ceil((right - left) * scale)),
    Math.max(1, Math.ceil((bottom - top) * scale)),
  );
  const brush = canvas.getContext('2d');
  if (brush === null) return canvas;
  brush.setTransform(scale, 0, 0, scale, -left * scale, -top * scale);
  for (const part of parts) {
    brush.fillStyle = painter.colorOf(part);
    brush.fill(painter.shapeOf(part));
    if (palette.isForced) outline(brush, painter.shapeOf(part), palette.ink, 1 / scale);
  }
  brush.fillStyle = palette.ink;
  brush.beginPath();
  for (const { x, y } of layout.stage) brush.lineTo(x, y);
  brush.fill();
  return canvas;
}

function outline(brush: OffscreenCanvasRenderingContext2D, shape: Path2D, color: string, width: number): void {
  brush.strokeStyle = color;
  brush.lineWidth = width;
  brush.stroke(shape);
}

/** Top right: at the left are numbers of rows, at the bottom the sheet may grow over the map. */
function place(bounds: Box, size: Size): { readonly frame: Box; readonly scale: number } {
  const width = bounds.right - bounds.left;
  const height = bounds.bottom - bounds.top;
  const side = Math.min(side_max, Math.min(size.width, size.height) * view_share_max);
  const scale = side / Math.max(width, height);
  const right = size.width - margin;
  const top = margin;
  return {
    scale,
    frame: { top, right, left: right - width * scale - 2 * padding, bottom: top + height * scale + 2 * padding },
  };
}
