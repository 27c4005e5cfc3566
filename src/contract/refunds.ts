/** How what was bought is given back: the policy of a concert, a quote, a cancellation, a date called off or moved. */
import { Type } from 'typebox';
import { Count, Id, IdempotencyHeaders, Money, PerformanceParams, ReservationParams, Time, oneOf } from './parts.ts';
import { startsAtText } from './dates.ts';
import type { Endpoint } from './endpoint.ts';
import { Withdrawal } from './money.ts';
import { refundLimits } from './limits.ts';

export const refundPresets = ['kftc', 'platform', 'none'] as const;
export const cancellationReasons = ['fan', 'organiser', 'postponed', 'force_majeure', 'illness'] as const;
export const notCancellableBecause = ['NOT_PAID', 'ALREADY_CANCELLED', 'USED', 'STARTED', 'CLOSED', 'POLICY'] as const;

const days = () => Type.Integer({ minimum: 0, maximum: refundLimits.daysMax });
const percent = (maximum: number, options: object = {}) => Type.Integer({ minimum: 0, maximum, ...options });

/** A preset or rules of its own, never both: which of them fit together the room decides. */
export const RefundPolicy = Type.Object(
  {
    preset: Type.Optional(oneOf(refundPresets)),
    rules: Type.Optional(
      Type.Array(Type.Object({ untilDaysBefore: days(), feePercent: percent(100) }, { additionalProperties: false }), {
        minItems: 1,
        maxItems: refundLimits.rulesMax,
        description: 'Days strictly falling; the first that holds decides',
      }),
    ),
    freeHoursAfterPurchase: Type.Optional(Type.Integer({ minimum: 0, maximum: refundLimits.freeHoursMax })),
    freeUntilDaysBefore: Type.Optional(days()),
    closesMinutesBeforeStart: Type.Optional(Type.Integer({ minimum: 0, maximum: refundLimits.closesMinutesMax })),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    description:
      'Either `preset`, or `rules` with the other fields, each 0 unless said. `kftc` is the Korean standard for performances, `platform` what ticket sites print, `none` lets no fan cancel',
  },
);

const Reason = Type.Object(
  {
    ko: Type.String({ minLength: 1, maxLength: 500, format: 'prose' }),
    en: Type.String({ minLength: 1, maxLength: 500, format: 'prose' }),
  },
  { additionalProperties: false },
);

const seatNumbers = Type.Array(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), {
  minItems: 1,
  maxItems: 100,
  uniqueItems: true,
});
const RefundedSeat = Type.Object({ number: Type.Integer(), price: Money, fee: Money, refund: Money });

const Cancelled = Type.Object({
  id: Id,
  reservationId: Id,
  seats: Type.Array(RefundedSeat),
  fee: Money,
  refund: Money,
  balance: Money,
  cancelledAt: Time,
  withdrawal: Type.Optional(Withdrawal),
});

const CallingOff = Type.Object({
  id: Id,
  performanceId: Id,
  state: oneOf(['RUNNING', 'DONE']),
  done: Type.Integer({ minimum: 0, description: 'Reservations that were given back' }),
  total: Count,
  reason: Type.Object({ ko: Type.String(), en: Type.String() }),
  compensationPercent: Type.Integer(),
  startedAt: Time,
  endedAt: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    format: 'date-time',
    description: 'null while RUNNING',
  }),
});

const fan = {
  getCancellation: {
    method: 'GET',
    url: '/api/v1/reservations/:id/cancellation',
    needs: 'bearer',
    summary: 'What cancelling would give back now, and by which rule',
    params: ReservationParams,
    querystring: Type.Object({
      seatNumbers: Type.Optional(
        Type.String({
          pattern: '^[1-9][0-9]{0,5}(,[1-9][0-9]{0,5}){0,99}$',
          maxLength: 699,
          description: 'Numbers of seats with commas between them; without it: all',
        }),
      ),
    }),
    replies: {
      200: Type.Object({
        reservationId: Id,
        seats: Type.Array(RefundedSeat),
        fee: Money,
        refund: Money,
        rule: Type.String({ description: 'The sentence that decided, in the reader’s language' }),
        now: Time,
      }),
    },
    refusals: ['NOT_FOUND', 'NOT_CANCELLABLE'],
  },
  cancelPaid: {
    method: 'POST',
    url: '/api/v1/reservations/:id/cancellation',
    needs: 'bearer',
    summary: 'Give paid seats back, all or some, for the refund that was quoted',
    description:
      'The seats are free and the refund is in the wallet when it answers. `origin` sends the refund on at once to where the money came from, as far as orders can take it; the rest stays in the wallet.',
    params: ReservationParams,
    headers: IdempotencyHeaders,
    body: Type.Object(
      {
        seatNumbers: Type.Optional(seatNumbers),
        refund: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'As it was quoted' }),
        to: Type.Optional(oneOf(['wallet', 'origin'], { default: 'wallet' })),
      },
      { additionalProperties: false },
    ),
    bodyBytesMax: 2_048,
    replies: { 201: Cancelled },
    refusals: ['NOT_FOUND', 'NOT_CANCELLABLE', 'QUOTE_CHANGED'],
  },
} as const satisfies Record<string, Endpoint>;

const operator = {
  cancelForFan: {
    method: 'POST',
    url: '/api/v1/admin/reservations/:id/cancellation',
    needs: 'operator',
    summary: 'Cancel for a fan, whatever the policy, for a reason from the closed list',
    params: ReservationParams,
    headers: IdempotencyHeaders,
    body: Type.Object(
      {
        reason: oneOf(cancellationReasons),
        feePercent: Type.Optional(percent(100, { default: 0 })),
        seatNumbers: Type.Optional(seatNumbers),
      },
      { additionalProperties: false },
    ),
    bodyBytesMax: 2_048,
    replies: { 201: Cancelled },
    refusals: ['NOT_FOUND', 'NOT_CANCELLABLE'],
  },
  callOffPerformance: {
    method: 'POST',
    url: '/api/v1/admin/performances/:performanceId/cancellation',
    needs: 'operator',
    summary: 'Call a date off: everybody is refunded in full, in the background',
    params: PerformanceParams,
    headers: IdempotencyHeaders,
    body: Type.Object(
      { reason: Reason, compensationPercent: Type.Optional(percent(10, { default: 0 })) },
      { additionalProperties: false },
    ),
    bodyBytesMax: 16_384,
    replies: { 202: CallingOff },
    refusals: ['NOT_FOUND', 'NOT_CANCELLABLE'],
  },
  getCallingOff: {
    method: 'GET',
    url: '/api/v1/admin/performances/:performanceId/cancellation',
    needs: 'operator',
    summary: 'How far calling a date off has come',
    params: PerformanceParams,
    replies: { 200: CallingOff },
    refusals: ['NOT_FOUND'],
  },
  movePerformance: {
    method: 'PATCH',
    url: '/api/v1/admin/performances/:performanceId',
    needs: 'operator',
    summary: 'Move a date: its holders are told, and may cancel without a fee for 168 hours',
    params: PerformanceParams,
    body: Type.Object({ startsAt: startsAtText }, { additionalProperties: false }),
    bodyBytesMax: 256,
    replies: {
      200: Type.Object({
        id: Id,
        concertId: Id,
        startsAt: Time,
        movedFrom: Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time' }),
        movedAt: Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time' }),
      }),
    },
    refusals: ['NOT_FOUND', 'NOT_CANCELLABLE'],
  },
} as const satisfies Record<string, Endpoint>;

export const refundEndpoints = { ...fan, ...operator };
