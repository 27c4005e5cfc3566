/** Status streams by the thousand: who is told what and when, who is looked at, and how many in one go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { EventStream } from '../src/platform/event-stream.ts';
import type { BoardChange } from '../src/waiting-room/boards.ts';
import { Board, pauseOf, type News } from '../src/waiting-room/board.ts';
import type { Pace } from '../src/waiting-room/pace.ts';
import { describe, wordingOf, type QueueStatus } from '../src/waiting-room/status.ts';
import { createStatusStreams } from '../src/waiting-room/streams.ts';
import { markOf, passOf, type Pass } from '../src/waiting-room/tokens.ts';
import { settings } from './harness/line-model.ts';
import { languages } from '../src/platform/language.ts';
import { dice } from './harness/properties.ts';
import { stoppedClock } from './harness/stopped-clock.ts';

const slice_max = 500;
const empty = {
  concertId: 'c',
  version: 1,
  head: 0,
  front: 200,
  active: [],
  passedOver: [],
  departed: [],
  reissued: [],
};

/** A stream that remembers what it was told. */
class Told implements EventStream {
  readonly told: QueueStatus[] = [];
  closed = false;
  private readonly handles: (() => void)[] = [];
  private readonly onTold: (fan: Told) => void;
  constructor(onTold: (fan: Told) => void) {
    this.onTold = onTold;
  }
  send(event: string, data: string): void {
    assert.equal(event, 'status');
    this.told.push(JSON.parse(data) as QueueStatus);
    this.onTold(this);
  }
  write(): void {
    assert.fail('a status is sent');
  }
  close(): void {
    this.closed = true;
    for (const handle of this.handles.splice(0)) handle();
  }
  onClose(handle: () => void): void {
    this.handles.push(handle);
  }
}

/** One board with a line of so many, all of whom follow it. */
function line(waiting: number) {
  const board = new Board({
    ...empty,
    lastNumber: waiting,
    settings: { ...settings, graceSeconds: 600 },
  });
  const handlers: ((change: BoardChange) => void)[] = [];
  const seen = { present: new Set<number>(), asked: 0, order: [] as Told[] };
  const status = (pass: Pass): QueueStatus => {
    const standing = board.standingOf(pass);
    assert(standing.status !== 'unknown');
    return describe(board, standing);
  };
  const streams = createStatusStreams({
    boards: { peek: () => board, onChange: (handle: (change: BoardChange) => void) => handlers.push(handle) } as never,
    status: (pass) => {
      seen.asked += 1;
      return status(pass);
    },
    present: ({ entry }) => {
      seen.present.add(entry);
      return true;
    },
  });
  const fans = Array.from({ length: waiting }, (_, index) => {
    const fan = new Told(() => seen.order.push(fan));
    const pass = passOf(fanOf(index + 1));
    streams.add({ pass, language: 'en' }, fan, status(pass));
    return fan;
  });
  const change = (news: Partial<News>): void => {
    const { head, front, lastNumber } = board;
    const next = { concertId: 'c', version: board.version + 1, head, front, lastNumber, changes: [], ...news };
    board.apply(next, 0);
    const entries = next.settings === undefined ? next.changes.map(([, entry]) => entry) : undefined;
    for (const handle of handlers) handle({ concertId: 'c', entries });
  };
  return { board, fans, seen, change, run: () => streams.duty.run() };
}

const fanOf = (entry: number) => ({ concertId: 'c', userId: `fan ${entry}`, entry, generation: 0 });
const admitted = (entry: number) => ['admitted', entry, entry, 1_893_456_000_000, true, markOf(fanOf(entry))] as const;

test('a slot that is freed is told to all who wait, the one let in first, at most 500 in an iteration', async (t) => {
  const pass = stoppedClock(t);
  const { fans, seen, change, run } = line(2_300);
  pass(10_000);
  await run();
  seen.order.length = 0;
  change({ head: 1, changes: [admitted(1)] });
  const slices: number[] = [];
  let running = true;
  const count = (): void => {
    slices.push(seen.order.length - slices.reduce((sum, one) => sum + one, 0));
    if (running) setImmediate(count);
  };
  setImmediate(count);
  await run();
  running = false;
  count();
  assert.equal(seen.order[0], fans[0]);
  assert.equal(fans[0]?.told.at(-1)?.status, 'ACTIVE');
  assert.equal(seen.order.length, 2_300);
  assert.deepEqual(
    fans.slice(1).map(({ told }) => told.at(-1)?.position),
    fans.slice(1).map((_, index) => index + 1),
  );
  assert(Math.max(...slices) <= slice_max, `${slices.join()} in one iteration each`);
});

test('who is let in while thousands are being told does not wait for them', async (t) => {
  const pass = stoppedClock(t);
  const { fans, seen, change, run } = line(2_300);
  pass(10_000);
  await run();
  seen.order.length = 0;
  change({ head: 1, changes: [admitted(1)] });
  setImmediate(() => change({ head: 2, changes: [admitted(2)] }));
  await run();
  const at = seen.order.findLastIndex((fan) => fan === fans[1]);
  assert.equal(fans[1]?.told.at(-1)?.status, 'ACTIVE');
  assert(at <= 2 * slice_max, `as number ${at} of ${seen.order.length}`);
});

test('nobody is looked at who is not concerned', async (t) => {
  const pass = stoppedClock(t);
  const { board, fans, change, run, seen } = line(3_000);
  const tick = async (): Promise<void> => {
    pass(200);
    await run();
  };
  await tick();
  await tick();
  const looks = t.mock.method(board, 'standingOf');
  await tick();
  assert.equal(looks.mock.callCount(), 0, 'nothing has happened');
  // Those far back were told a moment ago.
  change({ head: 1, changes: [admitted(1)] });
  await tick();
  assert(looks.mock.callCount() > 0 && looks.mock.callCount() < 600, `${looks.mock.callCount()} of 3,000`);
  // Those nearer are told a second later, and then wait for the next move.
  for (let ticks = 0; ticks < 10; ticks++) await tick();
  const before = looks.mock.callCount();
  change({ lastNumber: 4_000 });
  await tick();
  assert.equal(looks.mock.callCount(), before, 'who joins is in nobody’s way');
  pass(10_000);
  await tick();
  assert.equal(fans.at(-1)?.told.at(-1)?.position, 2_999, 'put off, not forgotten');
  seen.present.clear();
  pass(1_000);
  await tick();
  assert(seen.present.size > 300 && seen.present.size < 600, `${seen.present.size} gave a sign of life`);
});

test('a pause is told to all at once, and its end', async () => {
  const { board, fans, change, run } = line(1_200);
  await run();
  change({ settings: { ...board.settings, ...pauseOf('rain', '비') } });
  await run();
  assert(fans.every(({ told }) => told.at(-1)?.notice === 'rain'));
  change({ settings: { ...board.settings, ...pauseOf(null, null) } });
  await run();
  assert(fans.every(({ told }) => told.at(-1)?.notice === null));
});

test('an estimate that does not hold any more is taken back, though nobody moves', async (t) => {
  const pass = stoppedClock(t);
  const { board, fans, run } = line(300);
  let pace: Pace = { staySeconds: 60, active: 10, maxActive: 10 };
  t.mock.method(board, 'pace', () => pace);
  const tellings = (): number => fans.reduce((sum, { told }) => sum + told.length, 0);
  /** Longer than any position is put off. */
  const tick = async (): Promise<number> => {
    const before = tellings();
    for (let ticks = 0; ticks < 3; ticks++) {
      pass(5_000);
      await run();
    }
    return tellings() - before;
  };
  await tick();
  assert.deepEqual(
    [fans[0], fans[299]].map((fan) => fan?.told.at(-1)?.etaSeconds),
    [6, 1_800],
  );
  assert.equal(await tick(), 0, 'nothing has happened');
  pace = { ...pace, staySeconds: 63 };
  assert.equal(await tick(), 0, 'nor is a slight change worth telling');
  pace = { ...pace, maxActive: 2 };
  assert.equal(await tick(), 300);
  assert(Number(fans[0]?.told.at(-1)?.etaSeconds) > 60, 'nobody is let in while more are inside than may be');
  pace = null;
  assert.equal(await tick(), 300);
  assert(fans.every(({ told }) => told.at(-1)?.etaSeconds === null));
  assert.equal(await tick(), 0);
});

test('whose place ended is told so and let go, and is in no list any more', async () => {
  const { fans, change, run, seen } = line(3);
  change({ changes: [['ended', 2, 2, 'LEFT']] });
  await run();
  const last = fans.map(({ told, closed }) => [told.at(-1)?.status, told.at(-1)?.expiredBecause, closed]);
  assert.deepEqual(last, [
    ['WAIT', null, false],
    ['EXPIRED', 'LEFT', true],
    ['WAIT', null, false],
  ]);
  for (const fan of fans) fan.close();
  seen.order.length = 0;
  change({ head: 1, changes: [admitted(1)] });
  await run();
  assert.deepEqual(seen.order, []);
});

test('told by the thousand, a status reads as it does when one asks', () => {
  const reason = fc.option(fc.oneof(fc.string(), fc.constantFrom('"\u0001position"', '\\"', 'null')));
  const line_of = fc.record({
    position: fc.integer({ min: 1, max: 1_000_000 }),
    admissions: fc.nat(40),
    reason,
    ko: reason,
  });
  const property = fc.property(line_of, ({ position, admissions, reason: why, ko }) => {
    const { board, change } = line(0);
    const changes = Array.from({ length: admissions }, (_, index) => admitted(index + 1));
    change({ head: admissions, lastNumber: 2_000_000, changes, settings: { ...settings, ...pauseOf(why, ko) } });
    for (const language of languages) {
      const asked = describe(board, { status: 'WAIT', position }, () => language);
      const { text, pollAfterSeconds } = wordingOf(board, language).wait(position);
      assert.equal(text, JSON.stringify(asked));
      assert.equal(pollAfterSeconds, asked.pollAfterSeconds);
    }
  });
  fc.assert(property, dice(60));
});
