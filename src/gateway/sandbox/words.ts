/** What the sandbox's page says, in both languages. */
import type { Language } from '../../platform/language.ts';
import type { Status } from './payments.ts';
import type { Action, Agreeing, Happening, Telling } from './pressing.ts';

/** What a button is called, and in one sentence what it does. */
export type Said = readonly [name: string, does: string];

export interface Words {
  readonly title: string;
  readonly brand: string;
  readonly simulated: string;
  readonly language: string;
  readonly amount: string;
  readonly order: string;
  readonly state: string;
  readonly account: string;
  readonly cancelled: string;
  readonly pay: (amount: string) => string;
  readonly byAccount: Said;
  readonly leave: string;
  readonly back: string;
  readonly over: string;
  readonly wrong: string;
  readonly wrongText: string;
  readonly atWindow: string;
  readonly atConfirmation: string;
  readonly atNotices: string;
  readonly notices: string;
  readonly refuse: Said;
  readonly agreements: Readonly<Record<Exclude<Agreeing, 'pay' | 'account'>, Said>>;
  readonly happenings: Readonly<Record<Happening, Said>>;
  readonly tellings: Readonly<Record<Telling, Said>>;
  readonly later: string;
  readonly states: Readonly<Record<Status, string>>;
  readonly nothingDone: string;
  readonly done: (name: string) => string;
  readonly nowhere: string;
  readonly nowhereText: string;
  readonly about: string;
}

const en: Words = {
  title: 'Simulated payment',
  brand: 'Sandbox Pay',
  simulated: 'This payment is simulated. No real money moves.',
  language: 'Language',
  amount: 'Amount',
  order: 'Order',
  state: 'Status',
  account: 'Account to pay into',
  cancelled: 'Sent back so far',
  pay: (amount) => `Pay ${amount}`,
  byAccount: ['Pay by bank transfer', 'You get an account number; the money counts once it has been paid in.'],
  leave: 'Cancel and go back',
  back: 'Go back to the shop',
  over: 'There is nothing more to do here.',
  wrong: 'Try what can go wrong',
  wrongText: 'Each button makes one thing go wrong, once.',
  atWindow: 'In this window',
  atConfirmation: 'Pay, and when the shop confirms',
  atNotices: 'Pay, and when the shop is notified',
  notices: 'Notify the shop again',
  refuse: ['Decline the card', 'The card company says no here, and you go back without paying.'],
  agreements: {
    'pay-stay': ['Pay and stay here', 'As if you closed the window: the shop has to find out by itself.'],
    'pay-refused': ['Decline at confirmation', 'You go back, and only then the card company says no.'],
    'pay-slow': ['Answer too late', 'The money is taken, but the shop hears of it only after it has stopped waiting.'],
    'pay-lost': ['Lose the answer', 'The money is taken, and the connection breaks before the shop hears of it.'],
    'pay-notice-twice': ['Notify twice', 'The same notice arrives two times.'],
    'pay-notice-late': ['Notify late', 'The notice arrives a minute later.'],
    'pay-notice-out-of-order': ['Notify out of order', 'An older notice arrives after the newer one.'],
    'pay-notice-forged': ['Forge a notice', 'Somebody else sends notices that claim the opposite.'],
    'pay-notice-other-amount': ['Notify another amount', 'The notice names ten times the amount.'],
  },
  happenings: {
    deposit: ['Pay the money in', 'The account receives the whole amount.'],
    'undo-deposit': ['Undo the deposit', 'The bank takes the deposit back, and the account waits again.'],
    'cancel-half': ['Cancel half', 'Half of what is left is sent back at the gateway’s desk, without the shop asking.'],
    'cancel-rest': ['Cancel the rest', 'All that is left is sent back at the gateway’s desk, without the shop asking.'],
  },
  tellings: {
    'notice-twice': ['Notify twice', 'The same notice is sent two times, now.'],
    'notice-late': ['Notify late', 'A notice is sent in a minute.'],
    'notice-out-of-order': ['Notify out of order', 'A notice is sent now, and an older one behind it.'],
    'notice-forged': ['Forge a notice', 'Notices are sent that claim the opposite of what is true.'],
    'notice-other-amount': ['Notify another amount', 'A notice is sent that names ten times the amount.'],
  },
  later: 'Do something to this payment',
  states: {
    READY: 'Not paid yet',
    IN_PROGRESS: 'You agreed; the shop has not confirmed yet',
    WAITING_FOR_DEPOSIT: 'Waiting for the money to be paid in',
    DONE: 'Paid',
    CANCELED: 'Sent back',
    PARTIAL_CANCELED: 'Paid, and partly sent back',
    ABORTED: 'Declined',
    EXPIRED: 'Expired',
  },
  nothingDone: 'Nothing was changed: that is not possible as things stand.',
  done: (name) => `Done: ${name}.`,
  nowhere: 'No payment is found here',
  nowhereText: 'The link is not complete, or the payment is too old. Go back to the shop and begin again.',
  about:
    'Part of Maejin, for trying things out. It was written from the public documents of Toss Payments, has not been verified against Toss, and has nothing to do with that company.',
};

const ko: Words = {
  title: '모의 결제',
  brand: '샌드박스 페이',
  simulated: '모의 결제예요. 실제 돈은 움직이지 않아요.',
  language: '언어',
  amount: '결제 금액',
  order: '주문 번호',
  state: '상태',
  account: '입금할 계좌',
  cancelled: '지금까지 취소된 금액',
  pay: (amount) => `${amount} 결제하기`,
  byAccount: ['가상계좌로 결제', '계좌 번호를 받고, 그 계좌에 입금하면 결제가 끝나요.'],
  leave: '취소하고 돌아가기',
  back: '상점으로 돌아가기',
  over: '여기서 더 할 일은 없어요.',
  wrong: '문제가 생기는 경우 해 보기',
  wrongText: '버튼마다 한 가지 문제를 한 번 일으켜요.',
  atWindow: '이 결제창에서',
  atConfirmation: '결제하고, 상점이 승인을 요청할 때',
  atNotices: '결제하고, 상점에 알림을 보낼 때',
  notices: '상점에 다시 알림 보내기',
  refuse: ['카드 거절', '카드사가 지금 거절해서, 결제하지 않고 돌아가요.'],
  agreements: {
    'pay-stay': ['결제하고 여기 있기', '창을 닫은 것과 같아요. 상점이 스스로 알아내야 해요.'],
    'pay-refused': ['승인에서 거절', '상점으로 돌아간 뒤에야 카드사가 거절해요.'],
    'pay-slow': ['늦게 답하기', '돈은 받았지만, 상점이 더는 기다리지 않을 때 답해요.'],
    'pay-lost': ['답을 잃어버리기', '돈은 받았지만, 상점이 듣기 전에 연결이 끊겨요.'],
    'pay-notice-twice': ['알림 두 번', '같은 알림이 두 번 도착해요.'],
    'pay-notice-late': ['늦은 알림', '알림이 1분 뒤에 도착해요.'],
    'pay-notice-out-of-order': ['순서가 뒤바뀐 알림', '새 알림 다음에 예전 알림이 도착해요.'],
    'pay-notice-forged': ['위조된 알림', '다른 사람이 사실과 반대되는 알림을 보내요.'],
    'pay-notice-other-amount': ['금액이 다른 알림', '알림에 열 배의 금액이 적혀 있어요.'],
  },
  happenings: {
    deposit: ['입금하기', '계좌에 전액이 들어와요.'],
    'undo-deposit': ['입금 되돌리기', '은행이 입금을 되돌려서, 계좌가 다시 입금을 기다려요.'],
    'cancel-half': ['절반 취소', '상점이 요청하지 않았는데, 결제사에서 남은 금액의 절반을 돌려보내요.'],
    'cancel-rest': ['나머지 취소', '상점이 요청하지 않았는데, 결제사에서 남은 금액을 모두 돌려보내요.'],
  },
  tellings: {
    'notice-twice': ['알림 두 번', '같은 알림을 지금 두 번 보내요.'],
    'notice-late': ['늦은 알림', '알림을 1분 뒤에 보내요.'],
    'notice-out-of-order': ['순서가 뒤바뀐 알림', '알림을 지금 보내고, 그다음 예전 알림을 보내요.'],
    'notice-forged': ['위조된 알림', '사실과 반대되는 알림을 보내요.'],
    'notice-other-amount': ['금액이 다른 알림', '열 배의 금액이 적힌 알림을 보내요.'],
  },
  later: '이 결제에 일어날 수 있는 일',
  states: {
    READY: '결제 전',
    IN_PROGRESS: '동의했고, 상점이 아직 승인하지 않았어요',
    WAITING_FOR_DEPOSIT: '입금을 기다리고 있어요',
    DONE: '결제됨',
    CANCELED: '모두 취소됨',
    PARTIAL_CANCELED: '결제됨, 일부 취소됨',
    ABORTED: '거절됨',
    EXPIRED: '시간이 지남',
  },
  nothingDone: '바뀐 것이 없어요. 지금 상태에서는 할 수 없는 일이에요.',
  done: (name) => `했어요: ${name}`,
  nowhere: '결제를 찾을 수 없어요',
  nowhereText: '링크가 온전하지 않거나 너무 오래된 결제예요. 상점으로 돌아가 다시 시작해 주세요.',
  about:
    '매진에 들어 있는 연습용 결제예요. 토스페이먼츠의 공개 문서를 보고 만들었고, 토스페이먼츠에서 확인한 것은 아니며, 그 회사와는 관계가 없어요.',
};

export const words: Readonly<Record<Language, Words>> = { en, ko };

/** What the button of an action is called, for saying afterwards that it was pressed. */
export function nameOf({ agreements, happenings, tellings }: Words, action: string): string | undefined {
  const all: Readonly<Partial<Record<Action, Said>>> = { ...agreements, ...happenings, ...tellings };
  return Object.hasOwn(all, action) ? all[action as Action]?.[0] : undefined;
}
