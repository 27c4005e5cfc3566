/** What becomes of a cancellation when things change between what it reads and what it writes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOff, move } from './harness/dates.ts';
import type { Answer } from './harness/http.ts';
import { lockWaiters } from './harness/lock-waiters.ts';
import { paidSeats } from './harness/paid-seats.ts';
import { openTwoOffices } from './harness/two-offices.ts';

const { house, one, other } = await openTwoOffices();
const price = 50_000;
const told = ({ status, code, fields }: Answer<unknown>): string =>
  [status, code, fields['because'] as string | undefined].filter((word) => word !== undefined).join(' ');
const already = '409 NOT_CANCELLABLE ALREADY_CANCELLED';

test('the only seat sold of a date, decided about by two servers before either has it: one refund, and a refusal', async () => {
  const date = await one.createConcert();
  const { fan, reservationId } = await paidSeats(one, date, [1]);
  const { sql, end } = await house.database.session();
  await sql`begin`;
  await sql`select from wallets where user_id = ${fan.userId} for update`;
  const cancelling = [one, other].map((office) => office.cancelPaid(fan, reservationId, { refund: price }));
  await lockWaiters(house, 2);
  await sql`commit`;
  end();
  assert.deepEqual((await Promise.all(cancelling)).map(told).toSorted(), ['201', already]);
  assert.equal((await one.wallet(fan)).body.balance, price);
  await one.assertInvariants();
});

for (const [what, change] of Object.entries({
  moved: (performanceId: string) => move(one, performanceId, '2031-05-01T10:00:00Z'),
  'called off': (performanceId: string) => callOff(one, performanceId),
})) {
  test(`a date that is ${what} between what a cancellation reads and what it writes: no fee is taken for it`, async () => {
    const date = await one.createConcert({ refundPolicy: { rules: [{ untilDaysBefore: 0, feePercent: 50 }] } });
    const { fan, reservationId } = await paidSeats(one, date, [1]);
    const { sql, end } = await house.database.session();
    await sql`begin`;
    await sql`select from wallets where user_id = ${fan.userId} for update`;
    const cancelling = one.cancelPaid(fan, reservationId, { refund: price / 2 });
    await lockWaiters(house, 1);
    assert((await change(date.performanceId)).status < 300);
    await sql`commit`;
    end();
    const answer = await cancelling;
    assert.equal(told(answer), what === 'moved' ? '409 QUOTE_CHANGED' : already);
    if (what === 'moved') assert.deepEqual([answer.fields['fee'], answer.fields['refund']], [0, price]);
    await one.assertInvariants();
  });
}
