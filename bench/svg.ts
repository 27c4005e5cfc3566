/**
 * Charts as SVG files that stand alone: horizontal bars and lines, axes from zero, units on them, colours for light and
 * dark chosen by the reader's system. Made from figures alone, so that the same figures make the same file.
 */

export const tones = ['seal', 'ink', 'warm', 'quiet'] as const;
export type Tone = (typeof tones)[number];

export interface Frame {
  readonly title: string;
  /** What a person should see in it, and how to read it. */
  readonly note: string;
  /** What the axis of values counts: `answers a second`. */
  readonly unit: string;
  /** A line that should be reached, or not be crossed. */
  readonly goal?: { readonly value: number; readonly text: string };
}

export interface Bar {
  readonly series: number;
  readonly value: number;
  /** Half of the measurements lay between. */
  readonly low?: number;
  readonly high?: number;
  /** At its end, instead of the value. */
  readonly text?: string;
}

export interface BarChart extends Frame {
  readonly series: readonly string[];
  readonly groups: readonly { readonly label: string; readonly bars: readonly Bar[] }[];
  /** Bars of a group are parts of one. */
  readonly stacked?: boolean;
}

export interface LineSeries {
  readonly name: string;
  readonly values: readonly number[];
  /** The quartiles, drawn as a band. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
}

export interface LineChart extends Frame {
  /** What the other axis counts. */
  readonly along: string;
  /** Under the points, evenly spaced; empty where nothing stands. */
  readonly labels: readonly string[];
  readonly series: readonly LineSeries[];
  /** The axis reaches at least so far. */
  readonly atLeast?: number;
  /** Between these all is well. */
  readonly band?: { readonly low: number; readonly high: number; readonly text: string };
}

const width = 760;
const left = 132;
const right = 96;
const note_characters = 108;
const bar_height = 15;
const bar_gap = 3;
const group_gap = 14;
const axis_height = 44;

const style = `
  svg{--paper:#faf7f2;--text:#14120f;--faint:#635d54;--line:#e2dbd0;--seal:#c42d24;--ink:#3c5a73;--warm:#b57a00;--quiet:#9a9187;--band:#2c6b4f}
  @media(prefers-color-scheme:dark){svg{--paper:#0e0d0c;--text:#f3eee6;--faint:#a89f92;--line:#2b2824;--seal:#ff5a4e;--ink:#86b3d6;--warm:#ffc24b;--quiet:#6f675d;--band:#7cc3a0}}
  text{font:13px Pretendard,system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--text);font-variant-numeric:tabular-nums;paint-order:stroke;stroke:var(--paper);stroke-width:4px}
  .paper{fill:var(--paper)}.title{font-size:17px;font-weight:650}.faint{fill:var(--faint)}.grid{stroke:var(--line)}.axis{stroke:var(--faint)}
  .seal{fill:var(--seal)}.ink{fill:var(--ink)}.warm{fill:var(--warm)}.quiet{fill:var(--quiet)}
  .line{fill:none;stroke-width:2.5;stroke-linejoin:round}.line.seal{stroke:var(--seal)}.line.ink{stroke:var(--ink)}.line.warm{stroke:var(--warm)}.line.quiet{stroke:var(--quiet)}
  .area{opacity:.16}.whisker{stroke:var(--text);stroke-width:1.5}.goal{stroke:var(--band);stroke-width:1.5;stroke-dasharray:5 4}.well{fill:var(--band);opacity:.12}.said{fill:var(--band)}`;

export function barChart(chart: BarChart): string {
  const { series, groups, stacked = false, goal } = chart;
  const head = headOf(chart, series);
  const lengthOf = (bars: readonly Bar[]): number =>
    stacked
      ? bars.reduce((sum, { value }) => sum + known(value), 0)
      : Math.max(0, ...bars.map(({ value, high }) => Math.max(known(value), known(high))));
  const { ceiling, step } = niceAxis(Math.max(...groups.map(({ bars }) => lengthOf(bars)), goal?.value ?? 0));
  const x = (value: number): number => left + ((width - left - right) * known(value)) / ceiling;
  let y = head.height;
  const rows = groups.map(({ label, bars }) => {
    const tall = (stacked ? 1 : bars.length) * (bar_height + bar_gap) - bar_gap;
    const name = text({ x: left - 10, y: y + tall / 2 + 4.5, anchor: 'end' }, label);
    const drawn = stacked
      ? stackOf(bars, { x, y })
      : bars.map((bar, row) => barOf(bar, { x, y: y + row * (bar_height + bar_gap) }));
    y += tall + group_gap;
    return [name, ...drawn].join('');
  });
  const bottom = y - group_gap / 2;
  const grid = ticks(ceiling, step).map((value) => {
    const at = x(value).toFixed(1);
    const line = `<line class="${value === 0 ? 'axis' : 'grid'}" x1="${at}" x2="${at}" y1="${head.height - 6}" y2="${bottom}"/>`;
    return line + text({ x: x(value), y: bottom + 17, anchor: 'middle', kind: 'faint' }, short(value));
  });
  const aim = goal === undefined ? '' : goalAcross(x(goal.value), head.height - 6, bottom);
  const said = goal === undefined ? '' : text({ x: left, y: bottom + 36, kind: 'said' }, `- - ${goal.text}`);
  const unit = text({ x: width - right, y: bottom + 36, anchor: 'end', kind: 'faint' }, chart.unit);
  return file(bottom + axis_height, chart, [head.markup, ...grid, aim, ...rows, said, unit]);
}

interface Place {
  readonly x: (value: number) => number;
  readonly y: number;
}

function barOf({ series, value, low, high, text: said }: Bar, { x, y }: Place): string {
  const rect = `<rect class="${toneOf(series)}" x="${left}" y="${y}" width="${Math.max(0, x(value) - left).toFixed(1)}" height="${bar_height}"/>`;
  const isSpread =
    low !== undefined && high !== undefined && Number.isFinite(low) && Number.isFinite(high) && high > low;
  const middle = y + bar_height / 2;
  const whisker = isSpread
    ? `<line class="whisker" x1="${x(low).toFixed(1)}" x2="${x(high).toFixed(1)}" y1="${middle}" y2="${middle}"/>`
    : '';
  const end = Math.max(x(value), isSpread ? x(high) : 0);
  return rect + whisker + text({ x: end + 6, y: y + bar_height - 3 }, said ?? short(value));
}

function stackOf(bars: readonly Bar[], { x, y }: Place): string[] {
  let from = 0;
  const parts = bars.map(({ series, value }) => {
    const rect = `<rect class="${toneOf(series)}" x="${x(from).toFixed(1)}" y="${y}" width="${(x(from + known(value)) - x(from)).toFixed(1)}" height="${bar_height}"/>`;
    from += known(value);
    return rect;
  });
  const said = bars.find((bar) => bar.text !== undefined)?.text ?? short(from);
  return [...parts, text({ x: x(from) + 6, y: y + bar_height - 3 }, said)];
}

const plot_height = 240;

export function lineChart(chart: LineChart): string {
  const { series, labels, atLeast = 0, band, goal } = chart;
  const head = headOf(
    chart,
    series.map(({ name }) => name),
  );
  const values = series.flatMap(({ values, high = [] }) => [...values, ...high]).map(known);
  const { ceiling, step } = niceAxis(Math.max(atLeast, goal?.value ?? 0, ...values));
  const inset = 64;
  const bottom = head.height + plot_height;
  const x = (place: number): number => inset + ((width - inset - 40) * place) / Math.max(1, labels.length - 1);
  const y = (value: number): number => bottom - (plot_height * known(value)) / ceiling;
  const well =
    band === undefined
      ? ''
      : `<rect class="well" x="${inset}" y="${y(band.high).toFixed(1)}" width="${width - inset - 40}" height="${(y(band.low) - y(band.high)).toFixed(1)}"/>`;
  const wellSaid =
    band === undefined ? '' : text({ x: width - 44, y: y(band.low) + 16, anchor: 'end', kind: 'said' }, band.text);
  const rows = ticks(ceiling, step).map((value) => {
    const at = y(value).toFixed(1);
    const line = `<line class="${value === 0 ? 'axis' : 'grid'}" x1="${inset}" x2="${width - 40}" y1="${at}" y2="${at}"/>`;
    return line + text({ x: inset - 8, y: y(value) + 4.5, anchor: 'end', kind: 'faint' }, short(value));
  });
  const columns = labels.map((label, place) =>
    label === '' ? '' : text({ x: x(place), y: bottom + 19, anchor: 'middle', kind: 'faint' }, label),
  );
  const drawn = series.map((one, number) => linesOf(one, toneOf(number), { x, y }));
  const units = [
    text({ x: width - 40, y: bottom + 38, anchor: 'end', kind: 'faint' }, chart.along),
    text({ x: inset, y: head.height - 10, kind: 'faint' }, chart.unit),
  ];
  return file(bottom + axis_height, chart, [head.markup, well, ...rows, ...columns, ...drawn, wellSaid, ...units]);
}

function linesOf(
  { values, low, high }: LineSeries,
  tone: Tone,
  { x, y }: { x: (place: number) => number; y: (value: number) => number },
): string {
  const at = (value: number, place: number): string => `${x(place).toFixed(1)},${y(value).toFixed(1)}`;
  const points = values.map(at);
  const band =
    low === undefined || high === undefined
      ? ''
      : `<path class="area ${tone}" d="M${high.map(at).join('L')}L${low.map(at).toReversed().join('L')}Z"/>`;
  const dots = values.length > 12 ? '' : values.map((value, place) => dot(x(place), y(value), tone)).join('');
  return `${band}<path class="line ${tone}" d="M${points.join('L')}"/>${dots}`;
}

function dot(x: number, y: number, tone: Tone): string {
  return `<circle class="${tone}" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="4"/>`;
}

/** Title, note and key, and where the chart begins below them. */
function headOf({ title, note }: Frame, names: readonly string[]): { markup: string; height: number } {
  const lines = wrapped(note, note_characters);
  const parts = [text({ x: 16, y: 30, kind: 'title' }, title)];
  for (const [row, line] of lines.entries()) parts.push(text({ x: 16, y: 53 + row * 18, kind: 'faint' }, line));
  let y = 53 + lines.length * 18;
  if (names.length > 1) {
    let x = 16;
    for (const [number, name] of names.entries()) {
      parts.push(`<rect class="${toneOf(number)}" x="${x}" y="${y - 5}" width="11" height="11"/>`);
      parts.push(text({ x: x + 17, y: y + 5 }, name));
      x += 40 + name.length * 7.2;
    }
    y += 22;
  }
  return { markup: parts.join(''), height: y + 16 };
}

function goalAcross(x: number, from: number, to: number): string {
  return `<line class="goal" x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${from}" y2="${to}"/>`;
}

function file(height: number, { title, note }: Frame, parts: readonly string[]): string {
  const tall = Math.ceil(height);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${tall}" width="${width}" height="${tall}" role="img" aria-labelledby="t d">
<title id="t">${escaped(title)}</title><desc id="d">${escaped(note)}</desc><style>${style}
</style><rect class="paper" width="${width}" height="${tall}" rx="12"/>
${parts.filter((part) => part !== '').join('\n')}
</svg>
`;
}

interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly anchor?: 'end' | 'middle';
  readonly kind?: string;
}

function text({ x, y, anchor, kind }: TextPlace, said: string): string {
  const where = anchor === undefined ? '' : ` text-anchor="${anchor}"`;
  const what = kind === undefined ? '' : ` class="${kind}"`;
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${where}${what}>${escaped(said)}</text>`;
}

function escaped(said: string): string {
  return said.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function toneOf(series: number): Tone {
  return tones[series % tones.length] ?? 'ink';
}

/** What was not measured has no length. */
function known(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? Math.max(0, value) : 0;
}

/** An axis from zero of about five steps of 1, 2 or 5 times a power of ten, that reaches what is to be shown. */
export function niceAxis(highest: number): { readonly ceiling: number; readonly step: number } {
  const most = highest > 0 && Number.isFinite(highest) ? highest : 1;
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((times) => times * power >= rough * 0.999_999) ?? 10) * power;
  return { step, ceiling: Math.ceil((most / step) * 0.999_999) * step };
}

function ticks(ceiling: number, step: number): number[] {
  return Array.from({ length: Math.round(ceiling / step) + 1 }, (_, index) => index * step);
}

/** Three digits that matter, thousands with commas; a dash for what was not measured. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  const digits = Math.abs(value) >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

export function wrapped(said: string, characters: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of said.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > characters) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}
