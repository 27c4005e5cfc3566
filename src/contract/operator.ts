/** What an operator can ask, and what the machines around the service ask. */
import { Type } from 'typebox';
import {
  ConcertParams,
  Count,
  Id,
  OptionalIdempotencyHeaders,
  PlannedPerformance,
  Revenue,
  Time,
  oneLine,
  pageOf,
  seconds,
} from './parts.ts';
import { AllReservationsQuery, AnyonesReservation } from './reservations.ts';
import { PauseSeen, Pausing, pause } from './pausing.ts';
import { RefundPolicy } from './refunds.ts';
import { startsAtText } from './dates.ts';
import { liveEndpoints } from './console-live.ts';
import { concertDefaults, concertLimits } from './limits.ts';
import type { Endpoint } from './endpoint.ts';

const maxActive = (options: object = {}) => Type.Integer({ minimum: 1, maximum: concertLimits.activeMax, ...options });
const maxSeatsPerFan = (options: object = {}) =>
  Type.Integer({ minimum: 1, maximum: concertLimits.seatsPerFanMax, ...options });

const Section = Type.Object(
  {
    name: oneLine(concertLimits.nameCharsMax),
    rows: Type.Integer({ minimum: 1, maximum: concertLimits.sectionSideMax }),
    seatsPerRow: Type.Integer({ minimum: 1, maximum: concertLimits.sectionSideMax }),
    grade: oneLine(concertLimits.nameCharsMax),
    price: Type.Integer({ minimum: 0, maximum: concertLimits.priceMax }),
  },
  { additionalProperties: false },
);

const boundToSupply = (options: object = {}) =>
  Type.Boolean({
    description: 'Nobody is let in but to seats that can be had; what comes back lets in the next in line',
    ...options,
  });
const timeZone = Type.String({
  pattern: '^[A-Za-z0-9_+/-]{1,64}$',
  maxLength: 64,
  description: 'A name of the IANA time zone database: days of the refund policy are dates there. Default `Asia/Seoul`',
});
/** What a refund will go by that is paid for from now on. */
const terms = { refundPolicy: RefundPolicy, timeZone: Type.String() };

const NewConcert = Type.Object(
  {
    title: oneLine(concertLimits.textCharsMax),
    artist: oneLine(concertLimits.textCharsMax),
    venue: oneLine(concertLimits.textCharsMax),
    maxActive: Type.Optional(maxActive({ default: concertDefaults.maxActive })),
    sessionSeconds: Type.Optional(seconds({ default: concertDefaults.sessionSeconds })),
    holdSeconds: Type.Optional(seconds({ default: concertDefaults.holdSeconds })),
    graceSeconds: Type.Optional(seconds({ default: concertDefaults.graceSeconds })),
    maxSeatsPerFan: Type.Optional(maxSeatsPerFan({ default: concertDefaults.maxSeatsPerFan })),
    boundToSupply: Type.Optional(boundToSupply({ default: false })),
    refundPolicy: Type.Optional(RefundPolicy),
    timeZone: Type.Optional(timeZone),
    performances: Type.Array(
      Type.Object(
        {
          startsAt: startsAtText,
          sections: Type.Array(Section, { minItems: 1, maxItems: concertLimits.sectionsMax }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: concertLimits.datesMax },
    ),
  },
  { additionalProperties: false },
);

const settings = {
  boundToSupply: Type.Boolean(),
  maxActive: Type.Integer(),
  sessionSeconds: Type.Integer(),
  holdSeconds: Type.Integer(),
  graceSeconds: Type.Integer(),
  maxSeatsPerFan: Type.Integer(),
};

/** Any of the settings. */
const changes = {
  maxActive: Type.Optional(maxActive()),
  sessionSeconds: Type.Optional(seconds()),
  holdSeconds: Type.Optional(seconds()),
  graceSeconds: Type.Optional(seconds()),
  maxSeatsPerFan: Type.Optional(maxSeatsPerFan()),
  boundToSupply: Type.Optional(boundToSupply()),
};

const concerts = {
  createConcert: {
    method: 'POST',
    url: '/api/v1/admin/concerts',
    needs: 'operator',
    summary: 'Put a concert on sale; at most 100,000 seats a performance',
    headers: OptionalIdempotencyHeaders,
    body: NewConcert,
    bodyBytesMax: concertLimits.bodyBytesMax,
    replies: {
      201: Type.Object({
        id: Id,
        title: Type.String(),
        artist: Type.String(),
        venue: Type.String(),
        currency: Type.String(),
        ...settings,
        ...terms,
        performances: Type.Array(PlannedPerformance),
      }),
    },
    refusals: [],
  },
  updateConcert: {
    method: 'PATCH',
    url: '/api/v1/admin/concerts/:concertId',
    needs: 'operator',
    summary: 'Change how a concert is sold; in force within 2 s on every server',
    params: ConcertParams,
    body: Type.Object(
      {
        ...changes,
        refundPolicy: Type.Optional(RefundPolicy),
        timeZone: Type.Optional(timeZone),
        paused: Type.Optional(Pausing),
        expected: Type.Optional(
          Type.Object(
            {
              ...changes,
              refundPolicy: Type.Optional(RefundPolicy),
              timeZone: Type.Optional(timeZone),
              paused: Type.Optional(PauseSeen),
            },
            {
              additionalProperties: false,
              description: 'Settings as they were when this was decided; if one differs by now, nothing is changed',
            },
          ),
        ),
      },
      { additionalProperties: false, minProperties: 1 },
    ),
    bodyBytesMax: 32_768,
    replies: { 200: Type.Object({ id: Id, ...settings, ...terms, ...pause }) },
    refusals: ['NOT_FOUND', 'SETTINGS_CHANGED'],
  },
  getOverview: {
    method: 'GET',
    url: '/api/v1/admin/concerts/:concertId/overview',
    needs: 'operator',
    summary: 'How the sale goes',
    params: ConcertParams,
    replies: {
      200: Type.Object({
        waiting: Count,
        active: Count,
        maxActive: Type.Integer(),
        admittedPerMinute: Type.Number({ minimum: 0 }),
        seats: Type.Object({ total: Count, available: Count, held: Count, reserved: Count }),
        revenue: Revenue,
        ...pause,
      }),
    },
    refusals: ['NOT_FOUND'],
  },
  listAllReservations: {
    method: 'GET',
    url: '/api/v1/admin/reservations',
    needs: 'operator',
    summary: 'Reservations of everybody, expired ones too',
    querystring: AllReservationsQuery,
    replies: { 200: pageOf('reservations', AnyonesReservation) },
    refusals: [],
  },
  getAudit: {
    method: 'GET',
    url: '/api/v1/admin/audit',
    needs: 'operator',
    summary: 'Whether the invariants hold on the live database',
    replies: {
      200: Type.Object({
        ok: Type.Boolean(),
        at: Time,
        milliseconds: Type.Integer({ minimum: 0, description: 'How long it took' }),
        checks: Type.Array(
          Type.Object({
            name: Type.String(),
            ok: Type.Boolean(),
            violations: Count,
            sample: Type.Array(Type.Unknown()),
          }),
        ),
      }),
    },
    refusals: [],
  },
} as const satisfies Record<string, Endpoint>;

const Health = Type.Object({ status: Type.Literal('ok') });

const system = {
  healthz: {
    method: 'GET',
    url: '/healthz',
    needs: 'nobody',
    summary: 'The process lives',
    replies: { 200: Health },
    refusals: [],
  },
  readyz: {
    method: 'GET',
    url: '/readyz',
    needs: 'nobody',
    summary: 'The database is reachable and migrated',
    replies: { 200: Health },
    refusals: [],
  },
  metrics: {
    method: 'GET',
    url: '/metrics',
    needs: 'nobody',
    summary: 'Figures for Prometheus',
    replies: { 200: Type.String() },
    refusals: [],
  },
} as const satisfies Record<string, Endpoint>;

export const operatorEndpoints = { ...concerts, ...liveEndpoints, ...system };
