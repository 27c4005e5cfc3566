/**
 * Withdrawals at once: who takes money out, asks the gateway and ends a part on several servers, each guard beside its twin,
 * the same race without it, which must go wrong. The gateway is in the hands of the tests.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createAudit } from '../src/audit/audit.ts';
import { createUndoing } from '../src/funding/undoing.ts';
import { createWithdrawals, type Withdrawals } from '../src/funding/withdrawals.ts';
import { endPart } from '../src/funding/part-ending.ts';
import { isTransient } from '../src/platform/database.ts';
import { randomId, timeOrderedId } from '../src/platform/ids.ts';
import { Refusal } from '../src/refusals.ts';
import { createWallet } from '../src/wallet/wallet.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { openRefunder, type Refunder } from './harness/refunder.ts';

let house: House;
let refunder: Refunder;
let one: Withdrawals;
let other: Withdrawals;
const rooms: Withdrawals[] = [];

/** One server's room; several on one house are several servers. */
function openRoom({ database }: Pick<House, 'database'>, { gateway }: Refunder, batches: number[] = []): Withdrawals {
  const wallet = createWallet({ database });
  const room = createWithdrawals({
    database,
    wallet,
    undoing: createUndoing({ wallet }),
    gateways: new Map([[gateway.id, gateway]]),
    metrics: { batch: (_lane, size) => batches.push(size), depth: () => undefined },
    trouble: (error) => assert(isTransient(error), String(error)),
  });
  rooms.push(room);
  return room;
}

before(async () => {
  house = await openHouse();
});
after(async () => {
  await Promise.all(rooms.map((room) => room.drain()));
  try {
    await assertInOrder(house);
  } finally {
    await house.close();
  }
});
beforeEach(() => {
  refunder = openRefunder();
  one = openRoom(house, refunder);
  other = openRoom(house, refunder);
});

async function assertInOrder(of: House): Promise<void> {
  assert.deepEqual(await brokenIn(of), []);
}
async function brokenIn(of: House): Promise<string[]> {
  const { checks } = await createAudit(of).run();
  return checks.filter(({ ok }) => !ok).map(({ name, sample }) => `${name} ${JSON.stringify(sample)}`);
}

const newUser = (): string => `user-${randomId(10)}`;
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const either = (index: number): Withdrawals => (index % 2 === 0 ? one : other);
const codeFrom = (error: unknown): string => (error instanceof Refusal ? error.code : String(error));
const withdraw = async (room: Withdrawals, user: string, amount: number): Promise<string> =>
  room.withdraw(user, randomId(12), amount).then(({ answer }) => answer.id, codeFrom);
/** What time brings, on one server. */
const bring = (room: Withdrawals): Promise<unknown> => Promise.all(room.duties.map(({ run }) => run()));

/** Orders of so much, the oldest first, credited as a confirmation does; long enough ago to need no key. */
async function filled(user: string, amounts: readonly number[], of = house): Promise<string[]> {
  const wallet = createWallet({ database: of.database });
  await wallet.knowSource('sandbox');
  const ids = amounts.map(() => timeOrderedId());
  for (const [place, id] of ids.entries()) {
    const amount = amounts[place] ?? 0;
    await of.database.transaction(async (tx) => {
      await tx`
        insert into charge_orders (id, user_id, amount, currency, method, status, created_at, expires_at, paid_at, payment_key)
        select ${id}, ${user}, ${amount}, 'KRW', 'sandbox', 'PAID', at, at, at, ${`of-${id}`}
        from (select now() - interval '2 days' + make_interval(mins => ${place}) as at) as moment`;
      await wallet.creditOrders(tx, [{ userId: user, amount, reference: id, source: 'sandbox' }]);
    });
  }
  return ids;
}

async function balanceOf(user: string, of = house): Promise<number> {
  const [row] = await of.sql<{ balance: number }[]>`select balance from wallets where user_id = ${user}`;
  return row?.balance ?? 0;
}
async function statusOf(id: string): Promise<string> {
  const [row] = await house.sql<{ status: string }[]>`select status from withdrawals where id = ${id}`;
  return row?.status ?? 'none';
}
const ended = (id: string, status = 'DONE'): Promise<void> =>
  eventually(async () => assert.equal(await statusOf(id), status));
/** Whatever waits for its time is due now. */
const due = (of = house) =>
  of.sql`update withdrawal_parts set ask_at = now() where ask_at is not null and status = 'PENDING'`;

describe('taking out', () => {
  test('never more than there is, however many servers are asked at once', async () => {
    const user = newUser();
    const orders = await filled(user, [400, 600]);
    const answers = await Promise.all(times(30, (index) => withdraw(either(index), user, 100)));
    assert.equal(answers.filter((answer) => answer === 'NOT_WITHDRAWABLE').length, 20);
    const done = answers.filter((answer) => answer !== 'NOT_WITHDRAWABLE');
    assert.equal(new Set(done).size, 10);
    assert.equal(await balanceOf(user), 0);
    for (const id of done) await ended(id);
    assert.deepEqual(orders.map(refunder.sentBack), [400, 600]);
    assert.equal(refunder.asked.length, new Set(refunder.asked).size, 'each part was asked for once');
  });

  test('the twin, which looks before it locks, takes the same money twice', async () => {
    const twin = await openHouse();
    try {
      await twin.sql`alter table wallets drop constraint wallets_balance_check`;
      await twin.sql`alter table charge_orders drop constraint charge_orders_undone`;
      const user = newUser();
      const [order = ''] = await filled(user, [1_000], twin);
      const bothLooked = meeting(2);
      const wrongly = () =>
        twin.database.transaction(async (tx) => {
          const [found] = await tx<{ left: number }[]>`
            select amount - withdrawn as left from charge_orders where id = ${order}`;
          await bothLooked();
          const amount = found?.left ?? 0;
          await tx`update wallets set balance = balance - ${amount} where user_id = ${user}`;
          await tx`update charge_orders set withdrawn = withdrawn + ${amount} where id = ${order}`;
        });
      await Promise.all([wrongly(), wrongly()]);
      assert.equal(await balanceOf(user, twin), -1_000);
      assert((await brokenIn(twin)).some((check) => check.startsWith('I12')));
    } finally {
      await twin.close();
    }
  });

  test('one key acts once on several servers', async () => {
    const user = newUser();
    await filled(user, [1_000]);
    const answers = await Promise.all(times(20, (index) => either(index).withdraw(user, 'one-key', 300)));
    assert.equal(new Set(answers.map(({ answer }) => JSON.stringify(answer))).size, 1);
    assert.equal(answers.filter(({ replayed }) => !replayed).length, 1);
    assert.equal(await balanceOf(user), 700);
  });
});

test('of a storm of withdrawals many share a transaction, and few are asked about at once', async () => {
  const batches: number[] = [];
  const room = openRoom(house, refunder, batches);
  const user = newUser();
  await filled(user, [1_000]);
  let [atOnce, most] = [0, 0];
  refunder.answer = async () => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await new Promise(setImmediate);
    atOnce -= 1;
    return undefined;
  };
  const strangers = times(300, newUser);
  const answers = await Promise.all([
    ...times(20, () => withdraw(room, user, 50)),
    ...strangers.map((stranger) => withdraw(room, stranger, 50)),
  ]);
  assert.equal(answers.filter((answer) => answer === 'NOT_WITHDRAWABLE').length, 300);
  assert(batches.length <= 5, `${batches.length} transactions`);
  for (const id of answers.slice(0, 20)) await ended(id);
  assert(most <= 8, `${most} at once`);
});

describe('asking the gateway', () => {
  test('each part is asked for once, by whichever of several servers', async () => {
    const users = times(12, newUser);
    for (const user of users) await filled(user, [500, 500]);
    const ids = await Promise.all(users.map((user, index) => withdraw(either(index), user, 1_000)));
    await Promise.all([bring(one), bring(other)]);
    for (const id of ids) await ended(id);
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
      await filled(user, [500], twin);
      const [first, second] = [openRoom(twin, refunder), openRoom(twin, refunder)];
      const bothAsked = meeting(2);
      refunder.answer = async () => {
        await bothAsked();
        return undefined;
      };
      await withdraw(first, user, 500);
      await eventually(() => assert.equal(refunder.asked.length, 2), 100).catch(() => undefined);
      await Promise.all([bring(first), bring(second)]);
      assert(refunder.asked.length >= 2, 'the twin asked twice for one part');
      assert.equal(new Set(refunder.asked).size, 1);
      await Promise.all([first.drain(), second.drain()]);
    } finally {
      await twin.close();
    }
  });

  test('an answer that was lost is looked up, and sent no second time', async () => {
    const user = newUser();
    const [order = ''] = await filled(user, [500]);
    refunder.answer = () => 'LOST';
    const id = await withdraw(one, user, 500);
    await eventually(async () => {
      const [part] =
        await house.sql`select asks, ask_at - now() < interval '10 s' as soon from withdrawal_parts where withdrawal_id = ${id}`;
      assert.deepEqual(part, { asks: 1, soon: true });
    });
    assert.equal(await statusOf(id), 'PENDING');
    await due();
    await bring(other);
    await ended(id);
    assert.deepEqual([refunder.asked.length, refunder.lookedUp.length, refunder.sentBack(order)], [1, 1, 500]);
  });

  test('unclear is asked on for good, with growing pauses up to 6 h', async () => {
    const user = newUser();
    const [order = ''] = await filled(user, [500]);
    refunder.answer = () => 'UNCLEAR';
    const id = await withdraw(one, user, 500);
    for (let asks = 1; asks <= 16; asks++) {
      await eventually(async () => {
        const [part] = await house.sql<{ asks: number; pause: number }[]>`
          select asks, round(extract(epoch from ask_at - now()))::integer as pause from withdrawal_parts where withdrawal_id = ${id}`;
        // It was asked and put off again: while it is being asked it is put off for two minutes.
        assert.deepEqual([part?.asks, part?.pause], [asks, Math.min(21_600, 5 * 2 ** (asks - 1))]);
      });
      await due();
      await bring(either(asks));
    }
    assert.deepEqual([await statusOf(id), await balanceOf(user)], ['PENDING', 0]);
    refunder.answer = undefined;
    await due();
    await bring(one);
    await ended(id);
    assert.equal(refunder.sentBack(order), 500);
  });

  test('what the gateway took and does not say yet is asked about until it does', async () => {
    const user = newUser();
    await filled(user, [500]);
    refunder.answer = () => ({ state: 'PENDING' });
    const id = await withdraw(one, user, 500);
    await eventually(() => assert.equal(refunder.asked.length, 1));
    await due();
    await bring(one);
    await eventually(() => assert(refunder.lookedUp.length >= 1));
    assert.equal(await statusOf(id), 'PENDING');
    refunder.answer = undefined;
    await due();
    await bring(one);
    await ended(id);
  });

  test('parts of a method that is not configured any more wait, and keep no others waiting', async () => {
    const user = newUser();
    await filled(user, [500]);
    const toss = openRefunder('toss');
    const elsewhere = openRoom(house, toss);
    refunder.answer = () => 'UNCLEAR';
    const id = await withdraw(one, user, 500);
    await eventually(() => assert.equal(refunder.asked.length, 1));
    await due();
    await bring(elsewhere);
    assert.deepEqual([toss.asked, await statusOf(id)], [[], 'PENDING']);
    const [part] =
      await house.sql`select ask_at > now() + interval '9 min' as later, asks from withdrawal_parts where withdrawal_id = ${id}`;
    assert.deepEqual(part, { later: true, asks: 1 });
    assert.equal((await elsewhere.withdrawals(user, { limit: 10 })).withdrawable, 0);
    refunder.answer = undefined;
    await due();
    await bring(one);
    await ended(id);
  });
});

describe('ending', () => {
  test('a part that two servers are told was refused gives its money back once', async () => {
    const user = newUser();
    const [order = ''] = await filled(user, [500]);
    const part = await takenPart(user, 500);
    const wallet = createWallet({ database: house.database });
    const ends = { wallet, undoing: createUndoing({ wallet }) };
    await Promise.all(
      times(4, () =>
        house.database.transaction((tx) => endPart(tx, ends, part, { status: 'FAILED', because: 'NO', undone: [] })),
      ),
    );
    assert.equal(await balanceOf(user), 500);
    const [row] = await house.sql`select withdrawn from charge_orders where id = ${order}`;
    assert.deepEqual([row?.['withdrawn'], await statusOf(part.withdrawalId)], [0, 'FAILED']);
  });

  test('the twin, which does not ask whether it has ended, gives it back twice', async () => {
    const twin = await openHouse();
    try {
      const user = newUser();
      const [order = ''] = await filled(user, [500, 500], twin);
      const wallet = createWallet({ database: twin.database });
      await twin.sql`update charge_orders set withdrawn = amount where id = ${order}`;
      const wrongly = () =>
        twin.database.transaction(async (tx) => {
          await tx`update charge_orders set withdrawn = 0 where id = ${order}`;
          await wallet.giveBack(tx, [{ userId: user, amount: 500, reference: 'w-1' }], 'WITHDRAWAL');
        });
      await Promise.all([wrongly(), wrongly()]);
      assert.equal(await balanceOf(user, twin), 2_000);
      assert((await brokenIn(twin)).some((check) => check.startsWith('I13')));
    } finally {
      await twin.close();
    }
  });

  test('a withdrawal whose last two parts end at once on two servers has ended', async () => {
    for (let round = 0; round < 5; round++) {
      const user = newUser();
      await filled(user, [500, 500]);
      const bothAsked = meeting(2);
      refunder.answer = async () => {
        await bothAsked();
        return undefined;
      };
      const id = await withdraw(either(round), user, 1_000);
      await ended(id);
    }
  });

  test('the twin, whose parts end without the wallet’s lock, stays under way for ever', async () => {
    const user = newUser();
    await filled(user, [500, 500]);
    refunder.answer = () => 'UNCLEAR';
    const id = await withdraw(one, user, 1_000);
    await eventually(() => assert.equal(refunder.asked.length, 2));
    const bothEnded = meeting(2);
    const wrongly = (part: string) =>
      house.database.transaction(async (tx) => {
        await tx`update withdrawal_parts set status = 'DONE', ended_at = now(), ask_at = null where id = ${part}`;
        const [row] = await tx`
          select from withdrawal_parts where withdrawal_id = ${id} and status = 'PENDING'`;
        await bothEnded();
        return row === undefined;
      });
    const isLast = await Promise.all([wrongly(`${id}-1`), wrongly(`${id}-2`)]);
    assert.deepEqual(isLast, [false, false], 'each saw the other’s as pending');
    // In order again, for the audit.
    await house.sql`update withdrawals set status = 'DONE', ended_at = now() where id = ${id}`;
  });
});

/** Resolves for all when so many have come. */
function meeting(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let come = 0;
  return () => {
    come += 1;
    if (come === count) resolve();
    return promise;
  };
}

/** A withdrawal's only part, as the one holds it who asks the gateway. */
async function takenPart(userId: string, amount: number) {
  refunder.answer = () => 'UNCLEAR';
  const withdrawalId = await withdraw(one, userId, amount);
  await eventually(() => assert.equal(refunder.asked.length, 1));
  const [row] = await house.sql<{ id: string; orderId: string }[]>`
    select id, order_id as "orderId" from withdrawal_parts where withdrawal_id = ${withdrawalId}`;
  assert(row !== undefined);
  return { ...row, withdrawalId, userId, amount };
}
