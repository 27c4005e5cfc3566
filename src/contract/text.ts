/**
 * Text that people read: how it is kept, what of it is refused, and when two texts read alike. Read by the contract's
 * schemas, by the rules behind them and by the forms, so that all of them say the same.
 *
 * One reading can be written in several ways: 가 is one character or, as a Mac writes it, two. It is kept composed (NFC),
 * which changes no reading; and what nobody can see is refused, so that what is kept is what was seen.
 */

/** Composed, for whoever compares or keeps a text. Neither adds nor takes away anything that can be seen. */
export function composed(text: string): string {
  return text.normalize('NFC');
}

/** Scripts whose letters take another shape beside a joiner: names written in them need it. */
const joining_scripts = 'Arab Syrc Nkoo Mong Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Khmr Mymr'.split(' ');
const joining = joining_scripts.map((script) => String.raw`\p{Script=${script}}`).join('');
/** Characters without a shape of their own, where they change what is seen: an emoji, a flag, a Han character, a letter. */
const shaping = [
  String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})`,
  String.raw`(?<=\p{Emoji})[\ufe0e\ufe0f]`,
  String.raw`(?<=\u{1f3f4})[\u{e0030}-\u{e007a}]{1,6}\u{e007f}`,
  String.raw`(?<=\p{Unified_Ideograph})[\ufe00-\ufe02\u{e0100}-\u{e01ef}]`,
  String.raw`(?<=[${joining}])[\u200c\u200d\u180b-\u180d]`,
].join('|');
/** Controls, zero widths, directions, fillers. */
const unseen = String.raw`[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufff9-\ufffb]`;
const any_unseen = new RegExp(unseen, 'u');
const shaping_or_unseen = new RegExp(`(${shaping})|${unseen}`, 'gu');

/** Nearly all text of a box office, at a twentieth of the price: ASCII and whole syllables of Hangul, not only spaces. */
const plain = /^ *[\x21-\x7e\uac00-\ud7a3][\x20-\x7e\uac00-\ud7a3]*$/;
const blank = /^[\p{White_Space}\u2800]+$/u;
const line_break = /[\t\n\r]/g;

function withoutUnseen(text: string): string {
  return text.replaceAll(shaping_or_unseen, (_found, shapes: string | undefined) => shapes ?? '');
}

/** One line of which everything can be seen, and not only blanks. */
export function isOneLine(text: string): boolean {
  if (plain.test(text)) return true;
  if (blank.test(text)) return false;
  if (!any_unseen.test(text)) return true;
  for (const [, shapes] of text.matchAll(shaping_or_unseen)) if (shapes === undefined) return false;
  return true;
}

/** The same, with line breaks and tabs. */
export function isProse(text: string): boolean {
  return isOneLine(text.replaceAll(line_break, ' '));
}

/** The line in what was typed, pasted or read from a file: composed, without what cannot be seen. It may be empty. */
export function oneLineIn(text: string): string {
  return composed(withoutUnseen(composed(text).replaceAll(line_break, ' '))).trim();
}

const plain_word = /^[\x21-\x7e\uac00-\ud7a3]+$/;
const white = /[\p{White_Space}\u2800]+/gu;
const ignored = /[\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;
const dash = /[\u2010-\u2015\u2212]/g;
const space_beside_no_digit = /(?<!\d) | (?!\d)/g;

/**
 * Two names that are equal by this cannot be told apart on a ticket or at a door: however they are composed, with full
 * or half widths, with whatever dash, with or without what cannot be seen. White space counts between digits alone:
 * 가 구역 reads like 가구역, but 1 11 is not 11 1. The database knows the same (`as_read`); a test holds them together.
 */
export function asRead(text: string): string {
  if (plain_word.test(text)) return text;
  const spaced = text.normalize('NFKC').replaceAll(white, ' ').replaceAll(ignored, '');
  return spaced.replaceAll(dash, '-').replaceAll(space_beside_no_digit, '').normalize('NFKC');
}
