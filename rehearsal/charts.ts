/** Charts as inline SVG whose colours come from the page: lines over time on one axis, and spans of latency. */

export interface Series {
  readonly name: string;
  /** `ink`, `seal`, `light`, `quiet`: the page's colours. */
  readonly tone: 'ink' | 'seal' | 'light' | 'quiet';
  readonly values: readonly number[];
  /** Filled down to the axis. */
  readonly filled?: boolean;
  readonly dashed?: boolean;
}

export interface Chart {
  readonly title: string;
  /** What a person should see in it. */
  readonly note: string;
  /** Seconds. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly unit?: string;
  /** The highest value of the axis is at least this. */
  readonly atLeast?: number;
}

const width = 720;
const height = 210;
const left = 52;
const right = 12;
const top = 12;
const bottom = 26;

/** The data of the chart stands beside it, so that the page's script can read it out under the pointer. */
export function timeChart({ title, note, times, series, unit = '', atLeast = 1 }: Chart): string {
  const last = Math.max(1, times.at(-1) ?? 1);
  const { ceiling, step } = niceAxis(
    series.reduce((most, { values }) => values.reduce((a, b) => Math.max(a, b), most), atLeast),
  );
  const x = (seconds: number): number => left + ((width - left - right) * seconds) / last;
  const y = (value: number): number => height - bottom - ((height - top - bottom) * value) / ceiling;
  const marks = thinned(times.length);
  const paths = series.map(({ tone, values, filled, dashed }) => {
    const points = marks.map((index) => `${x(times[index] ?? 0).toFixed(1)},${y(values[index] ?? 0).toFixed(1)}`);
    const area = `M${x(times[0] ?? 0).toFixed(1)},${y(0)}L${points.join('L')}L${x(last).toFixed(1)},${y(0)}Z`;
    const line = `<path class="line ${tone}${dashed === true ? ' dashed' : ''}" d="M${points.join('L')}"/>`;
    return `${filled === true ? `<path class="area ${tone}" d="${area}"/>` : ''}${line}`;
  });
  const rows = Array.from({ length: Math.round(ceiling / step) + 1 }, (_, index) => {
    const value = index * step;
    const at = y(value).toFixed(1);
    return `<line class="grid" x1="${left}" x2="${width - right}" y1="${at}" y2="${at}"/><text class="tick" x="${left - 8}" y="${at}" dy="4" text-anchor="end">${short(value)}${unit}</text>`;
  });
  const secondsStep = niceAxis(last).step;
  const columns = Array.from({ length: Math.floor(last / secondsStep) + 1 }, (_, index) => {
    const seconds = index * secondsStep;
    return `<text class="tick" x="${x(seconds).toFixed(1)}" y="${height - 6}" text-anchor="middle">${short(seconds)} s</text>`;
  });
  const data = {
    left,
    right,
    width,
    last,
    times: marks.map((index) => round(times[index] ?? 0)),
    unit,
    series: series.map(({ name, values }) => ({ name, values: marks.map((index) => round(values[index] ?? 0)) })),
  };
  return `<figure class="chart"><figcaption><h3>${escape(title)}</h3><p>${escape(note)}</p>${keyOf(series)}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}: ${escape(note)}">${rows.join('')}${columns.join('')}${paths.join('')}<line class="cursor" y1="${top}" y2="${height - bottom}"/></svg>
<output aria-live="off"></output><script type="application/json">${JSON.stringify(data)}</script></figure>`;
}

function keyOf(series: readonly Series[]): string {
  if (series.length < 2) return '';
  const names = series.map(
    ({ name, tone, dashed }) => `<li><i class="${tone}${dashed === true ? ' dashed' : ''}"></i>${escape(name)}</li>`,
  );
  return `<ul class="key">${names.join('')}</ul>`;
}

export interface Span {
  readonly name: string;
  readonly answers: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

const row_height = 30;
const name_width = 110;
const figures_width = 190;

/** From the median to the 99th percentile, on a scale on which ten times as long is one step. */
export function latencyChart(spans: readonly Span[]): string {
  const low = 0.1;
  const high = 10 ** Math.ceil(Math.log10(Math.max(10, ...spans.map(({ max }) => max))));
  const from = name_width;
  const to = width - figures_width;
  const x = (ms: number): number => from + ((to - from) * Math.log(Math.max(low, ms) / low)) / Math.log(high / low);
  const tall = spans.length * row_height + 30;
  const decades = Array.from({ length: Math.round(Math.log10(high / low)) + 1 }, (_, index) => low * 10 ** index);
  const grid = decades.map((ms) => {
    const at = x(ms).toFixed(1);
    return `<line class="grid" x1="${at}" x2="${at}" y1="0" y2="${tall - 24}"/><text class="tick" x="${at}" y="${tall - 8}" text-anchor="middle">${ms < 1 ? ms.toFixed(1) : short(ms)} ms</text>`;
  });
  const rows = spans.map(({ name, answers, p50, p90, p99, max }, index) => {
    const y = index * row_height + row_height / 2;
    const bar = (a: number, b: number, kind: string): string =>
      `<line class="${kind}" x1="${x(a).toFixed(1)}" x2="${Math.max(x(b), x(a) + 1).toFixed(1)}" y1="${y}" y2="${y}"/>`;
    return `<text class="name" x="0" y="${y + 4}">${escape(name)}</text>${bar(p99, max, 'whisker')}${bar(p50, p99, 'span')}${bar(p50, p90, 'span near')}<circle class="dot" cx="${x(p50).toFixed(1)}" cy="${y}" r="4"/><text class="tick" x="${width}" y="${y + 4}" text-anchor="end">${ms(p50)} · ${ms(p99)} · ${short(answers)}×</text>`;
  });
  return `<figure class="chart"><figcaption><h3>How long an answer took, by step</h3><p>Dot: half of the answers came within. Bar: 90 % and 99 %. Thin line: the longest. At the right: p50 · p99 · how many.</p></figcaption>
<svg viewBox="0 0 ${width} ${tall}" role="img" aria-label="Latency by step">${grid.join('')}${rows.join('')}</svg></figure>`;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ms`;
}

/** An axis of at most five steps of 1, 2 or 5 times a power of ten. */
function niceAxis(highest: number): { ceiling: number; step: number } {
  const rough = highest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10) * power;
  return { step, ceiling: Math.ceil(highest / step) * step };
}

const points_max = 600;

/** Which of so many points are drawn: a page must stay small however long the sale was. */
function thinned(count: number): number[] {
  const every = Math.max(1, Math.ceil(count / points_max));
  return Array.from({ length: count }, (_, index) => index).filter(
    (index) => index % every === 0 || index === count - 1,
  );
}

function short(value: number): string {
  if (value >= 10_000) return `${round(value / 1_000)}k`;
  return round(value).toLocaleString('en');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
