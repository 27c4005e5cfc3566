/**
 * The guards of the money, one by one, each beside its twin: the same race without the guard, which must go wrong.
 * A race that cannot be lost would prove nothing.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createAudit } from '../src/audit/audit.ts';
import { codeOf, type Tx } from '../src/platform/database.ts';
import { randomId, timeOrderedId } from '../src/platform/ids.ts';
import { Refusal } from '../src/refusals.ts';
import { createWallet } from '../src/wallet/wallet.ts';
import { openHouse, type House } from './harness/house.ts';
import { lockWaiters } from './harness/lock-waiters.ts';

for (const postgres of [18, 15] as const) {
  describe(`money on PostgreSQL ${postgres}`, () => {
    let house: House;
    before(async () => {
      house = await openHouse({ postgres });
    });
    after(() => house.close());

    test('adds in SQL: of two who read first and write then, one charge is lost', async () => {
      assert.equal(await chargeAtOnce(house, { guarded: true }), 102);
      assert.equal(await chargeAtOnce(house, { guarded: false }), 101, 'the twin loses one');
    });

    test('takes only what is there: of two who look first and take then, one makes money', async () => {
      assert.equal(await payAtOnce(house, { guarded: true }), 100);
      assert.equal(await payAtOnce(house, { guarded: false }), 200, 'the twin sells for 200 what 100 paid for');
    });

    test('meets what is owed, also of a charge that began before it was owed: in the plain case it would stay in the wallet', async () => {
      assert.deepEqual(await chargeWhileReversed(house, { guarded: true }), { balance: 0, owed: 60 });
      assert.deepEqual(
        await chargeWhileReversed(house, { guarded: false }),
        { balance: 10, owed: 70 },
        'the twin, which does not look at what is owed',
      );
    });

    test('takes back once, of many at once, and never holds money while it owes', async () => {
      const user = newUser();
      const wallet = createWallet({ database: house.database });
      wallet.onCredited(async (tx, users) => {
        for (const userId of users) await wallet.settleOwed(tx, payment(userId, 1_000_000));
      });
      await wallet.charge(user, 'start', 40);
      const within = <T>(work: (tx: Tx) => Promise<T>) => house.database.transaction(work);
      await Promise.all(
        Array.from({ length: 8 }, (_, at) => [
          within((tx) => wallet.reverse(tx, payment(user, 7))),
          wallet.charge(user, `charge-${at}`, 3),
          within((tx) => wallet.creditOrders(tx, [{ ...payment(user, 2), source: 'sandbox' }])),
          within((tx) => wallet.giveBack(tx, [payment(user, 1)], 'REFUND')),
          within((tx) => wallet.takeOut(tx, [payment(user, 5)])),
        ]).flat(),
      );
      const [sums] = await house.sql`
        select wallets.balance, owed, sum(amount)::bigint as sum, (-coalesce(sum(amount) filter (where kind = 'REVERSAL'), 0))::bigint as reversed
        from transfers join wallets using (user_id) where user_id = ${user} group by 1, 2`;
      assert.equal(sums?.['balance'], sums?.['sum']);
      assert.equal(Number(sums?.['reversed']) + Number(sums?.['owed']), 8 * 7, 'all of it was taken or is owed');
      assert(sums?.['owed'] === 0 || sums?.['balance'] === 0, JSON.stringify(sums));
    });

    test('remembers a key once: without its uniqueness two servers both act', async (t) => {
      const twin = await openHouse({ postgres });
      t.after(() => twin.close());
      await twin.sql`alter table idempotency_keys drop constraint idempotency_keys_pkey`;
      assert.equal(await oneKeyAtOnce(house), 10);
      assert.equal(await oneKeyAtOnce(twin), 20, 'the twin charges twice');
      const { checks } = await createAudit(twin).run();
      assert(
        checks.some(({ name, ok }) => name.startsWith('I6') && !ok),
        'and the audit sees it',
      );
    });

    test('locks wallets in one order: charges and payments of the same fans never deadlock', async () => {
      const users = Array.from({ length: 40 }, newUser);
      const wallet = createWallet({ database: house.database });
      await Promise.all(users.map((user) => wallet.charge(user, 'start', 1_000)));
      await Promise.all(
        Array.from({ length: 20 }, (_, round) => [
          chargeAll(house, shuffled(users), `round-${round}`),
          payAll(house, shuffled(users)),
        ]).flat(),
      );
      assert.equal(await deadlocks(house), 0);
      for (const user of users) assert.equal(await wallet.balance(user), 1_000);
      assert.deepEqual(await payInTheirOwnOrder(house, users), ['40P01'], 'the twin, which locks as they come');
    });
  });
}

const newUser = (): string => `user-${randomId(10)}`;
const shuffled = (users: readonly string[]): string[] => users.toSorted(() => Math.random() - 0.5);
const payment = (userId: string, amount: number) => ({ userId, amount, reference: timeOrderedId() });

/** Two charges of 1 to a wallet of 100, which meet after having read it. Answers the balance. */
async function chargeAtOnce({ database, sql }: House, { guarded }: { guarded: boolean }): Promise<number> {
  const user = newUser();
  await sql`insert into wallets values (${user}, 100)`;
  const bothRead = meeting(2);
  const charge = () =>
    database.transaction(async (tx) => {
      const [wallet] = await tx<{ balance: number }[]>`select balance from wallets where user_id = ${user}`;
      await bothRead();
      if (guarded) await tx`update wallets set balance = balance + 1 where user_id = ${user}`;
      else await tx`update wallets set balance = ${(wallet?.balance ?? 0) + 1} where user_id = ${user}`;
    });
  await Promise.all([charge(), charge()]);
  return createWallet({ database }).balance(user);
}

/** Two payments of 100 out of a wallet of 100, which meet after having looked. Answers what was sold. */
async function payAtOnce({ database }: House, { guarded }: { guarded: boolean }): Promise<number> {
  const user = newUser();
  const wallet = createWallet({ database });
  await wallet.charge(user, 'start', 100);
  const bothLooked = meeting(2);
  const pay = () =>
    database.transaction(async (tx) => {
      const [found] = await tx<{ balance: number }[]>`select balance from wallets where user_id = ${user}`;
      await bothLooked();
      if (guarded) {
        const moved = await wallet.debit(tx, [payment(user, 100)]);
        return moved[0] instanceof Refusal ? 0 : 100;
      }
      if ((found?.balance ?? 0) < 100) return 0;
      await tx`update wallets set balance = ${(found?.balance ?? 0) - 100} where user_id = ${user}`;
      return 100;
    });
  const [one, other] = await Promise.all([pay(), pay()]);
  return one + other;
}

/** Two servers are asked with one key. Both have looked for it before either has written it. Answers the balance. */
async function oneKeyAtOnce({ database, sql }: House): Promise<number> {
  const user = newUser();
  await createWallet({ database }).charge(user, 'before', 1);
  const servers = [createWallet({ database }), createWallet({ database })];
  const charging = database.transaction(async (tx) => {
    // Whoever has looked waits here.
    await tx`select from wallets where user_id = ${user} for update`;
    const charges = servers.map((server) => server.charge(user, 'key', 10));
    await lockWaiters({ sql }, 2, { like: '%insert into wallets%' });
    return charges;
  });
  await Promise.all(await charging);
  return (await createWallet({ database }).balance(user)) - 1;
}

/**
 * A plain charge of 10 waits for a wallet of 30 of which meanwhile 100 are undone: it finds out that 70 are owed only when it has
 * the lock. What the wallet holds and owes in the end.
 */
async function chargeWhileReversed({ database, sql }: House, { guarded }: { guarded: boolean }): Promise<unknown> {
  const user = newUser();
  const wallet = createWallet({ database });
  wallet.onCredited(async (tx, users) => {
    for (const userId of users) await wallet.settleOwed(tx, payment(userId, 1_000_000));
  });
  await wallet.charge(user, 'start', 30);
  const plainly = () =>
    sql`
    insert into wallets (user_id, balance) values (${user}, 10)
    on conflict (user_id) do update set balance = wallets.balance + excluded.balance`.execute();
  const charging = await database.transaction(async (tx) => {
    assert.equal(await wallet.reverse(tx, payment(user, 100)), 30);
    const charged = guarded ? wallet.charge(user, 'key', 10) : plainly();
    await lockWaiters({ sql }, 1, { like: '%insert into wallets%' });
    return [charged];
  });
  await Promise.all(charging);
  const [row] = await sql<
    { balance: number; owed: number }[]
  >`select balance, owed from wallets where user_id = ${user}`;
  return { ...row };
}

function chargeAll({ database }: House, users: readonly string[], key: string): Promise<unknown> {
  const server = createWallet({ database });
  return Promise.all(users.map((user) => server.charge(user, key, 1)));
}

function payAll({ database }: House, users: readonly string[]): Promise<unknown> {
  return database.transaction((tx) =>
    createWallet({ database }).debit(
      tx,
      users.map((user) => payment(user, 1)),
    ),
  );
}

/** Two payments for the same two wallets, each locking in an order of its own. Answers how they failed. */
async function payInTheirOwnOrder(
  { database }: House,
  [one = '', other = '']: readonly string[],
): Promise<(string | undefined)[]> {
  const bothLocked = meeting(2);
  const pay = (first: string, second: string) =>
    database.transaction(async (tx) => {
      await tx`update wallets set balance = balance - 1 where user_id = ${first}`;
      await bothLocked();
      await tx`update wallets set balance = balance - 1 where user_id = ${second}`;
    });
  const outcomes = await Promise.allSettled([pay(one, other), pay(other, one)]);
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [codeOf(outcome.reason)] : []));
}

async function deadlocks({ sql }: House): Promise<number> {
  await sql`select pg_stat_clear_snapshot()`;
  const [row] = await sql<
    { deadlocks: number }[]
  >`select deadlocks from pg_stat_database where datname = current_database()`;
  return row?.deadlocks ?? -1;
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
