/** Why what was paid cannot be cancelled, and what to do instead. */
import type { notCancellableBecause } from '../../src/contract.ts';
import type { Both } from './language.ts';
import type { Said } from './refusals.ts';

export type Because = (typeof notCancellableBecause)[number];

export const notCancellable: Both<Readonly<Record<Because, Said>>> = {
  ko: {
    NOT_PAID: {
      title: '아직 결제하지 않은 좌석이에요',
      text: '환불할 금액이 없어요. 사지 않으려면 선택을 취소하거나, 선점 시간이 끝나기를 기다리면 돼요.',
    },
    ALREADY_CANCELLED: {
      title: '이미 취소된 예매예요',
      text: '두 번 취소되지는 않았어요. 환불된 금액은 티켓과 지갑에서 확인해 주세요.',
    },
    USED: {
      title: '이미 입장한 티켓이에요',
      text: '입장에 쓴 티켓은 취소할 수 없어요. 관람에 문제가 있었다면 주최 측에 문의해 주세요.',
    },
    STARTED: {
      title: '이미 시작한 공연이에요',
      text: '공연이 시작한 뒤에는 취소할 수 없어요. 관람에 문제가 있었다면 주최 측에 문의해 주세요.',
    },
    CLOSED: {
      title: '취소할 수 있는 시간이 지났어요',
      text: '티켓은 그대로 쓸 수 있어요. 올 수 없는 사정이 있다면 주최 측에 문의해 주세요.',
    },
    POLICY: {
      title: '이 공연의 규정으로는 지금 취소할 수 없어요',
      text: '티켓은 그대로 쓸 수 있어요. 규정은 공연 정보에 있고, 사정이 있다면 주최 측에 문의해 주세요.',
    },
  },
  en: {
    NOT_PAID: {
      title: 'These seats are not paid for',
      text: 'There is nothing to refund. If you do not want them, release them, or let the hold expire.',
    },
    ALREADY_CANCELLED: {
      title: 'This was cancelled already',
      text: 'It was not cancelled twice. See what was refunded on the ticket and in your wallet.',
    },
    USED: {
      title: 'This ticket was used to get in',
      text: 'It cannot be cancelled any more. If something went wrong at the show, ask the organiser.',
    },
    STARTED: {
      title: 'The show has begun',
      text: 'It cannot be cancelled any more. If something went wrong at the show, ask the organiser.',
    },
    CLOSED: {
      title: 'It is too late to cancel',
      text: 'Your ticket stays valid. If something keeps you from coming, ask the organiser.',
    },
    POLICY: {
      title: 'The refund rules of this concert do not let you cancel now',
      text: 'Your ticket stays valid. The rules are on the concert’s page; if something keeps you from coming, ask the organiser.',
    },
  },
};
