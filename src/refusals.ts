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
    title: { en: 'The request is not valid', ko: '요청을 이해하지 못했어요' },
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
  UNAUTHENTICATED: {
    status: 401,
    title: { en: 'Please sign in', ko: '로그인이 필요해요' },
    detail: {
      en: 'The access token, or the address and password, are missing, wrong or have ended. Sign in and try again.',
      ko: '로그인 정보가 없거나 맞지 않거나 만료됐어요. 다시 로그인해 주세요.',
    },
  },
  QUEUE_TOKEN_INVALID: {
    status: 401,
    title: { en: 'Your place in line could not be read', ko: '대기 순번을 확인하지 못했어요' },
    detail: {
      en: 'The Queue-Token is missing, damaged or void. Ask for your place again; if you have one, it was kept.',
      ko: 'Queue-Token이 없거나 손상됐거나 무효예요. 순번을 다시 요청하면 가지고 있던 자리를 돌려드려요.',
    },
  },
  INSUFFICIENT_BALANCE: {
    status: 402,
    title: { en: 'The balance is not enough', ko: '잔액이 부족해요' },
    detail: {
      en: 'Nothing was taken. Top up your wallet and pay again while the hold lasts.',
      ko: '결제되지 않았어요. 잔액을 충전한 뒤 선점 시간이 끝나기 전에 다시 결제해 주세요.',
    },
  },
  FORBIDDEN: {
    status: 403,
    title: { en: 'This is not open to you', ko: '접근할 수 없어요' },
    detail: {
      en: 'It needs an operator, a place in line for this very concert or, with a cookie, a page of this box office.',
      ko: '운영자 권한이나 이 공연의 대기 순번이 필요해요. 쿠키는 이 예매처의 페이지에서만 쓸 수 있어요.',
    },
  },
  NOT_ADMITTED: {
    status: 403,
    title: { en: 'It is not your turn yet', ko: '아직 차례가 아니에요' },
    detail: {
      en: 'You keep your place. Follow the queue status; you will be admitted in order.',
      ko: '자리는 그대로 있어요. 대기 상태를 확인하면 순서대로 입장할 수 있어요.',
    },
  },
  ADMISSION_EXPIRED: {
    status: 403,
    title: { en: 'Your turn has ended', ko: '이용 시간이 끝났어요' },
    detail: { en: 'Ask for a new place in line to come in again.', ko: '다시 이용하려면 대기열에 새로 들어와 주세요.' },
  },
  NOT_FOUND: {
    status: 404,
    title: { en: 'There is nothing here', ko: '찾을 수 없어요' },
    detail: { en: 'It does not exist, or it is not yours.', ko: '없는 항목이거나 본인의 것이 아니에요.' },
  },
  SEAT_UNAVAILABLE: {
    status: 409,
    title: { en: 'Somebody was faster', ko: '이미 선택된 좌석이에요' },
    detail: {
      en: 'None of the seats was taken for you. Choose others than those named in "seats".',
      ko: '좌석은 하나도 선점되지 않았어요. "seats"에 적힌 좌석 말고 다른 좌석을 골라 주세요.',
    },
  },
  SEAT_LIMIT_EXCEEDED: {
    status: 409,
    title: { en: 'That is more seats than one fan may have', ko: '1인 구매 한도를 넘었어요' },
    detail: {
      en: 'Choose fewer seats, or release some that you hold.',
      ko: '좌석 수를 줄이거나 선점한 좌석을 취소해 주세요.',
    },
  },
  HOLD_EXPIRED: {
    status: 409,
    title: { en: 'The hold has run out', ko: '선점 시간이 끝났어요' },
    detail: { en: 'Nothing was paid. Choose your seats again.', ko: '결제되지 않았어요. 좌석을 다시 선택해 주세요.' },
  },
  ALREADY_PAID: {
    status: 409,
    title: { en: 'This reservation is paid already', ko: '이미 결제된 예약이에요' },
    detail: { en: 'It was paid once and will not be charged again.', ko: '한 번 결제되었고 다시 청구되지 않아요.' },
  },
  BALANCE_LIMIT_EXCEEDED: {
    status: 409,
    title: { en: 'The wallet would hold too much', ko: '충전 한도를 넘었어요' },
    detail: {
      en: 'Nothing was charged. Charge a smaller amount.',
      ko: '충전되지 않았어요. 더 적은 금액을 충전해 주세요.',
    },
  },
  SETTINGS_CHANGED: {
    status: 409,
    title: { en: 'Somebody changed it meanwhile', ko: '그 사이 다른 운영자가 바꿨어요' },
    detail: {
      en: 'Nothing was changed. "current" is what is in force; decide again.',
      ko: '바뀐 것은 없어요. 지금 적용된 값은 "current"에 있으니 다시 정해 주세요.',
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
      ko: 'Retry-After에 적힌 시간만큼 기다려 주세요. 대기 순번에는 영향이 없어요.',
    },
  },
  INTERNAL: {
    status: 500,
    title: { en: 'Something broke on our side', ko: '서버에서 문제가 생겼어요' },
    detail: { en: 'Tell us the request id and we can find it.', ko: '요청 번호를 알려 주시면 확인할 수 있어요.' },
  },
  OVERLOADED: {
    status: 503,
    title: { en: 'Too busy for a moment', ko: '잠시 요청이 몰리고 있어요' },
    detail: {
      en: 'Nothing was lost. Try again after the time that Retry-After names.',
      ko: '잃어버린 것은 없어요. Retry-After에 적힌 시간 뒤에 다시 시도해 주세요.',
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
