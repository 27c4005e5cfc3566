/** What every request meets whatever it asks for: its id, the checks, the headers, and the one form of "no". */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { refusals, type RefusalCode } from '../src/refusals.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import type { Answer, Call } from './harness/http.ts';
import type { Server } from './harness/server.ts';
import { sendRaw } from './harness/raw-http.ts';

let house: House;
let server: Server;
let office: BoxOffice;

before(async () => {
  house = await openHouse();
  server = await house.start({ LOG_LEVEL: 'debug' });
  office = boxOffice(server);
});
after(() => house.close());

/** That an answer is this refusal, whole and in the form of RFC 9457, and nothing more. */
function assertRefused(answer: Answer<unknown>, code: RefusalCode, fields: readonly string[] = []): void {
  const { status, title, detail } = refusals[code];
  assert.equal(answer.code, code, JSON.stringify(answer.fields));
  assert.equal(answer.status, status);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  const language = answer.headers.get('content-language');
  assert(language === 'en' || language === 'ko');
  const { type, title: toldTitle, detail: toldDetail } = answer.fields;
  assert.deepEqual([toldTitle, toldDetail], [title[language], detail[language]]);
  assert.equal(type, `/problems/${code.toLowerCase().replaceAll('_', '-')}`);
  const told = Object.keys(answer.fields).filter(
    (name) => !['type', 'title', 'status', 'detail', 'code'].includes(name),
  );
  assert.deepEqual(told.toSorted(), [...fields].toSorted());
}

const ask = (method: string, url: string, asked?: Call) => office.call(method, url, asked);
const json = { 'content-type': 'application/json' };

/** A body that fetch sends as it is. */
async function post(url: string, body: string | undefined, headers: Record<string, string>): Promise<Answer<unknown>> {
  const response = await fetch(new URL(url, server.origin), {
    method: 'POST',
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const fields = (await response.json()) as Record<string, unknown>;
  const code = typeof fields['code'] === 'string' ? fields['code'] : undefined;
  return { status: response.status, headers: response.headers, body: fields, code, fields };
}

describe('a "no"', () => {
  test('comes in the language of the reader', async () => {
    for (const [wish, language] of [
      ['ko', 'ko'],
      ['ko-KR,ko;q=0.9,en;q=0.8', 'ko'],
      ['en;q=0.5, ko;q=0.6', 'ko'],
      ['fr, ko;q=0.3', 'ko'],
      ['en-US,en;q=0.9,ko;q=0.1', 'en'],
      ['fr', 'en'],
      ['*', 'en'],
      ['ko;q=0', 'en'],
      [';;q=,ko;q=x', 'en'],
    ] as const) {
      const answer = await ask('GET', '/nothing', { headers: { 'accept-language': wish } });
      assertRefused(answer, 'NOT_FOUND');
      assert.equal(answer.headers.get('content-language'), language, wish);
    }
    assert.equal((await ask('GET', '/nothing')).headers.get('content-language'), 'en');
  });

  test('to what is not there', async () => {
    const { token } = newFan();
    for (const [method, url] of [
      ['GET', '/nothing'],
      ['PUT', '/api/v1/wallet'],
      ['HEAD', '/api/v1/nothing'],
      ['OPTIONS', '/api/v1/wallet'],
      ['GET', '/api/v1/wallet/x'],
      ['GET', '/api/v1//wallet'],
      ['GET', '/api/v1/concerts/..%2f..%2fetc'],
      ['GET', '/api/v1/concerts/%00'],
      ['GET', '/api/v1/concerts/%zz'],
      ['GET', `/api/v1/reservations/${'a'.repeat(2_000)}`],
      ['DELETE', '/api/v1/reservations/abcdefghij-%00'],
    ] as const) {
      const answer = await ask(method, url, { bearer: token });
      assert.equal(answer.status, 404, `${method} ${url}`);
      if (method !== 'HEAD') assertRefused(answer, 'NOT_FOUND');
    }
  });

  test('says first who may not ask at all', async () => {
    const wrong = { ...json, 'idempotency-key': 'a key with spaces' };
    assertRefused(await post('/api/v1/wallet/charges', '{', wrong), 'UNAUTHENTICATED');
    assertRefused(await post('/api/v1/reservations', '[]', json), 'QUEUE_TOKEN_INVALID');
    assertRefused(await post('/api/v1/admin/concerts', '{}', json), 'UNAUTHENTICATED');
    const asFan = { ...json, authorization: `Bearer ${newFan().token}` };
    assertRefused(await post('/api/v1/admin/concerts', '{}', asFan), 'FORBIDDEN');
    assertRefused(await ask('GET', '/api/v1/wallet'), 'UNAUTHENTICATED');
    assert.equal((await ask('GET', '/api/v1/wallet')).headers.get('www-authenticate'), 'Bearer');
  });

  test('to bodies that are off', async () => {
    const headers = { ...json, authorization: `Bearer ${newFan().token}`, 'idempotency-key': 'k' };
    const charge = (body: string | undefined, more = {}) =>
      post('/api/v1/wallet/charges', body, { ...headers, ...more });
    for (const body of [
      '',
      '{',
      'null',
      '[]',
      '1',
      '"x"',
      '{}',
      '{"amount":"1"}',
      '{"amount":1.5}',
      '{"amount":null}',
    ]) {
      assertRefused(await charge(body), 'VALIDATION_FAILED', ['errors']);
    }
    for (const body of ['{"amount":1,"extra":"\\u0000"}', '{"amount":1,"\\u0000":1}', '{"amount":1,"__proto__":{}}']) {
      assertRefused(await charge(body), 'VALIDATION_FAILED', ['errors']);
    }
    assertRefused(await charge('{"amount":1}', { 'content-type': 'text/plain' }), 'UNSUPPORTED_MEDIA_TYPE');
    assertRefused(await charge('{"amount":1}', { 'content-type': 'nonsense' }), 'UNSUPPORTED_MEDIA_TYPE');
    assertRefused(await charge(`{"amount":1,"x":"${'x'.repeat(70_000)}"}`), 'PAYLOAD_TOO_LARGE');
    assert.equal((await house.sql`select from transfers`).length, 0);
  });

  test('names the field, in the language of the reader', async () => {
    const body = {
      title: '',
      artist: 'a',
      performances: [{ startsAt: 'soon', sections: [{ name: 'A', rows: 0, seats: 1 }] }],
    };
    const asked = { ...(await office.asOperator()), body, headers: { 'accept-language': 'ko' } };
    const answer = await ask('POST', '/api/v1/admin/concerts', asked);
    assertRefused(answer, 'VALIDATION_FAILED', ['errors']);
    const errors = answer.fields['errors'] as { path: string; message: string }[];
    const paths = errors.map(({ path }) => path);
    for (const path of ['venue', 'title', 'performances[0].startsAt', 'performances[0].sections[0].rows']) {
      assert(paths.includes(path), `${path} in ${paths.join()}`);
    }
    assert(paths.includes('performances[0].sections[0].seats'), 'the unknown one too');
    assert(errors.every(({ message }) => /[가-힣]/.test(message)));
  });

  test('to a body where none belongs, while an empty one is none', async () => {
    const { concertId } = await office.createConcert();
    const url = `/api/v1/concerts/${concertId}/queue-tokens`;
    const headers = { ...json, authorization: `Bearer ${newFan().token}` };
    assertRefused(await post(url, '{"position":1}', headers), 'VALIDATION_FAILED', ['errors']);
    assertRefused(await post(url, '[]', headers), 'VALIDATION_FAILED', ['errors']);
    for (const body of [undefined, '', '{}']) {
      const { status } = await post(url, body, headers);
      assert(status === 201 || status === 200, String(status));
    }
  });

  test('to queries that are off; their numbers are text', async () => {
    const { token: bearer } = newFan();
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'limit=1.5', 'limit=', 'limit=1&limit=2', 'cursor=%00']) {
      assertRefused(await ask('GET', `/api/v1/wallet/entries?${query}`, { bearer }), 'VALIDATION_FAILED', ['errors']);
    }
    for (const query of ['limit=1', 'limit=200', 'other=1']) {
      assert.equal((await ask('GET', `/api/v1/wallet/entries?${query}`, { bearer })).status, 200, query);
    }
  });

  test('to a key that is missing or malformed', async () => {
    const { token: bearer } = newFan();
    const asked = { bearer, body: { amount: 1 } };
    for (const key of [undefined, '', 'two words', 'é', 'x'.repeat(256)]) {
      const keyed = key === undefined ? asked : { ...asked, headers: { 'idempotency-key': key } };
      assertRefused(await ask('POST', '/api/v1/wallet/charges', keyed), 'IDEMPOTENCY_KEY_REQUIRED');
    }
    assert.equal((await ask('POST', '/api/v1/wallet/charges', { ...asked, key: 'x'.repeat(255) })).status, 201);
  });

  test('to what is not HTTP', async () => {
    const over = `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`;
    for (const [bytes, code] of [
      ['nonsense\r\n\r\n', 'VALIDATION_FAILED'],
      ['GET /healthz HTTP/1.1\r\nhost: x\r\nno colon\r\n\r\n', 'VALIDATION_FAILED'],
      [
        'POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
        'VALIDATION_FAILED',
      ],
      [over, 'PAYLOAD_TOO_LARGE'],
    ] as const) {
      const { status, headers, body } = await sendRaw(server.origin, bytes);
      assert.equal(status, refusals[code].status, bytes.slice(0, 80));
      assert.equal(headers.get('content-type'), 'application/problem+json');
      assert.match(headers.get('x-request-id') ?? '', /^[\w-]{8,}$/);
      assert.equal((JSON.parse(body) as { code: string }).code, code);
    }
  });
});

async function idOf(given?: string): Promise<string | null> {
  const headers = given === undefined ? {} : { 'x-request-id': given };
  return (await ask('GET', '/healthz', { headers })).headers.get('x-request-id');
}

describe('every answer', () => {
  test('carries its id: the one it was sent, if it is tame', async () => {
    const [one, other] = [await idOf(), await idOf()];
    assert.match(one ?? '', /^[\w-]{8,64}$/);
    assert.notEqual(one, other);
    assert.equal(await idOf('order-12345678'), 'order-12345678');
    for (const wild of ['short', 'with space in it', 'x'.repeat(65), '<script>alert(1)</script>']) {
      assert.notEqual(await idOf(wild), wild);
    }
  });

  test('may not be sniffed, framed, run or kept', async () => {
    for (const url of ['/api/v1/wallet', '/api/v1/concerts', '/nothing', '/api/v1/concerts/%zz']) {
      const { headers } = await ask('GET', url, { bearer: newFan().token });
      assert.equal(headers.get('x-content-type-options'), 'nosniff', url);
      assert.equal(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'", url);
      assert.equal(headers.get('cache-control'), 'no-store', url);
      assert.equal(headers.get('x-powered-by'), null);
      assert.equal(headers.get('access-control-allow-origin'), null);
    }
  });

  test('is counted', async () => {
    for (const url of ['/healthz', '/readyz']) {
      const { status, body } = await ask('HEAD', url);
      assert.deepEqual([status, body], [200, ''], 'watchers ask by HEAD');
    }
    await ask('GET', '/nothing');
    const { concertId } = await office.createConcert();
    await office.enter(concertId, newFan());
    const { body, headers } = await office.call<string>('GET', '/metrics');
    assert.match(headers.get('content-type') ?? '', /^text\/plain/);
    assert.match(body, /^maejin_requests_total\{method="GET",route="\/healthz",status="200"\} \d+$/m);
    assert.match(body, /^maejin_refusals_total\{code="NOT_FOUND"\} \d+$/m);
    assert.match(body, /^maejin_admitted_total [1-9]\d*$/m);
    assert.match(body, /^maejin_active [1-9]\d*$/m);
    for (const name of [
      'waiting',
      'active',
      'streams',
      'reads',
      'lane_depth',
      'lane_batch_size',
      'lane_batch_seconds',
    ]) {
      assert.match(body, new RegExp(`^# TYPE maejin_${name} `, 'm'));
    }
    for (const name of ['admitted', 'holds', 'payments'])
      assert.match(body, new RegExp(`^maejin_${name}_total \\d+$`, 'm'));
  });

  test('leaves no secret in the log', async () => {
    const { token } = newFan();
    await ask('POST', '/api/v1/wallet/charges', {
      bearer: token,
      headers: { cookie: 'session=very-secret' },
      body: {},
    });
    await ask('GET', '/api/v1/queue-token', { queueToken: 'a-forged-queue-token' });
    const log = server.output();
    assert.match(log, /"code":"VALIDATION_FAILED"/, 'refusals are told at the level debug');
    for (const secret of [token, 'very-secret', 'a-forged-queue-token', 'a password for tests'])
      assert(!log.includes(secret));
  });
});
