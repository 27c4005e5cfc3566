/** How pages are served: small, kept by browsers for as long as they may, painted right at once, and nothing inline. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { boxOffice, type BoxOffice, newFan } from './harness/box-office.ts';
import { type House, openHouse } from './harness/house.ts';
import type { Server } from './harness/server.ts';

let house: House;
let server: Server;
let office: BoxOffice;

before(async () => {
  house = await openHouse();
  server = await house.start();
  office = boxOffice(server);
});
after(() => house.close());

/** As it travels: fetch would unpack it. */
async function travel(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ bytes: number; response: Response }> {
  const response = await fetch(new URL(path, server.origin), {
    headers: { 'accept-encoding': 'br', accept: 'text/html', ...headers },
  });
  const length = Number(response.headers.get('content-length'));
  assert(length > 0, path);
  return { bytes: length, response };
}

function assetsIn(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
}

const waiting_room_bytes_max = 30_000;
const home_bytes_max = 60_000;

test('the waiting room is under 30 KB with everything but the font', async () => {
  const { concertId } = await office.createConcert();
  const { bytes, response } = await travel(`/concerts/${concertId}/wait`);
  const assets = assetsIn(await response.text()).filter((path) => !path.includes('pretendard'));
  assert(assets.length >= 2);
  const sizes = await Promise.all(assets.map((path) => travel(path)));
  const total = sizes.reduce((sum, one) => sum + one.bytes, bytes);
  assert(total < waiting_room_bytes_max, `${total} bytes`);
});

test('the programme is small too', async () => {
  const { bytes, response } = await travel('/');
  const assets = assetsIn(await response.text()).filter((path) => !path.includes('pretendard'));
  const sizes = await Promise.all(assets.map((path) => travel(path)));
  const total = sizes.reduce((sum, one) => sum + one.bytes, bytes);
  assert(total < home_bytes_max, `${total} bytes`);
});

test('pages run nothing inline and speak to no other host', async () => {
  const { concertId } = await office.createConcert();
  for (const path of ['/', '/my', '/wallet/return', `/concerts/${concertId}/wait`, '/console']) {
    const { response } = await travel(path);
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/, path);
    assert.match(policy, /script-src 'self'(;|$)/, path);
    assert.doesNotMatch(policy, /unsafe|https?:/, path);
    const html = await response.text();
    assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=|<style/, path);
    assert.doesNotMatch(html, /\{\{/, path);
  }
});

test('the page that opens Toss’s window alone lets its script in, and keeps everything else out', async () => {
  const id = 'a'.repeat(22);
  const { response } = await travel(`/wallet/checkout/${id}`);
  const policy = response.headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self' https:\/\/js\.tosspayments\.com(;|$)/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(await response.text(), /<meta name="robots" content="noindex">/);
  for (const path of [`/wallet/return?order=${id}`, `/wallet/checkout/${id}/more`, '/wallet/checkout']) {
    const { response: other } = await travel(path);
    assert.doesNotMatch(other.headers.get('content-security-policy') ?? '', /unsafe|https?:/, path);
    assert.match(await other.text(), /noindex/, path);
  }
});

test('what has a hash in its name is kept for ever, documents are asked for again', async () => {
  const { response } = await travel('/');
  assert.equal(response.headers.get('cache-control'), 'no-cache');
  const etag = response.headers.get('etag') ?? '';
  const again = await fetch(new URL('/', server.origin), { headers: { 'if-none-match': etag } });
  assert.equal(again.status, 304);
  for (const path of assetsIn(await response.text())) {
    const { response: asset } = await travel(path);
    assert.match(asset.headers.get('cache-control') ?? '', /max-age=31536000, immutable/, path);
    assert.equal(asset.headers.get('content-encoding'), 'br', path);
  }
  const plain = await fetch(new URL(assetsIn(await (await travel('/')).response.text())[0] ?? '', server.origin), {
    headers: { 'accept-encoding': 'gzip' },
  });
  assert.equal(plain.headers.get('content-encoding'), 'gzip');
  assert.equal(typeof gunzipSync, 'function');
});

test('the first paint is in the language and the theme that were chosen', async () => {
  const html = async (headers: Record<string, string>, path = '/'): Promise<string> =>
    (await travel(path, headers)).response.text();
  assert.match(await html({ 'accept-language': 'ko-KR,ko;q=0.9' }), /<html lang="ko" data-theme="">/);
  assert.match(
    await html({ 'accept-language': 'ko', cookie: 'lang=en; theme=dark' }),
    /<html lang="en" data-theme="dark">/,
  );
  assert.match(await html({ cookie: 'lang=xx; theme=pink' }), /<html lang="en" data-theme="">/);
  const { response } = await travel('/?lang=ko');
  assert.match(response.headers.get('set-cookie') ?? '', /^lang=ko;/);
});

test('the waiting room says where one stands before any script, and escapes what people wrote', async () => {
  const { concertId } = await office.createConcert({ title: 'A "quoted" <title>', maxActive: 1 });
  await office.enter(concertId, newFan());
  const { body } = await office.issue(concertId, newFan());
  const cookie = `maejin_place=${body.token}`;
  const { response } = await travel(`/concerts/${concertId}/wait`, { cookie, 'accept-language': 'ko' });
  const html = await response.text();
  assert.match(html, /id="position"[^>]*>1</);
  assert.match(html, /바로 다음이 내 차례예요/);
  assert.match(html, /A &quot;quoted&quot; &lt;title&gt;/);
  assert.match(response.headers.get('cache-control') ?? '', /no-store/);
  const forged = await (await travel(`/concerts/${concertId}/wait`, { cookie: 'maejin_place=a.b.c' })).response.text();
  assert.match(forged, /id="join"/);
});

test('a wrong address is a page for people and a refusal for programs', async () => {
  const page = await travel('/nowhere');
  assert.equal(page.response.status, 404);
  assert.match(page.response.headers.get('content-type') ?? '', /html/);
  for (const path of ['/nowhere', '/api/v1/nowhere', '/assets/nowhere.js']) {
    const { status, code } = await office.call('GET', path, { headers: { accept: 'application/json' } });
    assert.equal(status, 404, path);
    assert.equal(code, 'NOT_FOUND', path);
  }
});

/** Every address that answers GET with a page or a document, and who asks. */
async function addresses(): Promise<readonly (readonly [path: string, headers: Record<string, string>])[]> {
  const { concertId, performanceId } = await office.createConcert();
  const fan = newFan();
  const queueToken = await office.enter(concertId, fan);
  const [place, own] = [{ 'queue-token': queueToken }, { authorization: `Bearer ${fan.token}` }];
  const operator = { authorization: `Bearer ${(await office.asOperator()).bearer}` };
  const everybody = ['/', '/my', '/console', '/console/log', '/developers', '/docs/', '/api/openapi.json', '/healthz'];
  everybody.push('/readyz', '/metrics', '/site.css', '/problems/seat-unavailable', '/api/auth/get-session');
  everybody.push(`/concerts/${concertId}`, `/concerts/${concertId}/wait`, '/api/v1/concerts', '/api/v1/time');
  everybody.push(`/api/v1/concerts/${concertId}`, `/api/v1/concerts/${concertId}/sale`);
  const inside = ['/api/v1/queue-token', `/api/v1/concerts/${concertId}/performances`];
  inside.push(`/api/v1/performances/${performanceId}/seats`, `/api/v1/performances/${performanceId}/map`);
  const fans = ['/api/v1/wallet', '/api/v1/wallet/entries', '/api/v1/reservations'];
  const operators = [
    '/api/v1/admin/concerts',
    '/api/v1/admin/log',
    `/api/v1/admin/concerts/${concertId}/reservations.csv`,
  ];
  return [
    ...everybody.map((path) => [path, {}] as const),
    ...inside.map((path) => [path, place] as const),
    ...fans.map((path) => [path, own] as const),
    ...operators.map((path) => [path, operator] as const),
  ];
}

test('HEAD answers what GET would, without its content; a slash at the end changes nothing', async () => {
  for (const [path, headers] of await addresses()) {
    const ask = (method: string, to: string): Promise<Response> =>
      fetch(new URL(to, server.origin), { method, headers, redirect: 'manual' });
    const got = await ask('GET', path);
    assert.equal(got.status, 200, path);
    const head = await ask('HEAD', path);
    assert.deepEqual([head.status, await head.text()], [200, ''], path);
    assert.equal(head.headers.get('content-type'), got.headers.get('content-type'), path);
    const slashed = await ask('GET', path.endsWith('/') ? path : `${path}/`);
    assert.deepEqual(
      [slashed.status, slashed.headers.get('content-type')],
      [200, got.headers.get('content-type')],
      path,
    );
    await Promise.all([got.text(), slashed.text()]);
  }
});

test('HEAD opens no stream: there is nothing to tell of one that is not open', async () => {
  const { concertId, performanceId } = await office.createConcert();
  const headers = { 'queue-token': await office.enter(concertId, newFan()) };
  for (const path of ['/api/v1/queue-token/events', `/api/v1/performances/${performanceId}/seats/events`]) {
    const answer = await fetch(new URL(path, server.origin), { method: 'HEAD', headers });
    assert.equal(answer.status, 404, path);
  }
  const { body } = await office.call<string>('GET', '/metrics');
  assert.match(body, /^maejin_streams 0$/m);
});

test('a code leads to its page, as answers write it and in any case', async () => {
  for (const code of ['SEAT_UNAVAILABLE', 'seat_unavailable', 'Seat-Unavailable', 'SEAT_UNAVAILABLE/']) {
    const answer = await fetch(new URL(`/problems/${code}`, server.origin));
    assert.deepEqual([answer.status, new URL(answer.url).pathname], [200, '/problems/seat-unavailable'], code);
    assert.match(await answer.text(), /SEAT_UNAVAILABLE/);
  }
  for (const unknown of ['NO_SUCH_CODE', 'SEAT', 'SEAT_UNAVAILABLE_', 'xSEAT_UNAVAILABLE']) {
    const person = await fetch(new URL(`/problems/${unknown}`, server.origin), { headers: { accept: 'text/html' } });
    assert.deepEqual([person.status, person.headers.get('content-type')], [404, 'text/html; charset=utf-8'], unknown);
    const program = await office.call('GET', `/problems/${unknown}`);
    assert.equal(program.code, 'NOT_FOUND', unknown);
  }
});
