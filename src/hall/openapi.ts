/** The reference: OpenAPI 3.1, made from the contract alone, so that it can leave nothing out. */
import { Type, type TSchema } from 'typebox';
import { contract, notCancellableBecause, refusalsOf, type Endpoint, type Needs } from '../contract.ts';
import { refusals, type RefusalCode } from '../refusals.ts';
import { problemPath } from './problems.ts';

type Json = Readonly<Record<string, unknown>>;

/** The document of the whole contract. `serverUrl` is where this service is reached. */
export function openApiDocument(serverUrl: string): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, endpoint] of Object.entries<Endpoint>(contract)) {
    const path = endpoint.url.replaceAll(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[endpoint.method.toLowerCase()] = operationOf(name, endpoint);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Maejin', version: '1', description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: serverUrl }],
    tags: tags.map(([name, text]) => ({ name, description: text })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'The `token` of sign-in, or a JWT of your provider' },
        queueToken: { type: 'apiKey', in: 'header', name: 'Queue-Token', description: 'Your place in line' },
        session: { type: 'apiKey', in: 'cookie', name: 'maejin.session_token', description: 'In a browser' },
      },
      schemas: Object.fromEntries(
        (Object.keys(refusals) as RefusalCode[]).map((code) => [problemName(code), problemSchema(code)]),
      ),
    },
  };
}

const description = `The open-source box office for the minute when everybody comes at once: a fair waiting room, seats
that are never sold twice, a wallet that never loses a won.

Sign up, take a place in line, hold seats when it is your turn, top up your wallet, pay. Errors are
\`application/problem+json\` (RFC 9457) with a \`code\`; each \`type\` is a page that explains it. Lists page with
\`limit\` and \`cursor\`. Money is whole units of the currency, times are ISO 8601 in UTC.`;

const tags: readonly (readonly [name: string, text: string])[] = [
  ['Accounts', 'Who you are'],
  ['Line', 'A place in line, and when it is your turn'],
  ['Concerts', 'Concerts, dates and seats'],
  ['Reservations', 'Holding seats and paying for them'],
  ['Wallet', 'Your money, and how it comes in and goes back'],
  ['Operator', 'Behind the counter'],
  ['System', 'For the machines around'],
];

const tag_patterns: readonly (readonly [pattern: RegExp, tag: string])[] = [
  [/^\/api\/auth/, 'Accounts'],
  [/\/admin\//, 'Operator'],
  [/queue-token/, 'Line'],
  [/\/reservations/, 'Reservations'],
  [/\/(?:wallet|webhooks)/, 'Wallet'],
  [/\/(?:concerts|performances)/, 'Concerts'],
];

function tagOf({ url }: Endpoint): string {
  return tag_patterns.find(([pattern]) => pattern.test(url))?.[1] ?? 'System';
}

const signedIn: readonly Json[] = [{ bearer: [] }, { session: [] }];
const securityOf: Record<Needs, readonly Json[]> = {
  nobody: [],
  bearer: signedIn,
  charger: signedIn,
  operator: signedIn,
  queueToken: [{ queueToken: [] }],
  admitted: [{ queueToken: [] }],
};

function operationOf(name: string, endpoint: Endpoint): Json {
  const { params, querystring, headers, body } = endpoint;
  return {
    operationId: name,
    summary: endpoint.summary,
    ...(endpoint.description === undefined ? {} : { description: endpoint.description }),
    tags: [tagOf(endpoint)],
    security: securityOf[endpoint.needs],
    parameters: [
      ...parametersOf('path', params),
      ...parametersOf('query', querystring),
      ...parametersOf('header', headers),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: { ...answersOf(endpoint), ...refusalsByStatus(endpoint) },
  };
}

function parametersOf(place: 'path' | 'query' | 'header', schema: TSchema | undefined): Json[] {
  if (schema === undefined || !('properties' in schema)) return [];
  const required = 'required' in schema && Array.isArray(schema.required) ? (schema.required as string[]) : [];
  return Object.entries(schema.properties as Record<string, TSchema>).map(([name, property]) => ({
    name: place === 'header' ? headerName(name) : name,
    in: place,
    required: required.includes(name),
    schema: property,
  }));
}

/** `idempotency-key` as `Idempotency-Key`. */
function headerName(name: string): string {
  return name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

const meanings: Readonly<Record<string, string>> = {
  200: 'OK',
  201: 'Made',
  204: 'Done; nothing to tell',
  304: 'What you have is still right (If-None-Match)',
};
const requestId = { 'X-Request-Id': { description: 'Names this request', schema: { type: 'string' } } };
const replayed = {
  'Idempotent-Replayed': { description: '`true` if this is the first answer again', schema: { type: 'string' } },
};
const entityTag = { ETag: { description: 'For If-None-Match', schema: { type: 'string' } } };
const retryAfter = { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } };

function answersOf(endpoint: Endpoint): Record<string, Json> {
  const headers = {
    ...requestId,
    ...(endpoint.headers === undefined ? {} : replayed),
    ...(304 in endpoint.replies ? entityTag : {}),
  };
  return Object.fromEntries(
    Object.entries(endpoint.replies).map(([status, schema]) => [
      status,
      { description: meanings[status] ?? '', headers, ...(schema === null ? {} : contentOf(endpoint, schema)) },
    ]),
  );
}

function contentOf({ stream, url, media = 'application/json' }: Endpoint, schema: TSchema): Json {
  if (stream !== undefined) {
    const text = `Events \`${stream}\`; the data of each is JSON of the schema in \`x-event-data\``;
    return {
      content: { 'text/event-stream': { schema: { type: 'string', description: text }, 'x-event-data': schema } },
    };
  }
  return { content: { [url === '/metrics' ? 'text/plain' : media]: { schema } } };
}

function refusalsByStatus(endpoint: Endpoint): Record<string, Json> {
  const codes = Map.groupBy(refusalsOf(endpoint), (code) => refusals[code].status);
  return Object.fromEntries(
    [...codes].map(([status, sharing]) => {
      const references = sharing.map((code) => ({ $ref: `#/components/schemas/${problemName(code)}` }));
      return [
        String(status),
        {
          description: sharing.map((code) => `\`${code}\`: ${refusals[code].title.en}`).join('; '),
          headers: { ...requestId, ...(status === 429 || status === 503 ? retryAfter : {}) },
          content: {
            'application/problem+json': { schema: references.length === 1 ? references[0] : { oneOf: references } },
          },
        },
      ];
    }),
  );
}

/** `ProblemSeatUnavailable` for SEAT_UNAVAILABLE. */
function problemName(code: RefusalCode): string {
  const words = code.toLowerCase().split('_');
  return `Problem${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`;
}

const reason = Type.Optional(Type.String({ description: 'Of sign-up and sign-in: which of the reasons it was' }));

/** The members that an answer of this code has besides those which all have. */
export const problemFields: Partial<Record<RefusalCode, Readonly<Record<string, TSchema>>>> = {
  VALIDATION_FAILED: { errors: Type.Array(Type.Object({ path: Type.String(), message: Type.String() })), reason },
  UNAUTHENTICATED: { reason },
  INSUFFICIENT_BALANCE: { balance: Type.Integer(), required: Type.Integer() },
  NOT_ADMITTED: { position: Type.Integer() },
  ADMISSION_EXPIRED: {
    expiredBecause: Type.Unsafe({ type: 'string', enum: ['PAID', 'SESSION_ENDED', 'LEFT', 'ABSENT'] }),
  },
  SEAT_UNAVAILABLE: {
    seats: Type.Array(
      Type.Object({
        number: Type.Integer(),
        status: Type.Unsafe({ type: 'string', enum: ['HELD', 'RESERVED', 'UNKNOWN'] }),
      }),
    ),
  },
  SEAT_LIMIT_EXCEEDED: { limit: Type.Integer(), holding: Type.Integer() },
  ALREADY_PAID: { paymentId: Type.String() },
  NOT_CANCELLABLE: { because: Type.Unsafe({ type: 'string', enum: [...notCancellableBecause] }) },
  QUOTE_CHANGED: { fee: Type.Integer({ minimum: 0 }), refund: Type.Integer({ minimum: 0 }) },
  SETTINGS_CHANGED: {
    current: Type.Omit(contract.updateConcert.replies[200], ['id']),
    changedAt: contract.getConcertSettings.replies[200].properties.changedAt,
    changedBy: contract.getConcertSettings.replies[200].properties.changedBy,
  },
  BALANCE_LIMIT_EXCEEDED: { limit: Type.Integer(), balance: Type.Integer() },
  AMOUNT_MISMATCH: { expected: Type.Integer(), got: Type.Integer() },
  NOT_WITHDRAWABLE: { withdrawable: Type.Integer({ minimum: 0 }) },
  INTERNAL: { requestId: Type.String() },
};

function problemSchema(code: RefusalCode): TSchema {
  const { status, title, detail } = refusals[code];
  return Type.Object(
    {
      type: Type.Literal(problemPath(code)),
      title: Type.String({ examples: [title.en, title.ko] }),
      status: Type.Literal(status),
      detail: Type.String({ examples: [detail.en, detail.ko] }),
      code: Type.Literal(code),
      ...problemFields[code],
    },
    { description: title.en },
  );
}
