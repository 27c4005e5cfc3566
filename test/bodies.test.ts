/**
 * What a body may cost: who asks is decided before it is read, its length before its outline, its outline before its
 * content, and no answer names more than twenty faults.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { strange_shapes } from '../bench/body-shapes.ts';
import { contract, type Endpoint } from '../src/contract.ts';
import { refusals, type RefusalCode } from '../src/refusals.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import { sendRaw, type RawAnswer } from './harness/raw-http.ts';
import type { Server } from './harness/server.ts';

type Named = Endpoint & { readonly name: string };

const endpoints = Object.entries<Endpoint>(contract).map(([name, endpoint]): Named =>
  Object.assign({ name }, endpoint),
);
const writes = endpoints.filter(({ method }) => method !== 'GET');
/** Room for `{}`. */
const bytesMaxOf = ({ bodyBytesMax = 64 }: Endpoint): number => bodyBytesMax;

let house: House;
let server: Server;
let office: BoxOffice;
let valid: { readonly bearer: string; readonly operator: string; readonly queueToken: string };
let ids: { readonly concertId: string; readonly performanceId: string };

before(async () => {
  house = await openHouse();
  server = await house.start();
  office = boxOffice(server);
  ids = await office.createConcert();
  const fan = newFan();
  const operator = (await office.asOperator()).bearer ?? '';
  valid = { bearer: fan.token, operator, queueToken: await office.enter(ids.concertId, fan) };
});
after(() => house.close());

function credentialsFor({ needs }: Named): Record<string, string> {
  if (needs === 'nobody') return {};
  if (needs === 'queueToken' || needs === 'admitted') return { 'queue-token': valid.queueToken };
  return { authorization: `Bearer ${needs === 'operator' ? valid.operator : valid.bearer}` };
}

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Sends exactly this, and waits for one answer. */
function send(endpoint: Named, { headers = {}, body = '' }: Sent): Promise<RawAnswer> {
  return sendRaw(server.origin, bytesOf(endpoint, { headers: { connection: 'close', ...headers }, body }));
}

function bytesOf({ method, url }: Named, { headers = {}, body = '' }: Sent): Buffer {
  const path = url.replace(':concertId', ids.concertId).replace(':id', `${ids.concertId}-x`);
  const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

/** The same with a body of JSON and its length, from somebody who may ask. */
function sendJson(endpoint: Named, body: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const described = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  const all = { ...credentialsFor(endpoint), 'idempotency-key': 'k', ...described, ...headers };
  return send(endpoint, { headers: all, body });
}

interface Problem {
  readonly code: RefusalCode;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

function refusalIn({ status, body }: RawAnswer, what: string): Problem {
  const problem = JSON.parse(body) as Problem;
  assert.equal(status, refusals[problem.code].status, what);
  return problem;
}

function named(name: keyof typeof contract): Named {
  return Object.assign({ name }, contract[name] as Endpoint);
}

describe('before a body is read', () => {
  // A body is announced and never sent: whoever waits for it does not answer.
  const announced = { 'content-type': 'application/json', 'content-length': '60' };

  test('nobody is told so', async () => {
    const guarded = writes.filter(({ needs }) => needs !== 'nobody');
    assert(guarded.length >= 7);
    for (const endpoint of guarded) {
      const isPlace = endpoint.needs === 'queueToken' || endpoint.needs === 'admitted';
      for (const headers of [announced, { 'content-type': 'text/plain', 'content-length': '60' }]) {
        const { code } = refusalIn(await send(endpoint, { headers }), endpoint.name);
        assert.equal(code, isPlace ? 'QUEUE_TOKEN_INVALID' : 'UNAUTHENTICATED', endpoint.name);
      }
    }
  });

  test('a fan is told what is for operators, and who waits what is for those inside', async () => {
    const asFan = { ...announced, authorization: `Bearer ${valid.bearer}` };
    for (const endpoint of writes.filter(({ needs }) => needs === 'operator'))
      assert.equal(refusalIn(await send(endpoint, { headers: asFan }), endpoint.name).code, 'FORBIDDEN');
    const { concertId } = await office.createConcert({ maxActive: 1 });
    await office.enter(concertId, newFan());
    const { body } = await office.issue(concertId, newFan());
    const waiting = { ...announced, 'queue-token': body.token };
    const hold = named('createReservation');
    assert.equal(refusalIn(await send(hold, { headers: waiting }), hold.name).code, 'NOT_ADMITTED');
  });

  test('its length is told to be too much, at each endpoint', async () => {
    for (const endpoint of writes) {
      const length = String(bytesMaxOf(endpoint) + 1);
      const headers = { ...credentialsFor(endpoint), ...announced, 'content-length': length };
      const answer = await send(endpoint, { headers });
      assert.equal(refusalIn(answer, endpoint.name).code, 'PAYLOAD_TOO_LARGE', endpoint.name);
      assert.equal(answer.headers.get('connection'), 'close', endpoint.name);
    }
  });

  test('what leads nowhere is told so', async () => {
    const nowhere = { ...named('createCharge'), url: '/api/v1/nothing' };
    assert.equal(refusalIn(await send(nowhere, { headers: announced }), 'nowhere').code, 'NOT_FOUND');
  });

  test('and the connection is of use again, or ends', async () => {
    const endpoint = named('createCharge');
    const short = { 'content-type': 'application/json', 'content-length': '12' };
    const next = bytesOf({ ...named('healthz') }, { headers: { connection: 'close' } });
    const first = bytesOf(endpoint, { headers: short, body: '{"amount":1}' });
    const both = await sendRaw(server.origin, Buffer.concat([first, next]));
    assert.equal(both.status, 401);
    assert.match(both.body, /\}HTTP\/1\.1 200 OK/, 'the next request of the connection is answered');
    const long = { 'content-type': 'application/json', 'content-length': '1000000000' };
    for (const headers of [long, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }]) {
      const answer = await sendRaw(server.origin, bytesOf(endpoint, { headers }));
      assert.deepEqual([answer.status, answer.headers.get('connection')], [401, 'close']);
    }
  });
});

test('a body without a length is read no further than its limit', async () => {
  for (const endpoint of writes) {
    const bytes = bytesMaxOf(endpoint) + 1;
    const body = `${bytes.toString(16)}\r\n${' '.repeat(bytes)}\r\n`;
    const headers = { ...credentialsFor(endpoint), 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    assert.equal(refusalIn(await send(endpoint, { headers, body }), endpoint.name).code, 'PAYLOAD_TOO_LARGE');
  }
});

describe('a body far past its schema', () => {
  test('is refused for it, in at most twenty faults', async () => {
    for (const endpoint of writes.filter((one) => one.body !== undefined && bytesMaxOf(one) >= 256)) {
      for (const [name, shape] of Object.entries(strange_shapes)) {
        const what = `${name} at ${endpoint.name}`;
        const { code, errors = [] } = refusalIn(await sendJson(endpoint, shape(bytesMaxOf(endpoint))), what);
        assert.equal(code, 'VALIDATION_FAILED', what);
        assert(errors.length >= 1 && errors.length <= 20, `${what}: ${errors.length}`);
      }
    }
  });

  test('with texts that are too long is looked at no further than the first', async () => {
    const title = '가'.repeat(40_000);
    const { errors } = refusalIn(
      await sendJson(named('createConcert'), JSON.stringify({ title, artist: 'a' })),
      'title',
    );
    assert.deepEqual(errors, [{ path: 'title', message: 'must have at most 200 characters' }]);
  });
});

describe('a list of seats', () => {
  const hold = (seatNumbers: readonly number[]) =>
    sendJson(named('createReservation'), JSON.stringify({ performanceId: ids.performanceId, seatNumbers }));

  test('that names no seat is told so in the singular', async () => {
    const { errors } = refusalIn(await hold([]), 'a hold');
    assert.deepEqual(errors, [{ path: 'seatNumbers', message: 'must have at least 1 item' }]);
  });

  test('longer than it may be is refused by its length alone', async () => {
    const { errors } = refusalIn(await hold(Array.from({ length: 101 }, () => -1)), 'a hold');
    assert.deepEqual(errors, [{ path: 'seatNumbers', message: 'must have at most 100 items' }]);
  });

  test('must not repeat itself, as the reference says too', async () => {
    const { code, errors } = refusalIn(await hold([3, 4, 3]), 'a hold');
    assert.equal(code, 'VALIDATION_FAILED');
    assert.deepEqual(errors, [{ path: 'seatNumbers', message: 'must not repeat itself' }]);
    const { body } = await office.call<{ paths: unknown }>('GET', '/api/openapi.json');
    assert(JSON.stringify(body.paths).includes('"uniqueItems":true'));
  });
});

test('a few things out of place are each named, whatever stands in them', async () => {
  const body = '{"amount":[1],"more":{"a":[{}]},"\\u0061mount":2,"x":1}';
  const { errors = [] } = refusalIn(await sendJson(named('createCharge'), body), 'a charge');
  assert.deepEqual(errors.map(({ path }) => path).toSorted(), ['more', 'x']);
});

test('a name may be written by escapes, and text by pairs of them', async () => {
  const fan = newFan();
  const headers = { authorization: `Bearer ${fan.token}` };
  const answer = await sendJson(named('createCharge'), '{"\\u0061mount":5}', headers);
  assert.equal(answer.status, 201, answer.body);
});

describe('no body', () => {
  test('is an empty one too, whatever it is called and however it is sent', async () => {
    const { concertId } = await office.createConcert();
    const join = { ...named('issueQueueToken'), url: `/api/v1/concerts/${concertId}/queue-tokens` };
    const types = [
      'application/x-www-form-urlencoded',
      'application/json',
      'application/json; charset=euc-kr',
      'text/plain',
    ];
    for (const type of types) {
      const headers = { authorization: `Bearer ${valid.bearer}`, 'content-type': type };
      const empty = await send(join, { headers: { ...headers, 'content-length': '0' } });
      assert(empty.status < 300, `${type}: ${empty.body}`);
      const chunked = await send(join, { headers: { ...headers, 'transfer-encoding': 'chunked' }, body: '0\r\n\r\n' });
      assert.equal(chunked.status, 200, `${type}, chunked: ${chunked.body}`);
    }
  });

  test('is said to be missing where there must be one', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'application/json']) {
      const headers = { ...credentialsFor(named('createCharge')), 'idempotency-key': 'k', 'content-type': type };
      const answer = await send(named('createCharge'), { headers: { ...headers, 'content-length': '0' } });
      assert.equal(refusalIn(answer, type).code, 'VALIDATION_FAILED');
    }
  });
});

test('JSON is UTF-8 and not packed: anything else is told so, and none of it is stored', async () => {
  const charge = named('createCharge');
  const bearer = { authorization: `Bearer ${newFan().token}` };
  const ask = (type: string, more: Record<string, string> = {}): Promise<RawAnswer> =>
    sendJson(charge, '{"amount":1}', { ...bearer, 'content-type': type, ...more });
  const others = [
    'euc-kr',
    'EUC-KR',
    '"euc-kr"',
    'utf-16',
    'latin1',
    'utf-8-x',
    'x; charset=utf-8',
    'utf-8; charset=euc-kr',
  ];
  for (const charset of others) {
    const answer = await ask(`application/json; charset=${charset}`);
    assert.equal(refusalIn(answer, charset).code, 'UNSUPPORTED_MEDIA_TYPE', charset);
  }
  const packed = await ask('application/json', { 'content-encoding': 'gzip' });
  assert.equal(refusalIn(packed, 'gzip').code, 'UNSUPPORTED_MEDIA_TYPE');
  for (const type of ['application/x-www-form-urlencoded', 'text/plain; charset=utf-8']) {
    assert.equal(refusalIn(await ask(type), type).code, 'UNSUPPORTED_MEDIA_TYPE', type);
    const chunked = { ...credentialsFor(charge), 'content-type': type, 'transfer-encoding': 'chunked' };
    const answer = await send(charge, { headers: chunked, body: 'c\r\n{"amount":1}\r\n0\r\n\r\n' });
    assert.equal(refusalIn(answer, type).code, 'UNSUPPORTED_MEDIA_TYPE', type);
  }
  assert.equal((await house.sql`select from transfers where amount = 1`).length, 0);
  for (const [number, type] of [
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"; x=y',
  ].entries())
    assert.equal((await ask(type, { 'idempotency-key': `k${number}` })).status, 201, type);
});
