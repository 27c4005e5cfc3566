/** One date of a concert, for the operator who would call it off, move it, or see what became of it. */
import { Type } from 'typebox';
import type { Endpoint } from './endpoint.ts';
import { Count, Id, Money, PerformanceParams, Time, oneOf } from './parts.ts';

const TimeOrNull = Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time' });

export const dateEndpoints = {
  getPerformance: {
    method: 'GET',
    url: '/api/v1/admin/performances/:performanceId',
    needs: 'operator',
    summary: 'A date: what calling it off or moving it would come to, and what was given back of it',
    params: PerformanceParams,
    replies: {
      200: Type.Object({
        id: Id,
        concertId: Id,
        concertTitle: Type.String(),
        currency: Type.String(),
        startsAt: Time,
        started: Type.Boolean({ description: 'It has begun' }),
        status: oneOf(['SCHEDULED', 'CANCELLED'], { description: 'CANCELLED: it was called off' }),
        movedFrom: TimeOrNull,
        movedAt: TimeOrNull,
        seatsTotal: Count,
        paid: Type.Object(
          {
            reservations: Count,
            fans: Count,
            seats: Count,
            amount: Money,
            prices: Type.Array(Type.Object({ price: Money, seats: Count }), {
              description: 'A compensation is `floor(price × percent / 100)` a seat',
            }),
          },
          { description: 'What is kept at this moment, and would be refunded' },
        ),
        held: Type.Object({ reservations: Count, seats: Count }, { description: 'Would be released' }),
        givenBack: Type.Object(
          { cancellations: Count, seats: Count, fees: Money, refunds: Money, compensations: Money },
          { description: 'So far, for whatever reason' },
        ),
      }),
    },
    refusals: ['NOT_FOUND'],
  },
} as const satisfies Record<string, Endpoint>;
