/** What an attacker or a broken client might put in the place of an id, a query, a key or a token. */
import {
  array,
  constant,
  constantFrom,
  dictionary,
  integer,
  jsonValue,
  nat,
  oneof,
  record,
  string,
  tuple,
} from 'fast-check';
import { accessToken } from './box-office.ts';
import { anyCharacters } from './properties.ts';

const nasty = constantFrom(
  "' or 1=1 --",
  '\u0000',
  'a\u0000b',
  '../../../etc/passwd',
  '%00',
  '%',
  '${7*7}',
  '__proto__',
  'constructor',
  '\ud800',
  '𝟙',
  '-1',
  '1e309',
  'NaN',
  'null',
  'a'.repeat(5_000),
);
export const text = oneof(nasty, string(), anyCharacters({ maxLength: 30 }));
const encoded = text.map((value) => encodeURIComponent(value.toWellFormed()));
const ascii = string({
  unit: integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 30,
});
export const segment = oneof(encoded, ascii);
export const key = oneof(ascii, string({ maxLength: 300 }), constantFrom('', 'é', 'a b', '"quoted"'));
export const query = oneof(
  constant(''),
  array(tuple(constantFrom('limit', 'cursor', 'status', 'q', 'concertId', 'x'), encoded), { maxLength: 4 }).map(
    (pairs) => `?${pairs.map((pair) => pair.join('=')).join('&')}`,
  ),
  encoded.map((value) => `?${value}`),
);

/** Things that look like a token of ours and are none. */
export const forgedFrom = (valid: () => { readonly bearer: string; readonly queueToken: string }) =>
  oneof(
    text,
    constantFrom('', 'a.b.c', '..', 'eyJhbGciOiJub25lIn0.e30.', 'e30.'.repeat(3_000)),
    record({ index: nat(), letter: constantFrom('A', 'b', '-', '.', '%') }).map(({ index, letter }) =>
      damage(valid().queueToken, index, letter),
    ),
    record({ index: nat(), letter: constantFrom('A', 'b', '-', '.') }).map(({ index, letter }) =>
      damage(valid().bearer, index, letter),
    ),
    dictionary(string(), jsonValue()).map((claims) =>
      accessToken('jwt:x', claims, 'a secret that the server does not know'),
    ),
    constant(null).map(() => `${valid().queueToken.split('.').slice(0, 2).join('.')}.`),
    constant(null).map(() => valid().queueToken.slice(0, -4)),
  );

/** One character changed, but not the last, whose lowest bits mean nothing. */
function damage(token: string, index: number, letter: string): string {
  const at = index % (token.length - 1);
  const damaged = `${token.slice(0, at)}${letter}${token.slice(at + 1)}`;
  return damaged === token ? `x${token}` : damaged;
}

/** A body that would put a concert on sale. */
export const aConcert = JSON.stringify({
  title: 'A',
  artist: 'B',
  venue: 'C',
  performances: [
    {
      startsAt: '2030-05-01T10:00:00Z',
      sections: [{ name: 'A', rows: 1, seatsPerRow: 1, grade: 'R', price: 0 }],
    },
  ],
});

/**
 * The address of an endpoint with these for its parameters. What ends a path is escaped: what would be left of it may be that of
 * another endpoint, with refusals of its own.
 */
export function filled(url: string, segments: readonly string[], asked = ''): string {
  let next = 0;
  const segmentAt = (place: number): string => segments[place % segments.length] ?? '';
  return url.replaceAll(/:\w+/g, () => segmentAt(next++).replaceAll(/[#?]/g, encodeURIComponent)) + asked;
}
