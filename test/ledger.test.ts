/** The wallet's room itself, on both PostgreSQL versions: against a small model of it, and against lost connections. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { createAudit } from '../src/audit/audit.ts';
import { createKeys } from '../src/idempotency/idempotency.ts';
import type { Database } from '../src/platform/database.ts';
import { randomId, timeOrderedId } from '../src/platform/ids.ts';
import { Refusal } from '../src/refusals.ts';
import { createWallet, type Moved } from '../src/wallet/wallet.ts';
import { openHouse, type House } from './harness/house.ts';
import { undone } from './harness/undone.ts';

const balance_max = 100_000_000;
const newUser = (): string => `user-${randomId(10)}`;

for (const postgres of [18, 15] as const) {
  describe(`the ledger on PostgreSQL ${postgres}`, () => {
    let house: House;
    before(async () => {
      house = await openHouse({ postgres });
    });
    after(() => house.close());

    test('keeps to a model of it, whatever is charged and paid in whatever batches', async () => {
      const amounts = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(10_000_000));
      const step = fc.record({
        kind: fc.constantFrom('charge' as const, 'pay' as const),
        batch: fc.array(fc.record({ user: fc.nat({ max: 2 }), amount: amounts, key: fc.nat({ max: 30 }) }), {
          minLength: 1,
          maxLength: 14,
        }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
          const wallet = createWallet({ database: house.database });
          const users = [newUser(), newUser(), newUser()];
          const model = newModel();
          // One of them starts near the limit.
          for (let times = 1; times <= 9; times += 1) {
            await wallet.charge(users[0] ?? '', `before-${times}`, 10_000_000);
            model.charge({ user: users[0] ?? '', key: `before-${times}`, amount: 10_000_000 });
          }
          for (const { kind, batch } of steps) {
            const commands = batch.map(({ user, amount, key }) => ({
              user: users[user] ?? '',
              amount,
              key: `k${key}`,
            }));
            if (kind === 'charge') {
              const outcomes = await Promise.allSettled(
                commands.map(({ user, key, amount }) => wallet.charge(user, key, amount)),
              );
              const expected = commands.map((command) => model.charge(command));
              // The first of a key in a batch decides; a later one with another amount is its reuse either way.
              assert.deepEqual(outcomes.map(wordsOf), expected);
            } else {
              const moved = await house.database.transaction((tx) =>
                wallet.debit(
                  tx,
                  commands.map(({ user, amount }) => ({ userId: user, amount, reference: timeOrderedId() })),
                ),
              );
              assert.deepEqual(
                moved.map(wordsOfMoved),
                commands.map(({ user, amount }) => model.pay(user, amount)),
              );
            }
            model.endBatch();
            for (const user of users) assert.equal(await wallet.balance(user), model.balance(user));
          }
        }),
        { numRuns: 60 },
      );
      // Payments were made here without seats; all else must be in order.
      const { checks } = await createAudit(house).run();
      assert.deepEqual(
        checks.filter(({ ok }) => !ok).map(({ name }) => name),
        ['I4 each payment took its amount from the wallet of its user, once'],
      );
    });

    test('takes nothing from a wallet that has less, and nothing at all for a free seat', async () => {
      const wallet = createWallet({ database: house.database });
      const [rich, poor, none] = [newUser(), newUser(), newUser()];
      await Promise.all([wallet.charge(rich, 'a', 500), wallet.charge(poor, 'a', 5)]);
      const asked = [
        { userId: rich, amount: 200 },
        { userId: poor, amount: 6 },
        { userId: none, amount: 1 },
        { userId: rich, amount: 400 },
        { userId: none, amount: 0 },
        { userId: rich, amount: 300 },
        { userId: poor, amount: 5 },
        { userId: poor, amount: 1e12 },
      ];
      const moved = await house.database.transaction((tx) =>
        wallet.debit(
          tx,
          asked.map((one) => ({ ...one, reference: timeOrderedId() })),
        ),
      );
      assert.deepEqual(moved.map(wordsOfMoved), [
        300,
        'needs 6 of 5',
        'needs 1 of 0',
        'needs 400 of 300',
        0,
        0,
        0,
        'needs 1000000000000 of 0',
      ]);
    });

    test('does not act again after a commit whose answer was lost, and knows its own answer', async () => {
      for (const moment of ['before', 'after'] as const) {
        let broken = 0;
        let isBreaking = false;
        const lose = (): never => {
          broken += 1;
          throw Object.assign(new Error('connection lost'), { code: 'CONNECTION_CLOSED' });
        };
        const unreliably = async <T>(work: () => Promise<T>): Promise<T> => {
          if (isBreaking && broken < 2 && moment === 'before') lose();
          const result = await work();
          if (isBreaking && broken < 2) lose();
          return result;
        };
        const unreliable: Database = {
          ...house.database,
          transaction: (work) => unreliably(() => house.database.transaction(work)),
          flight: (statements) => unreliably(() => house.database.flight(statements)),
        };
        const wallet = createWallet({ database: unreliable });
        await wallet.knowSource('open');
        isBreaking = true;
        const user = newUser();
        const charged = await Promise.all([
          wallet.charge(user, 'a', 10),
          wallet.charge(user, 'b', 10),
          wallet.charge(user, 'a', 10),
        ]);
        assert.equal(broken, 2);
        assert.deepEqual(
          charged.map(({ answer, replayed }) => [answer.balance, replayed]),
          [
            [10, false],
            [20, false],
            [10, true],
          ],
        );
        assert.equal(await wallet.balance(user), 20);
      }
    });

    test('is append-only', async () => {
      await createWallet(house).charge(newUser(), 'a', 1);
      await assert.rejects(house.sql`update transfers set amount = 0`, /append-only/);
      await assert.rejects(house.sql`delete from transfers`, /append-only/);
      await assert.rejects(house.sql`truncate transfers`, /append-only/);
      await assert.rejects(house.sql`update wallets set balance = -1`, /balance_check/);
    });

    test('moves money between the wallet and the account of the kind, in its direction alone', async () => {
      const refused = [
        ['CHARGE', 0],
        ['CHARGE', -1],
        ['PAYMENT', 1],
        ['REFUND', -1],
        ['PAYMENT', 5],
        ['COMPENSATION', 0],
        ['COMPENSATION', -1],
        ['WITHDRAWAL', 0],
        ['REVERSAL', 1],
        ['GIFT', 1],
      ] as const;
      const user = newUser();
      const source = (kind: string) => (kind === 'CHARGE' ? 'open' : null);
      const move = (kind: string, amount: number | null, balance: number | null = 5, from = source(kind)) => house.sql`
        insert into transfers (user_id, kind, amount, balance, reference, source)
        values (${user}, ${kind}, ${amount}, ${balance}, ${kind}, ${from})`;
      for (const [kind, amount] of refused) await assert.rejects(move(kind, amount), /transfers_fit_their_kind/);
      await assert.rejects(move('CHARGE', null), /null value in column "amount"/);
      await assert.rejects(move('CHARGE', 5, null), /null value in column "balance"/);
      await assert.rejects(move('CHARGE', 5, 5, null), /transfers_fit_their_kind/);
      for (const [kind, amount] of [
        ['REFUND', 5],
        ['REFUND', 0],
        ['PAYMENT', -5],
        ['REVERSAL', -5],
        ['WITHDRAWAL', 5],
        ['CHARGE', 0],
      ] as const)
        await assert.rejects(move(kind, amount, 5, 'open'), /transfers_fit_their_kind/);
      const entries = await undone(house.database, async (tx) => {
        await tx`insert into transfers (user_id, kind, amount, balance, reference, source)
          values (${user}, 'CHARGE', 5, 5, 'c', 'open'), (${user}, 'PAYMENT', -5, 0, 'p', null),
            (${user}, 'REFUND', 3, 3, 'r', null), (${user}, 'COMPENSATION', 1, 4, 'k', null),
            (${user}, 'WITHDRAWAL', -2, 2, 'w', null), (${user}, 'REVERSAL', -2, 0, 'b', null)`;
        return tx`
          select account, kind, amount, balance, reference from ledger_entries where user_id = ${user} order by id, account`;
      });
      assert.deepEqual(
        entries.map((entry) => Object.values(entry)),
        [
          ['FUNDING', 'CHARGE', -5, null, 'c'],
          ['WALLET', 'CHARGE', 5, 5, 'c'],
          ['SALES', 'PAYMENT', 5, null, 'p'],
          ['WALLET', 'PAYMENT', -5, 0, 'p'],
          ['SALES', 'REFUND', -3, null, 'r'],
          ['WALLET', 'REFUND', 3, 3, 'r'],
          ['SALES', 'COMPENSATION', -1, null, 'k'],
          ['WALLET', 'COMPENSATION', 1, 4, 'k'],
          ['FUNDING', 'WITHDRAWAL', 2, null, 'w'],
          ['WALLET', 'WITHDRAWAL', -2, 2, 'w'],
          ['FUNDING', 'REVERSAL', 2, null, 'b'],
          ['WALLET', 'REVERSAL', -2, 0, 'b'],
        ],
      );
    });

    test('forgets keys after 48 hours and no earlier', async () => {
      const user = newUser();
      const wallet = createWallet({ database: house.database });
      for (const key of ['now', 'day', 'old']) await wallet.charge(user, key, 1);
      await house.sql`update idempotency_keys set at = now() - interval '47 hours' where user_id = ${user} and key = 'day'`;
      await house.sql`update idempotency_keys set at = now() - interval '49 hours' where user_id = ${user} and key = 'old'`;
      await house.sql`insert into idempotency_keys select ${user}, 'old-' || n, 'charge 1', '{}', now() - interval '3 days' from generate_series(1, 12000) as n`;
      for (const duty of createKeys({ database: house.database }).duties) await duty.run();
      const left = await house.sql<
        { key: string }[]
      >`select key from idempotency_keys where user_id = ${user} order by key`;
      assert.deepEqual(
        left.map(({ key }) => key),
        ['day', 'now'],
      );
    });
  });
}

/** What the ledger must do, without a database. */
function newModel() {
  const balances = new Map<string, number>();
  const known = new Map<string, { amount: number; balance: number }>();
  let batch = new Map<string, { amount: number; outcome: number | string }>();
  const balance = (user: string): number => balances.get(user) ?? 0;
  const fresh = (user: string, amount: number): number | string => {
    if (balance(user) + amount > balance_max) return `no room for it in ${balance(user)}`;
    balances.set(user, balance(user) + amount);
    return balance(user);
  };
  return {
    balance,
    charge: ({ user, key, amount }: { user: string; key: string; amount: number }): number | string => {
      const name = `${key} ${user}`;
      const before = known.get(name);
      if (before !== undefined) return before.amount === amount ? before.balance : 'IDEMPOTENCY_KEY_REUSED';
      const first = batch.get(name);
      if (first !== undefined) return first.amount === amount ? first.outcome : 'IDEMPOTENCY_KEY_REUSED';
      const outcome = fresh(user, amount);
      batch.set(name, { amount, outcome });
      return outcome;
    },
    pay: (user: string, amount: number): number | string => {
      if (balance(user) < amount) return `needs ${amount} of ${balance(user)}`;
      balances.set(user, balance(user) - amount);
      return balance(user);
    },
    endBatch: (): void => {
      for (const [name, { amount, outcome }] of batch)
        if (typeof outcome === 'number') known.set(name, { amount, balance: outcome });
      batch = new Map();
    },
  };
}

function wordsOf(outcome: PromiseSettledResult<{ answer: { balance: number } }>): number | string {
  if (outcome.status === 'fulfilled') return outcome.value.answer.balance;
  return outcome.reason instanceof Refusal ? wordsOfRefusal(outcome.reason) : String(outcome.reason);
}

function wordsOfMoved(moved: Moved): number | string {
  return moved instanceof Refusal ? wordsOfRefusal(moved) : moved.balance;
}

function wordsOfRefusal({ code, fields }: Refusal): string {
  if (code === 'BALANCE_LIMIT_EXCEEDED') return `no room for it in ${String(fields['balance'])}`;
  if (code === 'INSUFFICIENT_BALANCE') return `needs ${String(fields['required'])} of ${String(fields['balance'])}`;
  return code;
}
