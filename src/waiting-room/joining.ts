/**
 * Taking a place, the plain case, in one flight: a fan who has a place is answered with it, a newcomer is put at the end,
 * and where slots are free they are given away at once. Who took too many places lately, and whose session is over though
 * nobody has ended it yet, is left to the general case of commands.ts.
 */
import type { Sql, Statement } from '../platform/database.ts';
import { admitted, admitting, lockingRoom, type SavedRoom } from './admission.ts';
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
  { database, boards }: Pick<LineDeps, 'database' | 'boards'>,
  concertId: string,
  { userIds, limit }: { readonly userIds: readonly string[]; readonly limit: PlaceLimit | undefined },
): Promise<Joined> {
  const { sql } = database;
  const board = boards.peek(concertId);
  const { maxActive, paused } = board?.settings ?? { maxActive: 0, paused: null };
  const mayAdmit = board === undefined || (paused === null && board.active.size < maxActive);
  const before = [lockingRoom(sql, concertId)] as const;
  const join = joining(sql, concertId, { userIds, limit, front: frontPlaces(maxActive) });
  const [, rows, called] = mayAdmit
    ? await database.flight([...before, join, admitting(sql, concertId)])
    : [...(await database.flight([...before, join])), []];
  const places = new Map<string, Place>();
  for (const { place, entry, generation, isNew } of rows) {
    const userId = userIds[place - 1];
    if (userId !== undefined && entry !== null) places.set(userId, { entry, generation, isNew });
  }
  const [row] = rows;
  const news: News[] = [];
  if (row !== undefined && row.version !== null) {
    const { version, head, front, lastNumber } = row;
    news.push({ concertId, version, head, front: Math.max(front, head), lastNumber, changes: [] });
  }
  const letIn = admitted(concertId, called);
  if (letIn.news !== undefined) news.push(letIn.news);
  return { places, news, isDue: letIn.isDue || (!mayAdmit && row?.hasRoom === true) };
}

/** Of one fan: the place, if it was plain; and the room as it is now, null where nobody is new. */
type JoinedRow = {
  readonly place: number;
  readonly entry: number | null;
  readonly generation: number;
  readonly isNew: boolean;
  readonly hasRoom: boolean;
} & (SavedRoom | { readonly [Column in keyof SavedRoom]: null });

interface Joining {
  /** Each once, in the order of arrival. */
  readonly userIds: readonly string[];
  readonly limit: PlaceLimit | undefined;
  /** How far beyond the head a line that is followed to its end is followed. */
  readonly front: number;
}

function joining(sql: Sql, concertId: string, { userIds, limit, front }: Joining): Statement<JoinedRow[]> {
  const most = limit?.places ?? 1;
  const lately =
    limit === undefined
      ? sql`0`
      : sql`(select count(*) from (
          select from queue_tokens as ended
          where ended.user_id = asked.user_id and ended.status = 'EXPIRED' and ended.concert_id = ${concertId}
            and ended.issued_at > now() - make_interval(secs => ${limit.seconds})
          limit ${most}) as lately)`;
  return sql<JoinedRow[]>`
    with room as materialized (
      select *, paused_reason is null and active < max_active as has_room from rooms where concert_id = ${concertId}
    ), found as (
      select asked.place, asked.user_id, own.entry, own.generation, own.known is null and ${lately} < ${most} as is_new
      from unnest(${userIds}::text[]) with ordinality as asked (user_id, place)
      left join lateral (
        select entry as known, case when coalesce(expires_at > now(), true) then entry end as entry, generation from queue_tokens
        where user_id = asked.user_id and concert_id = ${concertId} and status <> 'EXPIRED' offset 0) as own on true
    ), placed as (
      select found.*, room.has_room,
        case when is_new then room.last_number + count(*) filter (where is_new) over (order by place) end as new_entry
      from found, room
    ), joined as (
      -- Having just come is a sign of life, so a place that falls within the tracked front needs no look of its own.
      insert into queue_tokens (concert_id, entry, number, user_id)
      select ${concertId}, new_entry, new_entry, user_id from placed where is_new
    ), saved as (
      update rooms set last_number = last_number + came.fans, version = version + 1, is_live = true,
        front = case when front = last_number then greatest(front, least(last_number + came.fans, head + ${front})) else front end
      from (select count(*) filter (where is_new) as fans from placed) as came
      where concert_id = ${concertId} and came.fans > 0
      returning version, head, front, last_number as "lastNumber"
    )
    select place::int, coalesce(entry, new_entry) as entry, coalesce(generation, 0) as generation, is_new as "isNew",
      has_room as "hasRoom", saved.*
    from placed left join saved on true`;
}
