/**
 * What time brings to the lines: sessions end, the silent lose their slots, free slots are given on. Any server may
 * do it; one that finds a room taken leaves it to whoever has it. Nothing is wrong while this sleeps, only later.
 */
import { eachByItself, impatient } from '../platform/each.ts';
import type { Database } from '../platform/database.ts';
import type { Duty } from '../platform/ticker.ts';
import { nowSeconds, type Board } from './board.ts';
import type { Boards } from './boards.ts';
import { front_places_max, front_places_min, frontPlaces } from './front.ts';
import {
  admit,
  endAbsent,
  endOverdue,
  extendFront,
  grace_slack_seconds,
  lockRoom,
  saveRoom,
  type LockedRoom,
} from './line.ts';
import type { Presence } from './presence.ts';

interface TurnDeps {
  readonly database: Database;
  readonly boards: Boards;
  readonly presence: Presence;
}

const turn_every_ms = 250;
const heartbeat_ms = 1_000;
/**
 * A longer gap between heartbeats means that no server could be reached, so nobody could show a sign of life. Together
 * with the time between two polls, half a grace period of 5 s or more, a shorter one is within what is forgiven.
 */
const outage_seconds = 3;
const rooms_per_turn_max = 1_000;

export function createTurns({ database, boards, presence }: TurnDeps): Duty {
  let heartbeatAt = -Infinity;
  // Whether signs of life could not be written down, of whom nobody knows.
  let isDeaf = false;
  return {
    name: 'line.turn',
    everyMs: turn_every_ms,
    run: async () => {
      const isBeat = performance.now() - heartbeatAt >= heartbeat_ms;
      if (isBeat) {
        await beat(database);
        heartbeatAt = performance.now();
      }
      // First, so that nobody is passed over for a silence that was this server's.
      if (isDeaf) await forgive(database);
      isDeaf = true;
      await presence.flush();
      isDeaf = false;
      // Where nobody looks, a second later is early enough; in the years there come to be thousands of such rooms.
      const looked = isBeat ? undefined : boards.all().map((board) => board.concertId);
      const rooms = new Set((await roomsWithWork(database, looked)).map((room) => room.concert_id));
      for (const board of boards.all()) if (isShort(board)) rooms.add(board.concertId);
      await eachByItself(rooms, (concertId) => turn({ database, boards, presence }, concertId));
    },
  };
}

/** Says that somebody serves. After an outage, silence until now is forgiven in every room. */
async function beat({ sql }: Database): Promise<void> {
  const [beaten] = await sql<{ gap: number }[]>`
    with last as (select at from heartbeat for update skip locked)
    update heartbeat set at = now() from last where heartbeat.at < now() - interval '0.9 seconds'
    returning extract(epoch from now() - last.at)::float8 as gap`;
  if (beaten !== undefined && beaten.gap > outage_seconds) await forgive({ sql });
}

/** Silence until now counts against nobody, in any room. */
async function forgive({ sql }: Pick<Database, 'sql'>): Promise<void> {
  await sql`update rooms set grace_from = now()`;
}

/** Of those named, or of all. Every condition is one probe into an index that holds only the tokens concerned. */
function roomsWithWork({ sql }: Database, named?: readonly string[]): Promise<{ concert_id: string }[]> {
  return sql<{ concert_id: string }[]>`
    select concert_id from rooms as room
    where ${named === undefined ? sql`` : sql`concert_id = any(${named}::text[]) and`} last_number > 0 and (
      exists (select from queue_tokens as token
        where token.concert_id = room.concert_id and status = 'ACTIVE' and expires_at <= now())
      or exists (select from queue_tokens as token
        where token.concert_id = room.concert_id and status = 'ACTIVE' and seen_at < admitted_at
          and admitted_at <= now() - make_interval(secs => grace_seconds))
      or exists (select from queue_tokens as token
        where token.concert_id = room.concert_id and status = 'WAIT' and skipped_at is not null
          and (skipped_at <= now() - 10 * make_interval(secs => grace_seconds)
            or (active < max_active and paused_reason is null and seen_at > skipped_at)))
      or (active < max_active and paused_reason is null and exists (select from queue_tokens as token
        where token.concert_id = room.concert_id and status = 'WAIT' and number > head))
      -- Half of what a turn would reach is used up.
      or front < least(last_number, head + least(greatest(${front_places_min}::bigint, 2 * max_active), ${front_places_max}) / 2))
    limit ${rooms_per_turn_max}`;
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

async function turn({ database, boards }: TurnDeps, concertId: string): Promise<void> {
  const news = await database.transaction(async (tx) => {
    impatient(tx);
    const room = await lockRoom(tx, concertId, { skipLocked: true });
    if (room === undefined) return undefined;
    const front = room.front;
    await endOverdue(tx, room);
    await endAbsent(tx, room);
    await admit(tx, room);
    await extendFront(tx, room, frontOf(room, boards.peek(concertId)));
    return room.changes.length > 0 || room.front !== front ? saveRoom(tx, room) : undefined;
  });
  if (news !== undefined) await boards.show(news);
}
