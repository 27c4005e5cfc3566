/**
 * Parts of withdrawals on their way to the gateway, from several servers: each is sent once, whatever is lost, and asked about
 * until it has ended. Each guard stands beside its twin. The gateway is in the hands of the tests.
 */
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import type { Withdrawals } from '../src/funding/withdrawals.ts';
import { eventually } from './harness/eventually.ts';
import { closeInOrder } from './harness/in-order.ts';
import { openHouse, type House } from './harness/house.ts';
import { openRefunder, type Refunder } from './harness/refunder.ts';
import {
  balanceOf,
  bring,
  filled,
  meeting,
  newUser,
  openWithdrawals,
  over,
  statusOf,
  withdraw,
} from './harness/withdrawal-rooms.ts';

const house = await openHouse();
let refunder: Refunder;
let one: Withdrawals;
let other: Withdrawals;
const rooms: Withdrawals[] = [];
const opened = (of: House, from = refunder): Withdrawals => {
  const room = openWithdrawals(of, from);
  rooms.push(room);
  return room;
};

after(async () => {
  await Promise.all(rooms.map((room) => room.drain()));
  await closeInOrder(house);
});
beforeEach(() => {
  refunder = openRefunder();
  one = opened(house);
  other = opened(house);
});

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const either = (index: number): Withdrawals => (index % 2 === 0 ? one : other);
/** Once nobody is asking any more: the part, put off, is due now. */
async function due(id: string): Promise<void> {
  await eventually(async () => {
    const { count } = await house.sql`
      update withdrawal_parts set ask_at = now()
      where withdrawal_id = ${id} and status = 'PENDING' and extract(epoch from ask_at - now()) not between 100 and 121`;
    assert.equal(count, 1, 'it is put off for two minutes while it is asked about');
  });
}

test('each part is asked for once, by whichever of several servers', async () => {
  const users = times(12, newUser);
  for (const user of users) await filled(house, user, [500, 500]);
  const ids = await Promise.all(users.map((user, index) => withdraw(either(index), user, 1_000)));
  await Promise.all([bring(one), bring(other)]);
  for (const id of ids) await over(house, id);
  assert.equal(refunder.asked.length, 24);
  assert.equal(new Set(refunder.asked).size, 24);
  assert.deepEqual(refunder.lookedUp, [], 'what was never asked for is not looked up');
});

test('the twin, which does not put off what it takes, asks twice', async () => {
  const twin = await openHouse();
  try {
    await twin.sql.unsafe(`
      create function not_put_off() returns trigger language plpgsql as $$ begin
        if new.status = 'PENDING' then new.ask_at := old.ask_at; end if; return new; end $$;
      create trigger not_put_off before update on withdrawal_parts for each row execute function not_put_off()`);
    const user = newUser();
    await filled(twin, user, [500]);
    const [first, second] = [opened(twin), opened(twin)];
    const bothAsked = meeting(2);
    refunder.answer = async () => {
      await bothAsked();
      return undefined;
    };
    await withdraw(first, user, 500);
    await bring(second);
    await eventually(() => assert(refunder.asked.length >= 2, 'the twin asked twice for one part'));
    assert.equal(new Set(refunder.asked).size, 1);
    await Promise.all([first.drain(), second.drain()]);
  } finally {
    await twin.close();
  }
});

test('an answer that was lost is looked up, and sent no second time', async () => {
  const user = newUser();
  const [order = ''] = await filled(house, user, [500]);
  refunder.answer = () => 'LOST';
  const id = await withdraw(one, user, 500);
  await eventually(async () => {
    const [part] =
      await house.sql`select asks, ask_at - now() < interval '10 s' as soon from withdrawal_parts where withdrawal_id = ${id}`;
    assert.deepEqual(part, { asks: 1, soon: true });
  });
  assert.equal(await statusOf(house, id), 'PENDING');
  await due(id);
  await bring(other);
  await over(house, id);
  assert.deepEqual([refunder.asked.length, refunder.lookedUp.length, refunder.sentBack(order)], [1, 1, 500]);
});

test('unclear is asked on for good, with growing pauses up to 6 h', async () => {
  const user = newUser();
  const [order = ''] = await filled(house, user, [500]);
  refunder.answer = () => 'UNCLEAR';
  const id = await withdraw(one, user, 500);
  for (let asks = 1; asks <= 16; asks++) {
    await eventually(async () => {
      const [part] = await house.sql<{ asks: number; pause: number }[]>`
        select asks, round(extract(epoch from ask_at - now()))::integer as pause from withdrawal_parts where withdrawal_id = ${id}`;
      // It was asked and put off again: while it is being asked it is put off for two minutes.
      assert.deepEqual([part?.asks, part?.pause], [asks, Math.min(21_600, 5 * 2 ** (asks - 1))]);
    });
    await due(id);
    await bring(either(asks));
  }
  assert.deepEqual([await statusOf(house, id), await balanceOf(house, user)], ['PENDING', 0]);
  refunder.answer = undefined;
  await due(id);
  await bring(one);
  await over(house, id);
  assert.equal(refunder.sentBack(order), 500);
});

test('what the gateway took and does not say yet is asked about until it does', async () => {
  const user = newUser();
  await filled(house, user, [500]);
  refunder.answer = () => ({ state: 'PENDING' });
  const id = await withdraw(one, user, 500);
  await eventually(() => assert.equal(refunder.asked.length, 1));
  await due(id);
  await bring(one);
  await eventually(() => assert(refunder.lookedUp.length >= 1));
  assert.equal(await statusOf(house, id), 'PENDING');
  refunder.answer = undefined;
  await due(id);
  await bring(one);
  await over(house, id);
});

test('parts of a method that is not configured any more wait, and keep no others waiting', async () => {
  const user = newUser();
  await filled(house, user, [500]);
  const toss = openRefunder('toss');
  const elsewhere = opened(house, toss);
  refunder.answer = () => 'UNCLEAR';
  const id = await withdraw(one, user, 500);
  await eventually(() => assert.equal(refunder.asked.length, 1));
  await due(id);
  await bring(elsewhere);
  assert.deepEqual([toss.asked, await statusOf(house, id)], [[], 'PENDING']);
  const [part] =
    await house.sql`select ask_at > now() + interval '9 min' as later, asks from withdrawal_parts where withdrawal_id = ${id}`;
  assert.deepEqual(part, { later: true, asks: 1 });
  assert.equal((await elsewhere.withdrawals(user, { limit: 10 })).withdrawable, 0);
  refunder.answer = undefined;
  await due(id);
  await bring(one);
  await over(house, id);
});
