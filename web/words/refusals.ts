/** Each way to say no, as a fan needs it: what happened and what it means, and what to do next. */
import type { ProblemCode } from '../client/problem.ts';
import type { Both } from './language.ts';

export interface Said {
  readonly title: string;
  readonly text: string;
}

export const refusalWords: Both<Readonly<Record<ProblemCode, Said>>> = {
  ko: {
    VALIDATION_FAILED: { title: '입력한 내용을 확인해 주세요', text: '표시된 항목을 고치고 다시 시도해 주세요.' },
    IDEMPOTENCY_KEY_REQUIRED: {
      title: '요청을 보내지 못했어요',
      text: '화면을 새로 고친 뒤 다시 시도해 주세요. 돈은 나가지 않았어요.',
    },
    UNAUTHENTICATED: {
      title: '로그인이 필요해요',
      text: '로그인하면 보던 화면으로 돌아와요. 대기 순서는 그대로예요.',
    },
    QUEUE_TOKEN_INVALID: {
      title: '대기 순서를 확인하지 못했어요',
      text: '대기실로 돌아가면 원래 대기 순서를 찾아드려요.',
    },
    INSUFFICIENT_BALANCE: {
      title: '잔액이 부족해요',
      text: '결제되지 않았어요. 부족한 금액을 충전하면 바로 결제할 수 있어요.',
    },
    FORBIDDEN: {
      title: '이 화면은 볼 수 없어요',
      text: '다른 공연의 차례예요. 이 공연의 대기실로 들어가 주세요.',
    },
    NOT_ADMITTED: { title: '아직 차례가 아니에요', text: '대기 순서는 그대로예요. 대기실에서 차례를 기다려 주세요.' },
    ADMISSION_EXPIRED: { title: '이용 시간이 끝났어요', text: '다시 예매하려면 대기를 새로 시작해 주세요.' },
    NOT_FOUND: {
      title: '찾을 수 없어요',
      text: '주소가 바뀌었거나, 다른 분의 예매예요. 공연 목록에서 다시 찾아보세요.',
    },
    SEAT_UNAVAILABLE: {
      title: '이미 선택된 좌석이에요',
      text: '좌석은 하나도 선점되지 않았어요. 다른 좌석을 선택해 주세요.',
    },
    SALE_ENDED: { title: '판매가 끝난 회차예요', text: '좌석은 선점되지 않았어요. 다른 날짜를 선택해 주세요.' },
    SEAT_LIMIT_EXCEEDED: {
      title: '1인 예매 한도를 넘었어요',
      text: '좌석 수를 줄이거나, 선점한 좌석을 먼저 취소해 주세요.',
    },
    HOLD_EXPIRED: { title: '선점 시간이 끝났어요', text: '결제되지 않았어요. 좌석을 다시 선택해 주세요.' },
    ALREADY_PAID: { title: '이미 결제한 예매예요', text: '한 번만 결제됐어요. 내 예매에서 확인할 수 있어요.' },
    BALANCE_LIMIT_EXCEEDED: {
      title: '지갑 한도를 넘었어요',
      text: '충전되지 않았어요. 더 적은 금액을 충전해 주세요.',
    },
    CHARGE_NOT_ALLOWED: {
      title: '여기서는 결제를 거쳐 충전해요',
      text: '충전되지 않았어요. 결제 수단을 골라 충전해 주세요.',
    },
    NOT_CANCELLABLE: { title: '취소할 수 없는 예매예요', text: '아무것도 바뀌지 않았어요.' },
    QUOTE_CHANGED: { title: '환불 금액이 달라졌어요', text: '취소되지 않았어요. 금액을 확인하고 다시 결정해 주세요.' },
    AMOUNT_MISMATCH: {
      title: '주문한 금액과 달라요',
      text: '결제도 충전도 되지 않았어요. 처음부터 다시 충전해 주세요.',
    },
    PAYMENT_FAILED: {
      title: '결제가 완료되지 않았어요',
      text: '돈은 나가지 않았어요. 다시 시도하거나 다른 결제 수단을 써 주세요.',
    },
    TOO_MANY_ORDERS: {
      title: '끝나지 않은 충전이 너무 많아요',
      text: '지갑에서 진행 중인 충전을 먼저 마치거나, 30분 뒤에 다시 시도해 주세요.',
    },
    NOT_WITHDRAWABLE: {
      title: '출금할 수 있는 금액을 넘었어요',
      text: '출금되지 않았어요. 결제로 충전하고 아직 쓰지 않은 금액까지 출금할 수 있어요.',
    },
    SIGNATURE_INVALID: { title: '요청을 확인하지 못했어요', text: '아무것도 바뀌지 않았어요.' },
    SETTINGS_CHANGED: {
      title: '그 사이 다른 운영자가 바꿨어요',
      text: '아무것도 바꾸지 않았어요. 지금 적용된 값을 보고 다시 정해 주세요.',
    },
    IDEMPOTENCY_KEY_REUSED: { title: '요청이 겹쳤어요', text: '돈은 나가지 않았어요. 다시 한번 눌러 주세요.' },
    PAYLOAD_TOO_LARGE: { title: '보낸 내용이 너무 커요', text: '내용을 줄여서 다시 시도해 주세요.' },
    UNSUPPORTED_MEDIA_TYPE: { title: '요청을 보내지 못했어요', text: '화면을 새로 고친 뒤 다시 시도해 주세요.' },
    RATE_LIMITED: { title: '요청이 너무 많아요', text: '잠시 뒤에 다시 시도해 주세요. 대기 순서에는 영향이 없어요.' },
    INTERNAL: { title: '문제가 생겼어요', text: '저희 쪽 문제예요. 잠시 뒤에 다시 시도해 주세요.' },
    OVERLOADED: {
      title: '지금 요청이 몰리고 있어요',
      text: '지금까지 한 일은 그대로예요. 잠시 뒤에 다시 시도해 주세요.',
    },
    UNREACHABLE: { title: '연결이 끊겼어요', text: '인터넷 연결을 확인해 주세요. 연결되면 이어서 할 수 있어요.' },
  },
  en: {
    VALIDATION_FAILED: { title: 'Please check what you entered', text: 'Correct what is marked and try again.' },
    IDEMPOTENCY_KEY_REQUIRED: {
      title: 'Your request could not be sent',
      text: 'Reload the page and try again. Nothing was paid.',
    },
    UNAUTHENTICATED: {
      title: 'Please sign in',
      text: 'You will come back here afterwards. Your place in line is kept.',
    },
    QUEUE_TOKEN_INVALID: {
      title: 'We could not find your place in line',
      text: 'Go back to the waiting room, which will find it again.',
    },
    INSUFFICIENT_BALANCE: {
      title: 'Your balance is too low',
      text: 'Nothing was paid. Top up the difference and pay right here.',
    },
    FORBIDDEN: {
      title: 'You do not have access to this page',
      text: 'Your turn is for another concert. Go to the waiting room for this one.',
    },
    NOT_ADMITTED: {
      title: 'It is not your turn yet',
      text: 'Your place is kept. Wait for your turn in the waiting room.',
    },
    ADMISSION_EXPIRED: {
      title: 'Your time has ended',
      text: 'To buy tickets, join the line again.',
    },
    NOT_FOUND: {
      title: 'Not found',
      text: 'The address has changed, or this is not yours. Look for it among the concerts.',
    },
    SEAT_UNAVAILABLE: {
      title: 'Those seats are taken',
      text: 'None of the seats is held for you. Choose other seats.',
    },
    SALE_ENDED: { title: 'Sales for this date have ended', text: 'No seat is held for you. Choose another date.' },
    SEAT_LIMIT_EXCEEDED: {
      title: 'That is over the limit for one person',
      text: 'Choose fewer seats, or release some that you hold.',
    },
    HOLD_EXPIRED: { title: 'Your hold has ended', text: 'Nothing was paid. Choose your seats again.' },
    ALREADY_PAID: { title: 'Already paid', text: 'It was paid once. You can find it in My tickets.' },
    BALANCE_LIMIT_EXCEEDED: {
      title: 'That is over the wallet limit',
      text: 'Nothing was topped up. Choose a smaller amount.',
    },
    CHARGE_NOT_ALLOWED: {
      title: 'Wallets are topped up by a payment here',
      text: 'Nothing was topped up. Choose how to pay.',
    },
    NOT_CANCELLABLE: { title: 'This cannot be cancelled', text: 'Nothing was changed.' },
    QUOTE_CHANGED: {
      title: 'The refund is another by now',
      text: 'Nothing was cancelled. Look at the amounts and decide again.',
    },
    AMOUNT_MISMATCH: {
      title: 'That is not the amount of this order',
      text: 'Nothing was taken and nothing was topped up. Please start again.',
    },
    PAYMENT_FAILED: {
      title: 'The payment did not go through',
      text: 'No money was taken. Try again, or pay in another way.',
    },
    TOO_MANY_ORDERS: {
      title: 'Too many top-ups are unfinished',
      text: 'Finish one of them in your wallet, or try again in 30 minutes.',
    },
    NOT_WITHDRAWABLE: {
      title: 'That is more than you can withdraw',
      text: 'Nothing was withdrawn. You can withdraw what you topped up by paying and have not spent.',
    },
    SIGNATURE_INVALID: { title: 'The request could not be verified', text: 'Nothing was changed.' },
    SETTINGS_CHANGED: {
      title: 'Somebody else has just changed this',
      text: 'You changed nothing. Look at what is in force now and decide again.',
    },
    IDEMPOTENCY_KEY_REUSED: { title: 'Two requests got mixed up', text: 'Nothing was paid. Press once more.' },
    PAYLOAD_TOO_LARGE: { title: 'That is too much at once', text: 'Shorten it and try again.' },
    UNSUPPORTED_MEDIA_TYPE: { title: 'Your request could not be sent', text: 'Reload the page and try again.' },
    RATE_LIMITED: { title: 'Too many requests', text: 'Try again in a moment. Your place in line is not affected.' },
    INTERNAL: { title: 'Something went wrong', text: 'It is our fault. Try again in a moment.' },
    OVERLOADED: { title: 'Very busy right now', text: 'Nothing was lost. Try again in a moment.' },
    UNREACHABLE: {
      title: 'Connection lost',
      text: 'Check your internet connection. You can go on where you left off.',
    },
  },
};
