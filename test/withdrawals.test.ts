/** Withdrawals through the front door, by way of the sandbox: what is sent back, from which orders, and what is told of it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { boxOffice, newFan, newFans, type Fan } from './harness/box-office.ts';
import { insideOf } from './harness/held-once.ts';
import { openHouse } from './harness/house.ts';
import { due, ended, movesOf, sentBack, topUps, with_sandbox } from './harness/topping-up.ts';

const house = await openHouse();
const box = boxOffice(await house.start(with_sandbox));
const tops = topUps(box);
after(async () => {
  try {
    await box.assertInvariants();
  } finally {
    await house.close();
  }
});

const withdrawableOf = async (fan: Fan): Promise<number> => (await tops.withdrawals(fan)).body.withdrawable;
const balanceOf = async (fan: Fan): Promise<number> => (await box.wallet(fan)).body.balance;

describe('a withdrawal', () => {
  test('goes back by the orders that the money came from, the newest first', async () => {
    const fan = newFan();
    const orders = [await tops.fill(fan, 3_000), await tops.fill(fan, 2_000), await tops.fill(fan, 1_000)];
    const [oldest, middle, newest] = orders.map(({ id }) => id);
    assert.equal(await withdrawableOf(fan), 6_000);

    const { status, body } = await tops.withdraw(fan, 2_500);
    assert.equal(status, 201);
    assert.deepEqual(Object.keys(body), ['id', 'amount', 'status', 'balance', 'parts', 'at']);
    assert.deepEqual([body.amount, body.status, body.balance], [2_500, 'PENDING', 3_500]);
    assert.deepEqual(body.parts, [
      { orderId: newest, amount: 1_000, status: 'PENDING' },
      { orderId: middle, amount: 1_500, status: 'PENDING' },
    ]);
    assert.deepEqual(
      [await balanceOf(fan), await withdrawableOf(fan)],
      [3_500, 3_500],
      'it has left the wallet at once',
    );

    await ended(tops, fan, body.id);
    const done = (await tops.withdrawal(fan, body.id)).body;
    assert.deepEqual(done, { ...body, status: 'DONE', parts: body.parts.map((part) => ({ ...part, status: 'DONE' })) });

    const rest = (await tops.withdraw(fan, 3_500)).body;
    assert.deepEqual(
      rest.parts.map(({ orderId, amount }) => [orderId, amount]),
      [
        [middle, 500],
        [oldest, 3_000],
      ],
    );
    await ended(tops, fan, rest.id);
    assert.deepEqual(await Promise.all(orders.map((order) => sentBack(house, order))), [
      [3_000],
      [1_500, 500],
      [1_000],
    ]);
    assert.deepEqual([await balanceOf(fan), await withdrawableOf(fan)], [0, 0]);

    const list = (await tops.withdrawals(fan, '?limit=1')).body;
    assert.deepEqual([list.withdrawals.map(({ id }) => id), list.withdrawals[0]?.status], [[rest.id], 'DONE']);
    const next = (await tops.withdrawals(fan, `?limit=1&cursor=${list.nextCursor}`)).body;
    assert.deepEqual([next.withdrawals.map(({ id }) => id), next.nextCursor], [[body.id], null]);
    assert.deepEqual(
      (await box.entries(fan)).body.entries.slice(0, 2).map(({ kind, amount, reference }) => [kind, amount, reference]),
      [
        ['WITHDRAWAL', -3_500, rest.id],
        ['WITHDRAWAL', -2_500, body.id],
      ],
    );
  });

  test('is of what orders brought, and no more than the wallet has', async () => {
    const fan = newFan();
    await box.charge(fan, 60_000);
    await tops.fill(fan, 3_000);
    assert.equal(await withdrawableOf(fan), 3_000, 'what anybody had for the asking goes nowhere');
    const { status, code, fields } = await tops.withdraw(fan, 3_001);
    assert.deepEqual([status, code, fields['withdrawable']], [409, 'NOT_WITHDRAWABLE', 3_000]);
    const stranger = await tops.withdraw(newFan(), 1);
    assert.deepEqual([stranger.code, stranger.fields['withdrawable']], ['NOT_WITHDRAWABLE', 0]);
    assert.deepEqual([await balanceOf(fan), (await tops.withdrawals(fan)).body.withdrawals], [63_000, []]);
  });

  test('is of what was not spent, and of what was given back for tickets', async () => {
    const { performanceId, fan, token } = await insideOf(box);
    const order = await tops.fill(fan, 50_000);
    const hold = await box.hold(token, performanceId, [1]);
    assert.equal((await box.pay(token, hold.body.id)).status, 201);
    assert.deepEqual([await withdrawableOf(fan), (await tops.withdraw(fan, 1)).code], [0, 'NOT_WITHDRAWABLE']);
    assert.equal((await box.cancelForFan(hold.body.id, { reason: 'fan', feePercent: 10 })).body.refund, 45_000);
    assert.equal(await withdrawableOf(fan), 45_000);
    const { body } = await tops.withdraw(fan, 45_000);
    await ended(tops, fan, body.id);
    assert.deepEqual(await sentBack(house, order), [45_000]);
    assert.equal((await tops.withdraw(fan, 1)).code, 'NOT_WITHDRAWABLE');
  });

  test('and a payment of the same money at the same moment: one of them', async () => {
    const { concertId, performanceId } = await box.createConcert();
    const fans = newFans(8);
    const done = await Promise.all(
      fans.map(async (fan, index) => {
        await tops.fill(fan, 50_000);
        const token = await box.enter(concertId, fan);
        const hold = await box.hold(token, performanceId, [index + 1]);
        const [paid, withdrawn] = await Promise.all([box.pay(token, hold.body.id), tops.withdraw(fan, 50_000)]);
        return { paid, withdrawn, fan };
      }),
    );
    for (const { paid, withdrawn, fan } of done) {
      const told = [paid.code ?? paid.status, withdrawn.code ?? withdrawn.status];
      assert([`201 NOT_WITHDRAWABLE`, `INSUFFICIENT_BALANCE 201`].includes(told.join(' ')), told.join(' '));
      assert.equal(await balanceOf(fan), 0);
      if (withdrawn.status === 201) await ended(tops, fan, withdrawn.body.id);
    }
  });

  test('happens once a key, and is told again as it was', async () => {
    const fan = newFan();
    await tops.fill(fan, 1_000);
    const key = randomUUID();
    const first = await tops.withdraw(fan, 400, key);
    await ended(tops, fan, first.body.id);
    const again = await tops.withdraw(fan, 400, key);
    assert.deepEqual([again.status, again.body, again.headers.get('idempotent-replayed')], [201, first.body, 'true']);
    assert.deepEqual(
      [(await tops.withdraw(fan, 401, key)).code, await balanceOf(fan)],
      ['IDEMPOTENCY_KEY_REUSED', 600],
    );
  });

  test('is refused where it says nothing that can be done', async () => {
    const fan = newFan();
    const ask = (body: unknown, key = randomUUID()) =>
      box.call('POST', '/api/v1/wallet/withdrawals', { bearer: fan.token, key, body });
    for (const amount of [0, -1, 1.5, 1_000_000_000_001, '1', null])
      assert.equal((await ask({ amount })).code, 'VALIDATION_FAILED', String(amount));
    assert.equal((await ask({ amount: 1, to: 'me' })).code, 'VALIDATION_FAILED');
    const keyless = await box.call('POST', '/api/v1/wallet/withdrawals', { bearer: fan.token, body: { amount: 1 } });
    assert.equal(keyless.code, 'IDEMPOTENCY_KEY_REQUIRED');
    assert.equal((await box.call('GET', '/api/v1/wallet/withdrawals')).code, 'UNAUTHENTICATED');
    assert.equal((await tops.withdrawals(fan, '?cursor=nonsense')).code, 'VALIDATION_FAILED');
  });

  test('is its fan’s alone', async () => {
    const fan = newFan();
    await tops.fill(fan, 1_000);
    const { body } = await tops.withdraw(fan, 100);
    const strange = await tops.withdrawal(newFan(), body.id);
    assert.deepEqual([strange.status, strange.code], [404, 'NOT_FOUND']);
    assert.deepEqual((await tops.withdrawals(newFan())).body, { withdrawals: [], nextCursor: null, withdrawable: 0 });
    await ended(tops, fan, body.id);
  });

  test('is the twenty-first under way: asked for later', async () => {
    const fan = newFan();
    await tops.fill(fan, 10_000);
    const made = Array.from({ length: 20 }, (_, at) => `a-withdrawal-under-way-${at}`);
    await house.sql`
      insert into withdrawals (id, user_id, amount) select id, ${fan.userId}, 1 from unnest(${made}::text[]) as id`;
    const refused = await tops.withdraw(fan, 100);
    assert.deepEqual([refused.status, refused.code], [429, 'RATE_LIMITED']);
    assert(Number(refused.headers.get('retry-after')) > 0);
    await house.sql`delete from withdrawals where id = any(${made}::text[])`;
    assert.equal((await tops.withdraw(fan, 100)).status, 201);
  });
});

describe('what the gateway does not send back', () => {
  /** From now on the sandbox refuses to cancel this order, and says of it that no money came. */
  const refuses = (id: string) =>
    house.sql`update sandbox_payments set status = 'ABORTED', because = 'GONE' where order_id = ${id}`;

  test('is in the wallet again, and told', async () => {
    const fan = newFan();
    const [refusing, other] = [await tops.fill(fan, 1_000), await tops.fill(fan, 2_000)];
    await refuses(refusing.id);
    const { body } = await tops.withdraw(fan, 3_000);
    await ended(tops, fan, body.id);
    assert.deepEqual(
      (await tops.withdrawal(fan, body.id)).body.parts.map(({ amount, status }) => [amount, status]),
      [
        [2_000, 'DONE'],
        [1_000, 'FAILED'],
      ],
    );
    assert.deepEqual((await movesOf(house, fan)).slice(-2), [
      ['WITHDRAWAL', -3_000, 0],
      ['WITHDRAWAL', 1_000, 1_000],
    ]);
    const [entry] = (await box.entries(fan)).body.entries;
    assert.equal(entry?.reference, `${body.id}-2`);
    const [part] = await house.sql`select because from withdrawal_parts where id = ${`${body.id}-2`}`;
    assert.deepEqual([part?.['because'], await sentBack(house, other)], ['NOT_CANCELABLE_PAYMENT', [2_000]]);
  });

  test('of a withdrawal of nothing else: it FAILED', async () => {
    const fan = newFan();
    const { id } = await tops.fill(fan, 1_000);
    await refuses(id);
    const { body } = await tops.withdraw(fan, 700);
    await ended(tops, fan, body.id, 'FAILED');
    assert.deepEqual([await balanceOf(fan), await withdrawableOf(fan)], [1_000, 1_000]);
  });

  test('but went back though it says no: it is DONE', async () => {
    const fan = newFan();
    const order = await tops.fill(fan, 1_000);
    // The first answer was lost with its server, and the key is forgotten by now.
    const { body } = await house.database.transaction(async (tx) => {
      await tx`select from sandbox_payments where order_id = ${order.id} for update`;
      const asked = await tops.withdraw(fan, 1_000);
      await tx`
        update sandbox_payments set status = 'CANCELED', cancels = ${JSON.stringify([
          { amount: 1_000, reason: `[${asked.body.id}-1]`, key: 'k', at: '2026-11-28T00:00:00+09:00' },
        ])}::text::jsonb where order_id = ${order.id}`;
      return asked;
    });
    await due(house);
    await ended(tops, fan, body.id);
    assert.deepEqual([await sentBack(house, order), await balanceOf(fan)], [[1_000], 0]);
  });
});
