/** What the pages say can be drawn by the font that comes with them, and that font has what it is said to have. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { rangesOf, type Range } from '../web/glyphs.ts';

const root = path.join(import.meta.dirname, '..');
const pretendard = path.join(root, 'node_modules/pretendard/dist');

/** Those that the font lacks, and that every system has in another. */
const from_the_system: ReadonlySet<string> = new Set(['−', '✓', '賣', '盡', '\ufffd']);

const isIn = (ranges: readonly Range[], character: string): boolean => {
  const code = character.codePointAt(0) ?? 0;
  return ranges.some(([from, to]) => from <= code && code <= to);
};

/** In quotes and in markup: comments are read by nobody on a page. */
function wordsIn(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
}

/** Of all that the pages say, each character beyond ASCII with the file that it stands in. */
async function* characters(): AsyncGenerator<readonly [file: string, character: string]> {
  const patterns = ['web/**/*.{ts,tsx}', 'src/pages/*.ts', 'src/refusals.ts', 'src/hall/concert-about.ts'];
  for await (const file of glob(patterns, { cwd: root, exclude: (name) => name === 'dist' })) {
    const text = wordsIn(await readFile(path.join(root, file), 'utf8'));
    for (const character of text) if (character.charCodeAt(0) > 0x7e) yield [file, character];
  }
}

test('every character of the words is in the font, but those that every system has', async () => {
  const css = await readFile(path.join(pretendard, 'web/variable/pretendardvariable-dynamic-subset.css'), 'utf8');
  const pieces = [...css.matchAll(/U\+([0-9a-f]+)(?:-([0-9a-f]+))?/gi)].map(([, from = '', to = from]): Range => [
    Number.parseInt(from, 16),
    Number.parseInt(to, 16),
  ]);
  const font = rangesOf(await readFile(path.join(pretendard, 'public/variable/PretendardVariable.ttf')));
  for (const character of ['가', '힣', '똠', '₩', '·', '’', '…', '한']) assert(isIn(font, character), character);
  for (const character of ['漢', '🎤', '\u0000', '\u202e', '\uffff']) assert(!isIn(font, character), character);

  const missing = new Map<string, Set<string>>();
  for await (const [file, character] of characters()) {
    if (from_the_system.has(character) || (isIn(pieces, character) && isIn(font, character))) continue;
    missing.set(character, (missing.get(character) ?? new Set()).add(file));
  }
  assert.deepEqual(
    [...missing].map(([character, files]) => `${character} in ${[...files].join(', ')}`),
    [],
  );
});
