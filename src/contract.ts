/**
 * The whole HTTP surface, every endpoint once. Validation, serialisation, the types of handlers, the reference and
 * the clients' types come from it; renaming a field here breaks both sides when the types are checked.
 */
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Static, TSchema, TUnknown } from 'typebox';
import { fanEndpoints } from './contract/fan.ts';
import { dateEndpoints } from './contract/console-dates.ts';
import { deskEndpoints } from './contract/console-desk.ts';
import { consoleMoneyEndpoints } from './contract/console-money.ts';
import { operatorEndpoints } from './contract/operator.ts';
import { refundEndpoints } from './contract/refunds.ts';
import type { Endpoint } from './contract/endpoint.ts';
import type { RefusalCode } from './refusals.ts';

export type { Endpoint, Needs } from './contract/endpoint.ts';
export {
  balanceMax,
  chargeMax,
  OptionalIdempotencyHeaders,
  pageLimitDefault,
  seatsPerPerformanceMax,
} from './contract/parts.ts';

export { concertDefaults, concertLimits, moneyLimits, refundLimits } from './contract/limits.ts';
export { readSeatName, type SeatReading } from './contract/seat-names.ts';
export { asRead, composed, isOneLine, oneLineIn } from './contract/text.ts';

export { cancellationReasons, notCancellableBecause, refundPresets } from './contract/refunds.ts';

export const currency = 'KRW';

export const contract = {
  ...fanEndpoints,
  ...refundEndpoints,
  ...operatorEndpoints,
  ...deskEndpoints,
  ...dateEndpoints,
  ...consoleMoneyEndpoints,
};

export type EndpointName = keyof typeof contract;

/** The Fastify instance that rooms mount their routes on. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

type Part<E, Name extends string> =
  E extends Readonly<Record<Name, infer S extends TSchema>> ? Record<Name, S> : unknown;
type Response<E extends Endpoint> = {
  [Status in keyof E['replies']]: E['replies'][Status] extends TSchema ? E['replies'][Status] : TUnknown;
};
type RouteSchema<E extends Endpoint> = Part<E, 'params'> &
  Part<E, 'querystring'> &
  Part<E, 'headers'> &
  Part<E, 'body'> & { response: Response<E> };

/** What a handler of this endpoint receives and answers, as types. */
export type BodyOf<Name extends EndpointName> = (typeof contract)[Name] extends { body: infer S extends TSchema }
  ? Static<S>
  : undefined;
export type QueryOf<Name extends EndpointName> = (typeof contract)[Name] extends {
  querystring: infer S extends TSchema;
}
  ? Static<S>
  : undefined;
export type ReplyOf<
  Name extends EndpointName,
  Status extends keyof (typeof contract)[Name]['replies'],
> = (typeof contract)[Name]['replies'][Status] extends infer S extends TSchema ? Static<S> : undefined;

/**
 * The Fastify route options of an endpoint: `app.route({ ...route('getWallet'), handler })`.
 * The hall validates by the schema (and refuses a body where none belongs) before the handler runs.
 */
export function route<Name extends EndpointName>(name: Name) {
  type E = (typeof contract)[Name];
  const endpoint: Endpoint = contract[name];
  const { params, querystring, headers, body, replies } = endpoint;
  const response = Object.fromEntries(
    Object.entries(endpoint.stream === undefined ? replies : {}).filter(([, schema]) => schema !== null),
  );
  const parts = Object.entries({ params, querystring, headers, body }).filter(([, schema]) => schema !== undefined);
  return {
    method: endpoint.method as E['method'],
    url: endpoint.url as E['url'],
    config: { endpoint: name, stream: endpoint.stream !== undefined },
    // A stream has no length, no tag and no end that HEAD could tell of without opening one.
    ...(endpoint.stream === undefined ? {} : { exposeHeadRoute: false }),
    schema: { ...Object.fromEntries(parts), response } as RouteSchema<E>,
  };
}

const refusalsByNeed: Record<Endpoint['needs'], readonly RefusalCode[]> = {
  nobody: [],
  bearer: ['UNAUTHENTICATED'],
  charger: ['UNAUTHENTICATED', 'CHARGE_NOT_ALLOWED'],
  queueToken: ['QUEUE_TOKEN_INVALID'],
  admitted: ['QUEUE_TOKEN_INVALID', 'NOT_ADMITTED', 'ADMISSION_EXPIRED'],
  operator: ['UNAUTHENTICATED', 'FORBIDDEN'],
};

/** Every way in which an endpoint can say no: its own, and those that what it needs and takes bring along. */
export function refusalsOf(endpoint: Endpoint): readonly RefusalCode[] {
  const codes = new Set<RefusalCode>(['VALIDATION_FAILED', ...refusalsByNeed[endpoint.needs], ...endpoint.refusals]);
  if (endpoint.headers !== undefined) {
    codes.add('IDEMPOTENCY_KEY_REQUIRED').add('IDEMPOTENCY_KEY_REUSED');
  }
  if (endpoint.method !== 'GET') {
    codes.add('PAYLOAD_TOO_LARGE').add('UNSUPPORTED_MEDIA_TYPE');
    // For the cookie of somebody whom another site's page made ask.
    if (endpoint.needs === 'bearer' || endpoint.needs === 'charger') codes.add('FORBIDDEN');
  }
  return [...codes.add('RATE_LIMITED').add('INTERNAL').add('OVERLOADED')];
}
