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
}

const grades_count = 6;

/** Reads the tokens of tokens.css and list.css by letting the element wear each of them for a moment. */
export function readPalette(element: HTMLElement): Palette {
  const read = (value: string): string => {
    element.style.color = value;
    return getComputedStyle(element).color;
  };
  const palette: Palette = {
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
    font: getComputedStyle(element).fontFamily,
  };
  element.style.color = '';
  return palette;
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
