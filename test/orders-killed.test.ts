/** A server that dies between the gateway's taking the money and the credit: another one finds it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxOffice, newFan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse } from './harness/house.ts';
import { agreed, orderDesk } from './harness/orders.ts';

test('money that was taken while its server was killed is credited by another server, once', async (t) => {
  const house = await openHouse();
  t.after(() => house.close());
  const environment = { CHARGES: 'gateway', SANDBOX: 'on' };
  const [dying, living] = [await house.start(environment), await house.start(environment)];
  const fan = newFan();
  const desk = orderDesk(boxOffice(dying));
  const order = await desk.opened(fan);
  const back = await agreed(order, 'pay-slow');
  const answer = desk.confirm(fan, order.id, back).then(
    ({ status }) => status,
    () => 'cut off',
  );
  await eventually(async () => {
    const [payment] = await house.sql<{ status: string }[]>`
      select status from sandbox_payments where order_id = ${order.id}`;
    assert.equal(payment?.status, 'DONE', 'the gateway has the money');
  }, 20_000);
  await dying.kill();
  assert.equal(await answer, 'cut off');
  const box = boxOffice(living);
  const other = orderDesk(box);
  assert.equal((await other.order(fan, order.id)).body.status, 'OPEN', 'it is not credited yet');
  await house.sql`update charge_order_questions set ask_at = now() where order_id = ${order.id}`;
  await eventually(async () => assert.equal((await other.order(fan, order.id)).body.status, 'PAID'), 20_000);
  assert.equal((await other.confirm(fan, order.id, back)).status, 200);
  assert.equal((await box.wallet(fan)).body.balance, order.amount);
  await box.assertInvariants();
});
