/**
 * The guards of a hold, one by one, each beside its twin: the same race without the guard, which must go wrong.
 * A race that cannot be lost would prove nothing.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createCatalog } from '../src/catalog/catalog.ts';
import { createKeys } from '../src/idempotency/idempotency.ts';
import type { Database, Tx } from '../src/platform/database.ts';
import { createFeed, type Feed } from '../src/platform/feed.ts';
import { createMetrics } from '../src/platform/metrics.ts';
import { createReservations, type Reservations } from '../src/reservation/reservation.ts';
import { createWaitingRoom, lockTokens } from '../src/waiting-room/gate.ts';
import { passOf } from '../src/waiting-room/tokens.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';

let house: House;
let office: BoxOffice;
let feed: Feed;

before(async () => {
  house = await openHouse();
  office = boxOffice(await house.start());
  feed = await createFeed(house.databaseUrl, house.sql);
});
after(async () => {
  await feed.close();
  await house.close();
});

/** The room itself, on a database that may be less reliable than ours. */
function roomOn(database: Database, heard = feed): Reservations {
  const metrics = createMetrics();
  const catalog = createCatalog({ database, feed: heard, metrics });
  const deps = { database, feed: heard, catalog, metrics, batchMax: 100, retentionDays: 30 };
  const waitingRoom = createWaitingRoom({ ...deps, secret: 'x'.repeat(32) });
  return createReservations({ ...deps, waitingRoom, keys: createKeys({ database }) });
}

/** Waits until all have come, or for so long as one who is kept waiting elsewhere would take. */
function meeting(parties: number, msMax = 300): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let come = 0;
  return async () => {
    come += 1;
    if (come === parties) resolve();
    await Promise.race([promise, new Promise((enough) => setTimeout(enough, msMax))]);
  };
}

async function insideOf(changes = {}) {
  const concert = await office.createConcert(changes);
  const fan = newFan();
  const token = await office.enter(concert.concertId, fan);
  return {
    ...concert,
    fan,
    token,
    pass: passOf({ concertId: concert.concertId, userId: fan.userId, entry: 1, generation: 0 }),
  };
}

test('two look at a free seat: under the row’s lock one gets it, without the lock both believe so', async () => {
  const { concertId, performanceId } = await office.createConcert();
  const race = async (number: number, lock: boolean): Promise<number> => {
    const bothLooked = meeting(2);
    const seat = (tx: Tx) => tx`concert_id = ${concertId} and performance_id = ${performanceId} and number = ${number}`;
    const take = (id: string) =>
      house.database.transaction(async (tx) => {
        const [found] = await tx<{ free: boolean }[]>`
          select not sold and (held_until is null or held_until <= now()) as free from seats
          where ${seat(tx)} ${lock ? tx`for no key update` : tx``}`;
        await bothLooked();
        if (found?.free !== true) return false;
        await tx`update seats set reservation_id = ${id}, held_until = now() + interval '1 minute' where ${seat(tx)}`;
        return true;
      });
    return (await Promise.all(['a', 'b'].map(take))).filter(Boolean).length;
  };
  assert.equal(await race(1, true), 1);
  assert.equal(await race(2, false), 2, 'the twin sells the seat twice');
});

test('the taking update repeats the rule: it meets no seat that another took', async () => {
  const { concertId, performanceId } = await office.createConcert();
  const take = async (id: string, guarded: boolean): Promise<number> => {
    const guard = guarded ? house.sql`and not sold and (held_until is null or held_until <= now())` : house.sql``;
    const { count } = await house.sql`
      update seats set reservation_id = ${id}, held_until = now() + interval '1 minute'
      where concert_id = ${concertId} and performance_id = ${performanceId} and number = 1 ${guard}`;
    return count;
  };
  assert.deepEqual([await take('a', true), await take('b', true)], [1, 0]);
  assert.equal(await take('b', false), 1, 'the twin gives a live hold away');
});

/** One fan, limit 1, two holds that both count before either is written. Answers how many went through. */
async function holdTwice(lock: boolean): Promise<number> {
  const { concertId, performanceId, pass } = await insideOf({ maxSeatsPerFan: 1 });
  const bothCounted = meeting(2);
  const hold = (number: number) =>
    house.database.transaction(async (tx) => {
      if (lock) await lockTokens(tx, concertId, [pass.entry]);
      const [held] = await tx<{ seats: number }[]>`
        select coalesce(sum(cardinality(seat_numbers)), 0)::int as seats from reservations
        where concert_id = ${concertId} and performance_id = ${performanceId} and user_id = ${pass.userId} and status = 'HELD'`;
      await bothCounted();
      if ((held?.seats ?? 0) >= 1) return;
      await tx`
        insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, held_until)
        values (${concertId}, ${`${concertId}-${number}`}, ${performanceId}, ${pass.userId}, ${[number]}::int[], 1,
          now() + interval '1 minute')`;
    });
  await Promise.all([1, 2].map(hold));
  const [row] = await house.sql`select count(*)::int as holds from reservations where concert_id = ${concertId}`;
  return row?.['holds'] as number;
}

test('two holds of one fan: under the token’s lock the second counts the first, without it both pass the limit', async () => {
  assert.equal(await holdTwice(true), 1);
  assert.equal(await holdTwice(false), 2, 'the twin lets the fan have more than the limit');
});

test('a late release frees only what is still its own; the twin that goes by number frees a live hold', async () => {
  const { concertId, performanceId, token, pass } = await insideOf();
  const late = await office.hold(token, performanceId, [1]);
  await house.sql`update seats set held_until = now() where reservation_id = ${late.body.id}`;
  const live = await office.hold(token, performanceId, [1]);
  assert.equal(live.status, 201);
  const ownerIs = async (): Promise<unknown> => {
    const [seat] = await house.sql`
      select reservation_id from seats where concert_id = ${concertId} and performance_id = ${performanceId} and number = 1`;
    return seat?.['reservation_id'];
  };
  const room = roomOn(house.database);
  await room.cancel(pass.userId, late.body.id);
  assert.equal(await ownerIs(), live.body.id);
  await house.sql`
    update seats set reservation_id = null, held_until = null
    where concert_id = ${concertId} and performance_id = ${performanceId} and number = any(${late.body.seats.map((seat) => seat.number)}::int[])`;
  assert.equal(await ownerIs(), null, 'the twin frees it');
});

test('a hold that lost a seat is not paid, whatever its own row says; the twin that reads only that row pays', async () => {
  const { concertId, performanceId, token } = await insideOf();
  const { body } = await office.hold(token, performanceId, [1, 2]);
  await house.sql`update seats set held_until = now() where reservation_id = ${body.id}`;
  const rival = await office.enter(concertId, newFan());
  assert.equal((await office.hold(rival, performanceId, [2])).status, 201);
  const room = roomOn(house.database);
  const judged = await house.database.transaction((tx) =>
    room.lockForPayment(tx, concertId, [body.id, `${concertId}-no`], { userIds: [], seats: true }),
  );
  assert.deepEqual([...judged.keys()], [body.id]);
  assert.equal(judged.get(body.id)?.status, 'EXPIRED');
  const [twin] = await house.sql`select status, held_until > now() as in_time from reservations where id = ${body.id}`;
  assert.deepEqual({ ...twin }, { status: 'HELD', in_time: true }, 'the twin would sell seat 2 to two fans');
  // Even told to, the sale undoes itself.
  const locked = judged.get(body.id);
  assert(locked !== undefined);
  const paid = { ...locked, status: 'HELD', paymentId: 'p', entry: 1 } as const;
  const sale = house.database.transaction((tx) => room.confirm(tx, concertId, [paid]));
  await assert.rejects(sale, /a sale met/);
  const [row] = await house.sql`select status from reservations where id = ${body.id}`;
  assert.equal(row?.['status'], 'HELD', 'nothing of it stands');
});

test('a payment for a hold that lost a seat is told that the hold is over, though selling is tried first', async () => {
  const { concertId, performanceId, fan, token } = await insideOf();
  const { body } = await office.hold(token, performanceId, [1, 2]);
  await house.sql`update seats set held_until = now() where reservation_id = ${body.id}`;
  const rival = await office.enter(concertId, newFan());
  assert.equal((await office.hold(rival, performanceId, [2])).status, 201);
  await office.charge(fan, 1_000_000);
  assert.equal((await office.pay(token, body.id)).code, 'HOLD_EXPIRED');
  assert.equal((await office.wallet(fan)).body.balance, 1_000_000);
});

test('a seat is not taken on the word of a board that is behind: the table contradicts, and says who has it', async () => {
  const { concertId, performanceId, pass } = await insideOf();
  const rival = newFan();
  const rivalToken = await office.enter(concertId, rival);
  // Deaf, so that its boards stay as they were read.
  const deaf: Feed = { ...feed, subscribe: () => undefined };
  const room = roomOn(house.database, deaf);
  await room.hold(pass, performanceId, [5]);
  await eventually(async () => assert(room.knownSeatBoard(performanceId, concertId)));
  const { body } = await office.hold(rivalToken, performanceId, [1, 2]);
  assert.equal(room.knownSeatBoard(performanceId, concertId)?.board.statusOf(1), 'AVAILABLE', 'the board is behind');
  await assert.rejects(room.hold(pass, performanceId, [1]), { code: 'SEAT_UNAVAILABLE' });
  await office.cancel(rival, body.id);
  assert.equal((await room.hold(pass, performanceId, [2])).status, 'HELD', 'an older version is no reason to refuse');
  await room.drain();
});

test('a hold that runs out while the payment waits for its turn is not paid', async () => {
  const { concertId, performanceId, token } = await insideOf();
  const { body } = await office.hold(token, performanceId, [1]);
  const room = roomOn(house.database);
  const status = await house.database.transaction(async (tx) => {
    await tx`select now()`;
    await house.sql`update reservations set held_until = clock_timestamp() where id = ${body.id}`;
    const [twin] = await tx`select held_until > now() as in_time from reservations where id = ${body.id}`;
    assert.equal(twin?.['in_time'], true, 'the twin, by the clock of the transaction’s beginning, would pay it');
    return (await room.lockForPayment(tx, concertId, [body.id], { userIds: [], seats: false })).get(body.id)?.status;
  });
  assert.equal(status, 'EXPIRED');
});

test('a commit whose answer was lost is recognised when tried again; the twin with a new name is refused its own seat', async () => {
  const { performanceId, pass } = await insideOf();
  let lost = 0;
  const database: Database = {
    ...house.database,
    transaction: async (work) => {
      const result = await house.database.transaction(work);
      lost += 1;
      if (lost <= 2) throw Object.assign(new Error('the connection broke'), { code: 'CONNECTION_CLOSED' });
      return result;
    },
  };
  const room = roomOn(database);
  const held = await room.hold(pass, performanceId, [1, 2]);
  assert(lost > 2);
  const { reservations } = await room.list(pass.userId, { limit: 50 });
  assert.deepEqual(reservations, [held]);
  await assert.rejects(room.hold(pass, performanceId, [1]), { code: 'SEAT_UNAVAILABLE' });
});

test('holds of many seats in opposite orders wait for each other but never for ever', async () => {
  const { concertId, performanceIds } = await office.createConcert({
    maxSeatsPerFan: 100,
    performances: ['2030-05-01T10:00:00.000Z', '2030-05-02T10:00:00.000Z'].map((startsAt) => ({
      startsAt,
      sections: [{ name: 'A', rows: 5, seatsPerRow: 10, grade: 'R', price: 1 }],
    })),
  });
  const rooms = [roomOn(house.database), roomOn(house.database), roomOn(house.database)];
  const numbers = Array.from({ length: 50 }, (_, index) => index + 1);
  const passes = [];
  for (let entry = 1; entry <= 30; entry++) {
    const fan = newFan();
    await office.enter(concertId, fan);
    passes.push(passOf({ concertId, userId: fan.userId, entry, generation: 0 }));
  }
  const before = await house.sql`select deadlocks from pg_stat_database where datname = current_database()`;
  const answers = await Promise.allSettled(
    passes.map((pass, index) => {
      const wanted = index % 2 === 0 ? numbers : numbers.toReversed();
      const room = rooms[index % 3];
      assert(room !== undefined);
      return room.hold(pass, performanceIds[index % 2] ?? '', wanted);
    }),
  );
  assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 2, 'one a date');
  for (const answer of answers) if (answer.status === 'rejected') assert.equal(answer.reason.code, 'SEAT_UNAVAILABLE');
  assert.deepEqual(await house.sql`select deadlocks from pg_stat_database where datname = current_database()`, before);
});

/** A payment gives back what else its fan holds, while two tabs give up that and what is paid for. How many fail. */
async function payAgainstRelease(lockAll: boolean): Promise<number> {
  const { concertId, performanceId, fan, token, pass } = await insideOf();
  const { body: other } = await office.hold(token, performanceId, [1]);
  const { body: paid } = await office.hold(token, performanceId, [2]);
  const { lockForPayment, giveBack, countChanges } = roomOn(house.database);
  const { promise: isLocked, resolve: locked } = Promise.withResolvers<void>();
  const paying = house.database.transaction(async (tx) => {
    await tx`set local deadlock_timeout = '50ms'`;
    await lockTokens(tx, concertId, [pass.entry]);
    await lockForPayment(tx, concertId, [paid.id], { userIds: lockAll ? [fan.userId] : [], seats: false });
    locked();
    await eventually(async () => {
      const rows = await house.sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%giving up%'`;
      assert(rows.length > 0);
    });
    countChanges(tx, concertId, await giveBack(tx, concertId, [fan.userId]));
  });
  await isLocked;
  const releasing = house.database.transaction(async (tx) => {
    await tx`set local deadlock_timeout = '50ms'`;
    await tx`select 'giving up' from reservations
      where concert_id = ${concertId} and id = any(${[other.id, paid.id]}::text[]) order by id for update`;
  });
  return (await Promise.allSettled([paying, releasing])).filter(({ status }) => status === 'rejected').length;
}

// The last one: its twin ends in a deadlock, which the database counts some time after.
test('a payment locks all that its fan holds in one order; the twin that locks what it pays for waits for who waits for it', async () => {
  assert.equal(await payAgainstRelease(true), 0);
  assert.equal(await payAgainstRelease(false), 1);
});
