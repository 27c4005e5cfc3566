/** Refund terms as they are being written: every field as text, kept as it was typed, and what becomes of it in the end. */
import { concertDefaults, refundLimits as limits } from '../../../src/contract/limits.ts';
import { oneLineIn } from '../../../src/contract/text.ts';
import type { Reply } from '../../client/client.ts';
import { found, wholeFault, wholeOf, type Fault } from '../desk/rules.ts';

export const policyKinds = ['kftc', 'platform', 'none', 'own'] as const;
export type PolicyKind = (typeof policyKinds)[number];

export const ruleFields = ['days', 'percent'] as const;
export type RuleField = (typeof ruleFields)[number];
export interface RuleText extends Readonly<Record<RuleField, string>> {
  readonly key: number;
}

/** What rules of one's own say beside the rules. */
export const besideFields = ['freeHours', 'freeDays', 'closes'] as const;
export type BesideField = (typeof besideFields)[number];

export interface TermsDraft {
  readonly kind: PolicyKind;
  /** Of `own` alone, as what stands beside them. */
  readonly rules: readonly RuleText[];
  readonly beside: Readonly<Record<BesideField, string>>;
  readonly timeZone: string;
}

export type RuleFaults = Readonly<Partial<Record<RuleField, Fault>>>;

export interface TermsFaults {
  /** By key. */
  readonly rules: ReadonlyMap<number, RuleFaults>;
  readonly beside: Readonly<Partial<Record<BesideField, Fault>>>;
  readonly timeZone: Fault | undefined;
  readonly count: number;
}

/** As an answer has them, and as a request takes them. */
export type Terms = Pick<Reply<'getConcertSettings'>, 'refundPolicy' | 'timeZone'>;
type Policy = Terms['refundPolicy'];

let keys = 0;
export const newRule = (days = '', percent = ''): RuleText => ({ key: (keys += 1), days, percent });

/** Where rules of one's own begin: those of the Korean standard, to be changed. */
const standard: readonly (readonly [days: number, percent: number])[] = [
  [10, 0],
  [7, 10],
  [3, 20],
  [1, 30],
  [0, 90],
];
const standardBeside = { freeHours: '24', freeDays: '3', closes: '0' };

export function usualTerms(): TermsDraft {
  return {
    kind: 'kftc',
    rules: standard.map(([days, percent]) => newRule(String(days), String(percent))),
    beside: standardBeside,
    timeZone: concertDefaults.timeZone,
  };
}

export function termsFrom({ refundPolicy, timeZone }: Terms): TermsDraft {
  const {
    preset,
    rules,
    freeHoursAfterPurchase = 0,
    freeUntilDaysBefore = 0,
    closesMinutesBeforeStart = 0,
  } = refundPolicy;
  if (rules === undefined) return { ...usualTerms(), kind: preset ?? 'kftc', timeZone };
  return {
    kind: 'own',
    rules: rules.map(({ untilDaysBefore, feePercent }) => newRule(String(untilDaysBefore), String(feePercent))),
    beside: {
      freeHours: String(freeHoursAfterPurchase),
      freeDays: String(freeUntilDaysBefore),
      closes: String(closesMinutesBeforeStart),
    },
    timeZone,
  };
}

const besideMax: Readonly<Record<BesideField, number>> = {
  freeHours: limits.freeHoursMax,
  freeDays: limits.daysMax,
  closes: limits.closesMinutesMax,
};

const ruleMax: Readonly<Record<RuleField, number>> = { days: limits.daysMax, percent: 100 };

const falling: Fault = {
  ko: '윗줄보다 작은 날짜 수여야 해요.',
  en: 'Fewer days than in the row above.',
};
const zoneFault: Fault = {
  ko: 'Asia/Seoul 같은 시간대 이름을 적어 주세요.',
  en: 'Enter a time zone such as Asia/Seoul.',
};

/** Everything that stands between this and terms. */
export function faultsInTerms({ kind, rules, beside, timeZone }: TermsDraft): TermsFaults {
  const isOwn = kind === 'own';
  const inRules = new Map(
    (isOwn ? rules : []).flatMap((rule, index) => {
      const own = ruleFaults(rule, rules[index - 1]);
      return Object.keys(own).length === 0 ? [] : [[rule.key, own] as const];
    }),
  );
  const inBeside = isOwn
    ? found(besideFields, (field) => wholeFault(beside[field], { min: 0, max: besideMax[field] }, 'plain'))
    : {};
  const zone = isTimeZone(oneLineIn(timeZone)) ? undefined : zoneFault;
  const ruleCount = [...inRules.values()].reduce((sum, own) => sum + Object.keys(own).length, 0);
  const count = ruleCount + Object.keys(inBeside).length + (zone === undefined ? 0 : 1);
  return { rules: inRules, beside: inBeside, timeZone: zone, count };
}

function ruleFaults(rule: RuleText, above: RuleText | undefined): RuleFaults {
  const own = found(ruleFields, (field) => wholeFault(rule[field], { min: 0, max: ruleMax[field] }, 'plain'));
  const [days, before] = [wholeOf(rule.days), above === undefined ? undefined : wholeOf(above.days)];
  const isFalling = days === undefined || before === undefined || days < before;
  return isFalling || own.days !== undefined ? own : { ...own, days: falling };
}

function isTimeZone(name: string): boolean {
  if (name === '') return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    // An offset is no zone: it has no summer.
    return timeZone !== '' && /^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(name);
  } catch {
    return false;
  }
}

export const hasRoom = ({ rules }: TermsDraft): boolean => rules.length < limits.rulesMax;

/** The request, of terms without faults. */
export function termsOf(draft: TermsDraft): Terms {
  return { refundPolicy: policyOf(draft), timeZone: oneLineIn(draft.timeZone) };
}

function policyOf({ kind, rules, beside }: TermsDraft): Policy {
  if (kind !== 'own') return { preset: kind };
  return {
    rules: rules.map(({ days, percent }) => ({
      untilDaysBefore: wholeOf(days) ?? 0,
      feePercent: wholeOf(percent) ?? 0,
    })),
    freeHoursAfterPurchase: wholeOf(beside.freeHours) ?? 0,
    freeUntilDaysBefore: wholeOf(beside.freeDays) ?? 0,
    closesMinutesBeforeStart: wholeOf(beside.closes) ?? 0,
  };
}
