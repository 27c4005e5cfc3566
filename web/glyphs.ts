/**
 * Which characters a font can draw, out of its `cmap` table (OpenType, formats 4 and 12): what is not among them would
 * be an empty box in a picture, where no other font stands behind it.
 */

/** From, to; both included. */
export type Range = readonly [from: number, to: number];

const unicode_platforms: ReadonlySet<number> = new Set([0, 3]);

/** The ranges of code points that the font has a glyph for, in order. */
export function rangesOf(font: Uint8Array): Range[] {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const cmap = tableOf(view, 'cmap');
  const tables = Array.from({ length: view.getUint16(cmap + 2) }, (_, index) => {
    const record = cmap + 4 + 8 * index;
    const offset = cmap + view.getUint32(record + 4);
    return { platform: view.getUint16(record), offset, format: view.getUint16(offset) };
  }).filter(({ platform }) => unicode_platforms.has(platform));
  const whole = tables.find(({ format }) => format === 12);
  const basic = tables.find(({ format }) => format === 4);
  if (whole !== undefined) return groupsIn(view, whole.offset);
  if (basic !== undefined) return segmentsIn(view, basic.offset);
  throw new Error('the font has no table of characters that is read here');
}

function tableOf(view: DataView, name: string): number {
  for (let record = 12; record < 12 + 16 * view.getUint16(4); record += 16) {
    const tag = String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(record + index)));
    if (tag === name) return view.getUint32(record + 8);
  }
  throw new Error(`the font has no table ${name}`);
}

function groupsIn(view: DataView, offset: number): Range[] {
  return Array.from({ length: view.getUint32(offset + 12) }, (_, index): Range => {
    const group = offset + 16 + 12 * index;
    return [view.getUint32(group), view.getUint32(group + 4)];
  });
}

function segmentsIn(view: DataView, offset: number): Range[] {
  const segments = view.getUint16(offset + 6) / 2;
  const ends = offset + 14;
  const starts = ends + 2 * segments + 2;
  return Array.from({ length: segments }, (_, index): Range => {
    return [view.getUint16(starts + 2 * index), view.getUint16(ends + 2 * index)];
  }).filter(([from]) => from !== 0xffff);
}
