/** What a fan can ask: accounts, concerts, and the eight use cases in the order a fan walks through them. */
import { Type } from 'typebox';
import {
  Availability,
  BilledConcert,
  ConcertInFull,
  ConcertParams,
  IssuedToken,
  LivePlaces,
  OptionalIdempotencyHeaders,
  Page,
  Performance,
  PerformanceParams,
  ProgrammeQuery,
  QueueStatus,
  ReservationParams,
  Sale,
  Seat,
  SeatChange,
  SeatMap,
  Time,
  oneLine,
  pageOf,
  text,
} from './parts.ts';
import { OwnReservation, Reservation } from './reservations.ts';
import { moneyEndpoints } from './money.ts';
import type { Endpoint } from './endpoint.ts';

const Account = Type.Object({
  token: Type.String({ description: 'The access token' }),
  user: Type.Object({ id: Type.String(), email: Type.String(), name: Type.String() }),
});
const email = Type.String({ format: 'email', maxLength: 254 });
const password = Type.String({ minLength: 8, maxLength: 128 });
const accountBodyBytesMax = 8_192;

/** Use cases 1 and 2: a place in line. */
const line = {
  issueQueueToken: {
    method: 'POST',
    url: '/api/v1/concerts/:concertId/queue-tokens',
    needs: 'bearer',
    summary: 'Join the line, or get the place you have',
    description: `Ending all other sessions, by changing the password so or by signing out everywhere, makes every token void
that was handed out before (\`QUEUE_TOKEN_INVALID\`). The place, and what is held from it, is kept: asking here again answers the
same place with a new token. A fan takes at most 20 places of a concert in 10 minutes; then \`RATE_LIMITED\`.`,
    params: ConcertParams,
    replies: { 201: IssuedToken, 200: IssuedToken },
    refusals: ['UNAUTHENTICATED', 'NOT_FOUND'],
  },
  listQueueTokens: {
    method: 'GET',
    url: '/api/v1/queue-tokens',
    needs: 'bearer',
    summary: 'Your live places in all lines, for whatever device you are on',
    description: 'The newest first, at most 50. Asking is no sign of life.',
    replies: { 200: LivePlaces },
    refusals: [],
  },
  getQueueToken: {
    method: 'GET',
    url: '/api/v1/queue-token',
    needs: 'queueToken',
    summary: 'Where you stand in line',
    replies: { 200: QueueStatus },
    refusals: ['QUEUE_TOKEN_INVALID'],
  },
  streamQueueToken: {
    method: 'GET',
    url: '/api/v1/queue-token/events',
    needs: 'queueToken',
    summary: 'Where you stand in line, as server-sent events: `status`, at once and on every change',
    replies: { 200: QueueStatus },
    stream: 'status',
    refusals: ['QUEUE_TOKEN_INVALID'],
  },
  leaveQueue: {
    method: 'DELETE',
    url: '/api/v1/queue-token',
    needs: 'queueToken',
    summary: 'Leave the line; a freed slot goes to the next',
    replies: { 204: null },
    refusals: ['QUEUE_TOKEN_INVALID'],
  },
} as const satisfies Record<string, Endpoint>;

/** Use cases 3, 4 and 5: dates, seats, holds. */
const seats = {
  listConcerts: {
    method: 'GET',
    url: '/api/v1/concerts',
    needs: 'nobody',
    summary: 'The concerts to come, by their next dates; what is sold out is last',
    description: `A concert none of whose dates is still to come is not in it. Who turns pages while a concert sells out, or while
a date passes, may find it twice and misses none.`,
    querystring: ProgrammeQuery,
    replies: { 200: pageOf('concerts', BilledConcert) },
    refusals: [],
  },
  getConcert: {
    method: 'GET',
    url: '/api/v1/concerts/:concertId',
    needs: 'nobody',
    summary: 'One concert',
    params: ConcertParams,
    replies: { 200: ConcertInFull },
    refusals: ['NOT_FOUND'],
  },
  getSale: {
    method: 'GET',
    url: '/api/v1/concerts/:concertId/sale',
    needs: 'nobody',
    summary: 'How a sale goes, for everybody: seats by grade and date, the line; from memory, at most a second old',
    params: ConcertParams,
    replies: { 200: Sale },
    refusals: ['NOT_FOUND'],
  },
  listPerformances: {
    method: 'GET',
    url: '/api/v1/concerts/:concertId/performances',
    needs: 'admitted',
    summary: 'The dates of a concert, by default those with an available seat',
    params: ConcertParams,
    querystring: Availability,
    replies: { 200: Type.Object({ performances: Type.Array(Performance) }) },
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  listSeats: {
    method: 'GET',
    url: '/api/v1/performances/:performanceId/seats',
    needs: 'admitted',
    summary: 'The seats of a date, by default the available ones',
    params: PerformanceParams,
    querystring: Availability,
    replies: { 200: Type.Object({ performanceId: Type.String(), seats: Type.Array(Seat) }), 304: null },
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  getSeatMap: {
    method: 'GET',
    url: '/api/v1/performances/:performanceId/map',
    needs: 'admitted',
    summary: 'The sections of a date and a letter for each seat: what a map is drawn from',
    params: PerformanceParams,
    replies: { 200: SeatMap },
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  streamSeats: {
    method: 'GET',
    url: '/api/v1/performances/:performanceId/seats/events',
    needs: 'admitted',
    summary: 'Changes of seats, as server-sent events: `seats`, what changed; `performance`, when the date was',
    description:
      '`performance` says `{id, status, startsAt}` of a date that was moved or called off; the stream stays open.',
    params: PerformanceParams,
    replies: { 200: Type.Array(SeatChange) },
    stream: 'seats',
    refusals: ['NOT_FOUND', 'FORBIDDEN'],
  },
  createReservation: {
    method: 'POST',
    url: '/api/v1/reservations',
    needs: 'admitted',
    summary: 'Hold seats, all or none',
    description:
      'A hold lasts as long as it can be paid: for `holdSeconds`, but no longer than the session, which it extends up to twice its length, nor than the date is on sale. Leaving, and paying for another hold, give it back. A fan makes at most 60 holds of a concert in 10 minutes, whatever becomes of them; then `RATE_LIMITED`. With an `Idempotency-Key` a repeat gets its 201 again (`Idempotent-Replayed: true`), also after the answer was lost, whatever became of the hold since; without one every request is a new one.',
    headers: OptionalIdempotencyHeaders,
    body: Type.Object(
      {
        performanceId: text(64),
        // No upper bound by the size of a hall: a number that does not exist is a seat UNKNOWN, not a bad request.
        // That they are distinct is for the room to see, which looks at each of them anyway.
        seatNumbers: Type.Array(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), {
          minItems: 1,
          maxItems: 100,
          uniqueItems: true,
        }),
      },
      { additionalProperties: false },
    ),
    bodyBytesMax: 2_048,
    replies: { 201: Reservation },
    refusals: ['FORBIDDEN', 'NOT_FOUND', 'SALE_ENDED', 'SEAT_UNAVAILABLE', 'SEAT_LIMIT_EXCEEDED'],
  },
  listReservations: {
    method: 'GET',
    url: '/api/v1/reservations',
    needs: 'bearer',
    summary: 'Your reservations, newest first',
    description: 'What was paid stays. What expired or was released is removed after some time (`RETENTION_DAYS`).',
    querystring: Page,
    replies: { 200: pageOf('reservations', OwnReservation) },
    refusals: [],
  },
  getReservation: {
    method: 'GET',
    url: '/api/v1/reservations/:id',
    needs: 'bearer',
    summary: 'One of your reservations',
    params: ReservationParams,
    replies: { 200: OwnReservation },
    refusals: ['NOT_FOUND'],
  },
  cancelReservation: {
    method: 'DELETE',
    url: '/api/v1/reservations/:id',
    needs: 'bearer',
    summary: 'Release your hold; doing it again changes nothing',
    params: ReservationParams,
    replies: { 204: null },
    refusals: ['NOT_FOUND', 'ALREADY_PAID'],
  },
} as const satisfies Record<string, Endpoint>;

/** Answered by better-auth under /api/auth; here so that the reference tells how to get an access token. */
const accounts = {
  signUp: {
    method: 'POST',
    url: '/api/auth/sign-up/email',
    needs: 'nobody',
    summary: 'Make an account',
    body: Type.Object({ email, password, name: oneLine(100) }, { additionalProperties: false }),
    bodyBytesMax: accountBodyBytesMax,
    replies: { 200: Account },
    refusals: ['FORBIDDEN'],
    outside: true,
  },
  signIn: {
    method: 'POST',
    url: '/api/auth/sign-in/email',
    needs: 'nobody',
    summary: 'Sign in',
    body: Type.Object({ email, password }, { additionalProperties: false }),
    bodyBytesMax: accountBodyBytesMax,
    replies: { 200: Account },
    refusals: ['UNAUTHENTICATED', 'FORBIDDEN'],
    outside: true,
  },
} as const satisfies Record<string, Endpoint>;

const clock = {
  getTime: {
    method: 'GET',
    url: '/api/v1/time',
    needs: 'nobody',
    summary: "The database's clock, which all times of the answers are of; for countdowns",
    replies: { 200: Type.Object({ now: Time }) },
    refusals: [],
  },
} as const satisfies Record<string, Endpoint>;

export const fanEndpoints = { ...accounts, ...line, ...seats, ...moneyEndpoints, ...clock };
