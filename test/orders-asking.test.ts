/** Orders of which nobody hears: the duty asks, with growing pauses, until it is told. Times are moved, questions counted. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { GatewayUnclear } from '../src/gateway/gateway.ts';
import { randomId } from '../src/platform/ids.ts';
import { look, openFunding, untilAsked, type FundingRoom } from './harness/funding-rooms.ts';
import { openHouse, type House } from './harness/house.ts';
import { closeInOrder } from './harness/in-order.ts';
import { keyOf, openTill, paidFor, type Till } from './harness/till.ts';

let house: House;
let till: Till;
let room: FundingRoom;
before(async () => {
  house = await openHouse();
});
// Orders are moved in time here, and what was answered under their keys is not.
after(() => closeInOrder(house, (check) => check.startsWith('I6')));
beforeEach(async () => {
  await house.sql`delete from charge_order_questions`;
  till = openTill();
  room = openFunding(house, [till.gateway]);
});

const amount = 10_000;
const newUser = (): string => `user-${randomId(10)}`;
const order = (id: string) => ({ id, amount, currency: 'KRW' });

async function opened(user: string, by = room, method: 'toss' | 'stripe' = 'toss'): Promise<string> {
  const { answer } = await by.open(user, randomId(12), { amount, method }, 'en');
  return answer.id;
}

async function asked(id: string): Promise<void> {
  assert(await untilAsked(house, id), 'it is to be asked about');
  await look(room);
}

interface Row {
  readonly status: string;
  readonly isAsked: boolean;
  readonly isUnclear: boolean;
  readonly seconds: number;
}

/** `seconds`: to the next question. */
async function rowOf(id: string): Promise<Row | undefined> {
  const [row] = await house.sql<Row[]>`
    select status, ask_at is not null as "isAsked", unclear_since is not null as "isUnclear",
      coalesce(extract(epoch from ask_at - now()), 0)::integer as seconds
    from charge_orders left join charge_order_questions on order_id = id where id = ${id}`;
  return row;
}

async function entriesOf(user: string): Promise<string[]> {
  const rows = await house.sql<{ entry: string }[]>`
    select kind || ' ' || amount as entry from transfers where user_id = ${user} order by id`;
  return rows.map(({ entry }) => entry);
}

describe('what was lost on the way is found', () => {
  test('money that came though the fan never did is credited, once', async () => {
    const user = newUser();
    const id = await opened(user);
    till.standings.set(id, paidFor(order(id)));
    await asked(id);
    assert.deepEqual(await entriesOf(user), [`CHARGE ${amount}`]);
    assert.deepEqual(await rowOf(id), { status: 'PAID', isAsked: false, isUnclear: false, seconds: 0 });
    assert.equal((await room.confirm(user, id, { paymentKey: keyOf(id), amount })).isPaid, true);
    assert.deepEqual([till.asked.confirm, await entriesOf(user)], [0, [`CHARGE ${amount}`]]);
  });

  test('a fan who agreed and never came back has paid; one whose order ran out, or who did not agree, has not', async () => {
    const agreed = { state: 'OPEN', isAgreed: true } as const;
    const found = [];
    for (const [standing, runsOut] of [
      [agreed, false],
      [agreed, true],
      [{ state: 'OPEN' } as const, false],
    ] as const) {
      const user = newUser();
      const id = await opened(user);
      till.standings.set(id, { ...standing, paymentKey: keyOf(id) });
      if (runsOut) await house.sql`update charge_orders set expires_at = now() where id = ${id}`;
      till.onConfirm = (one) => paidFor(one);
      await asked(id);
      found.push([(await rowOf(id))?.status, await entriesOf(user)]);
    }
    assert.deepEqual(found, [
      ['PAID', [`CHARGE ${amount}`]],
      ['EXPIRED', []],
      ['OPEN', []],
    ]);
    assert.equal(till.asked.confirm, 1);
  });

  test('a payment that was agreed to and is refused is asked about again', async () => {
    const id = await opened(newUser());
    till.standings.set(id, { state: 'OPEN', isAgreed: true, paymentKey: keyOf(id) });
    till.onConfirm = () => ({ state: 'REFUSED', because: 'REJECT_CARD_PAYMENT' });
    await asked(id);
    assert.deepEqual([(await rowOf(id))?.status, (await rowOf(id))?.isAsked, till.asked.confirm], ['OPEN', true, 1]);
  });

  test('a confirmation without an answer is unclear, told as such, and asked about within seconds', async () => {
    const user = newUser();
    const id = await opened(user);
    till.before = async (what) => {
      till.standings.set(id, paidFor(order(id)));
      if (what === 'confirm') till.gateway.lookUp = () => Promise.reject(new Error('not asked in between'));
      if (what === 'confirm') throw unclear();
    };
    const { lookUp } = till.gateway;
    const { order: told, isPaid } = await room.confirm(user, id, { paymentKey: keyOf(id), amount });
    assert.deepEqual([isPaid, told.status, told.unclear], [false, 'OPEN', true]);
    const row = await rowOf(id);
    assert(row?.isUnclear === true && row.seconds <= 10, JSON.stringify(row));
    till.gateway.lookUp = lookUp;
    await asked(id);
    assert.deepEqual(await entriesOf(user), [`CHARGE ${amount}`]);
    assert.equal((await room.order(user, id)).unclear, false);
    assert.equal(room.counted.get('unclear'), 1);
  });

  test('late money is credited, though the order was EXPIRED, or FAILED', async () => {
    for (const ended of ['EXPIRED', 'FAILED'] as const) {
      const user = newUser();
      const id = await opened(user);
      await house.sql`
        update charge_orders set status = ${ended}, expires_at = now() - interval '1 hour' where id = ${id}`;
      await house.sql`update charge_order_questions set ask_at = now() where order_id = ${id}`;
      till.standings.set(id, paidFor(order(id)));
      await asked(id);
      assert.deepEqual([(await rowOf(id))?.status, await entriesOf(user)], ['PAID', [`CHARGE ${amount}`]]);
    }
  });

  test('who asks and dies leaves it to another: it was put off, and not taken away', async () => {
    const user = newUser();
    const id = await opened(user);
    till.standings.set(id, paidFor(order(id)));
    await untilAsked(house, id);
    const dying = openTill();
    dying.before = () => new Promise(() => undefined);
    await openFunding(house, [dying.gateway]).duties[0]?.run();
    assert.equal(dying.asked.lookUp, 1);
    await look(room);
    assert.equal(till.asked.lookUp, 0, 'it is not asked twice at once');
    await asked(id);
    assert.deepEqual(await entriesOf(user), [`CHARGE ${amount}`]);
  });

  test('several servers share the work: each order is asked about by one of them', async () => {
    const users = Array.from({ length: 30 }, newUser);
    for (const user of users) await opened(user);
    await house.sql`update charge_order_questions set ask_at = now()`;
    const other = openFunding(house, [till.gateway]);
    await Promise.all([look(room), look(other), look(room), look(other)]);
    await Promise.all([look(room), look(other)]);
    assert.equal(till.asked.lookUp, 30);
  });
});

describe('how it ends', () => {
  test('an order that nobody began is asked about seldom, expires, and is left alone', async () => {
    const id = await opened(newUser());
    let last: Row | undefined;
    while (await untilAsked(house, id)) {
      last = await rowOf(id);
      await look(room);
    }
    assert.equal(last?.status, 'OPEN');
    assert.deepEqual(await rowOf(id), { status: 'EXPIRED', isAsked: false, isUnclear: false, seconds: 0 });
    assert(till.asked.lookUp <= 6, `${till.asked.lookUp} questions`);
  });

  test('one that failed is FAILED', async () => {
    const id = await opened(newUser());
    till.standings.set(id, { state: 'FAILED', because: 'ABORTED' });
    await asked(id);
    assert.deepEqual(await rowOf(id), { status: 'FAILED', isAsked: false, isUnclear: false, seconds: 0 });
    assert.equal(room.counted.get('failed'), 1);
  });

  test('while the gateway is away nothing fails: it is unclear, EXPIRED by time, and asked for 30 days', async () => {
    const id = await opened(newUser());
    till.isAway = true;
    const pauses: number[] = [];
    while (await untilAsked(house, id)) {
      await look(room);
      pauses.push((await rowOf(id))?.seconds ?? 0);
    }
    const row = await rowOf(id);
    assert.deepEqual([row?.status, row?.isAsked, row?.isUnclear], ['EXPIRED', false, true]);
    assert(pauses.every((seconds) => seconds <= 21_600));
    assert(till.asked.lookUp < 150, `${till.asked.lookUp} questions`);
    assert(pauses.includes(21_600));
  });

  test('what the gateway still has open when it should have ended is unclear, unless it waits for a deposit', async () => {
    const [forgotten, deposit] = [await opened(newUser()), await opened(newUser())];
    await house.sql`
      update charge_orders set expires_at = now() - interval '1 second' where id = any(${[forgotten, deposit]}::text[])`;
    await house.sql`update charge_order_questions set ask_at = now()`;
    till.standings.set(forgotten, { state: 'OPEN' });
    till.standings.set(deposit, { state: 'OPEN', secret: 's3cret', until: new Date('2100-01-01') });
    await look(room);
    const rows = [await rowOf(forgotten), await rowOf(deposit)];
    assert.deepEqual(
      rows.map((row) => [row?.status, row?.isAsked, row?.isUnclear]),
      [
        ['EXPIRED', true, true],
        ['EXPIRED', true, false],
      ],
    );
  });

  test('a payment of another amount, order or currency is never credited, and stays unclear for somebody to look at', async () => {
    const others = [{ amount: amount - 1 }, { amount: amount + 1 }, { orderId: '0'.repeat(22) }, { currency: 'USD' }];
    for (const changes of others) {
      const user = newUser();
      const id = await opened(user);
      till.standings.set(id, paidFor(order(id), changes));
      const confirmed = room.confirm(user, id, { paymentKey: keyOf(id), amount });
      await assert.rejects(confirmed, { code: 'PAYMENT_FAILED' });
      await asked(id);
      assert.deepEqual(await entriesOf(user), [], JSON.stringify(changes));
      const row = await rowOf(id);
      assert.deepEqual([row?.status, row?.isAsked, row?.isUnclear], ['OPEN', true, true]);
    }
  });

  test('money that came and had gone back before anybody heard of it: no entry, or what is left of it', async () => {
    const [all, some] = [newUser(), newUser()];
    const [whole, half] = [await opened(all), await opened(some)];
    till.standings.set(whole, paidFor(order(whole), { undone: [{ amount, partId: undefined }] }));
    till.standings.set(half, paidFor(order(half), { undone: [{ amount: amount / 2, partId: undefined }] }));
    await asked(whole);
    await asked(half);
    assert.deepEqual([(await rowOf(whole))?.status, await entriesOf(all)], ['FAILED', []]);
    assert.deepEqual(
      [(await rowOf(half))?.status, await entriesOf(some)],
      ['PAID', [`CHARGE ${amount}`, `REVERSAL ${-amount / 2}`]],
    );
  });
});

test('one gateway that hangs keeps none of the others from being asked', async () => {
  const other = openTill('stripe');
  room = openFunding(house, [till.gateway, other.gateway]);
  const users = Array.from({ length: 40 }, newUser);
  for (const user of users) await opened(user);
  const waiting = newUser();
  const id = await opened(waiting, room, 'stripe');
  other.standings.set(id, paidFor(order(id)));
  await house.sql`update charge_order_questions set ask_at = now() - interval '1 minute' where method = 'toss'`;
  await untilAsked(house, id);
  const hanging = Promise.withResolvers<void>();
  till.before = () => hanging.promise;
  const duty = room.duties.find(({ name }) => name === 'funding.ask');
  for (let looks = 0; looks < 5; looks++) await duty?.run();
  assert.deepEqual([till.asked.lookUp, other.asked.lookUp], [16, 1], 'bounded, and the other is asked');
  hanging.resolve();
  await room.drain();
  assert.deepEqual(await entriesOf(waiting), [`CHARGE ${amount}`]);
});

test('while fans take all that there is, few are asked about', async () => {
  let isBusy = true;
  const hasty = openFunding(house, [till.gateway], { isBusy: () => isBusy });
  for (let at = 0; at < 20; at++) await opened(newUser(), hasty);
  await house.sql`update charge_order_questions set ask_at = now() - interval '1 minute' where method = 'toss'`;
  const hanging = Promise.withResolvers<void>();
  till.before = () => hanging.promise;
  const duty = hasty.duties.find(({ name }) => name === 'funding.ask');
  await duty?.run();
  const busily = till.asked.lookUp;
  isBusy = false;
  await duty?.run();
  assert.deepEqual([busily, till.asked.lookUp], [2, 16]);
  hanging.resolve();
  await hasty.drain();
});

function unclear(): Error {
  till.isAway = false;
  return new GatewayUnclear('the answer was lost');
}
