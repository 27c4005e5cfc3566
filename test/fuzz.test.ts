/**
 * Whatever is sent, every answer is one that the contract names, none is INTERNAL, nothing inside shows, and a
 * request that should change nothing changes no row.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  assert as assertProperty,
  array,
  asyncProperty,
  bigInt,
  constant,
  constantFrom,
  double,
  integer,
  json,
  jsonValue,
  nat,
  oneof,
  pre,
  record,
  type IAsyncProperty,
} from 'fast-check';
import { Compile } from 'typebox/compile';
import { contract, refusalsOf, type Endpoint } from '../src/contract.ts';
import { refusals, type RefusalCode } from '../src/refusals.ts';
import { boxOffice, newFan } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import { aConcert, filled, forgedFrom, key, query, segment, text } from './harness/nasty.ts';
import { dice } from './harness/properties.ts';
import { rowsOf } from './harness/rows.ts';
import type { Server } from './harness/server.ts';
import { sendRaw, type RawAnswer } from './harness/raw-http.ts';

interface Credentials {
  readonly bearer: string;
  readonly operator: string;
  readonly queueToken: string;
}

let house: House;
let server: Server;
/** Of a fan inside, with money and a hold; and of an operator. */
let valid: Credentials;
/** Ids that exist, of somebody else or of this fan. */
let ids: readonly string[];

before(async () => {
  house = await openHouse();
  server = await house.start();
  const office = boxOffice(server);
  const [here, elsewhere] = [await office.createConcert(), await office.createConcert()];
  const [fan, other] = [newFan(), newFan()];
  await office.charge(fan, 1_000_000);
  const queueToken = await office.enter(here.concertId, fan);
  const otherToken = await office.enter(here.concertId, other);
  const own = await office.hold(queueToken, here.performanceId, [1]);
  const taken = await office.hold(otherToken, here.performanceId, [2]);
  valid = { bearer: fan.token, operator: (await office.asOperator()).bearer ?? '', queueToken };
  ids = [here.concertId, here.performanceId, elsewhere.concertId, elsewhere.performanceId, own.body.id, taken.body.id];
});
after(() => house.close());

type Named = Endpoint & { readonly name: string };

const endpoints = Object.entries<Endpoint>(contract).map(([name, endpoint]): Named =>
  Object.assign({ name }, endpoint),
);
const writes = endpoints.filter(({ method }) => method !== 'GET');
const guarded = endpoints.filter(({ needs }) => needs !== 'nobody');
const reads = endpoints.filter(
  ({ method, stream, url }) => method === 'GET' && stream === undefined && url !== '/metrics',
);

interface Sent {
  readonly endpoint: Named;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** Sends it byte by byte as it is; header values lose only what would end the header. */
async function send({ endpoint, path, headers = {}, body }: Sent): Promise<RawAnswer> {
  const content = Buffer.from(body ?? '');
  const all = {
    host: 'localhost',
    connection: 'close',
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(content.length) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]|\p{Cc}/gu, '')}`);
  const target = path ?? filled(endpoint.url, ['x'.repeat(10)]);
  const head = `${endpoint.method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
  return sendRaw(server.origin, Buffer.concat([Buffer.from(head), content]));
}

/** What the endpoint needs, as it should be. */
function credentialsFor({ needs }: Named): Record<string, string> {
  if (needs === 'nobody') return {};
  if (needs === 'queueToken' || needs === 'admitted') return { 'queue-token': valid.queueToken };
  return { authorization: `Bearer ${needs === 'operator' ? valid.operator : valid.bearer}` };
}

/** Those of any request: the path led nowhere, the body was no JSON or too much, the request no HTTP. */
const anywhere: readonly RefusalCode[] = [
  'NOT_FOUND',
  'VALIDATION_FAILED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
];
const inner = /\bat \S+ \(|node_modules|\.ts:|postgres|relation "|syntax error|select |insert |SQLSTATE/i;

/** What came back, over all tests of this file. */
const seen = new Set<number | RefusalCode>();

function assertDocumented(endpoint: Named, { status, headers, body }: RawAnswer): RefusalCode | undefined {
  assert.match(headers.get('x-request-id') ?? '', /^[\w.-]{8,64}$/);
  if (status < 400) {
    assert(status in endpoint.replies, `${endpoint.name} answered ${status}`);
    seen.add(status);
    return undefined;
  }
  assert.equal(
    headers.get('content-type'),
    'application/problem+json',
    `${endpoint.name} ${status} ${body.slice(0, 200)}`,
  );
  const { code, ...problem } = JSON.parse(body) as { code: RefusalCode; status: number };
  assert([...refusalsOf(endpoint), ...anywhere].includes(code), `${endpoint.name} refused with ${code}`);
  assert(!['INTERNAL', 'OVERLOADED', 'RATE_LIMITED'].includes(code), `${endpoint.name}: ${body}`);
  assert.equal(status, refusals[code].status);
  assert.equal(problem.status, status);
  assert(!inner.test(body), body);
  seen.add(code);
  return code;
}

/** Runs the property and shows that no row changed meanwhile. */
async function changesNothing(property: IAsyncProperty<unknown>, numRuns: number): Promise<void> {
  const rows = await rowsOf(house);
  assert(Object.keys(rows).length > 10);
  await assertProperty(property, dice(numRuns));
  assert.deepEqual(await rowsOf(house), rows);
}

const forged = forgedFrom(() => valid);
const anyId = nat().map((n) => ids[n % ids.length] ?? '');

test('whoever has no right credentials gets nothing and changes nothing', async () => {
  const property = asyncProperty(
    constantFrom(...guarded),
    record({
      segment: oneof(segment, anyId),
      query,
      forged,
      scheme: constantFrom('Bearer ', 'bearer ', 'Basic ', ''),
    }),
    oneof(constant(undefined), json()),
    async (endpoint, { segment: id, query: asked, forged: token, scheme }, body) => {
      const headers = {
        authorization: scheme + token,
        'queue-token': token,
        cookie: `better-auth.session_token=${token}`,
        'idempotency-key': 'k',
      };
      const answer = await send({ endpoint, path: filled(endpoint.url, [id], asked), headers, body });
      assert(assertDocumented(endpoint, answer) !== undefined, `${endpoint.name} let ${token} in`);
    },
  );
  await changesNothing(property, 400);
});

test('a body that is off is refused before it does anything', async () => {
  const checks = new Map(writes.map(({ name, body }) => [name, body === undefined ? undefined : Compile(body)]));
  const near = record(
    {
      performanceId: oneof(text, jsonValue(), anyId),
      seatNumbers: oneof(jsonValue(), array(oneof(integer(), double(), jsonValue()), { maxLength: 120 })),
      amount: oneof(jsonValue(), double(), integer(), bigInt().map(Number)),
      maxActive: oneof(integer(), jsonValue()),
      paused: oneof(jsonValue(), record({ reason: oneof(text, jsonValue()) })),
      title: oneof(text, jsonValue()),
      performances: array(record({ startsAt: text, sections: array(jsonValue()) })),
      email: text,
      password: text,
    },
    { requiredKeys: [] },
  );
  const property = asyncProperty(
    constantFrom(...writes),
    oneof(near, jsonValue()),
    key,
    async (endpoint, body, given) => {
      const isFine =
        checks.get(endpoint.name)?.Check(body) ??
        (body === null || (typeof body === 'object' && Object.keys(body).length === 0));
      pre(!isFine);
      const headers = { ...credentialsFor(endpoint), 'idempotency-key': given };
      const [id = ''] = endpoint.url.includes('reservations') ? ids.slice(4) : ids;
      const answer = await send({ endpoint, path: filled(endpoint.url, [id]), headers, body: JSON.stringify(body) });
      assert(assertDocumented(endpoint, answer) !== undefined, `${endpoint.name} took ${JSON.stringify(body)}`);
    },
  );
  await changesNothing(property, 800);
});

test('bytes that are no JSON, or another kind of it, are refused too', async () => {
  const bytes = oneof(
    text,
    json().map((json) => json.slice(0, -1)),
    constantFrom('{', '[', '"', '{"amount":1', '{"amount":01}', '\ufeff{}', '['.repeat(30_000)),
  );
  const types = constantFrom(
    'application/json',
    'application/json; charset=utf-16',
    'text/plain',
    'application/xml',
    'multipart/form-data',
    ';',
    'application/json;;;=',
  );
  const property = asyncProperty(constantFrom(...writes), bytes, types, async (endpoint, body, type) => {
    pre(body.trim() !== '' && !/^\s*(\{\}|null)\s*$/.test(body));
    const answer = await send({
      endpoint,
      headers: { ...credentialsFor(endpoint), 'content-type': type, 'idempotency-key': 'k' },
      body,
    });
    assert(assertDocumented(endpoint, answer) !== undefined, `${endpoint.name} took ${body}`);
  });
  await changesNothing(property, 400);
});

test('a key that is none is refused before anything is done', async () => {
  const keyed = endpoints.filter(({ headers }) => headers !== undefined);
  const bodies: Readonly<Record<string, string | undefined>> = {
    callOffPerformance: '{"reason":{"ko":"비","en":"Rain"}}',
    cancelForFan: '{"reason":"fan"}',
    cancelPaid: '{"refund":1}',
    createCharge: '{"amount":1}',
    createChargeOrder: '{"amount":1000,"method":"sandbox"}',
    createConcert: aConcert,
    createReservation: '{"performanceId":"any","seatNumbers":[1]}',
    createWithdrawal: '{"amount":1}',
  };
  const property = asyncProperty(constantFrom(...keyed), key, async (endpoint, given) => {
    pre(!/^[!-~]{1,255}$/.test(given.replaceAll(/\p{Cc}/gu, '').trim()));
    const headers = { ...credentialsFor(endpoint), 'idempotency-key': given };
    const answer = await send({
      endpoint,
      path: filled(endpoint.url, [ids[endpoint.url.includes(':performanceId') ? 1 : 4] ?? '']),
      headers,
      body: bodies[endpoint.name],
    });
    assert.equal(assertDocumented(endpoint, answer), 'IDEMPOTENCY_KEY_REQUIRED', given);
  });
  await changesNothing(property, 100);
});

test('reading answers or refuses, whatever is asked, and changes nothing', async () => {
  const property = asyncProperty(constantFrom(...reads), oneof(segment, anyId), query, async (endpoint, id, asked) => {
    const answer = await send({ endpoint, path: filled(endpoint.url, [id], asked), headers: credentialsFor(endpoint) });
    assertDocumented(endpoint, answer);
  });
  await changesNothing(property, 400);
});

test('ids of nothing, and of what is not ours, change nothing', async () => {
  const theirs = [ids[5] ?? '', `${ids[0]}-${'0'.repeat(22)}`, `${ids[2]}-1`];
  const withId = writes.filter(({ url, needs }) => url.includes(':id') && needs !== 'operator');
  const property = asyncProperty(
    constantFrom(...withId),
    oneof(
      segment,
      nat().map((n) => theirs[n % 3] ?? ''),
    ),
    async (endpoint, id) => {
      const headers = { ...credentialsFor(endpoint), 'idempotency-key': 'k' };
      const answer = await send({ endpoint, path: filled(endpoint.url, [id]), headers });
      assert(assertDocumented(endpoint, answer) !== undefined, `${endpoint.name} found ${id}`);
    },
  );
  await changesNothing(property, 300);
});

test('the dice reached what they were thrown at, and a changed row would have been noticed', async () => {
  const codes = 'VALIDATION_FAILED IDEMPOTENCY_KEY_REQUIRED UNAUTHENTICATED QUEUE_TOKEN_INVALID FORBIDDEN NOT_FOUND';
  const reached = [200, ...codes.split(' '), 'UNSUPPORTED_MEDIA_TYPE'] as (number | RefusalCode)[];
  const missed = reached.filter((one) => !seen.has(one));
  assert.deepEqual(missed, []);
  const endpoint = endpoints.find(({ name }) => name === 'createCharge');
  assert(endpoint !== undefined);
  const rows = await rowsOf(house);
  const headers = { ...credentialsFor(endpoint), 'idempotency-key': 'good' };
  assert.equal((await send({ endpoint, headers, body: '{"amount":1}' })).status, 201);
  assert.notDeepEqual(await rowsOf(house), rows);
});
