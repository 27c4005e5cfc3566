/**
 * Notices that come while an answer of the gateway is being written down: what they speak of happened behind that answer,
 * so it is asked once more, whatever the answer said.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Standing } from '../src/gateway/gateway.ts';
import { randomId } from '../src/platform/ids.ts';
import { look, openFunding, untilAsked, type FundingRoom } from './harness/funding-rooms.ts';
import { openHouse, type House } from './harness/house.ts';
import { closeInOrder } from './harness/in-order.ts';
import { keyOf, openTill, paidFor, type Till } from './harness/till.ts';

let house: House;
let till: Till;
let room: FundingRoom;
let other: FundingRoom;
before(async () => {
  house = await openHouse();
});
// Orders are moved in time here, and what was answered under their keys is not.
after(() => closeInOrder(house, (check) => check.startsWith('I6')));
beforeEach(async () => {
  await house.sql`delete from charge_order_questions`;
  till = openTill();
  room = openFunding(house, [till.gateway]);
  other = openFunding(house, [till.gateway]);
});

const amount = 10_000;
const newUser = (): string => `user-${randomId(10)}`;
const order = (id: string) => ({ id, amount, currency: 'KRW' });
const atTheDesk = (id: string): Standing => paidFor(order(id), { undone: [{ amount: 4_000, partId: undefined }] });

async function opened(user: string): Promise<string> {
  const { answer } = await room.open(user, randomId(12), { amount, method: 'toss' }, 'en');
  return answer.id;
}

/** By another server, as a gateway sends it. */
const notify = (orderId: string) => other.notice('toss', {}, Buffer.from(JSON.stringify({ orderId, isSigned: false })));

/** When the gateway has said how it stands, something else becomes of it, and it sends a notice of that. */
function happensBehind(id: string, answer: Standing, next: Standing): void {
  let isFirst = true;
  const take = async (): Promise<Standing> => {
    if (!isFirst) return till.standings.get(id) ?? { state: 'ABSENT' };
    isFirst = false;
    till.standings.set(id, next);
    await notify(id);
    return answer;
  };
  Object.assign(till.gateway, { lookUp: take, confirm: take });
}

async function entriesOf(user: string): Promise<string[]> {
  const rows = await house.sql<{ entry: string }[]>`
    select kind || ' ' || amount as entry from transfers where user_id = ${user} order by id`;
  return rows.map(({ entry }) => entry);
}

async function asked(id: string): Promise<void> {
  assert(await untilAsked(house, id), 'it is to be asked about');
  await look(room);
}

describe('what happened behind the answer', () => {
  for (const isOverdue of [false, true]) {
    test(`cancelled at the desk while a confirmation is credited${isOverdue ? ', and it was due already' : ''}`, async () => {
      const user = newUser();
      const id = await opened(user);
      if (isOverdue)
        await house.sql`update charge_order_questions set ask_at = now() - interval '1 s' where order_id = ${id}`;
      happensBehind(id, paidFor(order(id)), atTheDesk(id));
      assert.equal((await room.confirm(user, id, { paymentKey: keyOf(id), amount })).isPaid, true);
      await asked(id);
      assert.deepEqual(await entriesOf(user), [`CHARGE ${amount}`, 'REVERSAL -4000']);
      assert.equal(await untilAsked(house, id), false, 'and that is all');
    });
  }

  test('the same, where the duty found the money', async () => {
    const user = newUser();
    const id = await opened(user);
    happensBehind(id, paidFor(order(id)), atTheDesk(id));
    await asked(id);
    await asked(id);
    assert.deepEqual(await entriesOf(user), [`CHARGE ${amount}`, 'REVERSAL -4000']);
    assert.equal(await untilAsked(house, id), false, 'and that is all');
  });

  test('the same, where something of it was undone already', async () => {
    const user = newUser();
    const id = await opened(user);
    const before = paidFor(order(id), { undone: [{ amount: 1_000, partId: undefined }] });
    happensBehind(id, before, atTheDesk(id));
    await asked(id);
    await asked(id);
    assert.deepEqual(await entriesOf(user), [`CHARGE ${amount}`, 'REVERSAL -1000', 'REVERSAL -3000']);
  });

  test('paid in another window while the first is written down as failed, or as undone', async () => {
    const failed = { state: 'FAILED', because: 'ABORTED' } as const;
    const gone = (id: string) => paidFor(order(id), { undone: [{ amount, partId: undefined }] });
    for (const answer of [() => failed, gone]) {
      const user = newUser();
      const id = await opened(user);
      happensBehind(id, answer(id), paidFor(order(id)));
      await asked(id);
      await asked(id);
      assert.deepEqual(await entriesOf(user), [`CHARGE ${amount}`]);
    }
  });

  test('paid in another window while a confirmation is refused', async () => {
    const user = newUser();
    const id = await opened(user);
    happensBehind(id, { state: 'FAILED', because: 'ABORTED' }, paidFor(order(id)));
    await assert.rejects(room.confirm(user, id, { paymentKey: keyOf(id), amount }), { code: 'PAYMENT_FAILED' });
    await asked(id);
    assert.deepEqual(await entriesOf(user), [`CHARGE ${amount}`]);
  });
});

test('a dispute of months later is asked about until the gateway answers', async () => {
  const user = newUser();
  const id = await opened(user);
  await room.confirm(user, id, { paymentKey: keyOf(id), amount });
  await house.sql`
    update charge_orders set created_at = now() - interval '100 days', expires_at = now() - interval '100 days'
    where id = ${id}`;
  till.standings.set(id, atTheDesk(id));
  await notify(id);
  till.isAway = true;
  await asked(id);
  await asked(id);
  till.isAway = false;
  await asked(id);
  assert.deepEqual(await entriesOf(user), [`CHARGE ${amount}`, 'REVERSAL -4000']);
  assert.equal(await untilAsked(house, id), false, 'and that is all');
});
