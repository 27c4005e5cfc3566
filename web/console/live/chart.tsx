/**
 * One small chart of the last hour. All of them share the time axis, and the cursor: what lies under it is told in
 * the heads of all. Everything is grey; what is abnormal is vermilion; a pause is a band behind the lines.
 */
import { useEffect, useRef } from 'preact/hooks';
import { signal } from '@preact/signals';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { forcedColors, theme } from '../../ui/theme.ts';
import { hall } from '../../words/dates.ts';
import { language, number } from '../../words/words.ts';
import type { History, Values } from './history.ts';

export interface Line {
  readonly name: string;
  readonly label: string;
  readonly tone: 'main' | 'second' | 'third' | 'faint' | 'alarm';
  /** Filled down to the axis. */
  readonly filled?: boolean;
  readonly dashed?: boolean;
  /** Drawn, but not told in the head: a sum of others. */
  readonly silent?: boolean;
  /** What its value is read from, where that is another series than the one drawn. */
  readonly told?: string;
}

export interface ChartProps {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly history: History;
  readonly format?: (value: number) => string;
  /** The axis reaches at least so far. */
  readonly reach?: number;
}

/** The step under the cursor; null while nobody points. */
export const cursor = signal<number | null>(null);

const height_px = 128;
const axis_px = 54;
const together = UPlot.sync('console');

function lastOf(values: Values | undefined): number | null {
  return values?.findLast((value) => value !== null) ?? null;
}

function told(history: History, { name, told: other }: Line): number | null {
  const values = history.series[other ?? name];
  return cursor.value === null ? lastOf(values) : (values?.[cursor.value] ?? null);
}

export function Chart({ title, lines, history, format = number, reach = 0 }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | undefined>(undefined);
  const now = useRef(history);
  now.current = history;
  const names = lines.map(({ name }) => name).join(' ');

  useEffect(() => {
    const { current } = place;
    if (current === null) return undefined;
    const made = draw(current, { lines, format, reach, history: () => now.current });
    plot.current = made;
    const sized = new ResizeObserver(() => made.setSize({ width: current.clientWidth, height: height_px }));
    sized.observe(current);
    return () => {
      sized.disconnect();
      made.destroy();
    };
  }, [names, theme.value, forcedColors.value, language.value, reach]);
  useEffect(() => plot.current?.setData(dataOf(lines, history)), [history]);

  return (
    <figure class="chart">
      <figcaption>
        <h3>{title}</h3>
        <Head lines={lines} history={history} format={format} />
      </figcaption>
      <div class="drawn" aria-hidden="true">
        <div ref={place} class="plot" />
        {/* In the corner of the two axes, whose clocks are nobody's own. */}
        <span class="zone">{hall.name}</span>
      </div>
    </figure>
  );
}

function Head({
  lines,
  history,
  format,
}: {
  lines: readonly Line[];
  history: History;
  format: (value: number) => string;
}) {
  return (
    <dl>
      {lines
        .filter(({ silent }) => silent !== true)
        .map((line) => {
          const value = told(history, line);
          return (
            <div key={line.name} class={`tone-${line.tone}${value === 0 ? ' none' : ''}`}>
              <dt>
                <i class={line.dashed === true ? 'dashed' : ''} aria-hidden="true" />
                {line.label}
              </dt>
              <dd>{value === null ? '–' : format(value)}</dd>
            </div>
          );
        })}
    </dl>
  );
}

function dataOf(lines: readonly Line[], { times, series }: History): UPlot.AlignedData {
  const none = times.map(() => null);
  return [times as number[], ...lines.map(({ name }) => (series[name] ?? none) as (number | null)[])];
}

interface Drawing {
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  readonly reach: number;
  readonly history: () => History;
}

type Ink = (name: (typeof inks)[number]) => string;

const inks = [
  'main',
  'second',
  'third',
  'faint',
  'alarm',
  'main-fill',
  'second-fill',
  'third-fill',
  'quiet',
  'grid',
  'pause',
] as const;

function draw(place: HTMLElement, { lines, format, reach, history }: Drawing): UPlot {
  const ink = inkOf(place);
  const options: UPlot.Options = {
    width: Math.max(place.clientWidth, 120),
    height: height_px,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: together.key },
      drag: { x: false, y: false },
      points: { size: 6, stroke: ink('main'), fill: ink('main') },
      y: false,
    },
    axes: [timeAxis(ink), valueAxis(ink, format)],
    scales: { x: { time: true }, y: { range: (_plot, _min, max) => [0, Math.max(1, reach, max * 1.06)] } },
    series: [{}, ...lines.map((line) => seriesOf(line, ink))],
    hooks: {
      drawClear: [(plot) => shadePauses(plot, history(), ink('pause'))],
      setCursor: [
        (plot) => {
          const { idx, left = -1 } = plot.cursor;
          cursor.value = left < 0 || idx == null ? null : idx;
        },
      ],
    },
  };
  return new UPlot(options, dataOf(lines, history()), place);
}

/** A canvas cannot read what depends on the theme: the colour is asked of an element that wears it. */
function inkOf(place: HTMLElement): Ink {
  const probe = place.appendChild(document.createElement('i'));
  const colors = new Map<string, string>();
  for (const name of inks) {
    probe.style.color = `var(--chart-${name})`;
    colors.set(name, getComputedStyle(probe).color);
  }
  probe.remove();
  return (name) => colors.get(name) ?? '';
}

function timeAxis(ink: Ink): UPlot.Axis {
  return {
    stroke: ink('quiet'),
    font: '13px Pretendard Variable, sans-serif',
    size: 24,
    gap: 4,
    space: 64,
    grid: { stroke: ink('grid'), width: 1 },
    ticks: { show: false },
    values: (_plot, times) => times.map((time) => clock(time)),
  };
}

function valueAxis(ink: Ink, format: (value: number) => string): UPlot.Axis {
  return {
    stroke: ink('quiet'),
    font: '13px Pretendard Variable, sans-serif',
    size: axis_px,
    gap: 6,
    space: 36,
    grid: { stroke: ink('grid'), width: 1 },
    ticks: { show: false },
    values: (_plot, values) =>
      values.map((value) => (Number.isInteger(value) || value < 10 ? short(value, format) : '')),
  };
}

/** `12.4만`, `1.2M`: an axis has little room. */
function short(value: number, format: (value: number) => string): string {
  if (value < 10_000) return format === number ? number(value) : compact(value);
  return compact(value);
}

function compact(value: number): string {
  return new Intl.NumberFormat(language.value, { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

/** Of the hall, as everywhere. */
export function clock(time: number, seconds = false): string {
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds && { second: '2-digit' }),
    timeZone: hall.zone,
  }).format(time * 1_000);
}

/** Dashes and gaps in pixels where the colours are the reader's own, so that no line is told by its colour alone. */
const dashes_forced: Readonly<Record<Line['tone'], number[]>> = {
  main: [],
  second: [8, 4],
  third: [2, 3],
  faint: [1, 5],
  alarm: [],
};

function widthOf(tone: Line['tone'], isForced: boolean): number {
  if (isForced) return tone === 'alarm' ? 4 : 2;
  return tone === 'main' || tone === 'alarm' ? 1.5 : 1.25;
}

function seriesOf({ tone, filled, dashed, label }: Line, ink: Ink): UPlot.Series {
  const isForced = forcedColors.peek() > 0;
  return {
    label,
    stroke: ink(tone),
    width: widthOf(tone, isForced),
    ...(filled === true && tone !== 'faint' && tone !== 'alarm' && { fill: ink(`${tone}-fill`) }),
    ...(dashed === true && { dash: [4, 3] }),
    ...(isForced && { dash: dashes_forced[tone] }),
    points: { show: false },
    spanGaps: false,
  };
}

function shadePauses(plot: UPlot, { times, series, stepSeconds }: History, color: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = color;
  if (forcedColors.peek() > 0) ctx.globalAlpha = 0.3;
  let from: number | undefined;
  const end = times.length;
  for (let step = 0; step <= end; step++) {
    const paused = step < end && series['paused']?.[step] === 1;
    if (paused) from ??= step;
    else if (from !== undefined) {
      const left = plot.valToPos(times[from] ?? 0, 'x', true);
      const right = plot.valToPos((times[step - 1] ?? 0) + stepSeconds, 'x', true);
      ctx.fillRect(left, bbox.top, Math.min(right, bbox.left + bbox.width) - left, bbox.height);
      from = undefined;
    }
  }
  ctx.restore();
}
