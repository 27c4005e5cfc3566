/** What orders say and do at their edges, where a gateway goes further than we do, or never comes back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { randomId } from '../src/platform/ids.ts';
import { chargeMax } from '../src/contract.ts';
import { eventually } from './harness/eventually.ts';
import { look, openFunding } from './harness/funding-rooms.ts';
import { openHouse, type House } from './harness/house.ts';
import { closeInOrder } from './harness/in-order.ts';
import { keyOf, openTill, paidFor } from './harness/till.ts';

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => closeInOrder(house));

const amount = 10_000;
const newUser = (): string => `user-${randomId(10)}`;

test('a method promises no more than an order may be, whatever its gateway takes', () => {
  const { gateway } = openTill();
  const { methods } = openFunding(house, [{ ...gateway, maxAmount: 99_999_999 }]);
  assert.deepEqual(
    methods.map(({ maxAmount }) => maxAmount),
    [chargeMax],
  );
});

test('a repeat is the same request in whatever order its fields come', async () => {
  const room = openFunding(house, [openTill().gateway]);
  const user = newUser();
  const [bank, number, holder] = ['88', '110-123-456789', '김매진'];
  const open = (refundAccount: { bank: string; number: string; holder: string }) =>
    room.open(user, 'one key', { amount, method: 'toss', refundAccount }, 'en');
  const first = await open({ bank, number, holder });
  const again = await open({ holder, number, bank });
  assert.deepEqual([again.replayed, again.answer], [true, first.answer]);
});

test('a server that ends waits for no gateway that never answers, and nothing is lost with it', async () => {
  const till = openTill();
  const room = openFunding(house, [till.gateway]);
  const user = newUser();
  const [asked = '', confirmed = ''] = await Promise.all(
    ['1', '2'].map(async (key) => (await room.open(user, key, { amount, method: 'toss' }, 'en')).answer.id),
  );
  await house.sql`update charge_order_questions set ask_at = now() where order_id = ${asked}`;
  const never = Promise.withResolvers<void>();
  till.before = () => never.promise;
  const confirming = room.confirm(user, confirmed, { paymentKey: keyOf(confirmed), amount });
  await room.duties.find(({ name }) => name === 'funding.ask')?.run();
  await eventually(async () => assert.deepEqual([till.asked.confirm, till.asked.lookUp], [1, 1]));
  await room.drain();
  never.resolve();
  assert.equal((await confirming).isPaid, true, 'what came after all is written down by whoever is still there');
  const [{ due }] = await house.sql<[{ due: number }]>`
    select count(*)::integer as due from charge_order_questions where order_id = any(${[asked]}) and ask_at is not null`;
  assert.equal(due, 1);
});

test('a deposit that is made again after it was undone is told, since it is credited by hand', async () => {
  const till = openTill();
  const said: string[] = [];
  const room = openFunding(house, [till.gateway], { warn: (message) => said.push(message) });
  const { id } = (await room.open(newUser(), 'key', { amount, method: 'toss' }, 'en')).answer;
  const paid = paidFor({ id, amount, currency: 'KRW' }, { secret: 'ps_1' });
  const notified = async (): Promise<void> => {
    await house.sql`update charge_orders set asked_at = asked_at - interval '5 s' where id = ${id}`;
    await room.notice('toss', {}, Buffer.from(JSON.stringify({ orderId: id, isSigned: false })));
    await look(room);
  };
  till.standings.set(id, paid);
  await notified();
  till.standings.set(id, { state: 'OPEN', paymentKey: keyOf(id), secret: 'ps_1' });
  await notified();
  assert.deepEqual(said, []);
  till.standings.set(id, paid);
  await notified();
  assert.deepEqual(said, ['a gateway says that less went back than was taken from the wallet']);
});
