/** A duty with nothing to do rests, and is woken by whatever brings it something: here, by others, or by itself in the end. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createBell, rest, startTicker, type Bell, type Duty, type Ticker } from '../src/platform/ticker.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';

let house: House;
before(async () => {
  house = await openHouse();
  await house.sql`create table work (kind text not null)`;
});
after(() => house.close());
beforeEach(async () => {
  await house.sql`truncate work`;
});

const failures: string[] = [];
const report = { failing: (duty: string) => failures.push(duty), recovered: () => undefined };

/** Notes when it was last found quiet, of each of its runs. */
function resting(name: string, more: Partial<Duty> = {}): Duty & { readonly runs: (number | undefined)[] } {
  const runs: (number | undefined)[] = [];
  return {
    name,
    everyMs: 10,
    runs,
    run: async (quietAt) => {
      runs.push(quietAt);
      return rest();
    },
    ...more,
  };
}

async function running(duties: readonly Duty[], work: () => Promise<void>): Promise<void> {
  const ticker: Ticker = startTicker(duties, report, house.sql);
  try {
    await work();
  } finally {
    await ticker.stop();
  }
}

/** Looks pass: another duty, of which there is a sign each time, has come twice more. */
function watcher() {
  const duty = resting('watcher', { sign: (sql) => sql`true` });
  const looksPass = async (): Promise<void> => {
    const before = duty.runs.length;
    await eventually(() => assert(duty.runs.length >= before + 2), 20_000);
  };
  return { duty, looksPass };
}

test('one that rests comes when it is rung for, or when the database shows a sign, and else does not', async () => {
  const { duty: watch, looksPass } = watcher();
  const bell = createBell();
  const rung = resting('rung', { bell });
  const seen = resting('seen', { sign: (sql) => sql`exists (select from work where kind = ${'seen'})` });
  await running([watch, rung, seen], async () => {
    await looksPass();
    assert.deepEqual([rung.runs.length, seen.runs.length], [1, 1]);
    bell.ring();
    await eventually(() => assert.equal(rung.runs.length, 2));
    await looksPass();
    assert.deepEqual([rung.runs.length, seen.runs.length], [2, 1]);
    await house.sql`insert into work values ('seen')`;
    await eventually(() => assert(seen.runs.length >= 2));
    assert.equal(rung.runs.length, 2);
  });
});

test('one that is rung for while it runs comes again, since what it is rung for may have come too late', async () => {
  const { duty: watch, looksPass } = watcher();
  const bell: Bell = createBell();
  let runs = 0;
  const duty = {
    ...resting('rung', { bell }),
    run: async () => {
      runs += 1;
      if (runs < 3) bell.ring();
      return rest();
    },
  };
  await running([watch, duty], looksPass);
  assert.equal(runs, 3);
});

test('one that does not say that it may rest, or fails, comes again and again', async () => {
  const busy = resting('busy');
  const failing = resting('failing');
  const runOf = ({ runs }: typeof busy) => runs.push(undefined);
  const duties = [
    { ...busy, run: async () => void runOf(busy) },
    {
      ...failing,
      run: async () => {
        runOf(failing);
        throw new Error('on purpose');
      },
    },
  ];
  await running(duties, () => eventually(() => assert(busy.runs.length > 5 && failing.runs.length > 5)));
  assert.deepEqual(failures, ['failing'], 'and says so once');
});

test('one that has rested is told when there was last nothing for it', async () => {
  const { duty: watch, looksPass } = watcher();
  const duty = resting('seen', { sign: (sql) => sql`exists (select from work where kind = ${'told'})` });
  await running([watch, duty], async () => {
    await looksPass();
    const [before, since] = [duty.runs.length, performance.now()];
    await looksPass();
    assert.equal(duty.runs.length, before);
    await house.sql`insert into work values ('told')`;
    await eventually(() => assert(duty.runs.length > before));
    assert.equal(duty.runs[0], undefined);
    assert((duty.runs[1] ?? 0) > since, 'by a look, and not only by its own run');
  });
});

test('one that nobody calls comes by itself in the end', async () => {
  const duty = { ...resting('by itself'), run: async () => rest(10) };
  let runs = 0;
  await running([{ ...duty, run: () => ((runs += 1), duty.run()) }], () => eventually(() => assert(runs > 2)));
});
