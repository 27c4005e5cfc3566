/** What the console asks while a sale goes on: every concert at a glance, the last hour, the service itself, the log. */
import { Type } from 'typebox';
import type { TSchema } from 'typebox';
import type { Endpoint } from './endpoint.ts';
import { ConcertParams, Count, Id, Operator, Page, Revenue, Time, concertIdPattern, oneOf, pageOf } from './parts.ts';
import { pause } from './pausing.ts';
import { RefundPolicy } from './refunds.ts';

function orNull<Of>(schema: TSchema & { readonly type: string }, options: object = {}) {
  return Type.Unsafe<Of | null>({ ...schema, type: [schema.type, 'null'], ...options });
}

const line = {
  waiting: Count,
  active: Count,
  maxActive: Type.Integer(),
  admittedPerMinute: Type.Number({ minimum: 0 }),
  ...pause,
};
const sold = { seatsTotal: Count, seatsSold: Count, revenue: Revenue };
const concert = {
  id: Id,
  title: Type.String(),
  artist: Type.String(),
  venue: Type.String(),
  currency: Type.String(),
  firstStartsAt: Time,
  lastStartsAt: Time,
};

const Values = Type.Unsafe<Readonly<Record<string, unknown>> | null>({
  type: ['object', 'null'],
  additionalProperties: true,
});

/** Of each step, in order; null where nobody looked. */
const series = () => Type.Array(Type.Unsafe<number | null>({ type: ['number', 'null'] }));
const History = Type.Object({
  concertId: Id,
  from: Type.String({ format: 'date-time', description: 'The first step; each series has one value a step' }),
  stepSeconds: Type.Integer(),
  steps: Count,
  line: Type.Object({
    waiting: series(),
    active: series(),
    maxActive: series(),
    admittedPerMinute: series(),
    paused: Type.Array(Type.Unsafe<boolean | null>({ type: ['boolean', 'null'] })),
  }),
  seats: Type.Object({ available: series(), held: series(), reserved: series() }),
  revenue: series(),
  service: Type.Object({
    servers: series(),
    requests: series(),
    errors: series(),
    loopMs: series(),
    commitMs: series(),
    connections: series(),
  }),
  refusals: Type.Unsafe<Readonly<Record<string, (number | null)[]>>>({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: ['number', 'null'] } },
    description: 'By code, of all servers together',
  }),
});

const Server = Type.Object({
  id: Id,
  seenSecondsAgo: Type.Number({ minimum: 0 }),
  requestsPerSecond: Type.Number({ minimum: 0 }),
  errorsPerMinute: Type.Number({ minimum: 0 }),
  loopMs: Type.Number({ description: 'The longest that the process kept a request waiting for itself' }),
  commitMs: orNull<number>(Type.Number(), { description: 'How long a small commit took' }),
});

const seatsAndMoney = {
  seats: Type.Integer({ minimum: 0, description: 'Of a date that was called off: those not given back yet' }),
  available: Count,
  blocked: Count,
  held: Count,
  sold: Type.Integer({ minimum: 0, description: 'Paid for' }),
  complimentary: Count,
  cancelled: Type.Integer({ minimum: 0, description: 'Paid for and given back; each time that a seat was' }),
  gross: Type.Integer({ minimum: 0, description: 'What was paid, for what was given back too' }),
  fees: Type.Integer({ minimum: 0, description: 'Kept of what was given back' }),
  refunds: Type.Integer({ minimum: 0, description: 'Without compensations, which are apart' }),
  net: Type.Integer({ description: 'Money kept: gross less refunds' }),
};
const GradeSales = Type.Object({ grade: Type.String(), ...seatsAndMoney });
const Forecast = Type.Object({
  soldOutAt: orNull<string>(Time, { description: 'If it goes on as it went; null where nothing honest can be said' }),
  because: Type.Unsafe<'SOLD_OUT' | 'SALE_ENDED' | 'PAUSED' | 'TOO_SHORT' | 'TOO_FEW' | 'TOO_FAR' | null>({
    type: ['string', 'null'],
    enum: ['SOLD_OUT', 'SALE_ENDED', 'PAUSED', 'TOO_SHORT', 'TOO_FEW', 'TOO_FAR', null],
    description:
      'Why there is no forecast: less than 2 minutes were seen, fewer than 10 seats sold, or it is more than a day away',
  }),
  seatsSold: Type.Integer({ minimum: 0, description: 'The forecast is drawn from these' }),
  overSeconds: Type.Integer({ minimum: 0, description: 'in the last so many seconds, at most 600' }),
});

const sales = {
  getSales: {
    method: 'GET',
    url: '/api/v1/admin/concerts/:concertId/sales',
    needs: 'operator',
    summary: 'What a sale comes to, by date and grade, and when it will be sold out at the pace of the last 10 minutes',
    params: ConcertParams,
    replies: {
      200: Type.Object({
        concertId: Id,
        currency: Type.String(),
        total: Type.Object(seatsAndMoney),
        grades: Type.Array(GradeSales, { description: 'Of all dates, in the order in which the sections name them' }),
        performances: Type.Array(
          Type.Object({
            id: Id,
            startsAt: Time,
            status: oneOf(['SCHEDULED', 'CANCELLED'], { description: 'CANCELLED: it was called off' }),
            movedFrom: orNull<string>(Time),
            ...seatsAndMoney,
            grades: Type.Array(GradeSales),
          }),
        ),
        forecast: Forecast,
      }),
    },
    refusals: ['NOT_FOUND'],
  },
} as const satisfies Record<string, Endpoint>;

export const liveEndpoints = {
  ...sales,
  listLiveConcerts: {
    method: 'GET',
    url: '/api/v1/admin/concerts',
    needs: 'operator',
    summary: 'All concerts as they go right now, newest first',
    querystring: Page,
    replies: { 200: pageOf('concerts', Type.Object({ ...concert, ...line, ...sold })) },
    refusals: [],
  },
  getConcertSettings: {
    method: 'GET',
    url: '/api/v1/admin/concerts/:concertId',
    needs: 'operator',
    summary: 'How a concert is sold, and who changed that last',
    params: ConcertParams,
    replies: {
      200: Type.Object({
        ...concert,
        maxActive: Type.Integer(),
        sessionSeconds: Type.Integer(),
        holdSeconds: Type.Integer(),
        graceSeconds: Type.Integer(),
        maxSeatsPerFan: Type.Integer(),
        boundToSupply: Type.Boolean(),
        refundPolicy: RefundPolicy,
        timeZone: Type.String(),
        ...pause,
        changedAt: orNull<string>(Time),
        changedBy: Operator,
      }),
    },
    refusals: ['NOT_FOUND'],
  },
  getHistory: {
    method: 'GET',
    url: '/api/v1/admin/concerts/:concertId/history',
    needs: 'operator',
    summary: 'The last hour of a sale and of the service, a value every five seconds',
    params: ConcertParams,
    querystring: Type.Object({ minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 60, default: 60 })) }),
    replies: { 200: History },
    refusals: ['NOT_FOUND'],
  },
  getService: {
    method: 'GET',
    url: '/api/v1/admin/service',
    needs: 'operator',
    summary: 'How the servers and the database do, and what all concerts come to',
    replies: {
      200: Type.Object({
        servers: Type.Array(Server),
        database: Type.Object({
          connections: Count,
          connectionsMax: Count,
          replicas: Count,
          answerMs: Type.Number({ description: 'How long the database took for this very question' }),
        }),
        totals: Type.Object({ waiting: Count, active: Count, maxActive: Count, ...sold }),
      }),
    },
    refusals: [],
  },
  listOperatorLog: {
    method: 'GET',
    url: '/api/v1/admin/log',
    needs: 'operator',
    summary: 'Who changed what behind the counter, newest first',
    querystring: Type.Object({
      ...Page.properties,
      concertId: Type.Optional(Type.String({ pattern: concertIdPattern })),
    }),
    replies: {
      200: pageOf(
        'entries',
        Type.Object({
          id: Id,
          at: Time,
          operator: Operator,
          action: Type.String(),
          concertId: Id,
          concertTitle: orNull<string>(Type.String()),
          before: Values,
          after: Values,
        }),
      ),
    },
    refusals: [],
  },
} as const satisfies Record<string, Endpoint>;
