/** The words for what becomes of holds and places, each beside a mark that is not colour alone. */
import { say } from '../../words/words.ts';

const words = {
  ko: {
    HELD: '잡는 중',
    CONFIRMED: '결제됨',
    EXPIRED: '시간 지남',
    CANCELLED: '직접 취소',
    AVAILABLE: '비어 있음',
    RESERVED: '판매됨',
    WAIT: '대기',
    ACTIVE: '입장',
    PAID: '결제 완료',
    SESSION_ENDED: '이용 시간 끝',
    LEFT: '스스로 나감',
    ABSENT: '자리에 없었음',
    ENDED: '끝남',
  },
  en: {
    HELD: 'Held',
    CONFIRMED: 'Paid',
    EXPIRED: 'Ran out',
    CANCELLED: 'Given back',
    AVAILABLE: 'Free',
    RESERVED: 'Sold',
    WAIT: 'Waiting',
    ACTIVE: 'Inside',
    PAID: 'Paid',
    SESSION_ENDED: 'Turn over',
    LEFT: 'Left',
    ABSENT: 'Was not there',
    ENDED: 'Ended',
  },
};

export type Condition = keyof (typeof words)['ko'];

export const conditionName = (of: Condition): string => say(words)[of];

export function ConditionOf({ of }: { readonly of: Condition }) {
  return (
    <span class="condition" data-condition={of}>
      {conditionName(of)}
    </span>
  );
}
