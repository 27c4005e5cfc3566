/**
 * Random commands about a line that is bound to its seats, at two servers. At the commit of every admission both rules hold, as the
 * database sees it; and after each command, whoever may be let in is.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import { endHold, endSessions } from './harness/backdate.ts';
import { boxOffice, newFan, type BoxOffice, type Fan } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { isCounted, isDue, watchAdmissions, type Breach } from './harness/let-in-to-nothing.ts';
import { dice } from './harness/properties.ts';

const price = 1_000;
const seats = 6;
let house: House;
let offices: readonly BoxOffice[];
let breaches: Awaited<ReturnType<typeof watchAdmissions>>;

before(async () => {
  house = await openHouse();
  breaches = await watchAdmissions(house);
  offices = [boxOffice(await house.start()), boxOffice(await house.start())];
});
after(() => house.close());

interface Here {
  readonly fan: Fan;
  readonly token: string;
  hold?: string;
  paid?: { readonly id: string; readonly seats: number };
}

interface World {
  readonly concertId: string;
  readonly performanceId: string;
  /** Everybody who ever came, in the order of the line. */
  readonly all: Here[];
}

interface Command {
  readonly name: string;
  run(world: World, office: BoxOffice): Promise<unknown>;
}

/** One of those who can, if there is one. */
function ofThose(
  name: string,
  can: (here: Here) => boolean,
  act: (here: Here, world: World, office: BoxOffice) => Promise<unknown>,
) {
  return fc.nat(20).map((nth): Command => ({
    name: `${name} ${nth}`,
    run: async (world, office) => {
      const able = world.all.filter(can);
      const here = able[nth % Math.max(1, able.length)];
      return here === undefined ? undefined : act(here, world, office);
    },
  }));
}

const anybody = (): boolean => true;
const holds = ({ hold }: Here): boolean => hold !== undefined;

async function join(office: BoxOffice, concertId: string, fan: Fan): Promise<string> {
  const { status, body } = await office.issue(concertId, fan);
  assert.equal(status, 201);
  return body.token;
}

async function hold(here: Here, { performanceId }: World, office: BoxOffice, count: number): Promise<void> {
  const { body } = await office.seats(here.token, performanceId);
  const free = 'seats' in body ? body.seats.slice(0, count).map(({ number }) => number) : [];
  if (free.length === 0) return;
  const held = await office.hold(here.token, performanceId, free);
  if (held.status === 201) here.hold = held.body.id;
}

const commands: readonly (readonly [weight: number, command: fc.Arbitrary<Command>])[] = [
  [
    7,
    fc.integer({ min: 1, max: 3 }).map((count) => ({
      name: `${count} come`,
      run: async ({ concertId, all }, office) => {
        for (const fan of Array.from({ length: count }, () => newFan()))
          all.push({ fan, token: await join(office, concertId, fan) });
      },
    })),
  ],
  [3, ofThose('one leaves', anybody, ({ token }, _, office) => office.leave(token))],
  [5, ofThose('one holds a seat', anybody, (here, world, office) => hold(here, world, office, 1))],
  [3, ofThose('one holds three', anybody, (here, world, office) => hold(here, world, office, 3))],
  [2, ofThose('one releases', holds, ({ fan, hold: id = '' }, _, office) => office.cancel(fan, id))],
  [2, ofThose('a hold runs out', holds, ({ hold: id = '' }) => endHold(house.sql, id))],
  [
    2,
    ofThose('a session ends', anybody, ({ fan: { userId } }, { concertId }) =>
      endSessions(house.sql, concertId, { userId }),
    ),
  ],
  [
    6,
    ofThose('one pays', holds, async (here, _, office) => {
      await office.charge(here.fan, seats * price);
      const { status, body } = await office.pay(here.token, here.hold ?? '');
      if (status === 201) here.paid = { id: here.hold ?? '', seats: body.seats.length };
    }),
  ],
  [
    4,
    ofThose(
      'one cancels',
      ({ paid }) => paid !== undefined,
      async ({ fan, paid }, _, office) => {
        await office.cancelPaid(fan, paid?.id ?? '', { refund: (paid?.seats ?? 0) * price });
      },
    ),
  ],
  [
    2,
    fc
      .constantFrom({ maxActive: 2 }, { maxActive: 9 }, { paused: { reason: 'A break' } }, { paused: null })
      .map((patch) => ({
        name: JSON.stringify(patch),
        run: ({ concertId }, office) => office.updateConcert(concertId, patch),
      })),
  ],
];

const walk = fc.array(
  fc.tuple(fc.oneof(...commands.map(([weight, arbitrary]) => ({ weight, arbitrary }))), fc.nat(1)),
  {
    minLength: 12,
    maxLength: 30,
    size: 'max',
  },
);

interface Rules {
  readonly boundToSupply: boolean;
  readonly rules: readonly Breach['rule'][];
  /** Whether each command begins with the seats as they are. */
  readonly counts: boolean;
}

async function live(
  all: readonly (readonly [Command, number])[],
  { boundToSupply, rules, counts }: Rules,
): Promise<void> {
  const [office] = offices as [BoxOffice];
  const sections = [{ name: 'A', rows: 1, seatsPerRow: seats, grade: 'R', price }];
  const performances = [{ startsAt: '2030-05-01T10:00:00.000Z', sections }];
  const options = { boundToSupply, maxActive: 9, graceSeconds: 3_600, performances };
  const world: World = { ...(await office.createConcert(options)), all: [] };
  const { concertId } = world;
  for (const [step, [{ run }, at]] of all.entries()) {
    try {
      await run(world, offices[at] as BoxOffice);
      if (boundToSupply)
        await eventually(async () => {
          assert.equal(await isDue(house.sql, concertId), false, 'somebody is due');
          if (counts) assert(await isCounted(house.sql, concertId), 'the seats were counted');
        });
      for (const rule of rules) assert.deepEqual(await breaches(world, rule), []);
    } catch (error) {
      const story = all.slice(0, step + 1).map(([one, office]) => `${one.name} at ${office}`);
      throw new Error([...story, String(error)].join('\n'), { cause: error });
    }
  }
}

const property = (rules: Rules) => fc.asyncProperty(walk, (all) => live(all, rules));

/** However busy the machine is, and unless somebody asked for more runs. */
const time_limit_ms = process.env['PROPERTY_RUNS'] === undefined ? 12_000 : 240_000;

test('whatever happens, nobody is let in to nothing, and whoever may be let in is', async () => {
  await fc.assert(property({ boundToSupply: true, rules: ['inside', 'looking'], counts: true }), {
    ...dice(6),
    interruptAfterTimeLimit: time_limit_ms,
    markInterruptAsFailure: false,
  });
  await offices[0]?.assertInvariants();
});

test('twin: in a line that is not bound somebody is let in beyond the seats', async () => {
  const { failed } = await fc.check(property({ boundToSupply: false, rules: ['inside'], counts: false }), {
    ...dice(30),
    endOnFailure: true,
  });
  assert(failed, 'the walks reach this rule');
});

test('twin: where nothing is counted, somebody is let in to what others hold', async () => {
  await house.sql.unsafe(`
    create function never_count() returns trigger language plpgsql as $$ begin new.openings := null; return new; end $$;
    create trigger never_count before update on rooms for each row execute function never_count()`);
  const { failed } = await fc.check(property({ boundToSupply: true, rules: ['looking'], counts: false }), {
    ...dice(60),
    endOnFailure: true,
  });
  await house.sql`drop trigger never_count on rooms`;
  assert(failed, 'the walks reach this rule');
});
