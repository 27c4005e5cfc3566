/**
 * The closed list of ways to say no. A room refuses with `refuse(code, fields)`; app.ts alone turns that into
 * an RFC 9457 answer in the reader's language. Nothing else may leave the server as an error.
 */

/** Text in both languages; it may stand for any string in a refusal's fields. */
export interface Bilingual {
  readonly en: string;
  readonly ko: string;
}

/** What is wrong with one field of a request: `performances[0].startsAt`, `cursor`, or all of the `body`. */
export interface Fault {
  readonly path: string;
  readonly message: Bilingual;
}

interface Sentence {
  readonly status: number;
  readonly title: Bilingual;
  readonly detail: Bilingual;
}

export const refusals = {
  VALIDATION_FAILED: {
    status: 400,
    title: { en: 'The request is not valid', ko: '요청 내용이 올바르지 않아요' },
    detail: {
      en: 'Correct the fields named in "errors" and send it again.',
      ko: '"errors"에 적힌 항목을 고쳐서 다시 보내 주세요.',
    },
  },
  IDEMPOTENCY_KEY_REQUIRED: {
    status: 400,
    title: { en: 'An Idempotency-Key is needed', ko: 'Idempotency-Key가 필요해요' },
    detail: {
      en: 'Send an Idempotency-Key header of 1 to 255 visible ASCII characters, so that a repeat cannot act twice.',
      ko: '같은 요청이 두 번 처리되지 않도록 1~255자의 ASCII 문자로 된 Idempotency-Key 헤더를 보내 주세요.',
    },
  },
  SIGNATURE_INVALID: {
    status: 400,
    title: { en: 'The notice is not signed as it should be', ko: '알림의 서명이 올바르지 않아요' },
    detail: {
      en: 'Nothing was changed. It was not signed with the secret of this endpoint, or too long ago.',
      ko: '아무것도 바뀌지 않았어요. 이 주소의 비밀값으로 서명되지 않았거나 너무 오래전에 서명된 알림이에요.',
    },
  },
  UNAUTHENTICATED: {
    status: 401,
    title: { en: 'Please sign in', ko: '로그인이 필요해요' },
    detail: {
      en: 'The access token, or the e-mail and password, are missing, wrong or expired. Sign in and try again.',
      ko: '로그인 정보가 없거나 맞지 않거나 만료됐어요. 다시 로그인해 주세요.',
    },
  },
  QUEUE_TOKEN_INVALID: {
    status: 401,
    title: { en: 'We could not find your place in line', ko: '대기 순서를 확인하지 못했어요' },
    detail: {
      en: 'The Queue-Token is missing, damaged or no longer valid. Ask for your place again; if you have one, it is kept.',
      ko: 'Queue-Token이 없거나 손상됐거나 더는 쓸 수 없어요. 대기 순서를 다시 요청해 주세요. 이미 있던 순서는 그대로예요.',
    },
  },
  INSUFFICIENT_BALANCE: {
    status: 402,
    title: { en: 'Your balance is too low', ko: '잔액이 부족해요' },
    detail: {
      en: 'Nothing was paid. Top up your wallet and pay again before the hold ends.',
      ko: '결제되지 않았어요. 잔액을 충전한 뒤 선점 시간이 끝나기 전에 다시 결제해 주세요.',
    },
  },
  FORBIDDEN: {
    status: 403,
    title: { en: 'You do not have access to this', ko: '접근할 수 없어요' },
    detail: {
      en: 'It needs an operator, a place in line for this very concert or, with a cookie, a page of this box office.',
      ko: '운영자 권한이나 이 공연의 대기 순서가 필요해요. 쿠키는 이 예매처의 페이지에서만 쓸 수 있어요.',
    },
  },
  NOT_ADMITTED: {
    status: 403,
    title: { en: 'It is not your turn yet', ko: '아직 차례가 아니에요' },
    detail: {
      en: 'Your place is kept. Follow the queue status; everybody is admitted in order.',
      ko: '대기 순서는 그대로예요. 대기 상태를 확인해 주세요. 순서대로 입장해요.',
    },
  },
  ADMISSION_EXPIRED: {
    status: 403,
    title: { en: 'Your time has ended', ko: '이용 시간이 끝났어요' },
    detail: { en: 'To come in again, join the line again.', ko: '다시 예매하려면 대기를 새로 시작해 주세요.' },
  },
  CHARGE_NOT_ALLOWED: {
    status: 403,
    title: { en: 'Wallets are topped up by a payment here', ko: '여기서는 결제를 거쳐 충전해요' },
    detail: {
      en: 'Nothing was topped up. Open an order with one of the ways to top up.',
      ko: '충전되지 않았어요. 충전 수단을 골라 충전 주문을 만들어 주세요.',
    },
  },
  NOT_FOUND: {
    status: 404,
    title: { en: 'Not found', ko: '찾을 수 없어요' },
    detail: { en: 'It does not exist, or it is not yours.', ko: '없는 항목이거나 본인의 것이 아니에요.' },
  },
  SEAT_UNAVAILABLE: {
    status: 409,
    title: { en: 'Those seats are taken', ko: '이미 선택된 좌석이에요' },
    detail: {
      en: 'None of the seats is held for you. Choose seats other than those in "seats".',
      ko: '좌석은 하나도 선점되지 않았어요. "seats"에 적힌 좌석 말고 다른 좌석을 선택해 주세요.',
    },
  },
  SALE_ENDED: {
    status: 409,
    title: { en: 'Sales for this date have ended', ko: '판매가 끝난 회차예요' },
    detail: { en: 'Choose another date.', ko: '다른 회차를 선택해 주세요.' },
  },
  SEAT_LIMIT_EXCEEDED: {
    status: 409,
    title: { en: 'That is over the limit for one person', ko: '1인 예매 한도를 넘었어요' },
    detail: {
      en: 'Choose fewer seats, or release some that you hold.',
      ko: '좌석 수를 줄이거나, 선점한 좌석을 먼저 취소해 주세요.',
    },
  },
  HOLD_EXPIRED: {
    status: 409,
    title: { en: 'Your hold has ended', ko: '선점 시간이 끝났어요' },
    detail: { en: 'Nothing was paid. Choose your seats again.', ko: '결제되지 않았어요. 좌석을 다시 선택해 주세요.' },
  },
  ALREADY_PAID: {
    status: 409,
    title: { en: 'Already paid', ko: '이미 결제한 예매예요' },
    detail: { en: 'It was paid once and will not be paid again.', ko: '한 번만 결제됐고, 다시 결제되지 않아요.' },
  },
  BALANCE_LIMIT_EXCEEDED: {
    status: 409,
    title: { en: 'That is over the wallet limit', ko: '지갑 한도를 넘었어요' },
    detail: {
      en: 'Nothing was topped up. Choose a smaller amount.',
      ko: '충전되지 않았어요. 더 적은 금액을 충전해 주세요.',
    },
  },
  NOT_CANCELLABLE: {
    status: 409,
    title: { en: 'This cannot be cancelled', ko: '취소할 수 없는 예매예요' },
    detail: {
      en: 'Nothing was changed. "because" says what stands in the way.',
      ko: '아무것도 바뀌지 않았어요. "because"에 이유가 적혀 있어요.',
    },
  },
  QUOTE_CHANGED: {
    status: 409,
    title: { en: 'The refund is another by now', ko: '환불 금액이 달라졌어요' },
    detail: {
      en: 'Nothing was cancelled. "fee" and "refund" are what holds now: look at them and decide again.',
      ko: '취소되지 않았어요. 지금 적용되는 "fee"와 "refund"를 확인하고 다시 결정해 주세요.',
    },
  },
  AMOUNT_MISMATCH: {
    status: 409,
    title: { en: 'That is not the amount of this order', ko: '주문한 금액과 달라요' },
    detail: {
      en: 'Nothing was taken and nothing was topped up. Pay the order as it was made, or make a new one.',
      ko: '결제도 충전도 되지 않았어요. 주문한 금액 그대로 결제하거나 새로 주문해 주세요.',
    },
  },
  PAYMENT_FAILED: {
    status: 409,
    title: { en: 'The payment did not go through', ko: '결제가 완료되지 않았어요' },
    detail: {
      en: 'Nothing was topped up. Try again, or pay in another way.',
      ko: '충전되지 않았어요. 다시 시도하거나 다른 방법으로 결제해 주세요.',
    },
  },
  TOO_MANY_ORDERS: {
    status: 409,
    title: { en: 'Too many orders are open', ko: '결제를 기다리는 주문이 너무 많아요' },
    detail: {
      en: 'Finish one of your open orders, or wait until they expire.',
      ko: '열려 있는 주문을 먼저 마치거나, 만료될 때까지 기다려 주세요.',
    },
  },
  NOT_WITHDRAWABLE: {
    status: 409,
    title: { en: 'That is more than can be sent back', ko: '되돌려 받을 수 있는 금액을 넘었어요' },
    detail: {
      en: 'Nothing was sent. "withdrawable" is what came from payments and was not spent.',
      ko: '출금되지 않았어요. 결제로 충전하고 아직 쓰지 않은 금액("withdrawable")까지 출금할 수 있어요.',
    },
  },
  SETTINGS_CHANGED: {
    status: 409,
    title: { en: 'Somebody else has just changed this', ko: '그 사이 다른 운영자가 바꿨어요' },
    detail: {
      en: 'You changed nothing. "current" is what is in force; decide again.',
      ko: '아무것도 바꾸지 않았어요. 지금 적용된 값은 "current"에 있으니 다시 정해 주세요.',
    },
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: { en: 'This Idempotency-Key was used for something else', ko: '다른 요청에 쓰인 Idempotency-Key예요' },
    detail: { en: 'Use a new key for a new request.', ko: '새로운 요청에는 새 키를 써 주세요.' },
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    title: { en: 'The request is too large', ko: '요청이 너무 커요' },
    detail: { en: 'Send less in one request.', ko: '한 번에 보내는 양을 줄여 주세요.' },
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: { en: 'Only JSON is understood here', ko: 'JSON 형식만 받을 수 있어요' },
    detail: { en: 'Send the body as application/json.', ko: '본문을 application/json으로 보내 주세요.' },
  },
  RATE_LIMITED: {
    status: 429,
    title: { en: 'Too many requests', ko: '요청이 너무 많아요' },
    detail: {
      en: 'Wait as long as Retry-After says. Your place in line is not affected.',
      ko: 'Retry-After에 적힌 시간만큼 기다려 주세요. 대기 순서에는 영향이 없어요.',
    },
  },
  INTERNAL: {
    status: 500,
    title: { en: 'Something went wrong', ko: '문제가 생겼어요' },
    detail: {
      en: 'It is our fault. Tell us the request id and we can look into it.',
      ko: '저희 쪽 문제예요. 요청 번호를 알려 주시면 확인할 수 있어요.',
    },
  },
  OVERLOADED: {
    status: 503,
    title: { en: 'Very busy right now', ko: '지금 요청이 몰리고 있어요' },
    detail: {
      en: 'Nothing was lost. Try again after the time given by Retry-After.',
      ko: '지금까지 한 일은 그대로예요. Retry-After에 적힌 시간 뒤에 다시 시도해 주세요.',
    },
  },
} as const satisfies Record<string, Sentence>;

export type RefusalCode = keyof typeof refusals;

/** A "no": rooms return it as a value from a lane, or throw it from a route. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  /** The extra members of the problem answer that the contract lists for this code. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(code: RefusalCode, fields: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
    this.fields = fields;
  }
}

export function refuse(code: RefusalCode, fields?: Readonly<Record<string, unknown>>): Refusal {
  // A refusal is an answer, not a fault: collecting the stack was the dearest part of losing a race for a seat.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const refusal = new Refusal(code, fields);
  Error.stackTraceLimit = stackTraceLimit;
  return refusal;
}

/** VALIDATION_FAILED for what no schema can judge. */
export function refuseField(path: string, message: Bilingual): Refusal {
  return refuse('VALIDATION_FAILED', { errors: [{ path, message }] satisfies Fault[] });
}

/** For a `cursor` that the list never gave out. */
export function refuseCursor(): Refusal {
  return refuseField('cursor', { en: 'must be a nextCursor of this list', ko: '이 목록의 nextCursor여야 해요' });
}
