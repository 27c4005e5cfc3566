/**
 * The picture that a messenger shows beside a link: title, artist, date and place, in ink on paper, with the seal. It is
 * a tree of boxes and texts, so nothing that somebody wrote can be more than text in it; what is too long is cut.
 */
import type { Node } from '@takumi-rs/core';

export const picture = { width: 1_200, height: 630 } as const;
/** Counts up when the drawing changes: messengers keep a picture by its address. */
export const pictureVersion = 1;

export interface PictureTexts {
  /** Above the title. */
  readonly over: string;
  readonly title: string;
  /** Beneath the title; may be empty. */
  readonly second: string;
  /** At the foot: when, and where. May be empty. */
  readonly when: string;
  readonly where: string;
}

const paper = '#faf7f2';
const ink = '#14120f';
const quiet = '#635d54';
const one_line = { lineClamp: 1, overflowWrap: 'anywhere' } as const;
/** Characters up to which a title is so large (px); a Hangul syllable is about twice as wide as a letter. */
const title_sizes = [
  [16, 104],
  [34, 84],
  [Infinity, 64],
] as const;
const wide = /[\u1100-\u11ff\u3000-\u9fff\uac00-\ud7a3\uff00-\uffef]/gu;

function titleSize(title: string): number {
  const wideOnes = title.match(wide)?.length ?? 0;
  const width = wideOnes + (title.length - wideOnes) / 2;
  return title_sizes.find(([upTo]) => width <= upTo)?.[1] ?? 64;
}

function line(text: string, style: Readonly<Record<string, string | number>>): Node[] {
  return text === '' ? [] : [{ type: 'text', text, style: { ...one_line, ...style } }];
}

/** `seal` is the name under which the seal is given to the renderer. */
export function pictureOf({ over, title, second, when, where }: PictureTexts, seal: string): Node {
  const head: Node = {
    type: 'container',
    style: { display: 'flex', flexDirection: 'column', gap: 16 },
    children: [
      ...line(over, { fontSize: 36, fontWeight: 600, color: quiet }),
      ...line(title, {
        fontSize: titleSize(title),
        fontWeight: 760,
        letterSpacing: '-0.035em',
        lineHeight: 1.14,
        wordBreak: 'keep-all',
        lineClamp: 3,
      }),
      ...line(second, { fontSize: 38, color: quiet, letterSpacing: '-0.01em' }),
    ],
  };
  const facts: Node = {
    type: 'container',
    style: { display: 'flex', flexDirection: 'column', gap: 8, flexGrow: 1, flexShrink: 1, minWidth: 0 },
    children: [
      ...line(when, { fontSize: 42, fontWeight: 700, fontVariantNumeric: 'tabular-nums' }),
      ...line(where, { fontSize: 36, color: quiet }),
    ],
  };
  const foot: Node = {
    type: 'container',
    style: { display: 'flex', alignItems: 'center', gap: 40, borderTop: `3px solid ${ink}`, paddingTop: 28 },
    children: [facts, { type: 'image', src: seal, width: 132, height: 132, style: { flexShrink: 0 } }],
  };
  return {
    type: 'container',
    style: {
      ...picture,
      display: 'flex',
      flexDirection: 'column',
      justifyContent: 'space-between',
      padding: '60px 72px 48px',
      backgroundColor: paper,
      color: ink,
      fontFamily: 'Pretendard Variable',
    },
    children: [head, foot],
  };
}
