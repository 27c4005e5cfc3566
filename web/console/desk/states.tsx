/** The words for what becomes of holds and places, each beside a mark that is not colour alone. */
import { say } from '../../words/words.ts';

const words = {
  ko: {
    HELD: '선점됨',
    CONFIRMED: '결제 완료',
    EXPIRED: '시간 만료',
    CANCELLED: '선택 취소',
    AVAILABLE: '예매 가능',
    RESERVED: '판매 완료',
    WAIT: '대기 중',
    ACTIVE: '이용 중',
    PAID: '결제 완료',
    SESSION_ENDED: '이용 시간 종료',
    LEFT: '대기 취소',
    ABSENT: '응답 없음',
    ENDED: '종료',
    OPEN: '결제 대기',
    FAILED: '결제 실패',
    PENDING: '처리 중',
    DONE: '출금 완료',
    NOT_SENT: '출금 실패',
    GIVEN_BACK: '예매 취소',
    PARTLY_GIVEN_BACK: '일부 취소',
    CALLED_OFF: '취소된 회차',
    MOVED: '일정 변경',
    SCHEDULED: '예정대로',
  },
  en: {
    HELD: 'Held',
    CONFIRMED: 'Paid',
    EXPIRED: 'Expired',
    CANCELLED: 'Released',
    AVAILABLE: 'Available',
    RESERVED: 'Sold',
    WAIT: 'Waiting',
    ACTIVE: 'Inside',
    PAID: 'Paid',
    SESSION_ENDED: 'Time ended',
    LEFT: 'Left the line',
    ABSENT: 'No answer',
    ENDED: 'Ended',
    OPEN: 'Open',
    FAILED: 'Payment failed',
    PENDING: 'On its way',
    DONE: 'Sent back',
    NOT_SENT: 'Not sent',
    GIVEN_BACK: 'Cancelled',
    PARTLY_GIVEN_BACK: 'Partly cancelled',
    CALLED_OFF: 'Called off',
    MOVED: 'Moved',
    SCHEDULED: 'Scheduled',
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

interface Paid {
  readonly status: 'HELD' | 'CONFIRMED' | 'EXPIRED' | 'CANCELLED';
  /** Of what was paid alone, as what follows. */
  readonly paidAt?: string;
  readonly cancelledSeats?: readonly unknown[];
}

/** A hold that was let go of and a paid one that was cancelled are two things, and are called so. */
export function conditionOf({ status, paidAt, cancelledSeats = [] }: Paid): Condition {
  if (status === 'CONFIRMED' && cancelledSeats.length > 0) return 'PARTLY_GIVEN_BACK';
  return status === 'CANCELLED' && paidAt !== undefined ? 'GIVEN_BACK' : status;
}
