/**
 * Orders at once: who opens, confirms and credits on several servers, each guard beside its twin, the same race without it,
 * which must go wrong. The gateway is in the hands of the tests.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createAudit } from '../src/audit/audit.ts';
import { randomId, timeOrderedId } from '../src/platform/ids.ts';
import { Refusal } from '../src/refusals.ts';
import { createWallet } from '../src/wallet/wallet.ts';
import { openFunding, type FundingRoom } from './harness/funding-rooms.ts';
import { openHouse, type House } from './harness/house.ts';
import { lockWaiters } from './harness/lock-waiters.ts';
import { closeInOrder } from './harness/in-order.ts';
import { keyOf, openTill, paidFor, type Till } from './harness/till.ts';

let house: House;
let till: Till;
let one: FundingRoom;
let other: FundingRoom;
before(async () => {
  house = await openHouse();
});
after(() => closeInOrder(house));
beforeEach(() => {
  till = openTill();
  one = openFunding(house, [till.gateway]);
  other = openFunding(house, [till.gateway]);
});

const newUser = (): string => `user-${randomId(10)}`;
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const either = (index: number): FundingRoom => (index % 2 === 0 ? one : other);
const codeFrom = (error: unknown): string => (error instanceof Refusal ? error.code : String(error));
const wish = (amount = 10_000) => ({ amount, method: 'toss' as const });

async function opened(user: string, amount = 10_000): Promise<string> {
  const { answer } = await one.open(user, randomId(12), wish(amount), 'en');
  return answer.id;
}

async function chargesOf(user: string): Promise<number[]> {
  const rows = await house.sql<{ amount: number }[]>`
    select amount from transfers where user_id = ${user} and kind = 'CHARGE' order by id`;
  return rows.map(({ amount }) => amount);
}

describe('opening', () => {
  test('a fan has at most 20 open orders, however many servers are asked at once', async () => {
    const user = newUser();
    const answers = await Promise.all(
      times(30, (index) =>
        either(index)
          .open(user, `key-${index}`, wish(), 'en')
          .then(() => 'opened', codeFrom),
      ),
    );
    assert.equal(answers.filter((answer) => answer === 'opened').length, 20);
    assert.equal(answers.filter((answer) => answer === 'TOO_MANY_ORDERS').length, 10);
    assert.deepEqual(await chargesOf(user), []);
  });

  test('open orders and the balance are together at most what a wallet may hold', async () => {
    const [few, others] = [1, 2].map(() => openFunding(house, [till.gateway], { walletMax: 100_000 }));
    assert(few !== undefined && others !== undefined);
    const user = newUser();
    const answers = await Promise.all(
      times(12, (index) =>
        (index % 2 === 0 ? few : others).open(user, `key-${index}`, wish(20_000), 'en').then(() => 'opened', codeFrom),
      ),
    );
    assert.equal(answers.filter((answer) => answer === 'opened').length, 5);
    assert.equal(answers.filter((answer) => answer === 'BALANCE_LIMIT_EXCEEDED').length, 7);
  });

  test('the twin, which counts before it locks, opens more', async () => {
    const user = newUser();
    const counted = meeting(2);
    const open = () =>
      house.database.transaction(async (tx) => {
        const [{ orders }] = await tx<[{ orders: number }]>`
          select count(*)::integer as orders from charge_orders where user_id = ${user} and status = 'OPEN'`;
        await counted();
        if (orders >= 1) return;
        await tx`
          insert into charge_orders (id, user_id, amount, currency, method, expires_at)
          values (${timeOrderedId()}, ${user}, 100, 'KRW', 'toss', now() + interval '1 minute')`;
      });
    await Promise.all([open(), open()]);
    const [{ orders }] = await house.sql<[{ orders: number }]>`
      select count(*)::integer as orders from charge_orders where user_id = ${user}`;
    assert.equal(orders, 2);
    await house.sql`delete from charge_orders where user_id = ${user}`;
  });

  test('one key at once on two servers is one order', async () => {
    const user = newUser();
    const answers = await Promise.all(times(20, (index) => either(index).open(user, 'one key', wish(), 'en')));
    assert.equal(new Set(answers.map(({ answer }) => JSON.stringify(answer))).size, 1);
    assert.equal(answers.filter(({ replayed }) => !replayed).length, 1);
  });
});

describe('confirming', () => {
  test('20 times at once on two servers: one credit, 20 equal answers, and a call for each server', async () => {
    const user = newUser();
    const id = await opened(user);
    const bothAsk = meeting(2);
    till.before = bothAsk;
    const answers = await Promise.all(
      times(20, (index) => either(index).confirm(user, id, { paymentKey: keyOf(id), amount: 10_000 })),
    );
    assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
    assert.equal(answers[0]?.isPaid, true);
    assert.equal(answers[0]?.order.status, 'PAID');
    assert.deepEqual(await chargesOf(user), [10_000]);
    assert.equal(till.asked.confirm, 2);
    assert.equal((one.counted.get('paid') ?? 0) + (other.counted.get('paid') ?? 0), 1);
  });

  test('two servers that both saw it open: whoever comes second to the wallet credits nothing', async () => {
    till.onConfirm = (order, paymentKey) => paidFor(order, { paymentKey });
    // Once by the same payment, and once by another, which is not told by its key: then the order alone says that it is PAID.
    for (const again of ['', '-again']) {
      const user = newUser();
      const before = await opened(user);
      await one.confirm(user, before, { paymentKey: keyOf(before), amount: 10_000 });
      const id = await opened(user);
      const confirming = await house.database.transaction(async (tx) => {
        await tx`select from wallets where user_id = ${user} for update`;
        const all = [one.confirm, other.confirm].map((confirm, place) =>
          confirm(user, id, { paymentKey: `${keyOf(id)}${place === 0 ? '' : again}`, amount: 10_000 }),
        );
        await lockWaiters(house, 2);
        return { all };
      });
      await Promise.all(confirming.all);
      assert.deepEqual(await chargesOf(user), [10_000, 10_000]);
    }
  });

  test('the twin, which looks at the order first and credits then, makes money, and the audit sees it', async (t) => {
    const twin = await openHouse();
    t.after(() => twin.close());
    const room = openFunding(twin, [till.gateway]);
    const { answer } = await room.open('fan', 'key', wish(), 'en');
    const wallet = createWallet({ database: twin.database });
    const bothLooked = meeting(2);
    const credit = () =>
      twin.database.transaction(async (tx) => {
        const [order] = await tx<{ status: string }[]>`select status from charge_orders where id = ${answer.id}`;
        await bothLooked();
        if (order?.status === 'PAID') return;
        await wallet.creditOrders(tx, [{ userId: 'fan', amount: 10_000, reference: answer.id, source: 'toss' }]);
        await tx`update charge_orders set status = 'PAID', paid_at = now() where id = ${answer.id}`;
      });
    await Promise.all([credit(), credit()]);
    assert.equal(await wallet.balance('fan'), 20_000);
    const { ok } = await createAudit(twin).run();
    assert.equal(ok, false);
  });

  test('many fans at once, each their own money, and no two wait for each other in a circle', async () => {
    const users = times(40, newUser);
    const orders = await Promise.all(
      users.flatMap((user) => times(2, async () => ({ user, id: await opened(user, 1_000) }))),
    );
    await Promise.all(
      [...orders, ...orders.toReversed()].map(({ user, id }, index) =>
        either(index).confirm(user, id, { paymentKey: keyOf(id), amount: 1_000 }),
      ),
    );
    for (const user of users) assert.deepEqual(await chargesOf(user), [1_000, 1_000]);
    assert.equal(await deadlocks(), 0);
  });

  test('one payment pays one order, whoever names it', async () => {
    const user = newUser();
    const ids = [await opened(user), await opened(user)];
    // A gateway that has lost its wits: the same payment for whichever order is asked about.
    till.onConfirm = (order) => paidFor(order, { paymentKey: 'one-payment' });
    const answers = await Promise.all(
      ids.map((id, index) =>
        either(index)
          .confirm(user, id, { paymentKey: 'one-payment', amount: 10_000 })
          .then(({ order }) => order.status, codeFrom),
      ),
    );
    assert.deepEqual(answers.toSorted(), ['PAID', 'PAYMENT_FAILED']);
    assert.deepEqual(await chargesOf(user), [10_000]);
  });
});

/** Resolves for each of `count` once all have come; whoever comes later does not wait. */
function meeting(count: number): () => Promise<void> {
  const all = Promise.withResolvers<void>();
  let come = 0;
  return () => {
    come += 1;
    if (come === count) all.resolve();
    return all.promise;
  };
}

async function deadlocks(): Promise<number> {
  const [row] = await house.sql<{ deadlocks: number }[]>`
    select deadlocks from pg_stat_database where datname = current_database()`;
  return row?.deadlocks ?? 0;
}
