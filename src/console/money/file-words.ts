/** What files about money say, in the reader's language. */
import type { Language } from '../../platform/language.ts';
import { hall } from '../../../web/words/dates.ts';
import type { MoneyDay } from './days.ts';

const at = (what: string): string => `${what} (${hall.name})`;

interface MoneyFileWords {
  readonly days: readonly string[];
  readonly orders: readonly string[];
  readonly methods: Readonly<Record<MoneyDay['method'], string>>;
  readonly statuses: Readonly<Record<'OPEN' | 'PAID' | 'FAILED' | 'EXPIRED', string>>;
  readonly feesUnknown: string;
}

export const moneyFileWords: Readonly<Record<Language, MoneyFileWords>> = {
  ko: {
    days: [
      at('날짜'),
      '결제 수단',
      '충전 주문 건수',
      '충전 주문 금액',
      '결제 완료 건수',
      '결제 완료 금액',
      '출금 완료 건수',
      '출금 완료 금액',
      '출금 처리 중 건수',
      '출금 처리 중 금액',
      '결제사 취소 건수',
      '결제사 취소 금액',
      '미회수 건수',
      '미회수 금액',
      '수수료',
    ],
    orders: [
      '주문 번호',
      '결제사의 결제 번호',
      '결제 수단',
      '금액',
      '통화',
      '상태',
      at('주문 시각'),
      at('결제 시각'),
      at('결과 미확인 시점'),
      '출금',
      '결제사 취소',
      '미회수',
      '이용자 ID',
    ],
    methods: { sandbox: '모의 결제(샌드박스)', toss: '토스페이먼츠', stripe: 'Stripe' },
    statuses: { OPEN: '결제 대기', PAID: '결제 완료', FAILED: '결제 실패', EXPIRED: '시간 만료' },
    feesUnknown: '알 수 없음(결제사 정산서에서 확인)',
  },
  en: {
    days: [
      at('Day'),
      'Method',
      'Orders',
      'Ordered',
      'Payments',
      'Paid',
      'Withdrawals done',
      'Withdrawn',
      'Withdrawals pending',
      'Pending',
      'Reversals',
      'Reversed',
      'Orders that owe',
      'Owed',
      'Fees',
    ],
    orders: [
      'Order',
      'Payment at the gateway',
      'Method',
      'Amount',
      'Currency',
      'Status',
      at('Opened at'),
      at('Paid at'),
      at('Unclear since'),
      'Withdrawn',
      'Reversed',
      'Owed',
      'User ID',
    ],
    methods: { sandbox: 'Sandbox (simulated)', toss: 'Toss Payments', stripe: 'Stripe' },
    statuses: { OPEN: 'Open', PAID: 'Paid', FAILED: 'Failed', EXPIRED: 'Expired' },
    feesUnknown: 'not known here: see the gateway’s statement',
  },
};
