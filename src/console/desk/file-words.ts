/** What files say, in the reader's language. Times are the hall's, and the heading says so. */
import { hall } from '../../../web/words/dates.ts';
import type { Language } from '../../platform/language.ts';
import { reasonWords } from '../../../web/words/cancellation-reasons.ts';
import type { GivenBack, ReservationStatus } from '../../reservation/reservation.ts';

const at = (what: string): string => `${what} (${hall.name})`;

interface FileWords {
  readonly reservations: readonly string[];
  readonly statuses: Readonly<Record<ReservationStatus, string>>;
  /** Of a seat that was cancelled after it was paid. */
  readonly givenBack: string;
  readonly reasons: Readonly<Record<GivenBack['reason'], string>>;
  readonly entries: readonly string[];
}

export const fileWords: Readonly<Record<Language, FileWords>> = {
  ko: {
    reservations: [
      '예매 번호',
      '상태',
      at('공연 일시'),
      '구역',
      '열',
      '번',
      '등급',
      '가격',
      '환불 금액',
      '취소 수수료',
      '예매자',
      '이메일',
      at('예매 시각'),
      at('결제 시각'),
      at('선점 마감'),
      at('선택 취소 시각'),
      at('예매 취소 시각'),
      '취소 사유',
      '예매 ID',
      '결제 ID',
      '이용자 ID',
    ],
    statuses: { HELD: '선점됨', CONFIRMED: '결제 완료', EXPIRED: '시간 만료', CANCELLED: '선택 취소' },
    givenBack: '예매 취소',
    reasons: reasonWords.ko,
    entries: ['번호', at('시각'), '종류', '금액', '거래 뒤 잔액', '관련 번호', '이용자 ID'],
  },
  en: {
    reservations: [
      'Reservation',
      'Status',
      at('Performance'),
      'Section',
      'Row',
      'Seat',
      'Grade',
      'Price',
      'Refund',
      'Cancellation fee',
      'Name',
      'E-mail',
      at('Reserved at'),
      at('Paid at'),
      at('Held until'),
      at('Released at'),
      at('Cancelled at'),
      'Reason',
      'Reservation ID',
      'Payment ID',
      'User ID',
    ],
    statuses: { HELD: 'Held', CONFIRMED: 'Paid', EXPIRED: 'Expired', CANCELLED: 'Released' },
    givenBack: 'Cancelled',
    reasons: reasonWords.en,
    entries: ['No.', at('Time'), 'Kind', 'Amount', 'Balance after', 'Reference', 'User ID'],
  },
};

/** `2026-12-24 19:30:00` by the hall's clock: a spreadsheet takes it for a time, in whatever language it runs. */
export function hallTime(time: string): string {
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat('sv-SE', { ...parts, second: '2-digit', timeZone: hall.zone }).format(new Date(time));
}
