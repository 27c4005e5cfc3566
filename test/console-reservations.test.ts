/** The operator looks for reservations: everybody's, by what people tell on the telephone. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { ReplyOf } from '../src/contract.ts';
import { endHold } from './harness/backdate.ts';
import { boxOffice, newFan, type BoxOffice, type Fan } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';

let house: House;
let one: BoxOffice;

before(async () => {
  house = await openHouse();
  one = boxOffice(await house.start());
});
after(() => house.close());

const search = async (query: string) =>
  one.call<ReplyOf<'listAllReservations', 200>>('GET', `/api/v1/admin/reservations${query}`, await one.asOperator());

async function heldBy(
  fan: Fan,
  { concertId, performanceId }: { concertId: string; performanceId: string },
  seat: number,
) {
  const token = await one.enter(concertId, fan);
  const { body, status } = await one.hold(token, performanceId, [seat]);
  assert.equal(status, 201, JSON.stringify(body));
  return { token, id: body.id };
}

test('finds by concert, status, id, user and the beginning of a user id; expired ones too', async () => {
  const sale = await one.createConcert();
  const hold = async (fan: Fan, seat: number) => ({ fan, userId: fan.userId, ...(await heldBy(fan, sale, seat)) });
  const confirmed = await hold(newFan(), 1);
  const cancelled = await hold(newFan(), 2);
  const expired = await hold(newFan(), 3);
  const live = await hold(newFan(`100%_of-${randomUUID()}`), 4);
  await one.charge(confirmed.fan, 50_000);
  await one.pay(confirmed.token, confirmed.id);
  await one.cancel(cancelled.fan, cancelled.id);
  await endHold(house.sql, expired.id);
  const within = `?concertId=${sale.concertId}`;
  const q = encodeURIComponent;
  for (const [query, ...expected] of [
    [within, live, expired, cancelled, confirmed],
    [`${within}&status=CONFIRMED`, confirmed],
    [`${within}&status=CANCELLED`, cancelled],
    [`${within}&status=EXPIRED`, expired],
    [`${within}&status=HELD`, live],
    [`?q=${cancelled.id}`, cancelled],
    [`?q=${q(live.userId)}`, live],
    [`?q=${q('jwt:100%_')}`, live],
    // Wildcards of LIKE are letters like any other.
    [`?q=${q('jwt:100__')}`],
    [`${within}&status=EXPIRED&q=${q(live.userId)}`],
    [`?concertId=nosuchone0&q=${q(live.userId)}`],
    ['?concertId=nosuchone0'],
  ] as const) {
    const rows = (await search(query)).body.reservations;
    assert.deepEqual(
      rows.map(({ id, userId }) => [id, userId]),
      expected.map(({ id, userId }) => [id, userId]),
      query,
    );
  }
  const [row] = (await search(`?q=${confirmed.id}`)).body.reservations;
  assert(row !== undefined && !Number.isNaN(Date.parse(row.createdAt)));
  assert.deepEqual(row, {
    id: confirmed.id,
    concertId: sale.concertId,
    performanceId: sale.performanceId,
    seats: [{ number: 1, label: 'A-1-1', price: 50_000 }],
    amount: 50_000,
    status: 'CONFIRMED',
    heldUntil: null,
    paid: 50_000,
    paidAt: row.paidAt,
    cancelledSeats: [],
    cancellations: [],
    userId: confirmed.userId,
    userName: null,
    createdAt: row.createdAt,
  });
});

test('finds a built-in account by its e-mail address', async () => {
  const email = `fan-${randomUUID()}@example.com`;
  const account = await one.call<{ token: string; user: { id: string } }>('POST', '/api/auth/sign-up/email', {
    body: { email, password: 'long enough', name: 'Fan' },
  });
  const { id } = await heldBy(
    { userId: account.body.user.id, token: account.body.token },
    await one.createConcert(),
    1,
  );
  for (const q of [email.toUpperCase(), email.slice(2, 20)]) {
    const { body } = await search(`?q=${encodeURIComponent(q)}`);
    assert.deepEqual(
      body.reservations.map((row) => [row.id, row.userId]),
      [[id, account.body.user.id]],
      q,
    );
  }
});

test('pages through all concerts from the newest to the oldest, each once', async () => {
  const sales = [await one.createConcert(), await one.createConcert()] as const;
  const fan = newFan();
  const made: string[] = [];
  for (let seat = 1; seat <= 7; seat += 1)
    made.unshift(
      (await heldBy(newFan(`${fan.userId.slice(4)}-${seat}`), seat % 2 === 0 ? sales[0] : sales[1], seat)).id,
    );
  for (const filter of ['', `&q=${fan.userId}-`, '&status=HELD']) {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { body, status } = await search(`?limit=3${filter}${cursor === null ? '' : `&cursor=${cursor}`}`);
      assert.equal(status, 200);
      seen.push(...body.reservations.map(({ id }) => id));
      cursor = body.nextCursor;
    } while (cursor !== null && seen.length < 7);
    assert.deepEqual(seen.slice(0, 7), made, filter);
  }
  for (const query of ['?cursor=NO', '?cursor=%00', '?limit=0', '?limit=201', '?status=SOLD', '?q=', '?q=%00']) {
    const { status, code } = await search(query);
    assert.deepEqual([status, code], [400, 'VALIDATION_FAILED'], query);
  }
});
