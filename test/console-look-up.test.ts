/** What people tell on the telephone is enough: a part of the number on a ticket, or a seat as they call it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ReplyOf } from '../src/contract.ts';
import { endHold } from './harness/backdate.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
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

const ask = async <Reply>(path: string, at = office): Promise<Reply> => {
  const { status, body } = await at.call<Reply>('GET', `/api/v1/admin${path}`, await at.asOperator());
  assert.equal(status, 200, path);
  return body;
};

async function reservationsFor(q: string, within = '', at = office): Promise<string[]> {
  const path = `/reservations?limit=200${within}&q=${encodeURIComponent(q)}`;
  return (await ask<ReplyOf<'listAllReservations', 200>>(path, at)).reservations.map(({ id }) => id);
}

async function seatsFor(q: string, within = ''): Promise<ReplyOf<'findSeats', 200>> {
  return ask<ReplyOf<'findSeats', 200>>(`/seats?q=${encodeURIComponent(q)}${within}`);
}

const section = (name: string, rows: number, seatsPerRow: number) => {
  return { name, rows, seatsPerRow, grade: 'R', price: 50_000 };
};
const on = (day: number, ...sections: ReturnType<typeof section>[]) => {
  return { startsAt: `2030-05-0${day}T10:00:00.000Z`, sections };
};

test('any part of the number on a ticket, from four characters on, whatever became of the reservation', async () => {
  const sale = await office.createConcert();
  const hold = async (seat: number) => {
    const fan = newFan();
    const token = await office.enter(sale.concertId, fan);
    return { fan, token, id: (await office.hold(token, sale.performanceId, [seat])).body.id };
  };
  const [paid, cancelled, expired, held] = [await hold(1), await hold(2), await hold(3), await hold(4)];
  await office.charge(paid.fan, 50_000);
  assert.equal((await office.pay(paid.token, paid.id)).status, 201);
  await office.cancel(cancelled.fan, cancelled.id);
  await endHold(house.sql, expired.id);
  for (const { id } of [paid, cancelled, expired, held]) {
    const number = id.slice(-8).toUpperCase();
    const from = [0, 1, 2, 3, 4];
    const parts = from.flatMap((at) => from.map((more) => number.slice(at, at + 4 + more)));
    for (const part of new Set(parts)) {
      const found = await reservationsFor(part);
      assert(found.includes(id), `${part} of ${number}`);
      for (const other of found) assert(other.slice(-8).includes(part.toLowerCase()), `${other} for ${part}`);
    }
    for (const q of [
      `#${number}`,
      ` ${number.slice(0, 4)} ${number.slice(4)} `,
      `${number.slice(0, 4)}-${number.slice(4)}`,
    ])
      assert.deepEqual(await reservationsFor(q), [id], q);
  }
  assert.deepEqual(await reservationsFor(paid.id.slice(-3)), [], 'three are too few');
  assert.deepEqual(await reservationsFor(paid.id.slice(-8), '&status=EXPIRED'), []);
});

test('a seat by name, as it is said and in parts; who holds or has it is found by it', async () => {
  const { concertId, performanceId, performanceIds } = await office.createConcert({
    performances: [
      on(1, section('F1', 2, 60), section('1층 A', 2, 3), section('VIP-1', 2, 2), section('F2', 1, 60)),
      on(2, section('F1', 2, 60)),
    ],
  });
  const fan = newFan();
  const token = await office.enter(concertId, fan);
  const { body: held } = await office.hold(token, performanceId, [49]);
  const within = `&concertId=${concertId}`;
  const said: readonly (readonly [string, ...string[]])[] = [
    ['F1구역 1열 49번', 'F1-1-49', 'F1-1-49'],
    ['F1구역 1열 49번'.normalize('NFD'), 'F1-1-49', 'F1-1-49'],
    ['Ｆ１구역１열４９번', 'F1-1-49', 'F1-1-49'],
    ['F1 1열 49', 'F1-1-49', 'F1-1-49'],
    ['f1-1-49', 'F1-1-49', 'F1-1-49'],
    ['section F1, row 1, seat 49', 'F1-1-49', 'F1-1-49'],
    ['f1 49', 'F1-1-49', 'F1-2-49', 'F1-1-49', 'F1-2-49'],
    ['f 2열 60번', 'F1-2-60', 'F1-2-60'],
    ['1층 A구역 2열 3번', '1층 A-2-3'],
    ['1층a 2열'],
    ['1층 a 2열', '1층 A-2-1', '1층 A-2-2', '1층 A-2-3'],
    ['vip-1-2-2', 'VIP-1-2-2'],
    ['VIP-1', 'VIP-1-1-1', 'VIP-1-1-2', 'VIP-1-2-1', 'VIP-1-2-2'],
    ['2열 2번', 'F1-2-2', '1층 A-2-2', 'VIP-1-2-2', 'F1-2-2'],
    ['F1 3열 1번'],
    ['F1 1열 61번'],
    ['F1-0-1'],
    ['F9 1열 1번'],
  ];
  for (const [q, ...labels] of said) {
    const { seats, more } = await seatsFor(q, within);
    assert.deepEqual([seats.map(({ label }) => label).toSorted(), more], [labels.toSorted(), false], q);
    const isHeld = labels.includes('F1-1-49');
    assert.deepEqual(await reservationsFor(q, within), isHeld ? [held.id] : [], q);
  }
  const { seats } = await seatsFor('F1구역 1열 49번');
  assert.deepEqual(
    seats.map((seat) => [seat.performanceId, seat.seat, seat.status, seat.reservationId]),
    [
      [performanceId, 49, 'HELD', held.id],
      [performanceIds[1], 49, 'AVAILABLE', null],
    ],
    'of all concerts too',
  );
  assert.deepEqual((await seatsFor('2열 2번')).seats, [], 'without a section only within one concert');
  const { seats: some, more } = await seatsFor('F1', within);
  assert.deepEqual([some.length, more], [50, true]);
  await endHold(house.sql, held.id);
  assert.deepEqual((await seatsFor('F1-1-49', within)).seats[0]?.status, 'AVAILABLE');
});

test('names match however their Korean is composed, on either side', async () => {
  const name = '김매진';
  await house.sql`insert into users (id, name, email) values ('nfd', ${name.normalize('NFD')}, 'nfd@maejin.example')`;
  for (const form of ['NFC', 'NFD'] as const) {
    const { users } = await ask<ReplyOf<'findUsers', 200>>(`/users?q=${encodeURIComponent('매진'.normalize(form))}`);
    assert.deepEqual(
      users.map(({ id }) => id),
      ['nfd'],
      form,
    );
  }
});

/** Connections tell what they read when they end, and are gone after that. */
async function connections(): Promise<ReadonlySet<number>> {
  const rows = await house.sql<{ pid: number }[]>`select pid from pg_stat_activity where datname = current_database()`;
  return new Set(rows.map(({ pid }) => pid));
}

/** Rows that PostgreSQL read for these searches by going through a table, and by an index. */
async function readFor(searches: readonly string[]): Promise<{ scanned: number; fetched: number }> {
  const read = async () => {
    const [row] = await house.sql<{ scanned: number; fetched: number }[]>`
      select sum(seq_tup_read)::float8 as scanned, sum(idx_tup_fetch)::float8 as fetched from pg_stat_user_tables
      where relname in ('reservations', 'seats')`;
    assert(row !== undefined);
    return row;
  };
  const others = await connections();
  const before = await read();
  const own = await house.start();
  for (const q of searches) assert((await reservationsFor(q, '', boxOffice(own))).length > 0, q);
  await own.stop();
  await eventually(async () => assert((await connections()).isSubsetOf(others)));
  const after = await read();
  return { scanned: after.scanned - before.scanned, fetched: after.fetched - before.fetched };
}

test('no search goes through a table: the work is bounded, among twenty thousand reservations and seats', async () => {
  const { concertId } = await office.createConcert({ performances: [on(1, section('Z', 100, 200))] });
  await house.sql`
    insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, status, held_until, payment_id, paid_at)
    select ${concertId}, ${concertId} || '-' || lpad(n::text, 14, '0') || substr(md5(n::text), 1, 8), ${`${concertId}-1`}, 'crowd:' || n,
      array[n], 50000, 'CONFIRMED', now(), 'p' || n, now()
    from generate_series(1, 20000) as n`;
  await house.sql`
    update seats as seat set sold = true, reservation_id = reservation.id from reservations as reservation
    where seat.concert_id = ${concertId} and reservation.concert_id = ${concertId} and seat.number = reservation.seat_numbers[1]`;
  await house.sql`analyze reservations, seats`;
  const number = (await reservationsFor('Z-7-7'))[0]?.slice(-8) ?? '';
  const searches = [
    number,
    ...[0, 1, 2, 4].map((at) => number.slice(at, at + 4)),
    'Z구역 7열 7번',
    'crowd:777',
    'crowd:',
  ];
  await server.stop();
  // As often as a prepared statement is planned for its values before it is planned for any.
  const often = Array.from({ length: 6 }, () => searches).flat();
  const { scanned, fetched } = await readFor(often);
  assert.equal(scanned, 0, 'rows read by going through a table');
  assert(fetched / often.length < 3_000, `${fetched / often.length} rows by an index for a search`);
  await house.sql`drop index reservations_by_number`;
  const without = await readFor([number]);
  assert(without.scanned + without.fetched >= 20_000, 'without its index the number is looked for everywhere');
});
