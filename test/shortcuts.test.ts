/** Polls and seat lists are answered ahead of the routes: the same bytes, the same limits, the same counts. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import { sendRaw } from './harness/raw-http.ts';
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

interface Ask {
  readonly method?: string;
  readonly url: string;
  readonly token?: string;
  readonly more?: string;
  readonly to?: Server;
}

/** What is answered, less what differs from one moment or request to the next. */
async function answerTo({ method = 'GET', url, token, more = '', to = server }: Ask) {
  const shown = token === undefined ? '' : `Queue-Token: ${token}\r\n`;
  const head = `${method} ${url} HTTP/1.1\r\nHost: test\r\n${shown}X-Request-Id: one-of-the-tests\r\nConnection: close\r\n`;
  const { status, headers, body } = await sendRaw(
    to.origin,
    `${head}${more.includes('\r\n\r\n') ? more : `${more}\r\n`}`,
  );
  return { status, headers: Object.fromEntries([...headers].filter(([name]) => name !== 'date')), body };
}

/** A query that says nothing is the routes' to read. */
const byRoute = (url: string): string => (url.includes('?') ? `${url}&` : `${url}?`);

test('a shortcut answers to the byte what its route answers', async () => {
  const { concertId, performanceId } = await office.createConcert({ maxActive: 1, graceSeconds: 3_600 });
  const inside = await office.enter(concertId, newFan());
  const waiting = (await office.issue(concertId, newFan())).body.token;
  await office.hold(inside, performanceId, [3, 4]);
  const seats = `/api/v1/performances/${performanceId}/seats`;
  for (const [token, url, text] of [
    [inside, '/api/v1/queue-token', '"status":"ACTIVE"'],
    [waiting, '/api/v1/queue-token', '"position":1'],
    [inside, seats, '"number":5'],
    [inside, `${seats}?status=available`, '"number":5'],
    [inside, `${seats}?status=all`, '"HELD"'],
  ] as const) {
    const short = await answerTo({ url, token });
    assert.equal(short.status, 200);
    assert(short.body.includes(text), short.body);
    assert.deepEqual(short, await answerTo({ url: byRoute(url), token }), url);
    const more = 'Content-Length: 2\r\n\r\n{}';
    assert.deepEqual(
      await answerTo({ url, token, more }),
      await answerTo({ url: byRoute(url), token, more }),
      'with a body',
    );
    assert.deepEqual(await answerTo({ method: 'HEAD', url, token }), { ...short, body: '' }, 'HEAD');
  }
  const { etag = '' } = (await answerTo({ url: seats, token: inside })).headers;
  assert.equal((await answerTo({ url: seats, token: inside, more: `If-None-Match: ${etag}\r\n` })).status, 304);
});

test('whoever may not ask is refused by a shortcut as by its route', async () => {
  const { concertId, performanceId } = await office.createConcert({ maxActive: 1, graceSeconds: 3_600 });
  const other = await office.createConcert();
  const inside = await office.enter(concertId, newFan());
  const waiting = (await office.issue(concertId, newFan())).body.token;
  const elsewhere = await office.enter(other.concertId, newFan());
  const left = (await office.issue(concertId, newFan())).body.token;
  await office.leave(left);
  const seats = `/api/v1/performances/${performanceId}/seats`;
  for (const [token, url, expected] of [
    [undefined, '/api/v1/queue-token', 401],
    ['nonsense', '/api/v1/queue-token', 401],
    [`${inside.slice(0, -1)}-`, '/api/v1/queue-token', 401],
    [left, '/api/v1/queue-token', 200],
    [undefined, seats, 401],
    [waiting, seats, 403],
    [left, seats, 403],
    [elsewhere, seats, 403],
    [inside, '/api/v1/performances/nothing/seats', 404],
    [inside, `${seats}?status=sold`, 400],
    [inside, `${seats}/`, 200],
  ] as const) {
    const asked = { url, ...(token === undefined ? {} : { token }) };
    const answer = await answerTo(asked);
    assert.equal(answer.status, expected, `${url}: ${answer.body}`);
    assert.deepEqual(answer, await answerTo({ ...asked, url: byRoute(url) }), url);
  }
});

test('a shortcut counts and limits as its route does, by the address that a trusted proxy names', async () => {
  const limited = await house.start({ RATE_LIMIT: 'on', TRUST_PROXY: '127.0.0.1' });
  const { concertId } = await office.createConcert();
  const [one, other] = [await office.enter(concertId, newFan()), await office.enter(concertId, newFan())];
  const poll = async (token: string) => (await answerTo({ url: '/api/v1/queue-token', token, to: limited })).status;
  const answers = await Promise.all(Array.from({ length: 500 }, () => poll(one)));
  assert.deepEqual(
    [...new Set(answers)].toSorted((a, b) => a - b),
    [200, 429],
  );
  assert.equal(answers.filter((status) => status === 200).length, 400);
  assert.equal(await poll(other), 200, 'somebody else is not held up');
  const figures = await (await fetch(new URL('/metrics', limited.origin))).text();
  const counted = /maejin_requests_total\{[^}]*route="\/api\/v1\/queue-token"[^}]*status="200"[^}]*\} (\d+)/.exec(
    figures,
  );
  assert.equal(counted?.[1], '401', figures.slice(0, 2_000));
});
