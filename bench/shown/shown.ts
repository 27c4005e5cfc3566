/** What a part's figures become in the document: text with tables, charts by the names of their files, and goals. */
import type { Audit } from '../ground.ts';
import type { Spread } from '../statistics.ts';

export interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean;
}

export interface Shown {
  readonly markdown: string;
  /** By name, without `.svg`. */
  readonly charts: Readonly<Record<string, string>>;
  readonly goals: readonly Goal[];
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // The first column says what, all others are figures.
  const marks = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [head, marks, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Figures that were not measured come out of a JSON file as null. */
function isKnown(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

export function whole(value: number | null | undefined): string {
  return isKnown(value) ? Math.round(value).toLocaleString('en') : '–';
}

export function fine(value: number | null | undefined, digits = 1): string {
  return isKnown(value) ? value.toFixed(digits) : '–';
}

/** `1.04 (1.01–1.09)`: the median, and between which half of the measurements lay. */
export function spreadOf({ median, low, high }: Spread, say: (value: number) => string): string {
  return low === high || !isKnown(median) ? say(median) : `${say(median)} (${say(low)}–${say(high)})`;
}

export function metOf(met: boolean): string {
  return met ? 'met' : '**missed**';
}

export function goalRemark({ what, measured, goal, met }: Goal): string {
  return `${what}: ${measured} (goal ${goal}): ${metOf(met)}.`;
}

/** Under a table: what made a figure worth less, if anything did. */
export function remarks(said: readonly (string | undefined | false)[]): string {
  const lines = said.filter((line): line is string => typeof line === 'string' && line !== '');
  return lines.length === 0 ? '' : `\n\n${lines.map((line) => `- ${line}`).join('\n')}`;
}

export function busyRemark(loadBusy: number): string | undefined {
  const share = `${whole(loadBusy * 100)} %`;
  return loadBusy > 0.9
    ? `**The load tool was at its limit** (${share} of a processor): the rates are its own.`
    : `The load tool took ${share} of one processor at most.`;
}

export function auditRemark(audit: { readonly ok: boolean; readonly said: string }): string {
  return audit.ok ? 'Audit of the database afterwards: every rule holds.' : `**The audit found faults:** ${audit.said}`;
}

/** Where several databases were audited. */
export function namedAuditRemark({ of, ok, said }: Audit): string {
  return `Audit of ${of}: ${ok ? 'every rule holds.' : `**broken:** ${said}`}`;
}

export function errorsRemark(errors: number, firstBad?: string): string | undefined {
  return errors > 0 ? `**${whole(errors)} answers were none of the expected ones.** ${firstBad ?? ''}` : undefined;
}

export function picture(name: string, alt: string): string {
  return `![${alt}](charts/${name}.svg)`;
}
