/** Rooms of withdrawals in this process, on the database of a house: two of them are two servers. */
import assert from 'node:assert/strict';
import { createAudit } from '../../src/audit/audit.ts';
import { createUndoing } from '../../src/funding/undoing.ts';
import { createWithdrawals, type Withdrawals } from '../../src/funding/withdrawals.ts';
import { isTransient } from '../../src/platform/database.ts';
import { randomId, timeOrderedId } from '../../src/platform/ids.ts';
import { Refusal } from '../../src/refusals.ts';
import { createWallet } from '../../src/wallet/wallet.ts';
import { eventually } from './eventually.ts';
import type { House } from './house.ts';
import type { Refunder } from './refunder.ts';

/** One server's. `batches`: how many withdrawals each of its transactions carried. */
export function openWithdrawals(
  { database }: Pick<House, 'database'>,
  { gateway }: Refunder,
  batches: number[] = [],
): Withdrawals {
  const wallet = createWallet({ database });
  return createWithdrawals({
    database,
    wallet,
    undoing: createUndoing({ wallet }),
    gateways: new Map([[gateway.id, gateway]]),
    metrics: { batch: (_lane, size) => batches.push(size), depth: () => undefined },
    trouble: (error) => assert(isTransient(error), String(error)),
  });
}

export const newUser = (): string => `user-${randomId(10)}`;
const codeFrom = (error: unknown): string => (error instanceof Refusal ? error.code : String(error));

/** The withdrawal's id, or the code of the refusal. */
export function withdraw(room: Withdrawals, user: string, amount: number): Promise<string> {
  return room.withdraw(user, randomId(12), amount).then(({ answer }) => answer.id, codeFrom);
}

/** What time brings, on one server. */
export function bring(room: Withdrawals): Promise<unknown> {
  return Promise.all(room.duties.map(({ run }) => run()));
}

/** Orders of so much, the oldest first, credited as a confirmation does; long enough ago to need no key. */
export async function filled(
  { database }: Pick<House, 'database'>,
  user: string,
  amounts: readonly number[],
): Promise<string[]> {
  const wallet = createWallet({ database });
  await wallet.knowSource('sandbox');
  const ids = amounts.map(() => timeOrderedId());
  for (const [place, id] of ids.entries()) {
    const amount = amounts[place] ?? 0;
    await database.transaction(async (tx) => {
      await tx`
        with filled as (
          insert into charge_orders (id, user_id, amount, currency, method, status, created_at, expires_at, paid_at, payment_key)
          select ${id}, ${user}, ${amount}, 'KRW', 'sandbox', 'PAID', at, at, at, ${`of-${id}`}
          from (select now() - interval '2 days' + make_interval(mins => ${place}) as at) as moment
          returning method, payment_key, id, paid_at
        )
        insert into gateway_payments (method, payment_key, order_id, at) select * from filled`;
      await wallet.creditOrders(tx, [{ userId: user, amount, reference: id, source: 'sandbox' }]);
    });
  }
  return ids;
}

export async function balanceOf({ sql }: Pick<House, 'sql'>, user: string): Promise<number> {
  const [row] = await sql<{ balance: number }[]>`select balance from wallets where user_id = ${user}`;
  return row?.balance ?? 0;
}

export async function statusOf({ sql }: Pick<House, 'sql'>, id: string): Promise<string> {
  const [row] = await sql<{ status: string }[]>`select status from withdrawals where id = ${id}`;
  return row?.status ?? 'none';
}

export function over(house: Pick<House, 'sql'>, id: string): Promise<void> {
  return eventually(async () => assert.equal(await statusOf(house, id), 'DONE'));
}

/** What the audit finds. */
export async function brokenIn(house: House): Promise<string[]> {
  const { checks } = await createAudit(house).run();
  return checks.filter(({ ok }) => !ok).map(({ name, sample }) => `${name} ${JSON.stringify(sample)}`);
}

/** Resolves for all when so many have come. */
export function meeting(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let come = 0;
  return () => {
    come += 1;
    if (come === count) resolve();
    return promise;
  };
}
