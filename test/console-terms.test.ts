/** Refund terms and the bond to the seats, as an operator sees and changes them: never written over unseen. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ReplyOf } from '../src/contract.ts';
import { boxOffice, type BoxOffice } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import { operator } from './harness/server.ts';

let house: House;
let office: BoxOffice;

before(async () => {
  house = await openHouse();
  office = boxOffice(await house.start());
});
after(() => house.close());

async function get<Body>(path: string): Promise<Body> {
  const { status, body } = await office.call<Body>('GET', `/api/v1/admin${path}`, await office.asOperator());
  assert.equal(status, 200, path);
  return body;
}

test('refund terms and the bond to the seats: kept by a copy, and never written over unseen', async () => {
  const rules = [
    { untilDaysBefore: 5, feePercent: 0 },
    { untilDaysBefore: 1, feePercent: 50 },
  ];
  const refundPolicy = { rules, freeHoursAfterPurchase: 2, freeUntilDaysBefore: 1, closesMinutesBeforeStart: 60 };
  const { concertId } = await office.createConcert({ refundPolicy, timeZone: 'Europe/Paris', boundToSupply: true });
  const plan = await get<ReplyOf<'getPlan', 200>>(`/concerts/${concertId}/plan`);
  assert.deepEqual([plan.refundPolicy, plan.timeZone, plan.boundToSupply], [refundPolicy, 'Europe/Paris', true]);
  const terms = { refundPolicy: plan.refundPolicy, timeZone: plan.timeZone };
  const changed = await office.updateConcert(concertId, {
    refundPolicy: { preset: 'platform' },
    boundToSupply: false,
    expected: { ...terms, boundToSupply: true },
  });
  assert.equal(changed.status, 200, JSON.stringify(changed.fields));
  const settings = await get<ReplyOf<'getConcertSettings', 200>>(`/concerts/${concertId}`);
  assert.deepEqual(
    [settings.refundPolicy, settings.timeZone, settings.boundToSupply],
    [{ preset: 'platform' }, 'Europe/Paris', false],
  );
  for (const stale of [{ refundPolicy }, { timeZone: 'Asia/Seoul' }, { boundToSupply: true }]) {
    const refused = await office.updateConcert(concertId, { timeZone: 'Asia/Tokyo', expected: stale });
    const { current, changedBy } = refused.fields as {
      current?: ReplyOf<'getConcertSettings', 200>;
      changedBy?: { email: string };
    };
    assert.deepEqual([refused.code, changedBy?.email], ['SETTINGS_CHANGED', operator.email]);
    assert.deepEqual([current?.refundPolicy, current?.boundToSupply], [{ preset: 'platform' }, false]);
  }
  const after = await get<ReplyOf<'getConcertSettings', 200>>(`/concerts/${concertId}`);
  assert.equal(after.timeZone, 'Europe/Paris');
});
