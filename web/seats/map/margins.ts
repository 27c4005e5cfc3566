/**
 * Names, prices and counts of sections in the margin beside a narrow hall: there they hide no seat, and the room that
 * the hall leaves free is put to use.
 */
import { money } from '../../words/language.ts';
import { begun, sectionName } from '../../words/seat-name.ts';
import { type Box, intersects } from './block.ts';
import { toPage } from './camera.ts';
import type { Frame } from './frame.ts';
import type { Part, Scene } from './scene.ts';

interface Line {
  readonly text: string;
  readonly font: string;
  readonly color: string;
}

interface Note {
  readonly part: Part;
  readonly lines: readonly Line[];
  readonly box: Box;
}

const line_px = 16;
const inset = 9;
/** From the hall to the note, and from notes to the edge of the view. */
const gap = 10;
const edge = 6;

/** Writes a note beside each of these sections, if there is room for all of them. Answers whether there was. */
export function paintMargins(
  scene: Scene,
  frame: Frame,
  parts: readonly Part[],
  toldOf: (part: Part) => string,
): boolean {
  const boxes = parts.map((part) => boxOnPage(frame, part.box));
  const right = Math.max(...boxes.map((box) => box.right));
  const notes = parts.map((part, index) =>
    noteOf(scene, frame, { part, told: toldOf(part), own: boxes[index], left: right + gap }),
  );
  const hasRoom = notes.every(
    ({ box }, index) =>
      box.right < frame.size.width - edge &&
      box.top > 0 &&
      box.bottom < frame.size.height &&
      notes.every((other, at) => at === index || !intersects(box, other.box)) &&
      isBeside(boxes, index),
  );
  if (!hasRoom) return false;
  for (const note of notes) paintNote(scene, frame, note);
  return true;
}

/** No other section stands between it and the margin. */
function isBeside(boxes: readonly Box[], index: number): boolean {
  const own = boxes[index];
  if (own === undefined) return false;
  const middle = (own.top + own.bottom) / 2;
  return boxes.every((box, at) => at === index || box.top > middle || box.bottom < middle);
}

function boxOnPage({ view, size }: Frame, { left, top, right, bottom }: Box): Box {
  const from = toPage(view, size, { x: left, y: top });
  const to = toPage(view, size, { x: right, y: bottom });
  return { left: from.x, top: from.y, right: to.x, bottom: to.y };
}

interface Place {
  readonly part: Part;
  readonly told: string;
  /** Of the section on the page. */
  readonly own: Box | undefined;
  readonly left: number;
}

function noteOf({ palette, language, free }: Scene, { brush }: Frame, { part, told, own, left }: Place): Note {
  const { name, price } = part.section;
  const isOut = (free[part.index] ?? 0) === 0;
  const lines: Line[] = [
    {
      text: begun(sectionName(language, name)),
      font: `720 14px ${palette.font}`,
      color: isOut ? palette.quiet : palette.ink,
    },
    { text: money(language, price), font: `550 12px ${palette.font}`, color: isOut ? palette.quiet : palette.ink },
    { text: told, font: `550 12px ${palette.font}`, color: palette.quiet },
  ];
  const width = Math.max(
    ...lines.map(({ text, font }) => {
      brush.font = font;
      return brush.measureText(text).width;
    }),
  );
  const middle = own === undefined ? 0 : (own.top + own.bottom) / 2;
  const half = (lines.length * line_px) / 2 + 2;
  return { part, lines, box: { left, right: left + inset + width, top: middle - half, bottom: middle + half } };
}

function paintNote(
  { palette, free }: Scene,
  { brush }: Frame,
  { part, lines, box: { left, top, bottom } }: Note,
): void {
  const isOut = (free[part.index] ?? 0) === 0;
  brush.fillStyle = isOut ? palette.quiet : (palette.grades[part.grade] ?? palette.ink);
  brush.fillRect(left, top + 2, 3, bottom - top - 4);
  brush.textAlign = 'left';
  brush.textBaseline = 'middle';
  for (const [index, { text, font, color }] of lines.entries()) {
    brush.font = font;
    brush.fillStyle = color;
    brush.fillText(text, left + inset, top + 2 + (index + 0.5) * line_px);
  }
}
