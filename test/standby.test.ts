/** Standing by for returned seats: it costs nothing while none comes back, and whoever is there is let in when one does. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, test, type TestContext } from 'node:test';
import { boxOffice, newFan, newFans, type BoxOffice } from './harness/box-office.ts';
import { readEvents, type EventReader } from './harness/event-stream.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { watchAdmissions } from './harness/let-in-to-nothing.ts';
import { paidSeats, type PaidFan } from './harness/paid-seats.ts';
import type { Server } from './harness/server.ts';
import { openWire, type Wire } from './harness/wire.ts';

/** As `idle.test.ts` has it of a server at which nothing goes on. */
const statements_max = 4;
const price = 1_000;

let house: House;
let wire: Wire;
let server: Server;
let one: BoxOffice;
let other: BoxOffice;
let breaches: Awaited<ReturnType<typeof watchAdmissions>>;

before(async () => {
  house = await openHouse();
  wire = await openWire(house.databaseUrl);
  breaches = await watchAdmissions(house);
  server = await house.start({ DATABASE_URL: wire.url });
  one = boxOffice(server);
  other = boxOffice(await house.start());
});
after(async () => {
  await house.close();
  await wire.close();
});

const sale = (seatsPerRow: number, changes: object = {}) =>
  one.createConcert({
    boundToSupply: true,
    maxActive: 100,
    graceSeconds: 1,
    performances: [
      { startsAt: '2030-05-01T10:00:00.000Z', sections: [{ name: 'A', rows: 1, seatsPerRow, grade: 'R', price }] },
    ],
    ...changes,
  });
type Sale = Awaited<ReturnType<typeof sale>>;

const atRest = async ({ concertId }: Sale): Promise<boolean> => {
  const [room] = await house.sql`select rests_until is not null as rests from rooms where concert_id = ${concertId}`;
  return room?.['rests'] === true;
};

interface SoldOut extends Sale {
  readonly sold: readonly PaidFan[];
  /** Those who wait, in the order of the line. */
  readonly tokens: readonly string[];
}

/** Every seat is paid for, and so many wait. */
async function soldOut(seats: number, waiting: number): Promise<SoldOut> {
  const made = await sale(seats);
  const sold: PaidFan[] = [];
  for (let seat = 1; seat <= seats; seat++) sold.push(await paidSeats(one, made, [seat]));
  const tokens: string[] = [];
  for (const fan of newFans(waiting)) tokens.push((await one.issue(made.concertId, fan)).body.token);
  await eventually(async () => assert(await atRest(made)), 20_000);
  return { ...made, sold, tokens };
}

/** Lets them ask where they stand, again and again, at this server. */
function asking(t: TestContext, office: BoxOffice, tokens: readonly string[], everyMs = 200): void {
  const { signal } = t;
  const ask = async (): Promise<void> => {
    while (!signal.aborted) {
      await Promise.all(tokens.map((token) => office.status(token).catch(() => undefined)));
      await sleep(everyMs);
    }
  };
  void ask();
}

const giveBack = async (office: BoxOffice, { fan, reservationId }: PaidFan): Promise<void> => {
  const { status, fields } = await office.cancelPaid(fan, reservationId, { refund: price });
  assert.equal(status, 201, JSON.stringify(fields));
};
const becomesActive = (token = '', office = one) =>
  eventually(async () => assert.equal((await office.status(token)).body.status, 'ACTIVE'));

test('a crowd that stands by costs the database nothing, however often it asks', async (t) => {
  const { tokens, concertId } = await soldOut(1, 40);
  const streams: EventReader[] = [];
  for (const token of tokens.slice(0, 5))
    streams.push(await readEvents(`${server.origin}/api/v1/queue-token/events`, token));
  t.after(() => {
    for (const stream of streams) stream.close();
  });
  asking(t, one, tokens);
  await eventually(async () => {
    const before = wire.statements();
    await sleep(1_000);
    const asked = wire.statements() - before;
    assert(asked <= statements_max, `${asked} statements in a second`);
  }, 20_000);
  const { supply, standby, etaSeconds } = (await one.status(tokens[0] as string)).body;
  assert.deepEqual(
    { supply, standby, etaSeconds },
    {
      supply: { available: 0, held: 0, sold: 1 },
      standby: true,
      etaSeconds: null,
    },
  );
  await one.leave(tokens[0] as string);
  const late = await one.issue(concertId, newFan());
  assert.deepEqual([late.body.status, late.body.position, late.body.standby], ['WAIT', 40, true]);
  assert.equal((await one.status(tokens[2] as string)).body.position, 2, 'and is told of who leaves');
});

test('when a seat comes back, the next who is there is let in, wherever that is known; who is gone is passed over', async (t) => {
  const { sold, tokens, ...of } = await soldOut(1, 3);
  const [gone, next, last] = tokens;
  // Only the other server hears of the one, only this one of the other.
  asking(t, other, [next ?? '']);
  asking(t, one, [last ?? '']);
  await eventually(async () => {
    const [row] =
      await house.sql`select extract(epoch from now() - max(issued_at)) as seconds from queue_tokens where concert_id = ${of.concertId}`;
    assert(Number(row?.['seconds']) > 3, 'silence has begun to count');
  });
  await giveBack(one, sold[0] as PaidFan);
  await becomesActive(next, other);
  assert.equal((await one.status(last ?? '')).body.status, 'WAIT');
  const places = await house.sql`
    select number, status, skipped_at is not null as "isPassedOver" from queue_tokens
    where concert_id = ${of.concertId} and number > 1 order by number`;
  assert.deepEqual(
    [...places],
    [
      { number: 2, status: 'WAIT', isPassedOver: true },
      { number: 3, status: 'ACTIVE', isPassedOver: false },
      { number: 4, status: 'WAIT', isPassedOver: false },
    ],
  );
  assert.equal((await one.status(gone ?? '')).body.position, 1, 'and keeps a protected place');
  assert.deepEqual(await breaches(of, 'inside'), []);
});

test('of whom only a server knew that died, nobody is passed over', async () => {
  const third = await house.start();
  const { sold, tokens } = await soldOut(1, 2);
  const [next] = tokens;
  for (let asked = 0; asked < 15; asked++) {
    assert.equal((await boxOffice(third).status(next ?? '')).status, 200);
    await sleep(200);
  }
  await third.kill();
  await giveBack(one, sold[0] as PaidFan);
  await eventually(async () => {
    const [row] =
      await house.sql`select entry from queue_tokens where concert_id = ${sold[0]?.reservationId.slice(0, 10) ?? ''} and status = 'ACTIVE'`;
    assert.equal(row?.['entry'], 2);
  });
  await becomesActive(next);
});

test('a seat that nobody told of is found', async () => {
  const { tokens, concertId } = await soldOut(1, 1);
  await house.database.transaction(async (tx) => {
    await tx`update seats set sold = false, reservation_id = null, version = version + 1 where concert_id = ${concertId}`;
    await tx`update performance_sales set seats_reserved = 0, changes = changes + 1 where concert_id = ${concertId}`;
  });
  await becomesActive(tokens[0]);
});

test('a line that is not bound any more is woken', async () => {
  const { tokens, concertId } = await soldOut(1, 2);
  await one.updateConcert(concertId, { boundToSupply: false });
  for (const token of tokens) await becomesActive(token);
});

const inside = async ({ concertId }: Sale): Promise<number> => {
  const [room] = await house.sql`select active from rooms where concert_id = ${concertId}`;
  return Number(room?.['active']);
};

test('one who holds four seats lets nobody in to nothing, however many come between two counts', async () => {
  const rush = async (changes: object): Promise<{ of: Sale; token: string; id: string }> => {
    const of = await sale(8, { graceSeconds: 3_600, ...changes });
    const token = await one.enter(of.concertId, newFan());
    const { body } = await one.hold(token, of.performanceId, [1, 2, 3, 4]);
    if (!('boundToSupply' in changes))
      await eventually(async () => {
        const [room] = await house.sql`select openings from rooms where concert_id = ${of.concertId}`;
        assert.equal(room?.['openings'], 4);
      });
    await Promise.all(newFans(10).map((fan, index) => (index % 2 === 0 ? one : other).issue(of.concertId, fan)));
    return { of, token, id: body.id };
  };
  const { of, token } = await rush({});
  assert.equal(await inside(of), 5);
  await one.leave(token);
  await eventually(async () => assert.equal(await inside(of), 8));
  const twin = await rush({ boundToSupply: false });
  assert.equal(await inside(twin.of), 11, 'twin: without the rule they are');
});
