/** The bench's charts: well-formed files that stand alone, with honest axes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { barChart, lineChart, niceAxis, short, wrapped } from '../bench/svg.ts';

const frame = { title: 'Answers & <errors>', note: 'A "note".', unit: 'answers a second' };

const tag = /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<>]*")*)\s*(\/?)>/g;

/** Tags that do not close or close nothing, and attributes that are no figures. */
function brokenTags(svg: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  for (const [, closing, name = '', attributes = '', alone] of svg.matchAll(tag)) {
    if (/NaN|Infinity|undefined|null/.test(attributes)) faults.push(`${name}${attributes}`);
    if (closing === '' && alone === '') open.push(name);
    if (closing === '/' && open.pop() !== name) faults.push(`</${name}> closes nothing`);
  }
  return [...faults, ...open.map((name) => `<${name}> stays open`)];
}

/** The same, and text that is not escaped, text that is no figure, and what comes from elsewhere. */
function faultsOf(svg: string): string[] {
  const faults = brokenTags(svg);
  const rest = svg.replaceAll(/<style>[^]*?<\/style>/g, '').replaceAll(tag, '');
  if (/[<>]|&(?!amp;|lt;|gt;|quot;)/.test(rest)) faults.push(`not escaped: ${rest.trim()}`);
  if (/NaN|undefined/.test(rest)) faults.push(`not a figure: ${rest.trim()}`);
  if (/(?:href|src)=|url\(|@import/.test(svg)) faults.push('something from elsewhere');
  return faults;
}

function widthsOf(svg: string, tone: string): number[] {
  return [
    ...svg.matchAll(new RegExp(`<rect class="${tone}" x="[\\d.]+" y="[\\d.]+" width="([\\d.]+)" height="15"`, 'g')),
  ].map(([, width]) => Number(width));
}

describe('bars', () => {
  const chart = {
    ...frame,
    series: ['one', 'two'],
    groups: [
      {
        label: 'status',
        bars: [
          { series: 0, value: 200, low: 190, high: 210 },
          { series: 1, value: 100 },
        ],
      },
      {
        label: 'pay',
        bars: [
          { series: 0, value: 50 },
          { series: 1, value: Number.NaN },
        ],
      },
    ],
  };

  test('are a file without faults, and the look at it can find some', () => {
    const svg = barChart(chart);
    assert.deepEqual(faultsOf(svg), []);
    assert.equal(faultsOf(svg.replace('</title>', '')).length > 0, true);
    assert.equal(faultsOf(svg.replace('&amp;', '&')).length, 1);
    assert.equal(faultsOf(svg.replace('x="132"', 'x="NaN"')).length > 0, true);
    assert.equal(faultsOf(svg.replace('<title', '<image href="https://elsewhere.example"/><title')).length, 1);
  });

  test('are as long as what they stand for, from zero', () => {
    const svg = barChart(chart);
    const [status = 0, pay = 0] = widthsOf(svg, 'seal');
    const [other = 0, unknown] = widthsOf(svg, 'ink');
    assert(Math.abs(status / pay - 4) < 0.01, `${status} and ${pay}`);
    assert(Math.abs(status / other - 2) < 0.01);
    assert.equal(unknown, 0, 'what was not measured has no length');
    assert.match(svg, />–<\/text>/);
  });

  test('name title, note, unit, series and groups', () => {
    const svg = barChart(chart);
    for (const said of [
      'Answers &amp; &lt;errors&gt;',
      'A &quot;note&quot;.',
      'answers a second',
      'one',
      'two',
      'status',
      'pay',
    ])
      assert(svg.includes(`>${said}</text>`), said);
  });

  test('stand for light and for dark', () => {
    assert.match(barChart(chart), /@media\(prefers-color-scheme:dark\)/);
  });

  test('reach far enough for the goal, which is drawn', () => {
    const svg = barChart({ ...chart, goal: { value: 1_000, text: 'goal: 1,000' } });
    assert.match(svg, /class="goal"/);
    assert(svg.includes('goal: 1,000'));
    const [status = 0] = widthsOf(svg, 'seal');
    const [, at] = /class="goal" x1="([\d.]+)"/.exec(svg) ?? [];
    assert(Math.abs((Number(at) - 132) / status - 5) < 0.01);
  });

  test('of parts lie end to end', () => {
    const stacked = barChart({ ...chart, stacked: true });
    assert.deepEqual(faultsOf(stacked), []);
    const [first] = /<rect class="seal" x="[\d.]+" y="[\d.]+" width="[\d.]+" height="15"/.exec(stacked) ?? [];
    const [second] = /<rect class="ink" x="[\d.]+" y="[\d.]+" width="[\d.]+" height="15"/.exec(stacked) ?? [];
    const numbers = (text = ''): number[] => [...text.matchAll(/"([\d.]+)"/g)].map(([, number]) => Number(number));
    const [x = 0, , width = 0] = numbers(first);
    assert(Math.abs(x + width - (numbers(second)[0] ?? 0)) < 0.2);
  });
});

describe('lines', () => {
  const chart = {
    ...frame,
    along: 'fans waiting',
    labels: ['1,000', '', '1,000,000'],
    series: [{ name: 'status', values: [1, 2, 4], low: [1, 1, 3], high: [1, 3, 5] }],
    band: { low: 0.9, high: 1.1, text: 'within 10 %' },
  };

  test('are a file without faults', () => {
    assert.deepEqual(faultsOf(lineChart(chart)), []);
    assert.deepEqual(faultsOf(lineChart({ ...chart, series: [{ name: 'status', values: [1, Number.NaN] }] })), []);
  });

  test('rise as what they stand for, from zero', () => {
    const svg = lineChart(chart);
    const [, points = ''] = /class="line seal" d="M([^"]+)"/.exec(svg) ?? [];
    const heights = points.split('L').map((point) => Number(point.split(',')[1]));
    const [, zero = ''] = /class="axis" x1="[\d.]+" x2="[\d.]+" y1="([\d.]+)"/.exec(svg) ?? [];
    const [one = 0, two = 0, four = 0] = heights.map((height) => Number(zero) - height);
    assert(Math.abs(two / one - 2) < 0.02 && Math.abs(four / one - 4) < 0.02, `${one} ${two} ${four}`);
  });
});

test('an axis begins at zero, reaches what is shown, and has a handful of round steps', () => {
  for (const highest of [0.003, 0.9, 1, 7, 10, 10.1, 99, 1_234, 47_228, 1e6]) {
    const { ceiling, step } = niceAxis(highest);
    assert(ceiling >= highest * 0.999 && ceiling < highest * 1.5, `${highest}: ${ceiling}`);
    assert(ceiling / step >= 2 && ceiling / step <= 6, `${highest}: ${ceiling} by ${step}`);
  }
  assert.deepEqual(niceAxis(0), niceAxis(1));
  assert.deepEqual(niceAxis(Number.NaN), niceAxis(1));
});

test('figures are short and notes are broken between words', () => {
  assert.deepEqual([0, 0.126, 9.5, 12.34, 123.4, 47_228, Number.NaN].map(short), [
    '0',
    '0.13',
    '9.5',
    '12.3',
    '123',
    '47,228',
    '–',
  ]);
  assert.deepEqual(wrapped('a few words and more', 9), ['a few', 'words and', 'more']);
});
