/** What is written over the hall: names of sections with what is left, numbers of rows, and pins where one's own seats are. */
import { depthOf, pointAt, rowRadius, stepOf } from './block.ts';
import { toPage } from './camera.ts';
import type { Frame } from './frame.ts';
import { mixed } from './palette.ts';
import type { Part, Scene } from './scene.ts';

const words = {
  ko: { left: (count: number) => `${count.toLocaleString('ko-KR')}석`, out: '매진' },
  en: { left: (count: number) => `${count.toLocaleString('en-GB')} left`, out: 'Sold out' },
};

const name_px = { min: 10, max: 17 };
const count_px = { min: 11, max: 13 };
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
  const { size } = frame;
  for (const part of parts) {
    const room = roomOf(scene, frame, part);
    if (room === undefined) continue;
    const isInside = room.wide > size.width * sign_view_share_max && room.deep > size.height * sign_view_share_max;
    if (isInside && scene.parts.length > 1) continue;
    const label = labelFor(scene, frame, part, room);
    if (label !== undefined) paintLabel(scene, frame, part, { ...room, ...label });
  }
}

interface Label {
  readonly name: number;
  /** Sizes of letters in pixels; 0 where there is no room for it. */
  readonly count: number;
  readonly told: string;
  readonly hasBar: boolean;
  readonly width: number;
  readonly height: number;
}

/** As much as there is room for: the name, how many seats are left, and a bar that shows it. */
function labelFor({ palette, language, free }: Scene, { brush }: Frame, part: Part, room: Room): Label | undefined {
  const left = free[part.index] ?? 0;
  const told = left === 0 ? words[language].out : words[language].left(left);
  brush.font = `550 10px ${palette.font}`;
  const countWidth = brush.measureText(told).width / 10;
  brush.font = `720 10px ${palette.font}`;
  const nameWidth = brush.measureText(part.section.name).width / 10;
  for (let name = name_px.max; name >= name_px.min; name -= 1) {
    const count = Math.min(count_px.max, Math.max(count_px.min, name * 0.75));
    const width = Math.max(nameWidth * name, countWidth * count);
    const height = name + count + 4;
    if (left > 0 && fits(room, width, height + bar.room)) {
      return { name, count, told, hasBar: true, width, height: height + bar.room };
    }
    if (fits(room, width, height)) return { name, count, told, hasBar: false, width, height };
  }
  for (let name = name_px.max; name >= name_px.min; name -= 1) {
    const width = nameWidth * name;
    if (fits(room, width, name)) return { name, count: 0, told, hasBar: false, width, height: name };
  }
  return undefined;
}

function paintLabel(scene: Scene, { brush, view }: Frame, part: Part, label: Label & Room): void {
  const { palette, free } = scene;
  const { x, y, name, count, told, hasBar, width, height } = label;
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

/** Before the first seat of each row, upright. */
export function paintRowNumbers(scene: Scene, { brush, view, size }: Frame, parts: readonly Part[]): void {
  const { palette, layout } = scene;
  brush.font = `550 ${Math.min(13, Math.max(10, view.scale * 0.45))}px ${palette.font}`;
  brush.fillStyle = palette.quiet;
  brush.textAlign = 'center';
  brush.textBaseline = 'middle';
  for (const { index, section } of parts) {
    const block = layout.blocks[index];
    if (block === undefined) continue;
    for (let row = 0; row < section.rows; row++) {
      const step = stepOf(block, row);
      for (const side of [-1, 1]) {
        const angle = side * ((section.seatsPerRow * step) / 2 + 0.75 / rowRadius(block, row));
        const { x, y } = toPage(view, size, pointAt(block, rowRadius(block, row), angle));
        if (x < -20 || y < -20 || x > size.width + 20 || y > size.height + 20) continue;
        brush.fillText(String(row + 1), x, y);
      }
    }
  }
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
    brush.strokeStyle = palette.raised;
    brush.stroke();
    brush.beginPath();
    brush.moveTo(x - radius * 0.42, y + radius * 0.04);
    brush.lineTo(x - radius * 0.1, y + radius * 0.36);
    brush.lineTo(x + radius * 0.45, y - radius * 0.32);
    brush.strokeStyle = palette.onVermilion;
    brush.stroke();
  }
}
