/** Many cancel at once: whatever races what, each seat is given back once, and each refund is paid once. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { createAudit } from '../src/audit/audit.ts';
import { createCancellation } from '../src/cancellation/cancellation.ts';
import { createCatalog } from '../src/catalog/catalog.ts';
import { payAll } from '../src/payment/paying.ts';
import type { Database, Tx } from '../src/platform/database.ts';
import { countChanges } from '../src/reservation/counting.ts';
import { giveBackOf } from '../src/reservation/release.ts';
import { confirm, lockForPayment } from '../src/reservation/sale.ts';
import type { LockedRoom, WaitingRoom } from '../src/waiting-room/gate.ts';
import { handOn } from '../src/waiting-room/letting-in.ts';
import { createSupply } from '../src/waiting-room/supply.ts';
import { passOf } from '../src/waiting-room/tokens.ts';
import { createWallet } from '../src/wallet/wallet.ts';
import { boxOffice, newFan, newFans } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import type { Answer } from './harness/http.ts';
import { lockWaiters } from './harness/lock-waiters.ts';
import { paidSeats, type PaidFan } from './harness/paid-seats.ts';
import { openTwoOffices } from './harness/two-offices.ts';

const { house, one, other } = await openTwoOffices();
const price = 50_000;
const officeOf = (index: number) => (index % 2 === 0 ? one : other);
const told = ({ status, code, fields }: Answer<unknown>): string =>
  [status, code, fields['because'] as string | undefined].filter((word) => word !== undefined).join(' ');
const already = '409 NOT_CANCELLABLE ALREADY_CANCELLED';

test('one reservation cancelled 20 times at once with 20 keys on two servers: one refund', async () => {
  const date = await one.createConcert();
  const { fan, reservationId } = await paidSeats(one, date, [1, 2]);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => officeOf(index).cancelPaid(fan, reservationId, { refund: 2 * price })),
  );
  assert.deepEqual(answers.map(told).toSorted(), ['201', ...Array.from({ length: 19 }, () => already)]);
  assert.equal((await one.wallet(fan)).body.balance, 2 * price);
});

test('the same key 20 times at once on two servers: one refund, 20 equal answers', async () => {
  const date = await one.createConcert();
  const { fan, reservationId } = await paidSeats(one, date, [1]);
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => officeOf(index).cancelPaid(fan, reservationId, { refund: price }, key)),
  );
  for (const { status, body } of answers) assert.deepEqual([status, body], [201, answers[0]?.body]);
  assert.equal(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null).length, 1);
  assert.equal((await one.wallet(fan)).body.balance, price);
});

test('some of the seats against all of them, the fan against the operator, and a release beside both', async () => {
  const date = await one.createConcert();
  for (let round = 0; round < 5; round++) {
    const { fan, reservationId } = await paidSeats(one, date, [1, 2, 3, 4]);
    const some = [[1], [2], [1, 2], [3, 4], [4]].map((seatNumbers, index) =>
      officeOf(index).cancelPaid(fan, reservationId, { seatNumbers, refund: seatNumbers.length * price }),
    );
    const all = [0, 1].map((index) => officeOf(index).cancelPaid(fan, reservationId, { refund: 4 * price }));
    const byDesk = other.cancelForFan(reservationId, { reason: 'illness', seatNumbers: [3], feePercent: 50 });
    const [released, ...answers] = await Promise.all([one.cancel(fan, reservationId), ...some, ...all, byDesk]);
    assert.equal(released.code, 'ALREADY_PAID');
    for (const answer of answers) assert(['201', already, '409 QUOTE_CHANGED'].includes(told(answer)), told(answer));
    const done = answers.filter(({ status }) => status === 201).map(({ body }) => body);
    const seats = done.flatMap((body) => body.seats.map(({ number }) => number));
    assert.equal(new Set(seats).size, seats.length, 'no seat twice');
    const refunds = done.reduce((sum, { refund }) => sum + refund, 0);
    assert.equal((await one.wallet(fan)).body.balance, refunds);
    const { body } = await other.reservation(fan, reservationId);
    assert.deepEqual(new Set(body.cancelledSeats?.map(({ number }) => number)), new Set(seats));
    // For the next round.
    if (body.seats.length > 0) assert.equal((await one.cancelForFan(reservationId, { reason: 'fan' })).status, 201);
  }
  await one.assertInvariants();
});

test('a seat that was given back and sold again is its buyer’s, whoever cancels again', async () => {
  const date = await one.createConcert();
  const first = await paidSeats(one, date, [1]);
  const fans = newFans(10);
  const tokens = await Promise.all(fans.map((fan) => one.enter(date.concertId, fan)));
  await Promise.all(fans.map((fan) => one.charge(fan, price)));
  let isFree = false;
  const buying = tokens.map(async (token, index) => {
    for (;;) {
      const sawFree = isFree;
      const held = await officeOf(index).hold(token, date.performanceId, [1]);
      if (held.status === 201) return officeOf(index).pay(token, held.body.id);
      assert.equal(held.code, 'SEAT_UNAVAILABLE');
      // Another had it: once it was given back it is held by the first that comes.
      if (sawFree) return undefined;
    }
  });
  const cancelling = Array.from({ length: 6 }, async (_, index) => {
    const answer = await officeOf(index).cancelPaid(first.fan, first.reservationId, { refund: price });
    isFree = true;
    return answer;
  });
  const [bought, cancelled] = await Promise.all([Promise.all(buying), Promise.all(cancelling)]);
  assert.equal(cancelled.filter(({ status }) => status === 201).length, 1);
  assert.deepEqual(
    bought.filter((paid) => paid !== undefined).map(({ status }) => status),
    [201],
  );
  const late = await other.cancelPaid(first.fan, first.reservationId, { refund: price });
  assert.equal(told(late), already);
  const [seat] = await house.sql`select sold from seats where performance_id = ${date.performanceId} and number = 1`;
  assert.equal(seat?.['sold'], true);
  await one.assertInvariants();
});

test('cancellations beside charges and payments of the same fans: all of them, and nobody waits in a circle', async () => {
  const dates = [await one.createConcert({ maxSeatsPerFan: 50 }), await one.createConcert({ maxSeatsPerFan: 50 })];
  const fans = newFans(6);
  const paid = await Promise.all(
    fans.flatMap((fan, at) =>
      dates.map(async (date, which) => {
        const own = await paidSeats(officeOf(which), date, [at * 4 + 1, at * 4 + 2], fan);
        const token = await one.enter(date.concertId, fan);
        const held = await one.hold(token, date.performanceId, [at * 4 + 3]);
        return { ...own, token, heldId: held.body.id };
      }),
    ),
  );
  await Promise.all(fans.map((fan) => one.charge(fan, 2 * price)));
  const answers = await Promise.all(
    paid.flatMap(({ fan, reservationId, token, heldId }, at) => [
      officeOf(at).cancelPaid(fan, reservationId, { refund: 2 * price }),
      officeOf(at + 1).pay(token, heldId),
      // Paid before: it is decided with every lock.
      officeOf(at).pay(token, reservationId),
      officeOf(at).charge(fan, 1),
    ]),
  );
  for (const [at, { status, code }] of answers.entries()) {
    if (at % 4 === 2) assert(code === 'ALREADY_PAID' || code === 'ADMISSION_EXPIRED', `${status} ${code}`);
    else assert.equal(status, 201, code);
  }
  const [row] =
    await house.sql`select deadlocks::int as count from pg_stat_database where datname = current_database()`;
  assert.equal(row?.['count'], 0);
  await one.assertInvariants();
});

test('a payment that waits for its fan’s wallet has not locked the reservation, which whoever cancels locks behind it', async () => {
  const { concertId, performanceId } = await one.createConcert();
  const fan = newFan();
  await one.charge(fan, price);
  const token = await one.enter(concertId, fan);
  const reservationId = (await one.hold(token, performanceId, [1])).body.id;
  const { e: entry } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { e: number };
  const { userId } = fan;
  const pass = passOf({ concertId, userId, entry, generation: 0 });
  const fingerprint = `pay ${reservationId}`;
  const command = { pass, userId, reservationId, id: `${concertId}-payment`, key: 'general', fingerprint };
  const wallet = createWallet({ database: house.database });
  const reservations = { lockForPayment, confirm, giveBack: giveBackOf, countChanges, announce: () => undefined };
  const { sql, end } = await house.database.session();
  await sql`begin`;
  await sql`select from wallets where user_id = ${userId} for update`;
  // As the waiting room hands a payer's slot on, where no line is bound to its seats.
  const waitingRoom = {
    handOn: (tx: Tx, room: LockedRoom, entries: readonly number[], sold: number) =>
      handOn(tx, room, { entries, because: 'PAID' }, { supply: createSupply(), sold }),
  } as unknown as WaitingRoom;
  const paying = house.database.transaction((tx) =>
    payAll(tx, { reservations, wallet, waitingRoom, attempt: 0 }, concertId, [command]),
  );
  await lockWaiters(house, 1);
  const free = await house.sql`select from reservations where id = ${reservationId} for update skip locked`;
  await sql`commit`;
  end();
  assert.equal((await paying).answers.length, 1);
  assert.equal(free.length, 1);
  await one.assertInvariants();
});

/** The same transactions with none of their rows locked before they are read. */
function withoutLocks(database: Database): Database {
  const unlocked = (tx: Tx): Tx => {
    const tag = (strings: TemplateStringsArray | string, ...parts: never[]): unknown =>
      typeof strings === 'string'
        ? tx(strings)
        : tx(
            Object.assign(
              strings.map((text) => text.replace('for no key update', '')),
              { raw: strings.raw },
            ),
            ...parts,
          );
    return Object.assign(tag, { unsafe: tx.unsafe, within: tx.within }) as unknown as Tx;
  };
  return { ...database, transaction: (work) => database.transaction((tx) => work(unlocked(tx))) };
}

/** Resolves when both have come, or when one of them stands before a lock of the other. */
function meeting(): () => Promise<void> {
  let come = 0;
  const both = Promise.withResolvers<void>();
  return async () => {
    if ((come += 1) === 2) both.resolve();
    await Promise.race([both.promise, lockWaiters(house, 1)]).catch(() => undefined);
  };
}

/**
 * Two servers cancel the same seats, and go on when both have decided, if locks let them: into the wallet in one flight each,
 * to the origin by the general transaction. Answers how many refunds there were.
 */
async function cancelOnTwo(
  { database }: Pick<House, 'database'>,
  { fan, reservationId }: PaidFan,
  to: 'wallet' | 'origin',
) {
  const [deciding, sending] = [meeting(), meeting()];
  const metrics = { batch: () => undefined, depth: () => undefined };
  const feed = { tell: () => undefined, subscribe: () => undefined, onGap: () => undefined, isOurs: () => true };
  let flights = 0;
  const flight: Database['flight'] = async (statements) => {
    if ((flights += 1) <= 2) await deciding();
    return database.flight(statements);
  };
  const rooms = [1, 2].map(() =>
    createCancellation({
      database: { ...database, flight },
      feed,
      catalog: createCatalog({ database, feed, metrics }),
      waitingRoom: { seatsCameBack: () => undefined },
      reservations: { countChanges, announce: () => undefined },
      wallet: createWallet({ database }),
      funding: { sendOn: () => sending().then(() => []), sendSoon: () => undefined },
      writeDown: () => Promise.resolve(),
      batchMax: 500,
      metrics,
    }),
  );
  const wish = { reservationId, refund: price, to };
  const answers = await Promise.allSettled(
    rooms.map((room) => room.cancel(fan.userId, { ...wish, key: randomUUID() })),
  );
  return answers.filter(({ status }) => status === 'fulfilled').length;
}

for (const to of ['wallet', 'origin'] as const) {
  test(`to the ${to}: two servers that decide at once refund once, with locks or without; a twin that asserts nothing refunds twice`, async (t) => {
    const date = await one.createConcert();
    assert.equal(await cancelOnTwo(house, await paidSeats(one, date, [1]), to), 1);
    const unlocked = { database: withoutLocks(house.database) };
    assert.equal(await cancelOnTwo(unlocked, await paidSeats(one, date, [2]), to), 1);
    await one.assertInvariants();

    const twin = await openHouse();
    t.after(() => twin.close());
    const office = boxOffice(await twin.start());
    const theirs = await office.createConcert();
    const lost = await paidSeats(office, theirs, [1]);
    await paidSeats(office, theirs, [2]);
    await twin.sql.unsafe(`
      create or replace function expect_rows(met bigint, expected bigint) returns void language plpgsql as $$ begin end $$`);
    assert.equal(await cancelOnTwo({ database: withoutLocks(twin.database) }, lost, to), 2);
    const { checks } = await createAudit(twin).run();
    const broken = checks.filter(({ ok }) => !ok).map(({ name }) => name.split(' ')[0]);
    assert(broken.includes('I14') && broken.includes('I5'), broken.join(' '));
  });
}
