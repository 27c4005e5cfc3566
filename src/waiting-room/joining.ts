/**
 * Taking a place, the plain case, in one flight: a fan who has a place is answered with it, a newcomer is put at the end,
 * and where slots are free they are given away at once. Who took too many places lately, and whose session is over though
 * nobody has ended it yet, is left to the general case of commands.ts.
 */
import type { Sql, Statement } from '../platform/database.ts';
import { admitted, admittingFor, lockingRoom, type SavedRoom } from './admission.ts';
import type { News } from './board.ts';
import type { LineDeps, Place } from './commands.ts';
import { frontPlaces } from './front.ts';

/** A fan may take so many places of a concert in so long. */
export interface PlaceLimit {
  readonly places: number;
  readonly seconds: number;
}

export interface Joined {
  readonly places: ReadonlyMap<string, Place>;
  /** What happened, in the order of versions. */
  readonly news: readonly News[];
  /** Slots are free that were not all given away: the board did not know, or silent fans stand in front. */
  readonly isDue: boolean;
}

/** Answers by user who was plain. None if there is no such concert. */
export async function joinPlainly(
  { database, boards, supply }: Pick<LineDeps, 'database' | 'boards' | 'supply'>,
  concertId: string,
  { userIds, limit }: { readonly userIds: readonly string[]; readonly limit: PlaceLimit | undefined },
): Promise<Joined> {
  const { sql } = database;
  const board = boards.peek(concertId);
  const { maxActive, paused } = board?.settings ?? { maxActive: 0, paused: null };
  const mayAdmit = board === undefined || (paused === null && !board.isAtRest && board.active.size < maxActive);
  const before = [
    lockingRoom(sql, concertId),
    joining(sql, concertId, { userIds, limit, front: frontPlaces(maxActive) }),
  ] as const;
  const [, rows, called] = mayAdmit
    ? await database.flight([...before, admittingFor({ sql, boards, supply }, concertId)])
    : [...(await database.flight(before)), []];
  const joined = joinedBy(concertId, userIds, rows);
  const letIn = admitted(concertId, called);
  return {
    places: joined.places,
    news: [joined.news, letIn.news].filter((news) => news !== undefined),
    isDue: letIn.isDue || (!mayAdmit && joined.hasRoom),
  };
}

interface JoinedOnly {
  readonly places: ReadonlyMap<string, Place>;
  readonly news: News | undefined;
  readonly hasRoom: boolean;
}

function joinedBy(concertId: string, userIds: readonly string[], rows: readonly JoinedRow[]): JoinedOnly {
  const { room, known } = sorted(rows);
  if (room === undefined) return { places: new Map(), news: undefined, hasRoom: false };
  const places = new Map<string, Place>();
  for (const { userId, entry, generation } of known)
    if (entry !== null) places.set(userId, { entry, generation, isNew: false });
  const left = new Set(known.map(({ userId }) => userId));
  const newcomers = userIds.filter((userId) => !left.has(userId));
  const { version, head, lastNumber, hasRoom } = room;
  // As the statement has numbered them.
  const first = lastNumber - newcomers.length + 1;
  for (const [at, userId] of newcomers.entries()) places.set(userId, { entry: first + at, generation: 0, isNew: true });
  const news = { concertId, version, head, front: Math.max(room.front, head), lastNumber, changes: [] };
  return { places, news: newcomers.length > 0 ? news : undefined, hasRoom };
}

interface Room extends SavedRoom {
  /** Slots are free. */
  readonly hasRoom: boolean;
}

/** A fan who is not put at the end of the line: the place that they have, null where that is for the general case to say. */
interface Known {
  readonly userId: string;
  readonly entry: number | null;
  readonly generation: number;
}

type JoinedRow = (Room & { readonly userId: null }) | Known;

function sorted(rows: readonly JoinedRow[]): { room: Room | undefined; known: Known[] } {
  const known: Known[] = [];
  let room: Room | undefined;
  for (const row of rows) {
    if (row.userId === null) room = row;
    else known.push(row);
  }
  return { room, known };
}

interface Joining {
  /** Each once, in the order of arrival. */
  readonly userIds: readonly string[];
  readonly limit: PlaceLimit | undefined;
  /** How far beyond the head a line that is followed to its end is followed. */
  readonly front: number;
}

/** Answers the room as it is then, if there is one, and whoever is not new. */
function joining(sql: Sql, concertId: string, { userIds, limit, front }: Joining): Statement<JoinedRow[]> {
  const tooMany =
    limit === undefined
      ? sql`false`
      : sql`(select count(*) from (
          select from queue_tokens as ended
          where ended.user_id = asked.user_id and ended.status = 'EXPIRED' and ended.concert_id = ${concertId}
            and ended.issued_at > now() - make_interval(secs => ${limit.seconds})
          limit ${limit.places}) as lately) >= ${limit.places}`;
  return sql<JoinedRow[]>`
    with asked as (
      select * from unnest(${userIds}::text[]) with ordinality as asked (user_id, place)
    ), live as (
      select user_id, case when coalesce(expires_at > now(), true) then entry end as entry, generation from queue_tokens
      where concert_id = ${concertId} and user_id = any(${userIds}::text[]) and ended_because is null
    ), without as (
      select user_id, place, ${tooMany} as is_too_often from asked where user_id not in (select user_id from live)
    ), newcomers as (
      select user_id, room.last_number + row_number() over (order by place) as entry
      from without, (select last_number from rooms where concert_id = ${concertId}) as room
      where not is_too_often
    ), joined as (
      -- Having just come is a sign of life, so a place that falls within the tracked front needs no look of its own.
      insert into queue_tokens (concert_id, entry, number, user_id)
      select ${concertId}, entry, entry, user_id from newcomers
    ), saved as (
      update rooms set last_number = last_number + came.fans, version = version + 1, is_live = rests_until is null,
        front = case when front = last_number then greatest(front, least(last_number + came.fans, head + ${front})) else front end
      from (select count(*) as fans from newcomers) as came
      where concert_id = ${concertId} and came.fans > 0
      returning rooms.*
    ), room as (
      select * from saved union all select * from rooms where concert_id = ${concertId} and not exists (select from saved)
    )
    select null as "userId", null::bigint as entry, null::int as generation, version, head, front, last_number as "lastNumber",
      paused_reason is null and active < max_active and rests_until is null as "hasRoom"
    from room
    union all
    select user_id, entry, generation, null, null, null, null, null from live
    union all
    select user_id, null, null, null, null, null, null, null from without where is_too_often`;
}
