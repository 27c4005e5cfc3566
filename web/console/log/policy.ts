/** A refund policy in one line, for a list of what was changed. */
import { number, say } from '../../words/words.ts';
import { policyName } from '../refunds/terms-words.ts';
import type { Terms } from '../refunds/terms-draft.ts';

const words = {
  ko: { rule: (days: string, percent: string) => `${days}일 전까지 ${percent}%` },
  en: { rule: (days: string, percent: string) => `until ${days} d before ${percent}%` },
};

export function policyIn(value: unknown): string {
  const policy = value as Terms['refundPolicy'];
  const rules = (policy.rules ?? []).map(({ untilDaysBefore, feePercent }) =>
    say(words).rule(number(untilDaysBefore), number(feePercent)),
  );
  const name = policyName(policy);
  return rules.length === 0 ? name : `${name}: ${rules.join(', ')}`;
}
