/** Draws seats, each a small picture of its look stamped where it stands; thousands of them in a few milliseconds. */
import { type Box, seat_size } from './block.ts';
import { paintInContrast } from './contrast.ts';
import { mixed } from './palette.ts';
import { type Look, lookOf, looks, type Part, type Scene } from './scene.ts';

export type Brush = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** From units of the hall to the pixels of a canvas. */
export interface Scaling {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Stamps {
  /** Draws one seat, by its number − 1. */
  stamp(brush: Brush, scaling: Scaling, seat: number, part: Part): void;
  /** Draws those seats of a part whose middle is in the box. */
  stampAll(brush: Brush, scaling: Scaling, part: Part, within: Box): void;
  /** Makes the place of a seat empty again, or the color of what it stands on. */
  wipe(brush: Brush, scaling: Scaling, seat: number, ground?: string): void;
  /** Forgets all pictures: the colours have changed. */
  forget(): void;
}

/** Pixels of a canvas: from here on a look shows its details. */
const details_min = 7;
/** Pixels of the page. */
const letter_min = 13;
const number_min = 27;

export function createStamps(scene: Scene): Stamps {
  let pictures = new Map<number, ImageBitmap>();

  const picture = (part: Part, look: Look, side: number): ImageBitmap => {
    const key = (side * 8 + part.grade) * 4 + look;
    const known = pictures.get(key);
    if (known !== undefined) return known;
    if (pictures.size > pictures_max) pictures = new Map();
    const made = paint(scene, part.grade, look, side);
    pictures.set(key, made);
    return made;
  };

  const stamp = (brush: Brush, { scale, x, y }: Scaling, seat: number, part: Part): void => {
    const { xs, ys, turns } = scene.layout;
    const look = lookOf(scene, seat);
    const side = Math.max(1, Math.round(scale * seat_size));
    const atX = (xs[seat] ?? 0) * scale + x;
    const atY = (ys[seat] ?? 0) * scale + y;
    if (side < plain_max) {
      brush.setTransform(1, 0, 0, 1, 0, 0);
      brush.drawImage(picture(part, look, side), Math.round(atX - side / 2) - 1, Math.round(atY - side / 2) - 1);
      return;
    }
    const turn = turns[seat] ?? 0;
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    brush.setTransform(cos, sin, -sin, cos, atX, atY);
    brush.drawImage(picture(part, look, side), -side / 2 - 1, -side / 2 - 1);
    brush.setTransform(1, 0, 0, 1, 0, 0);
    mark(brush, scene, look, { part, seat, side, x: atX, y: atY });
  };

  return {
    stamp,
    stampAll: (brush, scaling, part, { left, top, right, bottom }) => {
      const { xs, ys } = scene.layout;
      for (let seat = part.from; seat < part.to; seat++) {
        const x = xs[seat] ?? 0;
        const y = ys[seat] ?? 0;
        if (x > left && x < right && y > top && y < bottom) stamp(brush, scaling, seat, part);
      }
      brush.setTransform(1, 0, 0, 1, 0, 0);
    },
    wipe: (brush, { scale, x, y }, seat, ground) => {
      const { xs, ys, turns } = scene.layout;
      const turn = turns[seat] ?? 0;
      const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
      // Nearly a whole unit: all of the seat with its soft edge, and nothing of its neighbours.
      const half = (scale * (1 + seat_size)) / 4 + 0.5;
      brush.setTransform(cos, sin, -sin, cos, (xs[seat] ?? 0) * scale + x, (ys[seat] ?? 0) * scale + y);
      if (ground === undefined) brush.clearRect(-half, -half, 2 * half, 2 * half);
      else {
        brush.fillStyle = ground;
        brush.fillRect(-half, -half, 2 * half, 2 * half);
      }
      brush.setTransform(1, 0, 0, 1, 0, 0);
    },
    forget: () => {
      pictures = new Map();
    },
  };
}

/** Looks in several sizes; more are made again when they are needed. */
const pictures_max = 400;
/** A seat of fewer pixels is a dot, whichever way it is turned; that is what makes a picture of 5,000 fast. */
const plain_max = 7;

/** A bitmap, because browsers copy a canvas anew each time that it is drawn from. */
function paint(scene: Scene, grade: number, look: Look, side: number): ImageBitmap {
  const canvas = new OffscreenCanvas(side + 2, side + 2);
  const brush = canvas.getContext('2d');
  if (brush === null) return canvas.transferToImageBitmap();
  const { palette } = scene;
  const color = palette.grades[grade] ?? palette.ink;
  brush.translate(1, 1);
  if (palette.isForced) {
    paintInContrast(brush, palette, look, side);
    return canvas.transferToImageBitmap();
  }
  brush.beginPath();
  brush.roundRect(0, 0, side, side, side * (side < 4 ? 0 : side < plain_max ? 0.4 : 0.27));
  brush.fillStyle = {
    [looks.available]: color,
    [looks.held]: mixed(color, palette.paper, side < details_min ? 0.42 : 0.14),
    [looks.reserved]: mixed(palette.ink, palette.paper, 0.11),
    [looks.own]: palette.vermilion,
  }[look];
  brush.fill();
  if (side >= details_min && look === looks.held) hatch(brush, side, color);
  return canvas.transferToImageBitmap();
}

function hatch(brush: Brush, side: number, color: string): void {
  brush.clip();
  brush.strokeStyle = color;
  brush.lineWidth = Math.max(1, side * 0.1);
  brush.globalAlpha = 0.75;
  const step = side / 3.2;
  brush.beginPath();
  for (let at = -side; at < side * 2; at += step) {
    brush.moveTo(at, side);
    brush.lineTo(at + side, 0);
  }
  brush.stroke();
}

interface Writing {
  readonly part: Part;
  readonly seat: number;
  readonly side: number;
  readonly x: number;
  readonly y: number;
}

/** What stands upright on a seat, whichever way that is turned. */
function mark(brush: Brush, scene: Scene, look: Look, writing: Writing): void {
  if (look === looks.own) check(brush, writing, scene.palette.onVermilion);
  if (look === looks.available && writing.side >= letter_min * devicePixelRatio) write(brush, scene, writing);
}

function check(brush: Brush, { side, x, y }: Writing, color: string): void {
  const [left, top] = [x - side / 2, y - side / 2];
  brush.strokeStyle = color;
  brush.lineWidth = Math.max(1.2, side * 0.13);
  brush.lineCap = 'round';
  brush.lineJoin = 'round';
  brush.beginPath();
  brush.moveTo(left + side * 0.27, top + side * 0.53);
  brush.lineTo(left + side * 0.44, top + side * 0.7);
  brush.lineTo(left + side * 0.74, top + side * 0.33);
  brush.stroke();
}

/** The letter of the grade, upright; from a finger's size on with the number of the seat. */
function write(brush: Brush, { palette }: Scene, { part, seat, side, x, y }: Writing): void {
  const place = String(((seat - part.from) % part.section.seatsPerRow) + 1);
  const isLarge = side >= number_min * devicePixelRatio;
  const alone = part.letter === '' ? place : part.letter;
  brush.fillStyle = palette.onGrade;
  brush.textAlign = 'center';
  brush.textBaseline = 'middle';
  if (!isLarge || part.letter === '') {
    brush.font = `650 ${Math.round(side * (alone.length < 2 ? 0.54 : alone.length < 3 ? 0.46 : 0.36))}px ${palette.font}`;
    brush.fillText(alone, x, y + side * 0.03);
    return;
  }
  brush.font = `650 ${Math.round(side * 0.38)}px ${palette.font}`;
  brush.fillText(place, x, y + side * 0.14);
  brush.font = `550 ${Math.round(side * 0.25)}px ${palette.font}`;
  brush.fillText(part.letter, x, y - side * 0.25);
}
