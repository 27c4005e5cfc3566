/** The verdict: every invariant and every promise with PASS or FAIL, and the figures, as text. */
import type { Finding } from './checks/check.ts';
import type { Options } from './options.ts';
import { saturatedFirst, type SaleResults } from './sale.ts';

export interface Verdict {
  readonly findings: readonly Finding[];
  /** A name and a value, as people want to read them. */
  readonly figures: readonly (readonly [string, string])[];
  readonly text: string;
}

export const passed = ({ findings }: Verdict): boolean => findings.every(({ ok }) => ok);

export function verdictOf(options: Options, results: SaleResults): Verdict {
  const findings = findingsOf(results);
  const figures = figuresOf(options, results);
  const verdict = { findings, figures, text: '' };
  return { ...verdict, text: textOf(verdict, results) };
}

/** What the checks of the history found, the service's own audit, and whether all was found out at the end. */
export function findingsOf(results: SaleResults): Finding[] {
  return [...results.findings, auditFinding(results), settledFinding(results)];
}

function auditFinding({ audit: { checks } }: SaleResults): Finding {
  const broken = checks.filter(({ ok }) => !ok);
  return {
    name: 'The service’s own audit finds nothing',
    ok: broken.length === 0 && checks.length > 0,
    counted: checks.length,
    violations: broken.length,
    sample: broken.map(({ name, violations, sample }) => `${name}: ${violations}, ${JSON.stringify(sample[0])}`),
  };
}

function settledFinding({ unknown, calls }: SaleResults): Finding {
  const sample = unknown === 0 ? [] : [`${unknown} attempts had no answer to the end`];
  return {
    name: 'What was left open was settled at the end',
    ok: unknown === 0,
    counted: calls,
    violations: unknown,
    sample,
  };
}

function figuresOf({ seats, fans, maxActive, money, cancelling }: Options, results: SaleResults): [string, string][] {
  const { soldOutAfter, seconds, samples, calls, seatsSold, racesLost, endings } = results;
  const ending = [...endings].map(([what, count]) => `${count.toLocaleString('en')} ${what}`).join(', ');
  const longest = samples.reduce((most, { waiting }) => Math.max(most, waiting), 0);
  return [
    ['Seats, fans, allowed inside', [seats, fans, maxActive].map((n) => n.toLocaleString('en')).join(', ')],
    [
      'Sold out after',
      soldOutAfter === undefined ? `not (${seatsSold} of ${seats} sold)` : `${soldOutAfter.toFixed(1)} s`,
    ],
    ['Seats sold a second', (seatsSold / (soldOutAfter ?? seconds)).toFixed(0)],
    ...(cancelling === 0 ? [] : [['Given back, and sold again', givenBackOf(results)] as [string, string]]),
    ['Calls answered a second, highest', highestRate(samples).toFixed(0)],
    ['Calls in all', calls.toLocaleString('en')],
    ['Longest line', longest.toLocaleString('en')],
    ['Races for a seat lost', racesLost.toLocaleString('en')],
    ['How it ended for the fans', ending],
    ...(money === 'open' ? [] : [['What became of orders', fortunesOf(results)] as [string, string]]),
    ['First at its limit', saturatedFirst(samples)],
  ];
}

function givenBackOf({ seatsGivenBack, datesCalledOff, seconds }: SaleResults): string {
  return `${seatsGivenBack.toLocaleString('en')} seats, ${datesCalledOff} dates called off, ended after ${seconds.toFixed(1)} s`;
}

function fortunesOf({ fortunes }: SaleResults): string {
  return [...fortunes].map(([what, count]) => `${count.toLocaleString('en')} ${what}`).join(', ');
}

function highestRate(samples: SaleResults['samples']): number {
  let highest = 0;
  for (const [index, { at, calls }] of samples.entries()) {
    const before = samples[index - 2];
    if (before !== undefined) highest = Math.max(highest, (calls - before.calls) / (at - before.at));
  }
  return highest;
}

function textOf(verdict: Verdict, { steps }: SaleResults): string {
  const lines = ['', '        invariant or promise                                             looked at'];
  for (const { name, ok, counted, sample, note } of verdict.findings) {
    lines.push(`  ${ok ? 'PASS' : 'FAIL'}  ${name.padEnd(64)} ${counted.toLocaleString('en').padStart(9)}`);
    if (note !== undefined) lines.push(`          ${note}`);
    for (const one of sample) lines.push(`          ${one}`);
  }
  lines.push('', '  step               answers   p50 ms   p99 ms   max ms');
  for (const { step, answers, p50, p99, max } of steps) {
    const numbers = [p50, p99, max].map((ms) => ms.toFixed(1).padStart(8)).join(' ');
    lines.push(`  ${step.padEnd(16)} ${answers.toLocaleString('en').padStart(9)} ${numbers}`);
  }
  lines.push('');
  for (const [name, value] of verdict.figures) lines.push(`  ${name.padEnd(34)} ${value}`);
  lines.push('', `  Verdict: ${passed(verdict) ? 'PASS' : 'FAIL'}`);
  return lines.join('\n');
}
