/** The main ways through the house, on whatever database it stands: every use case once, and one race of each kind. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { endHold } from './backdate.ts';
import { newFan, newFans, type BoxOffice } from './box-office.ts';
import { eventually } from './eventually.ts';
import type { House } from './house.ts';

/** Two servers on one database. */
interface Houseful {
  readonly one: BoxOffice;
  readonly other: BoxOffice;
  readonly sql: House['sql'];
}

type Journey = (houseful: Houseful) => Promise<void>;

const price = 50_000;
const patient = { graceSeconds: 3_600 };
const statusesOf = (answers: readonly { readonly status: number }[]): number[] =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b);
const times = (count: number, status: number): number[] => Array.from({ length: count }, () => status);

export const journeys: Readonly<Record<string, Journey>> = {
  'all eight use cases, one after the other': async ({ one, other }) => {
    const { concertId, performanceId } = await one.createConcert({ ...patient, maxActive: 1 });
    const fan = newFan();
    const { token } = (await one.issue(concertId, fan)).body;
    const next = (await other.issue(concertId, newFan())).body;
    assert.deepEqual([next.status, next.position], ['WAIT', 1]);
    assert.equal((await one.status(token)).body.status, 'ACTIVE');
    const [date] = (await one.performances(token, concertId)).body.performances;
    assert.deepEqual([date?.id, date?.seatsAvailable], [performanceId, 50]);
    assert.equal((await one.seats(token, performanceId)).body.seats.length, 50);
    const held = (await one.hold(token, performanceId, [12, 13], 'hold')).body;
    assert.deepEqual((await other.hold(token, performanceId, [12, 13], 'hold')).body, held);
    assert.deepEqual([held.status, held.amount], ['HELD', 2 * price]);
    assert.equal((await one.charge(fan, 3 * price)).body.balance, 3 * price);
    assert.equal((await other.wallet(fan)).body.balance, 3 * price);
    const paid = await one.pay(token, held.id);
    assert.deepEqual([paid.status, paid.body.balance], [201, price]);
    assert.equal((await one.reservation(fan, held.id)).body.status, 'CONFIRMED');
    assert.equal((await one.status(token)).body.expiredBecause, 'PAID');
    await eventually(async () => assert.equal((await other.status(next.token)).body.status, 'ACTIVE'));
    const kinds = (await other.entries(fan)).body.entries.map(({ kind, amount }) => [kind, amount]);
    assert.deepEqual(kinds, [
      ['PAYMENT', -2 * price],
      ['CHARGE', 3 * price],
    ]);
  },

  '60 fans at once for 10 slots: ten inside, the others in a line without gap': async ({ one, other }) => {
    const { concertId } = await one.createConcert({ ...patient, maxActive: 10 });
    const answers = await Promise.all(
      newFans(60).map((fan, index) => (index % 2 === 0 ? one : other).issue(concertId, fan)),
    );
    assert.deepEqual(statusesOf(answers), times(60, 201));
    await eventually(async () => {
      const told = await Promise.all(answers.map(({ body }) => one.status(body.token)));
      const positions = told.flatMap(({ body: { position } }) => (position === null ? [] : [position]));
      assert.deepEqual(
        positions.toSorted((a, b) => a - b),
        Array.from({ length: 50 }, (_, index) => index + 1),
      );
    });
  },

  '40 holds at once on one seat: one owner': async ({ one, other }) => {
    const { concertId, performanceId } = await one.createConcert(patient);
    const tokens = await Promise.all(newFans(40).map((fan) => one.enter(concertId, fan)));
    const answers = await Promise.all(
      tokens.map((token, index) => (index % 2 === 0 ? one : other).hold(token, performanceId, [7])),
    );
    assert.deepEqual(statusesOf(answers), [201, ...times(39, 409)]);
  },

  'one key 20 times at once: one charge': async ({ one, other }) => {
    const fan = newFan();
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : other).charge(fan, 1_000, key)),
    );
    assert.deepEqual(statusesOf(answers), times(20, 201));
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
    assert.equal((await one.wallet(fan)).body.balance, 1_000);
    assert.equal((await one.charge(fan, 2_000, key)).code, 'IDEMPOTENCY_KEY_REUSED');
  },

  'one reservation paid 20 times at once: one payment': async ({ one, other }) => {
    const { concertId, performanceId } = await one.createConcert(patient);
    const fan = newFan();
    await one.charge(fan, 10 * price);
    const token = await one.enter(concertId, fan);
    const { id } = (await one.hold(token, performanceId, [1])).body;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : other).pay(token, id)),
    );
    assert.deepEqual(statusesOf(answers), [201, ...times(19, 403)]);
    assert.equal((await one.wallet(fan)).body.balance, 9 * price);
  },

  'a hold whose time is over is nobody’s, whoever asks first': async ({ one, other, sql }) => {
    const { concertId, performanceId } = await one.createConcert(patient);
    const [late, quick] = [newFan(), newFan()];
    const [lateToken, quickToken] = [await one.enter(concertId, late), await one.enter(concertId, quick)];
    const { id } = (await one.hold(lateToken, performanceId, [3])).body;
    await endHold(sql, id);
    assert.equal((await other.hold(quickToken, performanceId, [3])).status, 201);
    await one.charge(late, price);
    assert.equal((await one.pay(lateToken, id)).code, 'HOLD_EXPIRED');
  },

  'a session whose time is over makes room for the next': async ({ one, other, sql }) => {
    const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
    const token = await one.enter(concertId, newFan());
    const next = (await other.issue(concertId, newFan())).body.token;
    await sql`
      update queue_tokens set expires_at = now() - interval '1 second' where concert_id = ${concertId} and status = 'ACTIVE'`;
    await eventually(async () => assert.equal((await other.status(next)).body.status, 'ACTIVE'));
    await eventually(async () => assert.equal((await one.status(token)).body.expiredBecause, 'SESSION_ENDED'));
  },

  'an operator pauses, and a higher limit lets in': async ({ one, other }) => {
    const { concertId } = await one.createConcert({ ...patient, maxActive: 1 });
    await one.enter(concertId, newFan());
    const { token } = (await one.issue(concertId, newFan())).body;
    await one.updateConcert(concertId, { maxActive: 2, paused: { reason: 'rain' } });
    assert.deepEqual([(await one.status(token)).body.status, (await one.status(token)).body.notice], ['WAIT', 'rain']);
    await other.updateConcert(concertId, { paused: null });
    await eventually(async () => assert.equal((await one.status(token)).body.status, 'ACTIVE'));
    const { waiting, active, maxActive } = (await other.overview(concertId)).body;
    assert.deepEqual([waiting, active, maxActive], [0, 2, 2]);
  },
};
