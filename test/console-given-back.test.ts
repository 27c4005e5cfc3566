/** What was given back, as the console tells it: the same sums in the sales, the files, the ledger and the story of a seat. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Papa from 'papaparse';
import type { ReplyOf } from '../src/contract.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { paidSeats } from './harness/paid-seats.ts';
import { operator, type Server } from './harness/server.ts';

let house: House;
let server: Server;
let office: BoxOffice;
let sale: Awaited<ReturnType<typeof saleWithReturns>>;

before(async () => {
  house = await openHouse();
  server = await house.start();
  office = boxOffice(server);
  sale = await saleWithReturns();
});
after(() => house.close());

async function get<Body>(path: string): Promise<Body> {
  const { status, body } = await office.call<Body>('GET', `/api/v1/admin${path}`, await office.asOperator());
  assert.equal(status, 200, path);
  return body;
}

async function rowsOf(path: string): Promise<Record<string, string>[]> {
  const { bearer = '' } = await office.asOperator();
  const answer = await fetch(`${server.origin}/api/v1/admin${path}`, {
    headers: { authorization: `Bearer ${bearer}` },
  });
  const { data, errors } = Papa.parse<Record<string, string>>(await answer.text(), {
    header: true,
    skipEmptyLines: true,
  });
  assert.deepEqual(errors, []);
  return data;
}

const sumOf = (rows: readonly Record<string, string>[], column: string): number =>
  rows.reduce((sum, row) => sum + Number(row[column]), 0);

const sections = [
  { name: 'A', rows: 1, seatsPerRow: 4, grade: 'VIP', price: 99_999 },
  { name: 'B', rows: 1, seatsPerRow: 6, grade: 'R', price: 50_000 },
];

/**
 * VIP 1 and R 5 of one fan: the operator cancels them for a fee of 10 %, 9,999 and 5,000. VIP 2 is cancelled by its fan for
 * nothing. Then VIP 1 is sold again, and kept; R 5 is given back to nobody. On the second date R 6 is kept.
 */
async function saleWithReturns() {
  const { concertId, performanceIds } = await office.createConcert({
    performances: ['2030-05-01T10:00:00.000Z', '2030-05-02T10:00:00.000Z'].map((startsAt) => ({ startsAt, sections })),
  });
  const [first = '', second = ''] = performanceIds;
  const date = { concertId, performanceId: first };
  const ill = await paidSeats(office, date, [1, 5, 6]);
  const changed = await paidSeats(office, date, [2]);
  const kept = await paidSeats(office, { concertId, performanceId: second }, [6]);
  const forFan = await office.cancelForFan(ill.reservationId, {
    reason: 'illness',
    feePercent: 10,
    seatNumbers: [1, 5],
  });
  assert.equal(forFan.status, 201, JSON.stringify(forFan.fields));
  const byFan = await office.cancelPaid(changed.fan, changed.reservationId, { refund: 99_999 });
  assert.equal(byFan.status, 201, JSON.stringify(byFan.fields));
  const again = await paidSeats(office, date, [1]);
  return { concertId, first, second, ill, changed, kept, again, forFan: forFan.body };
}

const none = { blocked: 0, complimentary: 0, held: 0 };
const gross = 99_999 * 3 + 50_000 * 3;
const [fees, refunds] = [14_999, 90_000 + 45_000 + 99_999];

test('sales by date and grade, to the won, and money kept wherever it is told', async () => {
  const { concertId, first, second } = sale;
  await eventually(async () => {
    const sales = await get<ReplyOf<'getSales', 200>>(`/concerts/${concertId}/sales`);
    assert.deepEqual(sales.total, {
      ...none,
      seats: 20,
      available: 17,
      sold: 3,
      cancelled: 3,
      gross,
      fees,
      refunds,
      net: gross - refunds,
    });
    const told = sales.performances.map(({ id, status, grades }) => [
      id,
      status,
      ...grades.map(({ grade, sold, cancelled, gross: paid, fees: own, refunds: back, net }) =>
        [grade, sold, cancelled, paid, own, back, net].join(' '),
      ),
    ]);
    assert.deepEqual(told, [
      [first, 'SCHEDULED', 'VIP 1 2 299997 9999 189999 109998', 'R 1 1 100000 5000 45000 55000'],
      [second, 'SCHEDULED', 'VIP 0 0 0 0 0 0', 'R 1 0 50000 0 0 50000'],
    ]);
  });
  assert.equal((await office.overview(concertId)).body.revenue, gross - refunds);
  const live = await get<ReplyOf<'listLiveConcerts', 200>>('/concerts?limit=1');
  assert.deepEqual([live.concerts[0]?.id, live.concerts[0]?.revenue], [concertId, gross - refunds]);
});

test('the files have a row for each seat, with its state, and their sums are those of the sales', async () => {
  const { concertId, ill } = sale;
  const rows = await rowsOf(`/concerts/${concertId}/reservations.csv`);
  assert.deepEqual(
    rows.map((row) => ['Section', 'Status', 'Price', 'Refund', 'Cancellation fee', 'Reason'].map((name) => row[name])),
    [
      ['A', 'Cancelled', '99999', '90000', '9999', 'Illness'],
      ['B', 'Cancelled', '50000', '45000', '5000', 'Illness'],
      ['B', 'Paid', '50000', '', '', ''],
      ['A', 'Cancelled', '99999', '99999', '0', 'At the fan’s request'],
      ['B', 'Paid', '50000', '', '', ''],
      ['A', 'Paid', '99999', '', '', ''],
    ],
  );
  assert.deepEqual(
    [sumOf(rows, 'Price'), sumOf(rows, 'Refund'), sumOf(rows, 'Cancellation fee')],
    [gross, refunds, fees],
  );
  assert.match(rows[0]?.['Cancelled at (KST)'] ?? '', /^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/);
  const ledger = await rowsOf(`/ledger.csv?userId=${encodeURIComponent(ill.fan.userId)}`);
  assert.deepEqual(
    ledger.map((row) => [row['Kind'], row['Amount'], row['Balance after']]),
    [
      ['Top-up', '199999', '199999'],
      ['Payment', '-199999', '0'],
      ['Refund', '135000', '135000'],
    ],
  );
});

test('a reservation says what became of each of its seats, and by whom', async () => {
  const { ill, forFan } = sale;
  const found = await get<ReplyOf<'listAllReservations', 200>>(`/reservations?q=${ill.reservationId}`);
  const [reservation] = found.reservations;
  assert(reservation !== undefined);
  const { status, paid, amount, seats, cancellations = [] } = reservation;
  assert.deepEqual([status, paid, amount, seats.map(({ label }) => label)], ['CONFIRMED', 199_999, 50_000, ['B-1-2']]);
  const [past] = cancellations;
  assert.deepEqual([past?.id, past?.reason, past?.by?.email], [forFan.id, 'illness', operator.email]);
  assert.deepEqual(past?.seats, [
    { number: 1, price: 99_999, fee: 9_999, refund: 90_000 },
    { number: 5, price: 50_000, fee: 5_000, refund: 45_000 },
  ]);
});

test('the story of a seat goes on after it was cancelled: who did it, why, what came back, and who bought it again', async () => {
  const { first, ill, changed, again } = sale;
  const story = await get<ReplyOf<'getSeatStory', 200>>(`/performances/${first}/seats/1/story`);
  assert.deepEqual([story.seat.status, story.calledOff], ['RESERVED', false]);
  assert.deepEqual(
    story.holds.map(({ reservationId, status, until }) => [reservationId, status, until]),
    [
      [again.reservationId, 'CONFIRMED', null],
      [ill.reservationId, 'CANCELLED', null],
    ],
  );
  const [now, past] = story.holds.map(({ cancellation }) => cancellation);
  assert.equal(now, null);
  assert.deepEqual(
    [past?.reason, past?.fee, past?.refund, past?.by?.email],
    ['illness', 9_999, 90_000, operator.email],
  );
  const other = await get<ReplyOf<'getSeatStory', 200>>(`/performances/${first}/seats/2/story`);
  assert.deepEqual(
    other.holds.map(({ reservationId, cancellation }) => [reservationId, cancellation?.reason, cancellation?.by]),
    [[changed.reservationId, 'fan', null]],
  );
  // Of the same reservation, but kept.
  const keptSeat = await get<ReplyOf<'getSeatStory', 200>>(`/performances/${first}/seats/6/story`);
  assert.deepEqual(
    keptSeat.holds.map(({ status, cancellation }) => [status, cancellation]),
    [['CONFIRMED', null]],
  );
});

test('the log has who cancelled for whom; and that is no change of settings', async () => {
  const { concertId, ill } = sale;
  const log = await get<ReplyOf<'listOperatorLog', 200>>(`/log?concertId=${concertId}`);
  const [deed] = log.entries;
  assert.deepEqual(
    log.entries.map(({ action }) => action),
    ['CANCEL_RESERVATION', 'CREATE_CONCERT'],
  );
  const { reservationId, seatNumbers, reason, feePercent, fee, refund } = deed?.after ?? {};
  assert.deepEqual(
    [reservationId, seatNumbers, reason, feePercent, fee, refund],
    [ill.reservationId, [1, 5], 'illness', 10, 14_999, 135_000],
  );
  const settings = await get<ReplyOf<'getConcertSettings', 200>>(`/concerts/${concertId}`);
  assert.equal(settings.changedAt, log.entries[1]?.at);
  await office.assertInvariants();
});

test('a date before it is called off: whom and what it concerns, and what was given back of it so far', async () => {
  const { concertId, first } = sale;
  await office.hold(await office.enter(concertId, newFan()), first, [3, 7]);
  const date = await get<ReplyOf<'getPerformance', 200>>(`/performances/${first}`);
  assert.deepEqual([date.startsAt, date.started, date.status], ['2030-05-01T10:00:00.000Z', false, 'SCHEDULED']);
  assert.deepEqual([date.movedFrom, date.movedAt, date.seatsTotal], [null, null, 10]);
  assert.deepEqual(date.paid, {
    reservations: 2,
    fans: 2,
    seats: 2,
    amount: 149_999,
    prices: [
      { price: 99_999, seats: 1 },
      { price: 50_000, seats: 1 },
    ],
  });
  assert.deepEqual(date.held, { reservations: 1, seats: 2 });
  assert.deepEqual(date.givenBack, {
    cancellations: 2,
    seats: 3,
    fees: 14_999,
    refunds: 234_999,
    compensations: 0,
  });
  const none = await office.call('GET', '/api/v1/admin/performances/nosuchone0-1', await office.asOperator());
  assert.deepEqual([none.status, none.code], [404, 'NOT_FOUND']);
});

const reason = { ko: '무대 사고', en: 'An accident on stage' };
const startsAt = '2030-05-03T10:00:00.000Z';

test('a date that was moved and called off: nothing of it is for sale, and what it brought went back', async () => {
  const { concertId, first } = sale;
  const asked = { ...(await office.asOperator()), key: 'call-off' };
  const date = `/api/v1/admin/performances/${first}`;
  assert.equal((await office.call('PATCH', date, { ...asked, body: { startsAt } })).status, 200);
  const body = { reason, compensationPercent: 10 };
  assert.equal((await office.call('POST', `${date}/cancellation`, { ...asked, body })).status, 202);
  await eventually(async () => {
    const now = await get<ReplyOf<'getPerformance', 200>>(`/performances/${first}`);
    assert.deepEqual([now.status, now.startsAt, now.movedFrom], ['CANCELLED', startsAt, '2030-05-01T10:00:00.000Z']);
    assert.deepEqual([now.paid.seats, now.held.seats], [0, 0]);
    const compensations = 9_999 + 5_000;
    assert.deepEqual(now.givenBack, {
      cancellations: 4,
      seats: 5,
      fees,
      refunds: gross - 50_000 - fees,
      compensations,
    });
  });
  await eventually(async () => {
    const { total, performances, forecast } = await get<ReplyOf<'getSales', 200>>(`/concerts/${concertId}/sales`);
    const [off] = performances;
    assert.deepEqual([off?.status, off?.seats, off?.available, off?.sold, off?.cancelled], ['CANCELLED', 0, 0, 0, 5]);
    assert.deepEqual([off?.gross, off?.net, off?.movedFrom], [gross - 50_000, fees, '2030-05-01T10:00:00.000Z']);
    assert.deepEqual([total.seats, total.available, total.sold, total.net], [10, 9, 1, 50_000 + fees]);
    assert.notEqual(forecast.because, 'SOLD_OUT');
  });
  await office.assertInvariants();
});

test('and that is told in the list of concerts, in the story of a seat and in the log', async () => {
  const { concertId, first, second } = sale;
  const live = await get<ReplyOf<'listLiveConcerts', 200>>('/concerts');
  const row = live.concerts.find(({ id }) => id === concertId);
  assert.deepEqual([row?.seatsTotal, row?.seatsSold, row?.revenue], [10, 1, 50_000 + fees]);
  const story = await get<ReplyOf<'getSeatStory', 200>>(`/performances/${first}/seats/1/story`);
  assert.deepEqual([story.calledOff, story.holds[0]?.cancellation?.reason], [true, 'called_off']);
  const { entries } = await get<ReplyOf<'listOperatorLog', 200>>(`/log?concertId=${concertId}&limit=2`);
  assert.deepEqual(
    entries.map(({ action, before: from, after: to }) => [
      action,
      from?.['startsAt'],
      to?.['startsAt'],
      to?.['reason'],
    ]),
    [
      ['CALL_OFF_PERFORMANCE', undefined, startsAt, reason],
      ['MOVE_PERFORMANCE', '2030-05-01T10:00:00.000Z', startsAt, undefined],
    ],
  );
  assert.equal((await get<ReplyOf<'getPerformance', 200>>(`/performances/${second}`)).status, 'SCHEDULED');
});
