/** What refund terms are called, and what their fields say. */
import type { Both } from '../../words/language.ts';
import { say } from '../../words/words.ts';
import type { BesideField, PolicyKind, RuleField, Terms } from './terms-draft.ts';

interface TermsWords {
  readonly title: string;
  readonly aside: string;
  readonly kinds: Readonly<Record<PolicyKind, string>>;
  /** What rules of its own are called where they are in force. */
  readonly own: string;
  readonly inWords: string;
  readonly untold: string;
  readonly table: string;
  readonly field: Readonly<Record<RuleField, string>>;
  readonly cell: (place: number, field: string) => string;
  readonly add: string;
  readonly remove: string;
  readonly removeThis: (place: number) => string;
  readonly beside: Readonly<Record<BesideField, string>>;
  readonly besideHint: Readonly<Record<BesideField, string>>;
  readonly zone: string;
  readonly zoneHint: string;
}

export const termsWords: Both<TermsWords> = {
  ko: {
    title: '환불 규정',
    aside: '결제할 때의 규정이 그 예매에 그대로 남아요.',
    kinds: {
      kftc: '공연 표준 규정(소비자분쟁해결기준)',
      platform: '예매 사이트 규정',
      none: '취소 불가',
      own: '직접 정하기',
    },
    own: '직접 정한 규정',
    inWords: '팬에게 보이는 규정',
    untold: '표시된 칸을 고치면 규정을 문장으로 보여 드려요.',
    table: '취소 수수료 규정',
    field: { days: '공연 며칠 전까지', percent: '수수료(%)' },
    cell: (place, field) => `${place}번째 규정, ${field}`,
    add: '규정 추가',
    remove: '빼기',
    removeThis: (place) => `${place}번째 규정 빼기`,
    beside: {
      freeHours: '결제 뒤 무료 취소(시간)',
      freeDays: '무료 취소 마감(며칠 전)',
      closes: '취소 마감(시작 몇 분 전)',
    },
    besideHint: {
      freeHours: '0이면 없어요.',
      freeDays: '공연이 이만큼 남아 있어야 무료예요.',
      closes: '0이면 시작할 때까지예요.',
    },
    zone: '시간대',
    zoneHint: '며칠 전인지를 이 시간대의 달력으로 세요. 회차 시각은 한국 시각으로 적어요.',
  },
  en: {
    title: 'Refund policy',
    aside: 'A reservation keeps the policy under which it was paid.',
    kinds: {
      kftc: 'Korean standard for performances',
      platform: 'As ticket sites have it',
      none: 'No cancelling',
      own: 'Rules of your own',
    },
    own: 'Rules of its own',
    inWords: 'What fans read',
    untold: 'Correct the marked fields to see the rules in words.',
    table: 'Cancellation fees',
    field: { days: 'Until days before', percent: 'Fee (%)' },
    cell: (place, field) => `Rule ${place}, ${field}`,
    add: 'Add a rule',
    remove: 'Remove',
    removeThis: (place) => `Remove rule ${place}`,
    beside: {
      freeHours: 'Free after paying (hours)',
      freeDays: 'Free until (days before)',
      closes: 'Closes (minutes before the start)',
    },
    besideHint: {
      freeHours: '0: never.',
      freeDays: 'At least so many days must be left.',
      closes: '0: open until it starts.',
    },
    zone: 'Time zone',
    zoneHint: 'Days are counted by the calendar there. Dates above are entered in Korean time.',
  },
};

/** What a policy is called. */
export function policyName({ preset }: Terms['refundPolicy']): string {
  const { kinds, own } = say(termsWords);
  return preset === undefined ? own : kinds[preset];
}
