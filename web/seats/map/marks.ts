/** What is written over the hall: names of sections with what is left, and pins where one's own seats are. */
import { depthOf, pointAt, rowRadius, stepOf } from './block.ts';
import { toPage } from './camera.ts';
import type { Frame } from './frame.ts';
import { paintMargins } from './margins.ts';
import { mixed } from './palette.ts';
import type { Part, Scene } from './scene.ts';

const words = {
  ko: { left: (count: number) => `${count.toLocaleString('ko-KR')}석`, out: '매진' },
  en: { left: (count: number) => `${count.toLocaleString('en-GB')} left`, out: 'Sold out' },
};

/** A section that takes more of the view needs no sign any more: one is in it. */
const sign_view_share_max = 0.85;
/** Pixels a seat: from here on seats lie under the words, and the words on a sign. */
const sign_from = 1.9;
const bar = { width: 30, height: 3, room: 9 };

/** Where a section's name stands, and how much room it has there; the block may stand askew. */
interface Room {
  readonly x: number;
  readonly y: number;
  /** Pixels along the rows, and across them. */
  readonly wide: number;
  readonly deep: number;
  readonly turn: number;
}

function roomOf({ layout }: Scene, { view, size }: Frame, { index, section }: Part): Room | undefined {
  const block = layout.blocks[index];
  if (block === undefined) return undefined;
  const row = (section.rows - 1) / 2;
  const distance = rowRadius(block, row);
  return {
    ...toPage(view, size, pointAt(block, distance, 0)),
    wide: section.seatsPerRow * stepOf(block, row) * distance * view.scale,
    deep: depthOf(section) * view.scale,
    turn: block.middle,
  };
}

/** Whether upright words of this size stay inside. */
function fits({ wide, deep, turn }: Room, width: number, height: number): boolean {
  const [along, across] = [Math.abs(Math.cos(turn)), Math.abs(Math.sin(turn))];
  return width * along + height * across < wide * 0.95 && width * across + height * along < deep * 0.95;
}

export function paintLabels(scene: Scene, frame: Frame, parts: readonly Part[]): void {
  const { size, brush, view } = frame;
  if (parts.length === scene.parts.length && paintMargins(scene, frame, parts, (part) => toldOf(scene, part))) return;
  const signs = parts.flatMap((part): Sign[] => {
    const room = roomOf(scene, frame, part);
    if (room === undefined) return [];
    const isAround = room.wide > size.width * sign_view_share_max && room.deep > size.height * sign_view_share_max;
    if (isAround && scene.parts.length > 1) return [];
    return [{ part, room, ...textOf(scene, brush, part) }];
  });
  const hasSign = view.scale > sign_from;
  const most = levels.findIndex(
    (level) => signs.filter((sign) => fitsAt(sign, level, hasSign)).length >= signs.length * together_share,
  );
  const rest = levels.slice(most === -1 ? levels.findIndex(({ count }) => count === 0) : most);
  for (const sign of signs) {
    const level = rest.find((one) => fitsAt(sign, one, hasSign && one.count > 0));
    if (level !== undefined) paintLabel(scene, frame, sign, level);
  }
}

interface Sign {
  readonly part: Part;
  readonly room: Room;
  readonly told: string;
  /** Of name and count, for letters of one pixel. */
  readonly widths: readonly [name: number, count: number];
}

interface Level {
  /** Sizes of letters in pixels; 0 where there is no room for it. */
  readonly name: number;
  readonly count: number;
  readonly hasBar: boolean;
}

/** As much as there is room for, the same for most sections, so that none looks more important than its neighbour. */
const levels: readonly Level[] = [
  { name: 17, count: 13, hasBar: true },
  { name: 15, count: 12, hasBar: true },
  { name: 15, count: 12, hasBar: false },
  { name: 13, count: 11, hasBar: false },
  { name: 15, count: 0, hasBar: false },
  { name: 13, count: 0, hasBar: false },
  { name: 11, count: 0, hasBar: false },
];
const together_share = 0.75;

function toldOf({ language, free }: Pick<Scene, 'language' | 'free'>, { index }: Part): string {
  const left = free[index] ?? 0;
  return left === 0 ? words[language].out : words[language].left(left);
}

function textOf({ palette, language, free }: Scene, brush: Frame['brush'], part: Part): Pick<Sign, 'told' | 'widths'> {
  const told = toldOf({ language, free }, part);
  const widthOf = (text: string, weight: number): number => {
    brush.font = `${weight} 10px ${palette.font}`;
    return brush.measureText(text).width / 10;
  };
  return { told, widths: [widthOf(part.section.name, 720), widthOf(told, 550)] };
}

function sizeOf({ widths }: Sign, { name, count, hasBar }: Level): { readonly width: number; readonly height: number } {
  const height = name + (count > 0 ? count + 4 : 0) + (hasBar ? bar.room : 0);
  return { width: Math.max(widths[0] * name, widths[1] * count), height };
}

function fitsAt(sign: Sign, level: Level, hasSign: boolean): boolean {
  const { width, height } = sizeOf(sign, level);
  return fits(sign.room, width + (hasSign ? 16 : 0), height + (hasSign ? 10 : 0));
}

function paintLabel(scene: Scene, { brush, view }: Frame, sign: Sign, level: Level): void {
  const { palette, free } = scene;
  const { part, room, told } = sign;
  const { x, y } = room;
  const { name, count, hasBar } = level;
  const { width, height } = sizeOf(sign, level);
  const left = free[part.index] ?? 0;
  const top = y - height / 2;
  brush.textAlign = 'center';
  brush.textBaseline = 'middle';
  if (view.scale > sign_from) {
    brush.fillStyle = palette.raised;
    brush.globalAlpha = Math.min(0.95, (view.scale - sign_from) * 2);
    brush.beginPath();
    brush.roundRect(x - width / 2 - 10, top - 7, width + 20, height + 14, 10);
    brush.fill();
    brush.globalAlpha = 1;
  }
  brush.fillStyle = left === 0 ? palette.quiet : palette.ink;
  brush.font = `720 ${name}px ${palette.font}`;
  brush.fillText(part.section.name, x, top + name / 2);
  if (count === 0) return;
  brush.font = `550 ${count}px ${palette.font}`;
  brush.fillText(told, x, top + name + 4 + count / 2);
  if (!hasBar) return;
  const share = left / (part.to - part.from);
  brush.fillStyle = mixed(palette.ink, palette.raised, 0.22);
  brush.fillRect(x - bar.width / 2, top + height - bar.height, bar.width, bar.height);
  brush.fillStyle = palette.ink;
  brush.fillRect(x - bar.width / 2, top + height - bar.height, Math.max(1, bar.width * share), bar.height);
}

/** One's own seats, to be found from any distance. */
export function paintPins({ layout, selected, palette }: Scene, { brush, view, size }: Frame): void {
  for (const number of selected) {
    const { x, y } = toPage(view, size, { x: layout.xs[number - 1] ?? 0, y: layout.ys[number - 1] ?? 0 });
    const radius = Math.max(6, view.scale * 0.5);
    brush.beginPath();
    brush.arc(x, y, radius, 0, Math.PI * 2);
    brush.fillStyle = palette.vermilion;
    brush.fill();
    brush.lineWidth = 1.5;
    brush.strokeStyle = palette.halo;
    brush.stroke();
    brush.beginPath();
    brush.moveTo(x - radius * 0.42, y + radius * 0.04);
    brush.lineTo(x - radius * 0.1, y + radius * 0.36);
    brush.lineTo(x + radius * 0.45, y - radius * 0.32);
    brush.strokeStyle = palette.onVermilion;
    brush.stroke();
  }
}
