/**
 * Bodies far past every schema, each in another way, and as long as a route reads them: what an attacker would find
 * dearest. Harmless in themselves; the tests count what is done about them, the bench measures it.
 */

type Shape = (bytesMax: number) => string;

/** Of so many bytes at most, full of these pieces. */
function filled(
  bytesMax: number,
  [before, after]: readonly [string, string],
  piece: (index: number) => string,
): string {
  const pieces: string[] = [];
  for (let bytes = before.length + after.length; ;) {
    const next = piece(pieces.length);
    bytes += Buffer.byteLength(next) + 1;
    if (bytes > bytesMax) return `${before}${pieces.join(',')}${after}`;
    pieces.push(next);
  }
}

function nested(bytesMax: number, [before, after]: readonly [string, string], [open, close]: [string, string]): string {
  const times = Math.floor((bytesMax - before.length - after.length) / (open.length + close.length));
  return `${before}${open.repeat(times)}${close.repeat(times)}${after}`;
}

/** Where there is no body that these belong to, they are only unknown. */
export const strange_shapes = {
  'unknown fields': (max) => filled(max, ['{', '}'], (index) => `"${index.toString(36)}":0`),
  'one field again and again': (max) => filled(max, ['{', '}'], () => '"amount":0'),
  'fields named __proto__': (max) => filled(max, ['{', '}'], () => '"__proto__":{}'),
  'lists in lists': (max) => nested(max, ['', ''], ['[', ']']),
  'objects in objects': (max) => nested(max, ['{"a":0,"a":', '}'], ['{"a":[', ']}']),
  'lists in lists under a known name': (max) => nested(max, ['{"performances":', '}'], ['[', ']']),
  'a list of numbers': (max) => filled(max, ['[', ']'], () => '1'),
  'seats past their number': (max) => filled(max, ['{"seatNumbers":[', ']}'], () => '1'),
  'dates past their number': (max) => filled(max, ['{"performances":[', ']}'], () => '{}'),
} as const satisfies Record<string, Shape>;

/** In order as far as can be seen before all of it is read, or nearly. */
export const near_shapes = {
  'one long number': (max) => `{"amount":${'1'.repeat(max - 11)}}`,
  'long numbers': (max) => filled(max, ['{"seatNumbers":[', ']}'], () => '1.7976931348623157e308'),
  'one long text': (max) => `{"title":"${'a'.repeat(max - 12)}"}`,
  'one text of escapes': (max) => `{"title":"${String.raw`\u00e9`.repeat(Math.floor((max - 12) / 6))}"}`,
  backslashes: (max) => `{"title":"${'\\\\'.repeat(Math.floor((max - 12) / 2))}"}`,
  'white space': (max) => `{${' '.repeat(max - 2)}}`,
  'not JSON at the end': (max) => `{${' '.repeat(max - 3)}}}`,
} as const satisfies Record<string, Shape>;

const opening = '{"title":"t","artist":"a","venue":"v","performances":[';

/** Sections in dates of 500, each made from its number. */
function concert(bytesMax: number, section: (index: number) => string): string {
  const date = '{"startsAt":"2030-05-01T10:00:00Z","sections":[';
  let made = 0;
  const dates: string[] = [];
  for (let left = bytesMax - opening.length - 2; left > 200 && dates.length < 200;) {
    const sections: string[] = [];
    let bytes = date.length + 3;
    for (
      let next = section(made);
      sections.length < 500 && bytes + Buffer.byteLength(next) < left;
      next = section(made)
    ) {
      bytes += Buffer.byteLength(next) + 1;
      sections.push(next);
      made += 1;
    }
    if (sections.length === 0) break;
    dates.push(`${date}${sections.join(',')}]}`);
    left -= bytes + 1;
  }
  return `${opening}${dates.join(',')}]}`;
}

const section = (name: string, rest: string): string => `{"name":"${name}","rows":1,"seatsPerRow":1,${rest}}`;

/** Of `createConcert` alone, the longest of all. */
export const concert_shapes = {
  'a concert in order': (max) => concert(max, (index) => section(`A${index}`, '"grade":"R","price":165000')),
  'a concert of the shortest sections': (max) => concert(max, () => section('A', '"grade":"R","price":0')),
  'a concert with a fault in the last section': (max) =>
    concert(max, () => section('A', '"grade":"R","price":0')).replace(/0(?=\}\]\}\]\}$)/, '-1'),
  'a concert with a fault in each section': (max) => concert(max, () => section('A', '"grade":"","price":0')),
  'empty sections': (max) => concert(max, () => '{}'),
  'fields written by escapes': (max) =>
    concert(
      max,
      () => String.raw`{"n\u0061me":"A","r\u006fws":1,"se\u0061tsPerRow":1,"gr\u0061de":"R","pric\u0065":0}`,
    ),
  'names of escapes': (max) =>
    concert(max, () => section(String.raw`\ud83c\udfab`.repeat(20), '"grade":"R","price":0')),
} as const satisfies Record<string, Shape>;
