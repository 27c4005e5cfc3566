/** Random commands through the front door, each answer predicted by a small model of the rules. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import { endHold, endSessions } from './harness/backdate.ts';
import { boxOffice, newFans, type BoxOffice, type Fan } from './harness/box-office.ts';
import { BoxOfficeModel, rules, startsAt, type Expected, type Hall, type Rules } from './harness/box-office-model.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import type { Answer } from './harness/http.ts';
import { dice } from './harness/properties.ts';

let house: House;
let office: BoxOffice;
before(async () => {
  house = await openHouse();
  office = boxOffice(await house.start());
});
after(() => house.close());

const fans_count = 4;
const seats = 4;
const price = 1_000;
/** One fan begins with all that a wallet may hold. */
const rich = fans_count - 1;

interface World {
  readonly hall: Hall;
  readonly fans: readonly Fan[];
  readonly model: BoxOfficeModel;
  /** Performances in which a hold ran out by the clock: boards may show its seats for a moment longer. */
  readonly lagging: Set<number>;
}

async function openWorld(believed: Rules): Promise<World> {
  const sections = [{ name: 'A', rows: 1, seatsPerRow: seats, grade: 'R', price }];
  const { concertId, performanceIds } = await office.createConcert({
    maxActive: 2,
    maxSeatsPerFan: rules.seatsPerFanMax,
    graceSeconds: 3_600,
    performances: [0, 1].map((performance) => ({ startsAt: startsAt(performance), sections })),
  });
  const hall = { concertId, performanceIds, seats, price, maxActive: 2 };
  const fans = newFans(fans_count);
  const model = new BoxOfficeModel(hall, fans_count, believed);
  const full = Array.from({ length: 10 }, () => office.charge(fans[rich] as Fan, rules.balanceMax / 10));
  for (const { status } of await Promise.all(full)) assert.equal(status, 201);
  model.balances[rich] = rules.balanceMax;
  return { hall, fans, model, lagging: new Set() };
}

/** A command sends its request and answers what it got and what it should have got; undefined: there was nothing to do. */
interface Command {
  readonly name: string;
  run(world: World): Promise<[Answer<unknown>, Expected] | undefined>;
}

/** Of a fan: what to send, and what the model says to it. */
type Asks = (asked: { world: World; fan: Fan; token: string; who: number }) => [Promise<Answer<unknown>>, Expected];

function byFan(what: string, who: number, asks: Asks): Command {
  return {
    name: `fan ${who}: ${what}`,
    run: async (world) => {
      const token = world.model.queue.placeOf(who)?.token ?? 'none';
      const [asking, expected] = asks({ world, fan: world.fans[who] as Fan, token, who });
      return [await asking, expected];
    },
  };
}

/** Which reservation a command means: one of the fan's own if it may be, else any; none made yet: one that never was. */
function meant({ model, hall }: World, who: number, { any, nth }: Meaning): { index: number; id: string } {
  const all = [...model.reservations.keys()];
  const own = all.filter((index) => model.reservations[index]?.fan === who);
  const among = any || own.length === 0 ? all : own;
  const index = among[nth % Math.max(1, among.length)] ?? -1;
  return { index, id: model.reservations[index]?.id ?? `${hall.concertId}-never` };
}
interface Meaning {
  readonly any: boolean;
  readonly nth: number;
}

const who = fc.nat(fans_count - 1);
const key = fc.constantFrom('a', 'b', 'c');
const performance = fc.nat(1);
const meaning = fc.record({ any: fc.nat(4).map((dice) => dice === 0), nth: fc.nat(20) });

const inLine = [
  who.map((fan) =>
    byFan('issue', fan, ({ world, fan, who }) => [
      office.issue(world.hall.concertId, fan),
      world.model.queue.issue(who),
    ]),
  ),
  who.map((fan) =>
    byFan('status', fan, ({ world, token, who }) => [office.status(token), world.model.queue.status(who)]),
  ),
  who.map((fan) => byFan('leave', fan, ({ world, token, who }) => [office.leave(token), world.model.leave(who)])),
] as const;

const atTheCounter = [
  fc
    .tuple(who, performance, fc.uniqueArray(fc.integer({ min: 1, max: seats + 1 }), { minLength: 1, maxLength: 3 }))
    .map(([fan, at, numbers]) =>
      byFan(`hold ${numbers.join(' ')} of ${at}`, fan, ({ world, token, who }) => [
        office.hold(token, world.hall.performanceIds[at] as string, numbers),
        world.model.hold(who, at, numbers),
      ]),
    ),
  fc.tuple(who, meaning, key).map(([fan, which, key]) =>
    byFan(`pay ${JSON.stringify(which)} by ${key}`, fan, ({ world, token, who }) => {
      const { id, index } = meant(world, who, which);
      return [office.pay(token, id, key), world.model.pay(who, index, key)];
    }),
  ),
  fc.tuple(who, meaning).map(([fan, which]) =>
    byFan(`cancel ${JSON.stringify(which)}`, fan, ({ world, fan, who }) => {
      const { id, index } = meant(world, who, which);
      return [office.cancel(fan, id), world.model.cancel(who, index)];
    }),
  ),
  fc.tuple(who, meaning).map(([fan, which]) =>
    byFan(`reservation ${JSON.stringify(which)}`, fan, ({ world, fan, who }) => {
      const { id, index } = meant(world, who, which);
      return [office.reservation(fan, id), world.model.reservation(who, index)];
    }),
  ),
  fc
    .tuple(who, fc.constantFrom(500, 1_000, 2_500), key)
    .map(([fan, amount, key]) =>
      byFan(`charge ${amount} by ${key}`, fan, ({ world, fan, who }) => [
        office.charge(fan, amount, key),
        world.model.charge(who, amount, key),
      ]),
    ),
  who.map((fan) => byFan('wallet', fan, ({ world, fan, who }) => [office.wallet(fan), world.model.wallet(who)])),
] as const;

/** What the boards of these performances tell: at once, but for what time alone has changed. */
function fromBoards(what: string, who: number, shown: readonly number[], asks: Asks): Command {
  const { name, run } = byFan(what, who, asks);
  return {
    name,
    run: async (world) => {
      if (!shown.some((performance) => world.lagging.has(performance))) return run(world);
      return eventually(async () => {
        const told = await run(world);
        assert(told !== undefined);
        assertAsExpected(...told);
        if (told[0].status === 200) for (const performance of shown) world.lagging.delete(performance);
        return told;
      });
    },
  };
}

const looking = [
  who.map((fan) =>
    fromBoards('dates', fan, [0, 1], ({ world, token, who }) => [
      office.performances(token, world.hall.concertId),
      world.model.dates(who),
    ]),
  ),
  fc
    .tuple(who, performance)
    .map(([fan, at]) =>
      fromBoards(`seats of ${at}`, fan, [at], ({ world, token, who }) => [
        office.seats(token, world.hall.performanceIds[at] as string, 'all'),
        world.model.listSeats(who, at),
      ]),
    ),
] as const;

const byOperator = fc
  .oneof(
    fc.integer({ min: 1, max: 3 }).map((maxActive) => ({ maxActive })),
    fc.constantFrom({ paused: { reason: 'A break' } }, { paused: null }, { paused: null }),
  )
  .map((patch): Command => ({
    name: `operator: ${JSON.stringify(patch)}`,
    run: async ({ hall, model }) => [await office.updateConcert(hall.concertId, patch), model.queue.change(patch)],
  }));

const byTime = [
  meaning.map((which): Command => ({
    name: `time: hold ${JSON.stringify(which)} runs out`,
    run: async (world) => {
      const { id, index } = meant(world, -1, which);
      const reservation = world.model.reservations[index];
      if (reservation?.status !== 'HELD') return undefined;
      await endHold(house.sql, id);
      world.model.expireHold(index);
      world.lagging.add(reservation.performance);
      return undefined;
    },
  })),
  who.map((fan): Command => ({
    name: `time: the session of fan ${fan} ends`,
    run: async ({ hall, fans, model, lagging }) => {
      const { token = '' } = model.queue.placeOf(fan) ?? {};
      const held = model.heldBy(fan);
      if (!model.expireSession(fan)) return undefined;
      for (const at of held) lagging.add(at);
      await endSessions(house.sql, hall.concertId, { userId: fans[fan]?.userId ?? '' });
      await eventually(async () => assert.equal((await office.status(token)).body.status, 'EXPIRED'));
      return undefined;
    },
  })),
] as const;

const command = fc.oneof(
  ...inLine.map((arbitrary, index) => ({ weight: [8, 3, 2][index] ?? 1, arbitrary })),
  ...atTheCounter.map((arbitrary, index) => ({ weight: [9, 9, 2, 2, 5, 1][index] ?? 1, arbitrary })),
  ...looking.map((arbitrary) => ({ weight: 2, arbitrary })),
  { weight: 2, arbitrary: byOperator },
  ...byTime.map((arbitrary, index) => ({ weight: [3, 1][index] ?? 1, arbitrary })),
);
const commands = fc.array(command, { minLength: 10, maxLength: 60, size: 'max' });

function assertAsExpected({ status, code, fields, headers }: Answer<unknown>, expected: Expected): void {
  const { status: wanted, code: reason, fields: members = {}, replayed } = expected;
  assert.deepEqual([status, code], [wanted, reason], JSON.stringify(fields));
  assert.deepEqual(Object.fromEntries(Object.keys(members).map((name) => [name, fields[name]])), members);
  assert.equal(headers.get('idempotent-replayed'), replayed === true ? 'true' : null);
  if ('expiresAt' in fields) assert.equal(fields['expiresAt'] !== null, fields['status'] === 'ACTIVE');
  if ('heldUntil' in fields) assert.equal(fields['heldUntil'] !== null, fields['status'] === 'HELD');
}

/** Carries the commands out on a new concert and holds every answer to the model with these rules. */
async function live(all: readonly Command[], believed: Rules): Promise<void> {
  const world = await openWorld(believed);
  for (const [step, { run }] of all.entries()) {
    try {
      const asked = await run(world);
      if (asked === undefined) continue;
      assertAsExpected(...asked);
      const [answer, { learn }] = asked;
      learn?.(answer.fields);
    } catch (error) {
      const story = all.slice(0, step + 1).map((one) => one.name);
      throw new Error(`${story.join('\n')}\n${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
}

const property = (believed: Rules) =>
  fc.asyncProperty(commands, async (all) => {
    await live(all, believed);
  });

/** However busy the machine is, and unless somebody asked for more runs. */
const time_limit_ms = process.env['PROPERTY_RUNS'] === undefined ? 20_000 : 600_000;

test('every answer is the one that the rules predict', async () => {
  await fc.assert(property(rules), {
    ...dice(25),
    interruptAfterTimeLimit: time_limit_ms,
    markInterruptAsFailure: false,
  });
  await office.assertInvariants();
});

const mistakes: Partial<Rules>[] = [
  { seatsPerFanMax: 3 },
  { balanceMax: 100_001_000 },
  { paymentEndsTheSession: false },
  { endsGiveBack: false },
  { leavingAdmitsTheNext: false },
  { departuresShortenTheLine: false },
  { expiredHoldsCount: true },
  { keysAreRemembered: false },
  { pausedRoomsAdmit: true },
];
for (const mistake of mistakes) {
  test(`twin: a model that has one rule wrong is contradicted (${JSON.stringify(mistake)})`, async () => {
    const { failed } = await fc.check(property({ ...rules, ...mistake }), { ...dice(60), endOnFailure: true });
    assert(failed, 'the runs reach this rule');
  });
}
