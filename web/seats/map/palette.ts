/** The colours of the page's theme as the canvas needs them. */

export interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly sheet: string;
  readonly raised: string;
  readonly vermilion: string;
  readonly onVermilion: string;
  readonly warm: string;
  readonly onGrade: string;
  readonly grades: readonly string[];
  readonly font: string;
  /** Around one's own seats. */
  readonly halo: string;
  /** What cannot be had, where colours are the reader's own. */
  readonly faint: string;
  /** The colours are the reader's own: there are few, and only shapes tell one state from another. */
  readonly isForced: boolean;
}

const grades_count = 6;

/**
 * Reads the tokens of tokens.css and list.css by letting the element wear each of them for a moment; in forced colours
 * those of the system. The element must have `forced-color-adjust: none`, or it would wear the same for all.
 */
export function readPalette(element: HTMLElement): Palette {
  const read = (value: string): string => {
    element.style.color = value;
    return getComputedStyle(element).color;
  };
  const font = getComputedStyle(element).fontFamily;
  const isForced = matchMedia('(forced-colors: active)').matches;
  const palette = isForced ? systemPalette(read, font) : ownPalette(read, font);
  element.style.color = '';
  return palette;
}

type Read = (value: string) => string;

function ownPalette(read: Read, font: string): Palette {
  return {
    paper: read('var(--paper)'),
    ink: read('var(--ink)'),
    quiet: read('var(--quiet)'),
    line: read('var(--line)'),
    sheet: read('var(--sheet)'),
    raised: read('var(--raised)'),
    vermilion: read('var(--vermilion)'),
    onVermilion: read('var(--on-vermilion)'),
    warm: read('var(--warm)'),
    onGrade: read('light-dark(#fff, #0e0d0c)'),
    grades: Array.from({ length: grades_count }, (_none, index) => read(`var(--grade-${index})`)),
    font,
    halo: read('var(--raised)'),
    faint: read('var(--quiet)'),
    isForced: false,
  };
}

function systemPalette(read: Read, font: string): Palette {
  const [canvas, text] = [read('Canvas'), read('CanvasText')];
  return {
    paper: canvas,
    ink: text,
    quiet: text,
    line: text,
    sheet: canvas,
    raised: canvas,
    vermilion: read('Highlight'),
    onVermilion: read('HighlightText'),
    warm: text,
    onGrade: canvas,
    grades: Array.from({ length: grades_count }, () => text),
    font,
    halo: text,
    faint: read('GrayText'),
    isForced: true,
  };
}

/** `share` of one colour in another; both as the browser computes them, `rgb(…)`. */
export function mixed(one: string, other: string, share: number): string {
  const [a, b] = [channels(one), channels(other)];
  const parts = a.map((value, index) => Math.round(value * share + (b[index] ?? 0) * (1 - share)));
  return `rgb(${parts.join(' ')})`;
}

function channels(color: string): number[] {
  return [...color.matchAll(/[\d.]+/g)].slice(0, 3).map(([value]) => Number(value));
}
