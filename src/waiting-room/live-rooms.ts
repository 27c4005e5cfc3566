/**
 * Which rooms have something to do, and which have a line at all (`rooms.is_live`). A look asks about so many rooms and
 * no more, and the next one goes on behind them, so that none waits for ever and none is asked about for nothing.
 */
import type { Sql, Statement } from '../platform/database.ts';
import { createRotation } from '../platform/each.ts';
import { front_places_max, front_places_min } from './front.ts';
import { canRest, waking_ms_max } from './resting.ts';
import type { Supply } from './supply.ts';

export interface LiveRooms {
  /** Of these rooms, those with something to do. */
  among(concertIds: readonly string[]): Promise<readonly string[]>;
  /** Of all that have a line, those with something to do. Empty ones are put with those that have none. */
  live(): Promise<readonly string[]>;
  /** All that had a line when the looks last went over them, and those that were met since. */
  met(): ReadonlySet<string>;
  /** Of these, those that are bound to their seats. */
  bound(): ReadonlySet<string>;
  /** How often the looks at all that have a line began at the first. */
  readonly rounds: number;
  /** Whether the last look at all that have a line began at the first and met none. */
  readonly isQuiet: boolean;
  /** Of all that are said to have no line, those that have one after all. They are put with the others. */
  empty(): Promise<readonly string[]>;
}

/** More lines than this are looked at as often as all are gone over. */
const met_max = 10_000;

export interface LookedAt {
  readonly concertId: string;
  /** Of the room, when it was looked at. */
  readonly version: number;
}

interface Row extends LookedAt {
  readonly hasWork: boolean;
  readonly isWrong: boolean;
}

interface Looking {
  readonly perLook: number;
  readonly supply: Pick<Supply, 'left'>;
}

export function createLiveRooms(sql: Sql, { perLook, supply }: Looking): LiveRooms {
  const next = createRotation(perLook);
  // Made for each look: the room that keeps the seats says only after this how they are counted.
  const work = (): Part => hasWork(sql, supply);
  let [met, before] = [new Set<string>(), new Set<string>()];
  let [bound, boundBefore] = [new Set<string>(), new Set<string>()];
  let isQuiet = false;
  let rounds = 0;
  const look = (isLive: boolean): (() => Promise<readonly string[]>) => {
    let after = '';
    return async () => {
      const { rooms, last, count, live, bound: some } = await lookAt(sql, { isLive, after, perLook, work: work() });
      if (isLive) {
        isQuiet = count === 0 && after === '';
        if (after === '') {
          // They were gone over once: those that were met before that have no line any more, or were met again.
          [met, before] = [new Set(), met];
          [bound, boundBefore] = [new Set(), bound];
          rounds += 1;
        }
        for (const concertId of live) if (met.size < met_max) met.add(concertId);
        for (const concertId of some) if (bound.size < met_max) bound.add(concertId);
      }
      after = last;
      const wrong = rooms.filter(({ isWrong }) => isWrong);
      if (wrong.length > 0) await turnOver(sql, wrong);
      return rooms.filter(({ hasWork }) => hasWork).map(({ concertId }) => concertId);
    };
  };
  return {
    among: async (concertIds) => {
      if (concertIds.length === 0) return [];
      const rows = await sql<{ concertId: string }[]>`
        select concert_id as "concertId" from rooms as room
        where concert_id = any(${next(concertIds)}::text[]) and ${work()}`;
      return rows.map(({ concertId }) => concertId);
    },
    live: look(true),
    met: () => met.union(before),
    bound: () => bound.union(boundBefore),
    get rounds() {
      return rounds;
    },
    get isQuiet() {
      return isQuiet;
    },
    empty: look(false),
  };
}

interface Look {
  readonly isLive: boolean;
  readonly after: string;
  readonly perLook: number;
  readonly work: Part;
}

interface LookedOver {
  readonly rooms: readonly Row[];
  readonly last: string;
  /** All that there were, of interest or not. */
  readonly count: number;
  /** Those that are said to have a line. */
  readonly live: readonly string[];
  /** Those of them that are bound to their seats. */
  readonly bound: readonly string[];
}

interface Looked {
  readonly rooms: readonly Row[] | null;
  readonly last: string | null;
  readonly count: number;
  readonly live: readonly string[] | null;
  readonly bound: readonly string[] | null;
}

/** The rooms among the next `perLook` that are of interest, and where to go on. */
async function lookAt(sql: Sql, { isLive, after, perLook, work }: Look): Promise<LookedOver> {
  const [row] = await sql<[Looked]>`
    with room as materialized (
      select * from rooms where ${isLive ? sql`is_live` : sql`not is_live`} and concert_id > ${after}
      order by concert_id limit ${perLook}
    ), looked as (
      select concert_id, version, is_live, bound_to_supply, ${work} as has_work, ${hasLine(sql)} <> is_live as is_wrong from room
    )
    select max(concert_id) as last, count(*)::int as count, array_agg(concert_id) filter (where is_live) as live,
      array_agg(concert_id) filter (where is_live and bound_to_supply) as bound,
      json_agg(json_build_object('concertId', concert_id, 'version', version, 'hasWork', has_work, 'isWrong', is_wrong))
        filter (where has_work or is_wrong) as rooms
    from looked`;
  const { rooms, last, count, live, bound } = row;
  return { rooms: rooms ?? [], last: count < perLook ? '' : (last ?? ''), count, live: live ?? [], bound: bound ?? [] };
}

type Part = Statement<readonly unknown[]>;

/** Somebody waits or is inside, and time may bring them something. Each condition is a probe into an index that holds only the tokens concerned. */
function hasLine(sql: Sql) {
  return sql`(rests_until is null and (active > 0
    or exists (select from queue_tokens as token
      where token.concert_id = room.concert_id and status = 'WAIT' and number > head)
    or exists (select from queue_tokens as token
      where token.concert_id = room.concert_id and status = 'WAIT' and skipped_at is not null)))`;
}

/** A slot may be given away: of a line that is bound, to a seat. */
function mayAdmit(sql: Sql, { left }: Pick<Supply, 'left'>): Part {
  return sql`(active < max_active and paused_reason is null and waking_since is null
    and case when bound_to_supply then coalesce(openings, 1) > 0 and active < ${left(sql, sql`room.concert_id`)} else true end)`;
}

/** The same: one probe for each. */
function hasWork(sql: Sql, supply: Pick<Supply, 'left'>): Part {
  return sql`(last_number > 0 and rests_until is null and (
    exists (select from queue_tokens as token
      where token.concert_id = room.concert_id and status = 'ACTIVE' and expires_at <= now())
    or exists (select from queue_tokens as token
      where token.concert_id = room.concert_id and is_unheard
        and admitted_at <= now() - make_interval(secs => grace_seconds))
    or exists (select from queue_tokens as token
      where token.concert_id = room.concert_id and status = 'WAIT' and skipped_at is not null
        and (skipped_at <= now() - 10 * make_interval(secs => grace_seconds)
          or (seen_at > skipped_at and ${mayAdmit(sql, supply)})))
    or (${mayAdmit(sql, supply)} and exists (select from queue_tokens as token
      where token.concert_id = room.concert_id and status = 'WAIT' and number > head))
    or waking_since <= now() - make_interval(secs => ${waking_ms_max / 1_000})
    or (${canRest(sql, supply.left(sql, sql`room.concert_id`))})
    -- Half of what the front would reach is used up.
    or front < least(last_number, head + least(greatest(${front_places_min}::bigint, 2 * max_active), ${front_places_max}) / 2)))`;
}

/** Corrects `is_live` of rooms in which nothing has happened since they were looked at; a room that is taken is left. */
export async function turnOver(sql: Sql, rooms: readonly LookedAt[]): Promise<void> {
  await sql`
    with unchanged as (
      select room.concert_id from rooms as room
      join unnest(${rooms.map(({ concertId }) => concertId)}::text[], ${rooms.map(({ version }) => version)}::bigint[])
        as looked (concert_id, version) on room.concert_id = looked.concert_id and room.version = looked.version
      for no key update of room skip locked
    )
    update rooms set is_live = not is_live from unchanged where rooms.concert_id = unchanged.concert_id`;
}
