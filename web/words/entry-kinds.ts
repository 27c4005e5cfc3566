/** The kinds of entries in a wallet's ledger, as they are called on every page and in every file. */
import type { ReplyOf } from '../../src/contract.ts';
import type { Both } from './language.ts';

type Kind = ReplyOf<'listWalletEntries', 200>['entries'][number]['kind'];

export const entryKinds: Both<Readonly<Record<Kind, string>>> = {
  ko: {
    CHARGE: '충전',
    PAYMENT: '결제',
    REFUND: '환불',
    COMPENSATION: '보상금',
    WITHDRAWAL: '출금',
    REVERSAL: '충전 취소',
  },
  en: {
    CHARGE: 'Top-up',
    PAYMENT: 'Payment',
    REFUND: 'Refund',
    COMPENSATION: 'Compensation',
    WITHDRAWAL: 'Withdrawal',
    REVERSAL: 'Top-up reversed',
  },
};
