/**
 * Who is let in. The one statement that gives free slots to the next in line, for transactions that know the room and for
 * flights, whose statements read it themselves.
 */
import type { Sql, Statement, Tx } from '../platform/database.ts';
import type { Board, Change, News } from './board.ts';
import type { Supply } from './supply.ts';
import { markOf } from './tokens.ts';

/** A fan near the front polls every second and a server writes signs of life down every quarter of one. */
export const grace_slack_seconds = 1;
/** How many places one statement looks at; past that it goes on the next time. */
const scan_places_max = 2_000;

type Part = Statement<readonly unknown[]>;

/** What the statement goes by: as values, or as parts of it that say where they are read. */
export interface Terms {
  readonly concertId: string;
  /** Slots to give away, and how many places behind the head to look at for them. */
  readonly free: number | Part;
  readonly places: number | Part;
  readonly head: number | Part;
  readonly front: number | Part;
  readonly graceFrom: Date | Part;
  readonly forgivenSeconds: number | Part;
  readonly sessionSeconds: number | Part;
}

export const placesToCall = (free: number): number => Math.min(scan_places_max, free * 2 + 100);
/** The same of a column or an expression, as a part of a statement; none where nothing is free. */
export const placesBy = (sql: Sql | Tx, free: Part): Part =>
  sql`case when ${free} > 0 then least(${scan_places_max}, 2 * ${free} + 100) else 0 end`;

export interface CalledRow {
  readonly entry: number;
  readonly number: number;
  /** Null for one passed over. */
  readonly expires_at: Date | null;
  readonly claimed: boolean;
  readonly userId: string;
  readonly generation: number;
}

/**
 * Gives `free` slots to the next in line who are present: first those who came back to their protected places, then from
 * the head on. Who is silent before the last of them is passed over and keeps a protected place. Who stands beyond the
 * tracked front has not been listened to and is taken at their word; if they are gone, the slot is taken back.
 */
export function admission(sql: Sql | Tx, terms: Terms): Statement<CalledRow[]> {
  const { concertId, free, places, head, front, graceFrom, forgivenSeconds, sessionSeconds } = terms;
  return sql<CalledRow[]>`
    with called as (
      (select entry, number, true as present from queue_tokens
       where concert_id = ${concertId} and status = 'WAIT' and skipped_at is not null
         and seen_at > now() - make_interval(secs => ${forgivenSeconds}) and number <= ${head}
       order by number limit ${free})
      union all
      (select entry, number, number > ${front}
         or greatest(seen_at, ${graceFrom}) > now() - make_interval(secs => ${forgivenSeconds})
       from queue_tokens
       where concert_id = ${concertId} and status = 'WAIT' and number > ${head}
       order by number limit ${places})
    ), ranked as (
      select entry, present, count(*) filter (where present) over (order by number) as rank from called
    )
    update queue_tokens as token set
      status = case when present then 'ACTIVE' else 'WAIT' end,
      admitted_at = case when present then statement_timestamp() end,
      expires_at = case when present then statement_timestamp() + make_interval(secs => ${sessionSeconds}) end,
      skipped_at = case when present then skipped_at else statement_timestamp() end,
      -- Who came in this very transaction has just been heard.
      seen_at = case when issued_at = now() then statement_timestamp() else seen_at end
    from ranked
    where token.concert_id = ${concertId} and token.entry = ranked.entry
      and rank <= ${free} and (present or rank < ${free})
    returning token.entry, token.number, token.expires_at, token.seen_at >= token.admitted_at as claimed,
      token.user_id as "userId", token.generation`;
}

/** In the order of the line. */
export function changesOf(called: readonly CalledRow[]): Change[] {
  return called
    .toSorted((a, b) => a.number - b.number)
    .map(({ entry, number, expires_at: end, claimed, ...fan }) =>
      end === null ? ['passed over', entry, number] : ['admitted', entry, number, end.getTime(), claimed, markOf(fan)],
    );
}

/** Takes the room's row, the lock of all its tokens, for the next statements of a flight. */
export function lockingRoom(sql: Sql, concertId: string): Part {
  return sql`select from rooms where concert_id = ${concertId} for update`;
}

/** A room as a flight has left it. */
export interface SavedRoom {
  readonly version: number;
  readonly head: number;
  readonly front: number;
  readonly lastNumber: number;
}

/** Somebody who was called. */
interface AdmittedRow extends SavedRoom, CalledRow {
  /** What the room was before. */
  readonly free: number;
  readonly headBefore: number;
}

/**
 * Lets in whom the free slots are for and writes the room back, in a flight that has locked it. Answers nothing where
 * nobody was called. `left`: the seats that are left, for a line that may be bound to them; without it a line that is bound
 * lets nobody in here, and one that is not is not asked about seats.
 */
export function admitting(sql: Sql, concertId: string, left?: Part): Statement<AdmittedRow[]> {
  const terms: Terms = {
    concertId,
    free: sql`(select free from room)`,
    places: sql`(select ${placesBy(sql, sql`free`)} from room)`,
    head: sql`(select head from room)`,
    front: sql`(select front from room)`,
    graceFrom: sql`(select grace_from from room)`,
    forgivenSeconds: sql`(select grace_seconds + ${grace_slack_seconds} from room)`,
    sessionSeconds: sql`(select session_seconds from room)`,
  };
  return sql<AdmittedRow[]>`
    with room as materialized (
      select *, case when ${mayAdmit(sql, left)} then greatest(0, ${slotsOf(sql, left)}) else 0 end as free
      from rooms where concert_id = ${concertId}
    ), called as (${admission(sql, terms)}
    ), saved as (
      update rooms set active = active + moved.admitted, active_ceiling = greatest(max_active, active + moved.admitted),
        openings = openings - moved.admitted, head = greatest(head, moved.last), front = greatest(front, head, moved.last), version = version + 1, is_live = true
      from (select count(expires_at)::int as admitted, max(number) as last from called) as moved
      where concert_id = ${concertId} and moved.last is not null
      returning version, head, front, last_number as "lastNumber"
    )
    select saved.*, called.*, room.free, room.head as "headBefore" from saved, called, room`;
}

function mayAdmit(sql: Sql, left: Part | undefined): Part {
  if (left === undefined) return sql`paused_reason is null and not bound_to_supply`;
  return sql`paused_reason is null and rests_until is null and waking_since is null`;
}

interface Admitting {
  readonly sql: Sql;
  readonly boards: { peek(concertId: string): Board | undefined };
  readonly supply: Pick<Supply, 'left'>;
}

/** The same as far as this server knows what the line is bound to: who is due and not let in by it is by the next look at the line. */
export function admittingFor({ sql, boards, supply }: Admitting, concertId: string): Statement<AdmittedRow[]> {
  const isBound = boards.peek(concertId)?.settings.boundToSupply ?? true;
  return admitting(sql, concertId, isBound ? supply.left(sql, concertId) : undefined);
}

/** Of a line that is bound, `null` is nobody's limit to `least`. */
function slotsOf(sql: Sql, left: Part | undefined): Part {
  if (left === undefined) return sql`max_active - active`;
  return sql`least(max_active - active, case when bound_to_supply then least(${left} - active, openings) end)`;
}

/**
 * The news of what `admitting` did, if it did anything, and whether slots are left free that the line behind the stretch
 * of silent places is due.
 */
export function admitted(concertId: string, rows: readonly AdmittedRow[]): { news: News | undefined; isDue: boolean } {
  const [row] = rows;
  if (row === undefined) return { news: undefined, isDue: false };
  const { version, head, front, lastNumber, free, headBefore } = row;
  const changes = changesOf(rows);
  const inside = rows.filter(({ expires_at: end }) => end !== null).length;
  return {
    news: { concertId, version, head, front, lastNumber, changes },
    isDue: inside < free && head - headBefore >= placesToCall(free),
  };
}

/**
 * Parts of a statement in which `paid` has the `entry` of sessions that their holds were paid from, all of them ACTIVE and
 * locked with their room: `ended` ends them, and `freed` gives their slots back. What they free is given on by `admitting`.
 * With `status || ''` no index of all who are inside is taken for cheaper than the place's key, as it is before a sale.
 */
export function endingPaid(sql: Sql, concertId: string): Part {
  return sql`
    ended as (
      update queue_tokens as token set status = 'EXPIRED', ended_at = now(), ended_because = 'PAID'
      from paid where token.concert_id = ${concertId} and token.entry = paid.entry and token.status || '' = 'ACTIVE'
      returning 1
    ), freed as (
      -- Whoever pays takes no seat from those who look for one, and leaves none: openings stay.
      update rooms set active = active - gone.sessions, active_ceiling = greatest(max_active, active - gone.sessions),
        version = version + 1
      from (select count(*)::int as sessions from ended) as gone
      where concert_id = ${concertId} and gone.sessions > 0
      returning version, head, greatest(front, head) as front, last_number
    )`;
}
