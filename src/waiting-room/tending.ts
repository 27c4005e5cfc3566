/**
 * What time brings to the lines: sessions end, the silent lose their slots, free slots are given on. Any server may
 * do it, and of several one does (`Feed.isOurs`); one that finds a room taken leaves it to whoever has it. Nothing is wrong
 * while this sleeps, only later.
 */
import { createRotation, eachByItself, impatient } from '../platform/each.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Feed } from '../platform/feed.ts';
import { rest, type Duty } from '../platform/ticker.ts';
import { nowSeconds, type Board } from './board.ts';
import { grace_slack_seconds } from './admission.ts';
import type { Boards } from './boards.ts';
import { frontPlaces } from './front.ts';
import { admit } from './letting-in.ts';
import { endAbsent, endOverdue, extendFront, lockRoom, saveRoom, type LockedRoom } from './line.ts';
import { createLiveRooms } from './live-rooms.ts';
import { countOpenings } from './openings.ts';
import type { Presence } from './presence.ts';
import { goToRest, returnedSign, type Resting } from './resting.ts';
import type { Supply } from './supply.ts';

export interface Tending {
  readonly database: Database;
  readonly boards: Pick<Boards, 'all' | 'peek' | 'show' | 'bell'>;
  readonly presence: Pick<Presence, 'flush'>;
  readonly feed: Pick<Feed, 'isOurs' | 'hasCompany'>;
  readonly supply: Supply;
  readonly resting: Resting;
  /** Most rooms that one look asks about. */
  readonly roomsPerLook?: number;
}

const tend_every_ms = 250;
const heartbeat_ms = 1_000;
/**
 * A longer gap between heartbeats means that no server could be reached, so nobody could show a sign of life. Together
 * with the time between two polls, half a grace period of 5 s or more, a shorter one is within what is forgiven.
 */
const outage_seconds = 3;
/** About 6 ms of the database, if there are so many. */
const rooms_per_look = 1_000;
/** Every so many heartbeats some of the rooms without a line are looked at, for a server that did not say that it made one. */
const beats_per_empty_look = 30;
/** What falls to another server and is there to do for so long is done here too: that one is sick. */
const patience_ms = 2_000;

/**
 * Lines that this server has in memory are looked at every time; where nobody looks, a second later is early enough. Of several
 * servers each looks every time at those that fall to it, whichever has them in memory.
 * In the years there come to be thousands of rooms without a line, and they are as good as never looked at. While there
 * is no line at all, this rests until one is heard of or seen; then nobody can be silent, and no heart need beat.
 */
export function createTending(deps: Tending): Duty {
  const { database, boards, presence, feed, supply, resting, roomsPerLook = rooms_per_look } = deps;
  const rooms = createLiveRooms(database.sql, { perLook: roomsPerLook, supply });
  /** Where signs of life could not be written down, of whom nobody knows. */
  const deaf = new Set<string>();
  const patience = createPatience();
  const counted = createRotation(roomsPerLook);
  const counting = { sql: database.sql, boards, supply };
  let heartbeatAt = -Infinity;
  let beats = 0;

  const withWork = async (isBeat: boolean): Promise<Set<string>> => {
    const lines = livesOf(boards);
    const short = lines.filter(isShort).map(({ concertId }) => concertId);
    const here = new Set(lines.map(({ concertId }) => concertId));
    const all = feed.hasCompany() ? [...here.union(rooms.met())] : [...here];
    const ours = await rooms.among(all.filter(feed.isOurs));
    const left = isBeat ? patience.worn(await rooms.live(), rooms.rounds, feed.isOurs) : [];
    const forgotten = isBeat && beats++ % beats_per_empty_look === 0 ? await rooms.empty() : [];
    return new Set([...short, ...ours, ...left, ...forgotten, ...deaf, ...resting.woken]);
  };

  /** Every time those that fall to this server; now and then all, for another one that does nothing. */
  const toBeCounted = (isBeat: boolean): readonly string[] => {
    const bound = new Set(
      livesOf(boards)
        .filter(isBound)
        .map(({ concertId }) => concertId),
    ).union(rooms.bound());
    return [...bound.union(new Set(resting.waking))].filter((concertId) => isBeat || feed.isOurs(concertId));
  };

  return {
    name: 'line.tend',
    everyMs: tend_every_ms,
    bell: boards.bell,
    sign: (sql) => sql`(exists (select from rooms where is_live) or ${returnedSign(sql, supply)})`,
    run: async (quietAt = -Infinity) => {
      const now = performance.now();
      const isBeat = now - heartbeatAt >= heartbeat_ms;
      if (isBeat) {
        // Where there was no line a moment ago, nobody has been silent for longer.
        await beat(database, { isOutage: now - quietAt > outage_seconds * 1_000 });
        heartbeatAt = performance.now();
      }
      await eachByItself(counted(toBeTold(boards, isBeat)), supply.count);
      const unheard = await presence.flush();
      for (const concertId of unheard.keys()) deaf.add(concertId);
      await resting.wake({ all: isBeat });
      await countOpenings(counting, toBeCounted(isBeat));
      await eachByItself(await withWork(isBeat), async (concertId) => {
        const isTended = await tend(deps, concertId, deaf.has(concertId));
        // Once more when all has been written down, for what was said meanwhile.
        if (isTended && !unheard.has(concertId)) deaf.delete(concertId);
      });
      // A duty that fails says so; one reason is as good as any.
      for (const error of unheard.values()) throw error;
      const isQuiet = isBeat && rooms.isQuiet && deaf.size === 0 && resting.isQuiet;
      return isQuiet && !boards.all().some(isOfInterest) ? rest() : undefined;
    },
  };
}

/** Waits for another server to do what falls to it, but not for ever. */
function createPatience() {
  const found = new Map<string, { readonly since: number; readonly round: number }>();
  return {
    /**
     * Of the rooms in which a look has found something to do: our own, and those that another server has left for long. What
     * a whole round of looks has not found was done meanwhile, however long the round takes.
     */
    worn: (concertIds: readonly string[], round: number, isOurs: Feed['isOurs']): string[] => {
      const now = performance.now();
      for (const [concertId, known] of found) if (known.round < round - 1) found.delete(concertId);
      return concertIds.filter((concertId) => {
        if (isOurs(concertId)) return true;
        const since = found.get(concertId)?.since ?? now;
        found.set(concertId, { since, round });
        return now - since >= patience_ms;
      });
    },
  };
}

function livesOf(boards: Pick<Boards, 'all'>): readonly Board[] {
  return boards.all().filter((board) => board.isAwake);
}

const isOfInterest = ({ isAwake, hasOtherSeats }: Board): boolean => isAwake || hasOtherSeats;

/** Whose seats are to be counted for those who are told of them: where they are others, be the line at rest; now and then all. */
function toBeTold(boards: Pick<Boards, 'all'>, isBeat: boolean): readonly Board[] {
  return boards.all().filter((board) => isBound(board) && (board.hasOtherSeats || (isBeat && board.isAwake)));
}

const isBound = ({ settings }: Board): boolean => settings.boundToSupply;

/**
 * Says that somebody serves a line. After an outage, silence until now is forgiven wherever there is one; `isOutage`: a gap
 * may be that, and not only the time in which there was no line.
 */
async function beat({ sql }: Database, { isOutage }: { readonly isOutage: boolean }): Promise<void> {
  const [beaten] = await sql<{ gap: number }[]>`
    with last as (select at from heartbeat for update skip locked)
    update heartbeat set at = now() from last where heartbeat.at < now() - interval '0.9 seconds'
    returning extract(epoch from now() - last.at)::float8 as gap`;
  if (isOutage && beaten !== undefined && beaten.gap > outage_seconds)
    await sql`update rooms set grace_from = now() where is_live or rests_until > now()`;
}

/** How far the front should reach, by how fast the line moves as this server sees it. */
function frontOf({ maxActive, forgivenSeconds }: Pick<LockedRoom, 'maxActive' | 'forgivenSeconds'>, board?: Board) {
  const perMinute = board?.admittedPerMinute(nowSeconds()) ?? 0;
  return frontPlaces(maxActive, (perMinute / 60) * forgivenSeconds);
}

/** Whether the line moves so fast that half of what its front should be is used up; the database knows of no speed. */
function isShort(board: Board): boolean {
  const { maxActive, graceSeconds } = board.settings;
  const places = frontOf({ maxActive, forgivenSeconds: graceSeconds + grace_slack_seconds }, board);
  return board.front < Math.min(board.lastNumber, board.head + places / 2);
}

/**
 * Brings one line up to date; answers whether the room was free. `forgiving`: silence until now counts against nobody,
 * since signs of life were given that this server could not pass on. Others are let in all the same.
 */
async function tend(
  { database, boards, supply, resting }: Pick<Tending, 'database' | 'boards' | 'supply' | 'resting'>,
  concertId: string,
  forgiving: boolean,
): Promise<boolean> {
  const { isFree, news } = await database.transaction(async (tx) => {
    impatient(tx);
    const locked = await lockRoom(tx, concertId, { skipLocked: true });
    if (locked === undefined) return { isFree: false, news: [] };
    const room = forgiving ? await forgive(tx, locked) : locked;
    const { front } = room;
    await resting.settle(tx, room);
    await endOverdue(tx, room);
    // Of whom it will be known only then whether they are there.
    if (room.wakingMs === null) await endAbsent(tx, room);
    await admit(tx, room, { supply });
    await extendFront(tx, room, frontOf(room, boards.peek(concertId)));
    const saved = room.changes.length > 0 || room.front !== front ? saveRoom(tx, room) : undefined;
    const atRest = mayRest(room) ? await goToRest(tx, concertId, supply) : undefined;
    return { isFree: true, news: [saved, atRest].filter((one) => one !== undefined) };
  });
  for (const one of news) await boards.show(one);
  return isFree;
}

const mayRest = (room: LockedRoom): boolean => room.boundToSupply && room.active === 0 && !room.isAtRest;

async function forgive(tx: Tx, room: LockedRoom): Promise<LockedRoom> {
  const [forgiven] = await tx<{ at: Date }[]>`
    update rooms set grace_from = now() where concert_id = ${room.concertId} returning grace_from as at`;
  return { ...room, graceFrom: forgiven?.at ?? room.graceFrom };
}
