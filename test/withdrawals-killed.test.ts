/** A server is killed between any two steps of a withdrawal: the money goes back once, or is in the wallet again, and nothing is forgotten. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { boxOffice, newFan, type Fan } from './harness/box-office.ts';
import { gateBefore, type RowGate } from './harness/gate-of-rows.ts';
import { openHouse } from './harness/house.ts';
import { due, ended, movesOf, sentBack, topUps, with_sandbox, type Filled } from './harness/topping-up.ts';

const house = await openHouse();
let server = await house.start(with_sandbox);
after(async () => {
  try {
    await boxOffice(server).assertInvariants();
  } finally {
    await house.close();
  }
});

const taking = await gateBefore(house, 'withdrawal_parts', 'new.asks > old.asks');
const sending = await gateBefore(house, 'sandbox_payments');
const ending = await gateBefore(house, 'withdrawal_parts', 'new.status <> old.status');

interface Killed {
  readonly fan: Fan;
  readonly order: Filled;
  /** The withdrawal's id. */
  readonly id: string;
}

/** Withdraws 1,000 of an order, kills the server where it stands before this gate, and goes on with another one. */
async function killedBefore(
  gate: RowGate,
  prepare: (order: Filled) => Promise<unknown> = async () => undefined,
): Promise<Killed> {
  const fan = newFan();
  const order = await topUps(boxOffice(server)).fill(fan, 1_000);
  await prepare(order);
  const id = await gate.whileShut(async ({ stopped }) => {
    const { status, body } = await topUps(boxOffice(server)).withdraw(fan, 1_000);
    assert.equal(status, 201);
    await stopped(1);
    await server.kill();
    // What a dead server has sent would be carried out all the same, when nobody stands in its way any more.
    await house.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'maejin' and wait_event_type = 'Lock'`;
    return body.id;
  });
  server = await house.start(with_sandbox);
  return { fan, order, id };
}

async function standsAt({ id }: Killed): Promise<unknown[]> {
  const [part] = await house.sql`
    select status, asks, ask_at <= now() + interval '2 min' as is_asked from withdrawal_parts where withdrawal_id = ${id}`;
  return Object.values(part ?? {});
}

async function goesBackOnce({ fan, order, id }: Killed): Promise<void> {
  await due(house);
  await ended(topUps(boxOffice(server)), fan, id);
  assert.deepEqual(await sentBack(house, order), [1_000]);
  assert.deepEqual((await movesOf(house, fan)).at(-1), ['WITHDRAWAL', -1_000, 0]);
}

test('killed before anybody took it up: the next server does', async () => {
  const killed = await killedBefore(taking);
  // Nobody has to wait, since nobody was asked.
  await ended(topUps(boxOffice(server)), killed.fan, killed.id);
  await goesBackOnce(killed);
});

test('killed while the gateway was asked, and before it did anything: it is asked again', async () => {
  const killed = await killedBefore(sending);
  assert.deepEqual(await standsAt(killed), ['PENDING', 1, true]);
  assert.deepEqual(await sentBack(house, killed.order), []);
  await goesBackOnce(killed);
});

test('killed when the gateway had done it, and before that was written down: it is looked up', async () => {
  const killed = await killedBefore(ending);
  assert.deepEqual(await standsAt(killed), ['PENDING', 1, true]);
  assert.deepEqual(await sentBack(house, killed.order), [1_000], 'it went back already');
  await goesBackOnce(killed);
});

test('killed when the gateway had refused, and before that was written down: the money comes back once', async () => {
  const killed = await killedBefore(
    ending,
    ({ id }) => house.sql`update sandbox_payments set status = 'ABORTED', because = 'GONE' where order_id = ${id}`,
  );
  assert.deepEqual((await movesOf(house, killed.fan)).at(-1), ['WITHDRAWAL', -1_000, 0]);
  await due(house);
  await ended(topUps(boxOffice(server)), killed.fan, killed.id, 'FAILED');
  assert.deepEqual((await movesOf(house, killed.fan)).slice(-2), [
    ['WITHDRAWAL', -1_000, 0],
    ['WITHDRAWAL', 1_000, 1_000],
  ]);
  assert.deepEqual(await sentBack(house, killed.order), []);
});
