/** What an operator looks up: fans and their money, the story of a seat, the plan of a concert; and files to take along. */
import { Type } from 'typebox';
import {
  ConcertParams,
  Count,
  CsvFile,
  Id,
  Money,
  Operator,
  Page,
  PlacedSection,
  Seat,
  Time,
  WalletEntry,
  concertIdPattern,
  oneOf,
  pageOf,
  text,
} from './parts.ts';
import { RefundPolicy } from './refunds.ts';
import { cancelledFor } from './reservations.ts';
import type { Endpoint } from './endpoint.ts';

const nothingOr = (type: string, options: object = {}) => ({ type: [type, 'null'], ...options });
const TextOrNull = Type.Unsafe<string | null>(nothingOr('string'));
const TimeOrNull = Type.Unsafe<string | null>(nothingOr('string', { format: 'date-time' }));

const person = {
  id: Id,
  name: TextOrNull,
  email: Type.Unsafe<string | null>(nothingOr('string', { description: 'null for users of an outside provider' })),
  role: oneOf(['fan', 'operator']),
  createdAt: Type.Unsafe<string | null>(
    nothingOr('string', { format: 'date-time', description: 'null for users of an outside provider' }),
  ),
};
const userId = text(300, { description: 'The whole id of a user' });

const Place = Type.Object({
  concertId: Id,
  number: Type.Integer({ description: 'The number drawn on arrival' }),
  status: oneOf(['WAIT', 'ACTIVE', 'EXPIRED']),
  position: Type.Unsafe<number | null>(nothingOr('integer', { description: '1 = next; null unless WAIT' })),
  issuedAt: Time,
  admittedAt: TimeOrNull,
  expiresAt: Type.Unsafe<string | null>(
    nothingOr('string', { format: 'date-time', description: 'null unless ACTIVE' }),
  ),
  endedAt: TimeOrNull,
  endedBecause: Type.Unsafe<'PAID' | 'SESSION_ENDED' | 'LEFT' | 'ABSENT' | null>({
    type: ['string', 'null'],
    enum: ['PAID', 'SESSION_ENDED', 'LEFT', 'ABSENT', null],
  }),
});

const people = {
  findUsers: {
    method: 'GET',
    url: '/api/v1/admin/users',
    needs: 'operator',
    summary: 'Fans by part of a name or e-mail address, by id or the beginning of one',
    querystring: Type.Object({ q: text(200) }),
    replies: {
      200: Type.Object({
        users: Type.Array(Type.Object(person), { description: 'At most 50' }),
        more: Type.Boolean({ description: 'There are more than these: ask more exactly' }),
      }),
    },
    refusals: [],
  },
  getUser: {
    method: 'GET',
    url: '/api/v1/admin/user',
    needs: 'operator',
    summary: 'One fan: who it is, what the wallet and its ledger come to, and the places in line, newest first',
    querystring: Type.Object({ userId }),
    replies: {
      200: Type.Object({
        ...person,
        currency: Type.String(),
        wallet: Type.Object({
          balance: Money,
          entries: Count,
          charged: Money,
          paid: Money,
          refunded: Money,
          compensated: Money,
          withdrawn: Type.Integer({ description: 'Sent back, or about to be' }),
          reversed: Type.Integer({ description: 'Taken for what a gateway undid' }),
          owed: Type.Integer({ minimum: 0, description: 'A gateway undid it, and the wallet could not give it yet' }),
          adds: Type.Boolean({ description: 'The entries come to the balance' }),
        }),
        places: Type.Array(Place, { description: 'At most 100' }),
        morePlaces: Type.Boolean(),
      }),
    },
    refusals: ['NOT_FOUND'],
  },
  listUserEntries: {
    method: 'GET',
    url: '/api/v1/admin/ledger',
    needs: 'operator',
    summary: 'What moved the balance of a fan, newest first',
    querystring: Type.Object({ ...Page.properties, userId }),
    replies: { 200: pageOf('entries', WalletEntry) },
    refusals: [],
  },
} as const satisfies Record<string, Endpoint>;

const Wanted = Type.Object({
  userId: Id,
  name: TextOrNull,
  at: Type.String({ format: 'date-time', description: 'ISO 8601, UTC; exact to about a tenth of a second' }),
  status: oneOf(['HELD', 'RESERVED'], { description: 'What stood in the way' }),
  lostTo: Type.Unsafe<string | null>(nothingOr('string', { description: 'The reservation that had the seat' })),
});

const GivenUp = Type.Unsafe<{
  id: string;
  at: string;
  reason: (typeof cancelledFor)[number];
  fee: number;
  refund: number;
  by: { id: string; email: string | null; name: string | null } | null;
} | null>({
  type: ['object', 'null'],
  properties: {
    id: { type: 'string' },
    at: { type: 'string', format: 'date-time' },
    reason: { type: 'string', enum: cancelledFor },
    fee: { type: 'integer', description: 'Of this seat' },
    refund: { type: 'integer', description: 'Of this seat' },
    by: Operator,
  },
  required: ['id', 'at', 'reason', 'fee', 'refund', 'by'],
  description: 'How it was given back after it was paid; else null',
});

const story = {
  getSeatStory: {
    method: 'GET',
    url: '/api/v1/admin/performances/:performanceId/seats/:number/story',
    needs: 'operator',
    summary: 'Who held a seat and until when, how each hold ended, who owns it, and who wanted it in vain',
    params: Type.Object({
      performanceId: Type.String({ pattern: '^[a-z0-9]{10}-[1-9][0-9]{0,3}$' }),
      number: Type.String({ pattern: '^[1-9][0-9]{0,5}$' }),
    }),
    replies: {
      200: Type.Object({
        seat: Seat,
        calledOff: Type.Boolean({ description: 'The date was: whatever is available is not on sale' }),
        holds: Type.Array(
          Type.Object({
            reservationId: Id,
            userId: Id,
            name: TextOrNull,
            status: oneOf(['HELD', 'CONFIRMED', 'EXPIRED', 'CANCELLED'], { description: 'As far as this seat goes' }),
            from: Time,
            until: Type.Unsafe<string | null>(
              nothingOr('string', {
                format: 'date-time',
                description: 'End of the hold; null when it was paid, and when it is not known',
              }),
            ),
            paidAt: TimeOrNull,
            paymentId: TextOrNull,
            cancellation: GivenUp,
          }),
          { description: 'Newest first, at most 100' },
        ),
        moreHolds: Type.Boolean(),
        refused: Type.Object({
          total: Type.Integer({ minimum: 0, description: 'Attempts in vain that were counted' }),
          attempts: Type.Array(Wanted, { description: 'Newest first; a seat keeps its newest 20, best effort' }),
        }),
      }),
    },
    refusals: ['NOT_FOUND'],
  },
} as const satisfies Record<string, Endpoint>;

const FoundSeat = Type.Object({
  concertId: Id,
  concertTitle: Type.String(),
  performanceId: Id,
  startsAt: Time,
  ...Seat.properties,
  seat: Type.Integer({ minimum: 1, description: 'In the row' }),
  reservationId: Type.Unsafe<string | null>(nothingOr('string', { description: 'Who holds or has it' })),
  calledOff: Type.Boolean(),
});

const seats = {
  findSeats: {
    method: 'GET',
    url: '/api/v1/admin/seats',
    needs: 'operator',
    summary: 'Seats by name or a part of it, as people say it: `F1구역 1열 49번`, `F1-1-49`, `f1 49`',
    description:
      'Of one concert, or of the newest 200. A row and a seat without a section are looked for in one concert only.',
    querystring: Type.Object({
      q: text(200),
      concertId: Type.Optional(Type.String({ pattern: concertIdPattern })),
    }),
    replies: {
      200: Type.Object({
        seats: Type.Array(FoundSeat, { description: 'At most 50' }),
        more: Type.Boolean({ description: 'There are more than these: ask more exactly' }),
      }),
    },
    refusals: [],
  },
} as const satisfies Record<string, Endpoint>;

const plan = {
  getPlan: {
    method: 'GET',
    url: '/api/v1/admin/concerts/:concertId/plan',
    needs: 'operator',
    summary: 'A concert as it was put on sale, with its settings of now: what a new one can be made from',
    params: ConcertParams,
    replies: {
      200: Type.Object({
        id: Id,
        title: Type.String(),
        artist: Type.String(),
        venue: Type.String(),
        maxActive: Type.Integer(),
        sessionSeconds: Type.Integer(),
        holdSeconds: Type.Integer(),
        graceSeconds: Type.Integer(),
        maxSeatsPerFan: Type.Integer(),
        boundToSupply: Type.Boolean(),
        refundPolicy: RefundPolicy,
        timeZone: Type.String(),
        performances: Type.Array(
          Type.Object({
            id: Id,
            startsAt: Time,
            seatsTotal: Count,
            sections: Type.Array(PlacedSection),
          }),
        ),
      }),
    },
    refusals: ['NOT_FOUND'],
  },
} as const satisfies Record<string, Endpoint>;

const files = {
  exportReservations: {
    method: 'GET',
    url: '/api/v1/admin/concerts/:concertId/reservations.csv',
    needs: 'operator',
    summary: 'All reservations of a concert that there are when it is asked, oldest first, one seat a row, as a file',
    params: ConcertParams,
    replies: { 200: CsvFile },
    media: 'text/csv',
    refusals: ['NOT_FOUND'],
  },
  exportLedger: {
    method: 'GET',
    url: '/api/v1/admin/ledger.csv',
    needs: 'operator',
    summary: 'What moved the balance of a fan, oldest first, as a file',
    querystring: Type.Object({ userId }),
    replies: { 200: CsvFile },
    media: 'text/csv',
    refusals: ['NOT_FOUND'],
  },
} as const satisfies Record<string, Endpoint>;

export const deskEndpoints = { ...people, ...story, ...seats, ...plan, ...files };
