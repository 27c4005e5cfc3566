/** A row that somebody has locked in one concert is no other concert's trouble. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Tx } from '../src/platform/database.ts';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';

let house: House;
let office: BoxOffice;

before(async () => {
  house = await openHouse();
  office = boxOffice(await house.start());
});
after(() => house.close());

/** Long enough for a wait of a second, too short for the ten that a statement may wait for a lock. */
const soon_ms = 7_000;

/** Two concerts; the first by its id comes first in every list. */
async function twoConcerts(): Promise<[stuck: string, free: string]> {
  const options = { maxActive: 1, sessionSeconds: 600, graceSeconds: 600 };
  const ids = [await office.createConcert(options), await office.createConcert(options)].map((one) => one.concertId);
  const [stuck = '', free = ''] = ids.toSorted();
  return [stuck, free];
}

/** Holds the lock that `take` takes for as long as `meanwhile` lasts. */
async function locked(take: (tx: Tx) => Promise<unknown>, meanwhile: () => Promise<void>): Promise<void> {
  await house.database.transaction(async (tx) => {
    await tx`set local idle_in_transaction_session_timeout = 0`;
    await take(tx);
    await meanwhile();
  });
}

test('of its line: the others go on', async () => {
  const [stuck, free] = await twoConcerts();
  const lineOf = async (concertId: string): Promise<string> => {
    await office.enter(concertId, newFan());
    return (await office.issue(concertId, newFan())).body.token;
  };
  await lineOf(stuck);
  const next = await lineOf(free);
  const endSessions = async (): Promise<void> => {
    await house.sql`
      update queue_tokens set expires_at = now()
      where concert_id = any(${[stuck, free]}::text[]) and status = 'ACTIVE'`;
    const isIn = async () => assert.equal((await office.status(next)).body.status, 'ACTIVE');
    await eventually(isIn, soon_ms);
  };
  await locked(
    (tx) => tx`select from queue_tokens where concert_id = ${stuck} and status = 'WAIT' for update`,
    endSessions,
  );
});

test('of its seats: those of the others are free again when their time is over', async () => {
  const [stuck, free] = await twoConcerts();
  for (const concertId of [stuck, free]) {
    const token = await office.enter(concertId, newFan());
    assert.equal((await office.hold(token, `${concertId}-1`, [1])).status, 201);
  }
  const endHolds = async (): Promise<void> => {
    for (const table of ['seats', 'reservations'] as const)
      await house.sql`
        update ${house.sql(table)} set held_until = now()
        where concert_id = any(${table === 'seats' ? [free] : [stuck, free]}::text[]) and held_until is not null`;
    const isFree = async (): Promise<void> => {
      const [row] = await house.sql<{ status: string }[]>`select status from reservations where concert_id = ${free}`;
      assert.equal(row?.status, 'EXPIRED');
    };
    await eventually(isFree, soon_ms);
  };
  await locked((tx) => tx`select from seats where concert_id = ${stuck} and number = 1 for update`, endHolds);
});
