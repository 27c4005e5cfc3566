/** The report: one page that needs nothing beside it, and the same as JSON. */
import { accessSync, constants } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { makeDirectory } from '../src/platform/make-directory.ts';
import { escape, latencyChart, timeChart } from './charts.ts';
import type { Options } from './options.ts';
import type { SaleResults } from './sale.ts';
import { passed, type Verdict } from './verdict.ts';

/** Makes the folder of `--report`; throws one line if it cannot be written to, before anything was played in vain. */
export function openReport(folder: string): void {
  try {
    makeDirectory(folder);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`--report must be a directory that this user may write to: ${reason}`, { cause: error });
  }
}

/** Writes `report.html` and `report.json` into `--report`; answers the page's path. */
export async function writeReport(options: Options, results: SaleResults, verdict: Verdict): Promise<string> {
  const { operatorPassword: _password, identitySecret: _secret, ...shown } = options;
  const { findings, figures } = verdict;
  const {
    samples,
    steps,
    codes,
    endings,
    fortunes,
    concert,
    soldOutAfter,
    seatsSold,
    revenue,
    calls,
    audit,
    seatsGivenBack,
    datesCalledOff,
  } = results;
  const json = {
    verdict: passed(verdict) ? 'PASS' : 'FAIL',
    at: new Date().toISOString(),
    machine: machine(),
    options: shown,
    concert,
    soldOutAfter,
    seatsSold,
    seatsGivenBack,
    datesCalledOff,
    revenue,
    calls,
    figures: Object.fromEntries(figures),
    findings,
    audit,
    steps,
    answers: Object.fromEntries(codes),
    endings: Object.fromEntries(endings),
    fortunes: Object.fromEntries(fortunes),
    samples,
  };
  await writeFile(path.join(options.report, 'report.json'), `${JSON.stringify(json, undefined, 1)}\n`);
  const page = path.join(options.report, 'report.html');
  await writeFile(page, await pageOf(options, results, verdict));
  return page;
}

function machine(): string {
  const [processor] = cpus();
  return `${cpus().length} × ${processor?.model.trim() ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
}

async function pageOf(options: Options, results: SaleResults, verdict: Verdict): Promise<string> {
  const [style, seal] = await Promise.all([
    readFile(path.join(import.meta.dirname, 'report.css'), 'utf8'),
    readFile(path.join(import.meta.dirname, '../src/pages/seal.svg'), 'utf8'),
  ]);
  const { soldOutAfter, seatsSold } = results;
  const isPass = passed(verdict);
  const sale =
    soldOutAfter === undefined
      ? `${seatsSold.toLocaleString('en')} of ${options.seats.toLocaleString('en')} seats sold`
      : `Sold out in ${soldOutAfter.toFixed(1)} seconds`;
  const broken = verdict.findings.filter(({ ok }) => !ok).length;
  const judgement = isPass
    ? `Every promise was kept: ${verdict.findings.length} of ${verdict.findings.length}.`
    : `${broken} of ${verdict.findings.length} promises were broken.`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${isPass ? 'PASS' : 'FAIL'} · Maejin rehearsal</title><style>${style}</style></head>
<body><main>
<header>${seal}<div><h1>${escape(sale)}</h1><p class="${isPass ? 'pass' : 'fail'}"><strong>${isPass ? 'PASS' : 'FAIL'}.</strong> ${judgement}</p></div></header>
${figuresOf(verdict)}
<h2>The sale</h2>
${chartsOf(options, results)}
<h2>The promises</h2>
${findingsOf(verdict)}
<h2>Every answer</h2>
${answersOf(results)}
<footer>${escape(machine())} · ${new Date().toISOString()} · seed ${options.seed}. The history of every call is in history.ndjson.</footer>
</main><script>${cursorScript}</script></body></html>
`;
}

function figuresOf({ figures }: Verdict): string {
  const long_characters = 28;
  const cells = figures.map(
    ([name, value]) =>
      `<div${value.length > long_characters ? ' class="long"' : ''}><dt>${escape(name)}</dt><dd>${escape(value)}</dd></div>`,
  );
  return `<dl class="figures">${cells.join('')}</dl>`;
}

function chartsOf({ maxActive }: Options, { samples, steps }: SaleResults): string {
  const times = samples.map(({ at }) => at);
  const rates = samples.map(({ at, calls }, index) => {
    const before = samples[Math.max(0, index - 2)];
    return before === undefined || before.at === at ? 0 : (calls - before.calls) / (at - before.at);
  });
  const percent = (values: readonly (number | undefined)[]): number[] => values.map((value) => 100 * (value ?? 0));
  return [
    timeChart({
      title: 'The line',
      note: 'Fans who wait, as the service counts them.',
      times,
      series: [{ name: 'waiting', tone: 'ink', filled: true, values: samples.map(({ waiting }) => waiting) }],
    }),
    timeChart({
      title: 'Inside',
      note: 'Fans whose turn it is, against how many may be inside. The line below the dashes is room that stood empty.',
      times,
      series: [
        { name: 'inside', tone: 'light', filled: true, values: samples.map(({ active }) => active) },
        { name: 'allowed', tone: 'quiet', dashed: true, values: samples.map(() => maxActive) },
      ],
    }),
    timeChart({
      title: 'Seats',
      note: 'Sold, and held but not yet paid for.',
      times,
      series: [
        { name: 'sold', tone: 'seal', filled: true, values: samples.map(({ sold }) => sold) },
        { name: 'sold or held', tone: 'quiet', values: samples.map(({ sold, held }) => sold + held) },
      ],
      atLeast: samples.at(-1)?.total ?? 1,
    }),
    timeChart({
      title: 'Calls a second',
      note: 'Answered, over a second each.',
      times,
      series: [
        { name: 'answered', tone: 'ink', values: rates },
        { name: 'errors so far', tone: 'seal', values: samples.map(({ errors }) => errors) },
      ],
    }),
    timeChart({
      title: 'Who was busy',
      note: 'Share of one processor; of all of them for the machine.',
      times,
      unit: ' %',
      atLeast: 100,
      series: [
        { name: 'busiest server', tone: 'ink', values: percent(samples.map(({ server }) => server)) },
        { name: 'database', tone: 'light', values: percent(samples.map(({ database }) => database)) },
        { name: 'the crowd', tone: 'quiet', values: percent(samples.map(({ crowd }) => crowd)) },
        { name: 'machine', tone: 'quiet', dashed: true, values: percent(samples.map(({ machine }) => machine)) },
      ],
    }),
    latencyChart(steps.map(({ step, ...figures }) => ({ name: step, ...figures }))),
  ].join('\n');
}

function findingsOf({ findings }: Verdict): string {
  const rows = findings.map(({ name, ok, counted, sample, note }) => {
    const details = [...(note === undefined ? [] : [note]), ...sample]
      .map((one) => `<small>${escape(one)}</small>`)
      .join('');
    const said = counted === 0 ? '<small>Nothing to look at in this run.</small>' : '';
    return `<tr><td${ok ? '' : ' class="fail"'}>${ok ? 'PASS' : 'FAIL'}</td><td>${escape(name)}${details}${said}</td><td class="number">${counted.toLocaleString('en')}</td></tr>`;
  });
  return `<div class="scroll"><table><thead><tr><th></th><th>Invariant or promise</th><th class="number">Looked at</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function answersOf({ codes }: SaleResults): string {
  const rows = [...codes].map(([name, count]) => {
    const [step, ...answer] = name.split(' ');
    return `<tr><td>${escape(step ?? '')}</td><td>${escape(answer.join(' '))}</td><td class="number">${count.toLocaleString('en')}</td></tr>`;
  });
  return `<div class="scroll"><table><thead><tr><th>Step</th><th>Answer</th><th class="number">How often</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

/** One cursor over all charts: the same moment in each. */
const cursorScript = `
const charts = [...document.querySelectorAll('.chart')].flatMap((figure) => {
  const data = figure.querySelector('script');
  return data ? [{ figure, svg: figure.querySelector('svg'), line: figure.querySelector('.cursor'), out: figure.querySelector('output'), ...JSON.parse(data.textContent) }] : [];
});
function show(share) {
  for (const { line, out, left, right, width, last, times, series, unit } of charts) {
    const at = share * last;
    let index = times.findIndex((time) => time >= at);
    if (index === -1) index = times.length - 1;
    const x = left + ((width - left - right) * times[index]) / last;
    line.setAttribute('x1', x); line.setAttribute('x2', x); line.style.visibility = 'visible';
    out.textContent = times[index].toFixed(1) + ' s\\n' + series.map(({ name, values }) => name + ' ' + Math.round(values[index]).toLocaleString('en') + unit).join('\\n');
  }
}
function hide() { for (const { line, out } of charts) { line.style.visibility = 'hidden'; out.textContent = ''; } }
for (const { svg, left, right, width } of charts) {
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * width;
    show(Math.min(1, Math.max(0, (x - left) / (width - left - right))));
  });
  svg.addEventListener('pointerleave', hide);
}`;
