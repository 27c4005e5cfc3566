/**
 * How a seat looks where the colours are the reader's own. Each state has a shape of its own: free is filled, held is
 * hatched in a frame, sold is an empty frame with a cross, one's own is framed twice and has the check.
 */
import type { Palette } from './palette.ts';
import { type Look, looks } from './scene.ts';
import type { Brush } from './seats.ts';

/** Pixels of a canvas: from here on there is room for a cross or a hatch. */
const details_min = 7;
const gap_min = 24;

/** Paints one look into a square of `side` pixels at the origin. */
export function paintInContrast(brush: Brush, palette: Palette, look: Look, side: number): void {
  if (look === looks.available) fill(brush, palette.ink, side);
  else if (look === looks.held) held(brush, palette.ink, side);
  else if (look === looks.reserved) sold(brush, palette.faint, side);
  else own(brush, palette, side);
}

function fill(brush: Brush, color: string, side: number, inset = 0): void {
  brush.fillStyle = color;
  brush.beginPath();
  brush.roundRect(inset, inset, side - 2 * inset, side - 2 * inset, side < details_min ? 0 : side * 0.2);
  brush.fill();
}

function frame(brush: Brush, color: string, side: number, width: number): void {
  brush.strokeStyle = color;
  brush.lineWidth = width;
  brush.beginPath();
  brush.roundRect(width / 2, width / 2, side - width, side - width, side < details_min ? 0 : side * 0.2);
  brush.stroke();
}

const lineOf = (side: number): number => Math.max(1, side * 0.09);

function held(brush: Brush, color: string, side: number): void {
  if (side < details_min) {
    // Half of it: there is no room for a hatch.
    brush.fillStyle = color;
    brush.beginPath();
    brush.moveTo(0, 0);
    brush.lineTo(side, side);
    brush.lineTo(0, side);
    brush.fill();
    return;
  }
  frame(brush, color, side, lineOf(side));
  brush.clip();
  brush.beginPath();
  for (let at = -side; at < side; at += side / 3) {
    brush.moveTo(at, side);
    brush.lineTo(at + side, 0);
  }
  brush.stroke();
}

function sold(brush: Brush, color: string, side: number): void {
  // A dot of a pixel or two has no inside: it stays empty.
  if (side < 3) return;
  frame(brush, color, side, lineOf(side));
  if (side < details_min) return;
  brush.beginPath();
  brush.moveTo(side * 0.28, side * 0.28);
  brush.lineTo(side * 0.72, side * 0.72);
  brush.moveTo(side * 0.72, side * 0.28);
  brush.lineTo(side * 0.28, side * 0.72);
  brush.stroke();
}

function own(brush: Brush, { ink, vermilion }: Palette, side: number): void {
  const width = lineOf(side);
  if (side >= details_min) frame(brush, ink, side, width);
  // A gap between frame and filling where there is room for one.
  fill(brush, vermilion, side, side < details_min ? 0 : side < gap_min ? width : 2 * width);
}
