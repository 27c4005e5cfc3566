/**
 * Between two sales nobody holds anything and nobody is inside, and the indexes of those who do are empty. What PostgreSQL
 * plans then it may keep for the first minute of the next sale, so nothing that has a key is looked for in them.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { payPlainly } from '../src/payment/plain-payments.ts';
import type { Database } from '../src/platform/database.ts';
import { type Ready, sqlBy, toReady } from '../src/platform/statements.ts';
import { lockForPayment } from '../src/reservation/sale.ts';
import { giveBackOf } from '../src/reservation/release.ts';
import { admitting } from '../src/waiting-room/admission.ts';
import type { WaitingRoom } from '../src/waiting-room/gate.ts';
import { openHouse, type House } from './harness/house.ts';

const past_rows = 2_000;
const pass = { concertId: 'c', entry: 1, userId: 'u', generation: 0, issuedAt: 0, mark: 0 };
const pay = { pass, reservationId: 'r', userId: 'u', key: 'k', fingerprint: 'f', id: 'p' };

const row = { id: 'r', userId: 'u', reservationId: 'r', performanceId: 'p', number: 1, version: 1, seatNumbers: [1] };

/** What `work` sends, none of which arrives; each is answered with that row. */
async function sentBy(work: (tx: never) => Promise<unknown>): Promise<Ready[]> {
  const sent: Ready[] = [];
  const sql = sqlBy((ready, settle) => {
    sent.push(ready);
    queueMicrotask(() => settle(undefined, Object.assign([row], { count: 1, command: 'SELECT' })));
  });
  const flight = (statements: readonly Parameters<typeof toReady>[0][]) => {
    sent.push(...statements.map(toReady));
    throw new Error('not carried out');
  };
  await work(Object.assign(sql, { sql, flight, within: 'a transaction' }) as never).catch(() => undefined);
  return sent;
}

for (const postgres of [18, 15] as const) {
  describe(`what is planned between two sales, on PostgreSQL ${postgres}`, () => {
    let house: House;
    before(async () => {
      house = await openHouse({ postgres });
      const { sql } = house;
      await sql`insert into queue_tokens (concert_id, entry, number, user_id, status, ended_at, ended_because)
        select 'past', g, g, 'u' || g, 'EXPIRED', now(), 'PAID' from generate_series(1, ${past_rows}::int) as g`;
      await sql`insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, held_until, status, payment_id, paid_at)
        select 'past', 'r' || g, 'p', 'u' || g, array[g], 1, now(), 'CONFIRMED', 'p' || g, now() from generate_series(1, ${past_rows}::int) as g`;
      await sql`vacuum analyze queue_tokens, reservations`;
    });
    after(() => house.close());

    /** The lines of the plans that look through an index of all that are held, or of all who are inside. */
    const astray = async (sent: readonly Ready[]): Promise<string[]> => {
      const session = await house.database.session();
      try {
        const lines: string[] = [];
        for (const [at, { text, values }] of sent.entries()) {
          const given = values?.map((value) => (value === null ? 'null' : `'${String(value)}'`)).join(', ');
          // oxlint-disable-next-line no-await-in-loop
          await session.sql.unsafe(`prepare statement_${at} as ${text}`);
          // oxlint-disable-next-line no-await-in-loop
          const plan = await session.sql.unsafe(`explain execute statement_${at}${given === '' ? '' : `(${given})`}`);
          lines.push(...plan.map((line) => String(line['QUERY PLAN']).trim()));
        }
        return lines.filter((line) => /reservations_held|queue_tokens_active|queue_tokens_unclaimed/.test(line));
      } finally {
        session.end();
      }
    };

    test('finds what a payment wants by its key', async () => {
      const sent = await sentBy((database: Database) => {
        const waitingRoom = { admitting: () => admitting(database.sql, 'c') } as unknown as WaitingRoom;
        return payPlainly({ database, waitingRoom }, 'c', [pay]);
      });
      assert.equal(sent.length, 5);
      assert.deepEqual(await astray(sent), []);
    });

    test('and what else is paid for, or given back', async () => {
      const locking = await sentBy((tx) => lockForPayment(tx, 'c', ['r'], { userIds: ['u'], seats: true }));
      const givingBack = await sentBy((tx) => giveBackOf(tx, 'c', ['u']));
      assert.deepEqual([locking.length, givingBack.length], [3, 4]);
      assert.deepEqual(await astray([...locking, ...givingBack]), []);
    });
  });
}
