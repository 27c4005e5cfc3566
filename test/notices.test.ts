/**
 * What gateways send by themselves, whoever sent it: nothing of it is believed, and it is a reason to ask about an order that
 * is known, at most once in 5 s. First the rule, with a gateway in the hands of the test, then the address that anybody finds.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { randomId } from '../src/platform/ids.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { look, openFunding, untilAsked, type FundingRoom } from './harness/funding-rooms.ts';
import { openHouse, type House } from './harness/house.ts';
import { agreed, orderDesk, press } from './harness/orders.ts';
import type { Server } from './harness/server.ts';
import { keyOf, openTill, paidFor, type Till } from './harness/till.ts';

const amount = 10_000;

describe('a notice', () => {
  let house: House;
  let till: Till;
  let room: FundingRoom;
  before(async () => {
    house = await openHouse();
  });
  after(() => house.close());
  beforeEach(async () => {
    await house.sql`delete from charge_order_questions`;
    till = openTill();
    room = openFunding(house, [till.gateway]);
  });

  const newUser = (): string => `user-${randomId(10)}`;
  const order = (id: string) => ({ id, amount, currency: 'KRW' });
  const opened = async (user: string): Promise<string> =>
    (await room.open(user, randomId(12), { amount, method: 'toss' }, 'en')).answer.id;
  const notify = (id: string, secret?: string, method = 'toss') =>
    room.notice(method, {}, Buffer.from(JSON.stringify({ orderId: id, isSigned: false, secret })));
  const askedNow = async (id: string): Promise<void> => {
    assert(await untilAsked(house, id), 'it is to be asked about');
    await look(room);
  };
  const secondsToAsk = async (id: string): Promise<number | null> => {
    const [row] = await house.sql<{ seconds: number | null }[]>`
      select extract(epoch from ask_at - now())::integer as seconds from charge_order_questions where order_id = ${id}`;
    return row?.seconds ?? null;
  };
  const entriesOf = async (user: string): Promise<string[]> => {
    const rows = await house.sql<{ entry: string }[]>`
      select kind || ' ' || amount as entry from transfers where user_id = ${user} order by id`;
    return rows.map(({ entry }) => entry);
  };

  test('makes us ask, once in 5 s however often it comes, and later if we asked just before', async () => {
    const user = newUser();
    const id = await opened(user);
    await Promise.all(Array.from({ length: 10 }, () => notify(id)));
    await look(room);
    await look(room);
    assert.equal(till.asked.lookUp, 1);
    // It was about the first of two things.
    till.standings.set(id, paidFor(order(id)));
    await notify(id);
    await notify(id);
    await look(room);
    assert.equal(till.asked.lookUp, 1, 'not within 5 s');
    const seconds = await secondsToAsk(id);
    assert(seconds !== null && seconds <= 5, `${seconds}`);
    await askedNow(id);
    assert.deepEqual(await entriesOf(user), [`CHARGE ${amount}`]);
  });

  test('of a PAID order says that something was undone, and then there is nothing more to ask', async () => {
    const user = newUser();
    const id = await opened(user);
    await room.confirm(user, id, { paymentKey: keyOf(id), amount });
    till.standings.set(id, paidFor(order(id), { undone: [{ amount: 3_000, partId: undefined }] }));
    await notify(id);
    await look(room);
    await notify(id);
    await askedNow(id);
    assert.deepEqual(await entriesOf(user), [`CHARGE ${amount}`, 'REVERSAL -3000']);
    assert.equal(await secondsToAsk(id), null);
  });

  test('with a wrong secret, of another gateway or of nothing known is of no use', async () => {
    const id = await opened(newUser());
    await house.sql`update charge_orders set notice_secret = 'right' where id = ${id}`;
    await notify(id, 'wrong');
    await notify('0'.repeat(22));
    await look(room);
    assert.equal(till.asked.lookUp, 0);
    await notify(id, 'right');
    await look(room);
    assert.equal(till.asked.lookUp, 1);
    await assert.rejects(notify(id, undefined, 'stripe'), { code: 'NOT_FOUND' });
  });

  test('that comes while we ask is not forgotten with the answer', async () => {
    const user = newUser();
    const id = await opened(user);
    await room.confirm(user, id, { paymentKey: keyOf(id), amount });
    till.before = async (what) => {
      if (what === 'lookUp' && till.asked.lookUp === 1) await notify(id);
    };
    await notify(id);
    await look(room);
    assert.notEqual(await secondsToAsk(id), null);
  });

  test('is never believed: a gateway that knows nothing of it is all that counts', async () => {
    const user = newUser();
    const id = await opened(user);
    await room.notice('toss', {}, Buffer.from(JSON.stringify({ orderId: id, isSigned: true, state: 'PAID', amount })));
    await look(room);
    assert.deepEqual([till.asked.lookUp, await entriesOf(user)], [1, []]);
  });
});

describe('the address of notices', () => {
  let house: House;
  let server: Server;
  let box: BoxOffice;
  let desk: ReturnType<typeof orderDesk>;
  before(async () => {
    house = await openHouse();
    server = await house.start({ CHARGES: 'gateway', SANDBOX: 'on' });
    box = boxOffice(server);
    desk = orderDesk(box);
  });
  after(async () => {
    try {
      await box.assertInvariants();
    } finally {
      await house.close();
    }
  });

  const send = async (body: string | Uint8Array<ArrayBuffer>, type?: string, url = '/api/v1/webhooks/sandbox') => {
    const { status } = await fetch(new URL(url, server.origin), {
      method: 'POST',
      body,
      headers: type === undefined ? {} : { 'content-type': type },
    });
    return status;
  };

  test('takes bytes of any type at both places, and nothing beyond 64 KB or of a gateway that is not there', async () => {
    const known = JSON.stringify({ eventType: 'PAYMENT_STATUS_CHANGED', data: { orderId: '0'.repeat(22) } });
    for (const type of [
      'application/json',
      'text/plain',
      'application/json; charset=euc-kr',
      'application/x-www-form-urlencoded',
      undefined,
    ]) {
      assert.equal(await send(known, type), 200, type);
    }
    assert.equal(await send(known, 'application/json', '/webhooks/sandbox'), 200);
    for (const nonsense of ['', 'null', '[]', '{', '{"data":7}', '{"data":{"orderId":{"a":1}}}', '\u0000']) {
      assert.equal(await send(nonsense, 'application/json'), 200, nonsense);
    }
    assert.equal(await send(new Uint8Array(60_000), 'application/octet-stream'), 200);
    assert.equal(await send(new Uint8Array(65_537), 'application/json'), 413);
    for (const nobody of ['toss', 'stripe', 'nobody', '__proto__']) {
      assert.equal(await send(known, 'application/json', `/api/v1/webhooks/${nobody}`), 404, nobody);
    }
  });

  for (const manner of [
    'pay',
    'pay-notice-twice',
    'pay-notice-out-of-order',
    'pay-notice-other-amount',
    'pay-notice-forged',
  ]) {
    test(`${manner}: the wallet has what was paid, once`, async () => {
      const fan = newFan();
      const order = await desk.opened(fan);
      const { status } = await desk.confirm(fan, order.id, await agreed(order, manner));
      assert.equal(status, 200);
      await press(order, 'notice-twice');
      await press(order, 'notice-out-of-order');
      await press(order, 'notice-other-amount');
      await eventually(async () => {
        const [row] = await house.sql<{ isAsked: boolean }[]>`
          select asked_at is not null as "isAsked" from charge_orders where id = ${order.id}`;
        assert(row?.isAsked === true, 'a notice made us ask');
      }, 20_000);
      const { body } = await box.entries(fan);
      assert.deepEqual(
        body.entries.map(({ kind, amount: moved, reference }) => [kind, moved, reference]),
        [['CHARGE', order.amount, order.id]],
      );
    });
  }

  test('a forged notice about an open order changes nothing', async () => {
    const fan = newFan();
    const order = await desk.opened(fan);
    const forged = {
      eventType: 'PAYMENT_STATUS_CHANGED',
      data: { orderId: order.id, status: 'DONE', totalAmount: 10_000 },
    };
    for (let n = 0; n < 20; n++) assert.equal(await send(JSON.stringify(forged), 'application/json'), 200);
    const asks = async () => {
      const [row] = await house.sql<{ asks: number }[]>`select asks from charge_orders where id = ${order.id}`;
      return row?.asks ?? 0;
    };
    await eventually(async () => assert((await asks()) >= 1), 20_000);
    assert.equal((await desk.order(fan, order.id)).body.status, 'OPEN');
    assert.equal((await box.wallet(fan)).body.balance, 0);
    // Each answer that nobody began it counts twice.
    assert((await asks()) <= 4, `${await asks()} asks`);
  });
});
