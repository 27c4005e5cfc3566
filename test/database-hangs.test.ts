/** The database hangs: nothing comes from it and nobody is told. Whoever asks is told so in time, and nothing piles up. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { boxOffice, newFan, newFans } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import type { Answer, Call } from './harness/http.ts';
import { operator } from './harness/server.ts';
import { openWire } from './harness/wire.ts';

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house.close());

test('while the database hangs, whoever reads or signs in is told so in time, and not queued for ever', async (t) => {
  const wire = await openWire(house.databaseUrl);
  t.after(() => wire.close());
  const server = await house.start({ DATABASE_URL: wire.url });
  t.after(() => server.kill());
  const office = boxOffice(server);
  const [fan, late] = newFans(2);
  assert(fan && late);
  const { bearer = '' } = await office.asOperator();
  const { concertId, performanceId } = await office.createConcert();
  const held = await office.hold(await office.enter(concertId, fan), performanceId, [1]);
  // On another server: this one has nothing of it in memory.
  const elsewhere = boxOffice(await house.start());
  const cold = await elsewhere.createConcert();
  const places = await Promise.all([0, 1].map(() => elsewhere.enter(cold.concertId, newFan())));
  const get = (url: string, asked: Call = {}) => office.call('GET', url, asked);
  const page = { headers: { accept: 'text/html' } };
  const reads: (() => Promise<Answer<unknown>>)[] = [
    () => get('/api/v1/reservations', { bearer: fan.token }),
    () => get(`/api/v1/reservations/${held.body.id}`, { bearer: fan.token }),
    () => get('/api/v1/wallet', { bearer: fan.token }),
    () => get('/api/v1/wallet/entries', { bearer: fan.token }),
    () => get(`/api/v1/admin/concerts/${concertId}/overview`, { bearer }),
    () => get('/api/v1/admin/reservations', { bearer }),
  ];
  const readsOfTheCold = [
    () => get('/api/v1/concerts?limit=3'),
    () => get(`/api/v1/concerts/${cold.concertId}`),
    () => get(`/api/v1/concerts/${cold.concertId}/sale`),
    () => get('/api/v1/time'),
    ...places.map((queueToken) => () => get('/api/v1/queue-token', { queueToken })),
    ...places.map((queueToken) => () => get('/api/v1/queue-token/events', { queueToken })),
    () => get(`/api/v1/performances/${cold.performanceId}/seats`, { queueToken: places[0] ?? '' }),
    () => get(`/api/v1/performances/${cold.performanceId}/seats/events`, { queueToken: places[0] ?? '' }),
    () => get(`/concerts/${cold.concertId}/wait`, page),
    () => get('/api/auth/get-session', { bearer: 'no-session-of-anybody' }),
    () => office.issue(cold.concertId, late),
  ];
  const all = (asks: typeof reads) => Promise.all(asks.map((ask) => ask()));
  assert.deepEqual(new Set((await all(reads)).map(({ status }) => status)), new Set([200]));
  wire.freeze();
  const started = performance.now();
  const signIn = () => office.call('POST', '/api/auth/sign-in/email', { body: operator });
  const invented = Array.from(
    { length: 300 },
    (_, index) => () => get(`/api/v1/concerts/${String(index).padStart(10, '0')}/sale`),
  );
  const hung = (await Promise.all([all(reads), all(readsOfTheCold), all(invented), signIn(), signIn()])).flat();
  assert(performance.now() - started < 30_000, 'long before the driver gives its connections up');
  for (const { status, code, headers } of hung) {
    assert.deepEqual([status, code], [503, 'OVERLOADED']);
    assert(Number(headers.get('retry-after')) >= 1);
  }
  const asked = wire.statements();
  await wire.down();
  await wire.up(house.databaseUrl);
  await eventually(async () => {
    for (const { status } of await all(reads)) assert.equal(status, 200);
    assert.equal((await office.issue(cold.concertId, late)).status, 201);
    assert.match((await get('/metrics')).body as string, /^maejin_reads 0$/m);
  }, 20_000);
  const afterwards = wire.statements() - asked;
  assert(afterwards < 1_000, `${afterwards} statements: what was told is not asked for any more`);
});
