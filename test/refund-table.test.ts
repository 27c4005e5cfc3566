/**
 * `docs/refunds.md` is what a lawyer reads and what the function answers, held against each other both ways: every row of a
 * table to the millisecond at both of its ends, and every answer that changes between two looks at a moment that the table names.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import type { RefundPolicy, RefundTerms, RuleId } from '../src/refunds/refunds.ts';
import { refundOf, sentenceOf, sentencesOf } from '../src/refunds/refunds.ts';

interface Row {
  readonly from: number;
  /** The first moment that is not of the row any more; never, for the last one. */
  readonly until: number;
  readonly answer: string;
}

interface Case {
  readonly title: string;
  readonly terms: RefundTerms;
  readonly paidAt: Date;
  readonly movedAt: Date | null;
  readonly startsAt: Date;
  readonly rows: readonly Row[];
}

const prices = [99_999, 30_000];
const seats = prices.map((price, index) => ({ number: index + 1, price }));

let page: readonly (readonly [title: string, tables: readonly (readonly string[])[]])[];
let cases: readonly Case[];

before(async () => {
  const text = await readFile(path.join(import.meta.dirname, '../docs/refunds.md'), 'utf8');
  page = text
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.split('\n')[0] ?? '', rowsOf(section)]);
  cases = page.filter(([title]) => /^\d+\. /.test(title)).map(([title, rows]) => caseOf(title, rows));
});

/** All rows of a section's tables; the heads among them are told by what they say. */
function rowsOf(section: string): string[][] {
  return section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:policy|from|rule) \|/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

function caseOf(title: string, [head = [], ...rows]: readonly (readonly string[])[]): Case {
  const [policy = '', timeZone = '', paid = '', moved = '', starts = ''] = head;
  const refundPolicy = (policy.startsWith('{') ? JSON.parse(policy) : { preset: policy }) as RefundPolicy;
  return {
    title,
    terms: { refundPolicy, timeZone },
    paidAt: new Date(paid),
    movedAt: moved === '–' ? null : new Date(moved),
    startsAt: new Date(starts),
    rows: rows.map(([from = '', to = '', ...answer]) => ({
      from: Date.parse(from),
      until: to === '–' ? Infinity : Date.parse(to) + 1_000,
      answer: answer.join(' '),
    })),
  };
}

/** As the table writes it: `9,999 3,000 days:7:10`, `– – CLOSED`. */
function answerAt({ terms, paidAt, movedAt, startsAt }: Case, now: number): string {
  const refund = refundOf({ terms, paidAt, movedAt, startsAt, now: new Date(now), seats });
  if ('because' in refund) return `– – ${refund.because}`;
  return [...refund.seats.map(({ fee }) => fee.toLocaleString('en')), refund.rule].join(' ');
}

const iso = (time: number): string => new Date(time).toISOString();

test('the page has every preset, a zone for every kind of change, and rows without a gap', () => {
  assert(cases.length >= 19, `${cases.length} cases`);
  const named = new Set(cases.map(({ terms }) => terms.refundPolicy.preset ?? 'own'));
  assert.deepEqual(named, new Set(['kftc', 'platform', 'none', 'own']));
  const zones = new Set(cases.map(({ terms }) => terms.timeZone));
  for (const zone of ['Asia/Seoul', 'Europe/Berlin', 'America/New_York', 'Pacific/Apia', 'Australia/Lord_Howe'])
    assert(zones.has(zone), zone);
  for (const { title, rows, paidAt, movedAt, startsAt } of cases) {
    assert.equal(rows[0]?.from, Math.max(paidAt.getTime(), movedAt?.getTime() ?? 0), title);
    assert.deepEqual(rows.at(-1), { from: startsAt.getTime(), until: Infinity, answer: '– – STARTED' }, title);
    for (const [index, { from }] of rows.slice(1).entries()) assert.equal(rows[index]?.until, from, title);
  }
});

test('the function answers as each row says, at its first and at its last millisecond', () => {
  for (const one of cases)
    for (const { from, until, answer } of one.rows)
      for (const now of [from, from + 999, ...(until === Infinity ? [from + 86_400_000] : [until - 1_000, until - 1])])
        assert.equal(answerAt(one, now), answer, `${one.title} at ${iso(now)}`);
});

test('the function changes its answer where a row begins, and nowhere else', () => {
  const [step, days] = [4 * 60_000, 15];
  let looks = 0;
  for (const one of cases) {
    const begins = new Set(one.rows.map(({ from }) => from));
    const end = one.startsAt.getTime() + 3_600_000;
    let now = Math.max(one.rows[0]?.from ?? 0, end - days * 86_400_000);
    for (let answer = answerAt(one, now); now < end; looks += 1) {
      const next = answerAt(one, now + step);
      if (next !== answer) {
        let [before, after] = [now, now + step];
        while (after - before > 1) {
          const middle = Math.floor((before + after) / 2);
          if (answerAt(one, middle) === answer) before = middle;
          else after = middle;
        }
        assert(begins.has(after), `${one.title}: ${answer} becomes ${next} at ${iso(after)}`);
      }
      answer = next;
      now += step;
    }
  }
  assert(looks > 50_000, `${looks} looks`);
});

describe('the words', () => {
  const terms = (preset: 'kftc' | 'platform' | 'none'): RefundTerms => ({
    refundPolicy: { preset },
    timeZone: 'Asia/Seoul',
  });

  for (const preset of ['kftc', 'platform', 'none'] as const)
    test(`of ${preset} are those of the page, in their order`, () => {
      const rows = page.find(([title]) => title === `Words of \`${preset}\``)?.[1] ?? [];
      assert.deepEqual(
        rows.map(([, ko]) => ko),
        sentencesOf(terms(preset), 'ko'),
      );
      assert.deepEqual(
        rows.map(([, , en]) => en),
        sentencesOf(terms(preset), 'en'),
      );
      for (const [rule = '', ko, en] of rows.filter(([rule]) => rule !== '–')) {
        assert.equal(sentenceOf(rule as RuleId, 'ko', terms(preset)), ko);
        assert.equal(sentenceOf(rule as RuleId, 'en', terms(preset)), en);
      }
      // And no rule decides in a table that has no words there.
      const decided = cases.filter((one) => one.terms.refundPolicy.preset === preset).flatMap(({ rows }) => rows);
      const rules = decided.map(({ answer }) => answer.split(' ').at(-1) ?? '').filter((rule) => rule.includes(':'));
      assert.deepEqual(new Set(rules), new Set(rows.map(([rule = '']) => rule).filter((rule) => rule !== '–')));
    });
});
