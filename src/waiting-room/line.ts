/**
 * The rules of the line, as the statements that carry them out. Every transaction that issues, admits or ends
 * takes the room's row first (`lockRoom`), changes tokens through the functions here, and writes the room back
 * last (`saveRoom`); the news of it are shown after the commit. Each statement names its one concert.
 */
import type { Tx } from '../platform/database.ts';
import { grace_slack_seconds } from './admission.ts';
import type { Change, EndReason, News, Settings, TokenStatus } from './board.ts';
import { frontPlaces } from './front.ts';

/** A room whose row this transaction has locked, and what the transaction has changed so far. */
export interface LockedRoom {
  readonly concertId: string;
  readonly maxActive: number;
  readonly sessionSeconds: number;
  /** How long silence is forgiven, with what a poll in flight and a server's flush take. */
  readonly forgivenSeconds: number;
  readonly paused: boolean;
  readonly boundToSupply: boolean;
  /** See `resting.ts`; nobody is let in. */
  readonly isAtRest: boolean;
  /** For so long; null while it is not waking. Nobody is let in. */
  wakingMs: number | null;
  graceFrom: Date;
  /** See the table; null where nobody has counted yet. */
  openings: number | null;
  lastNumber: number;
  head: number;
  front: number;
  active: number;
  version: number;
  readonly changes: Change[];
}

/** Someone passed over for silence keeps a place at the head for this many times the grace period. */
const second_chance_graces = 15;
const front_step_places_max = 5_000;
const ended_at_once_max = 5_000;

/** Takes the room's row, the lock of all its tokens. Undefined if there is none, or, with `skipLocked`, if another has it. */
export async function lockRoom(
  tx: Tx,
  concertId: string,
  options: { skipLocked?: boolean } = {},
): Promise<LockedRoom | undefined> {
  const skip = options.skipLocked === true ? tx`skip locked` : tx``;
  // `execute` sends it now: awaiting would send it a moment later, behind a statement that relies on the lock.
  const [row] = await tx<RoomRow[]>`
    select max_active, session_seconds, grace_seconds, paused_reason, grace_from, last_number, head, front, active, version,
      bound_to_supply, openings, rests_until is not null as is_at_rest, extract(epoch from statement_timestamp() - waking_since)::float8 * 1000 as waking_ms
    from rooms where concert_id = ${concertId} for update ${skip}`.execute();
  if (row === undefined) return undefined;
  return {
    concertId,
    maxActive: row.max_active,
    sessionSeconds: row.session_seconds,
    forgivenSeconds: row.grace_seconds + grace_slack_seconds,
    paused: row.paused_reason !== null,
    boundToSupply: row.bound_to_supply,
    isAtRest: row.is_at_rest,
    wakingMs: row.waking_ms,
    graceFrom: row.grace_from,
    openings: row.openings,
    lastNumber: row.last_number,
    head: row.head,
    front: row.front,
    active: row.active,
    version: row.version,
    changes: [],
  };
}

interface RoomRow {
  max_active: number;
  session_seconds: number;
  grace_seconds: number;
  paused_reason: string | null;
  grace_from: Date;
  last_number: number;
  head: number;
  front: number;
  active: number;
  version: number;
  bound_to_supply: boolean;
  openings: number | null;
  is_at_rest: boolean;
  waking_ms: number | null;
}

/**
 * Appends users to the line in the order given; none of them may have a live token. Answers their entries and waits
 * for nothing: if they cannot be written, the transaction fails.
 */
export function join(tx: Tx, room: LockedRoom, userIds: readonly string[]): number[] {
  const entries = userIds.map((_, index) => room.lastNumber + 1 + index);
  void tx`
    insert into queue_tokens (concert_id, entry, number, user_id)
    select ${room.concertId}, entry, entry, user_id
    from unnest(${entries}::bigint[], ${userIds}::text[]) as fan (entry, user_id)`.execute();
  // Having just come is a sign of life, so a place that falls within the tracked front needs no look of its own.
  const isWholeLine = room.front === room.lastNumber;
  room.lastNumber += userIds.length;
  if (isWholeLine) moveFront(room, frontPlaces(room.maxActive));
  return entries;
}

/** Ends the live ones of these tokens, found by their key (for `status || ''` see `endingPaid`). Answers the entries that this call ended. */
export async function end(
  tx: Tx,
  room: LockedRoom,
  entries: readonly number[],
  because: EndReason,
): Promise<Set<number>> {
  const ended = await tx<EndedRow[]>`
    update queue_tokens set status = 'EXPIRED', ended_at = now(), ended_because = ${because}
    where concert_id = ${room.concertId} and entry = any(${entries}::bigint[]) and status || '' <> 'EXPIRED'
    returning entry, number, status, admitted_at is not null as was_active, ended_because`;
  return noteEnded(room, ended);
}

/**
 * Ends sessions whose time is over. One whose token is locked, by a seat hold about to extend it, is left for the
 * next time. Answers the entries that this call ended.
 */
export async function endOverdue(tx: Tx, room: LockedRoom): Promise<Set<number>> {
  const ended = await tx<EndedRow[]>`
    with due as (
      select entry from queue_tokens
      where concert_id = ${room.concertId} and status = 'ACTIVE' and expires_at <= now()
      order by expires_at limit ${ended_at_once_max} for update skip locked
    )
    update queue_tokens as token set status = 'EXPIRED', ended_at = now(), ended_because = 'SESSION_ENDED'
    from due where token.concert_id = ${room.concertId} and token.entry = due.entry
    returning token.entry, number, status, true as was_active, ended_because`;
  return noteEnded(room, ended);
}

/**
 * Takes back slots that were given to somebody who has shown no sign of life since, and ends the places of those
 * who were silent past their second chance. The first silence costs a protected place, the second the place.
 */
export async function endAbsent(tx: Tx, room: LockedRoom): Promise<void> {
  const withdrawn = await tx<EndedRow[]>`
    with silent as (
      select entry from queue_tokens
      where concert_id = ${room.concertId} and is_unheard
        and greatest(admitted_at, ${room.graceFrom}) <= now() - make_interval(secs => ${room.forgivenSeconds})
      order by admitted_at limit ${ended_at_once_max} for update skip locked
    )
    update queue_tokens as token set
      status = case when skipped_at is null then 'WAIT' else 'EXPIRED' end,
      ended_because = case when skipped_at is null then null else 'ABSENT' end,
      ended_at = case when skipped_at is null then null else now() end,
      skipped_at = coalesce(skipped_at, now()),
      admitted_at = null,
      expires_at = null
    from silent where token.concert_id = ${room.concertId} and token.entry = silent.entry
    returning token.entry, number, status, true as was_active, ended_because`;
  const absent = await tx<EndedRow[]>`
    with silent as (
      select entry from queue_tokens
      where concert_id = ${room.concertId} and status = 'WAIT' and skipped_at is not null
        and skipped_at <= now() - make_interval(secs => ${room.forgivenSeconds * second_chance_graces})
        and greatest(seen_at, ${room.graceFrom}) <= now() - make_interval(secs => ${room.forgivenSeconds * second_chance_graces})
      order by skipped_at limit ${ended_at_once_max} for update skip locked
    )
    update queue_tokens as token set status = 'EXPIRED', ended_at = now(), ended_because = 'ABSENT'
    from silent where token.concert_id = ${room.concertId} and token.entry = silent.entry
    returning token.entry, number, status, false as was_active, ended_because`;
  noteEnded(room, [...withdrawn, ...absent]);
}

interface EndedRow {
  entry: number;
  number: number;
  status: TokenStatus;
  was_active: boolean;
  ended_because: EndReason | null;
}

function noteEnded(room: LockedRoom, rows: readonly EndedRow[]): Set<number> {
  for (const { entry, number, was_active, ended_because } of rows) {
    if (was_active) room.active -= 1;
    // Who held nothing looked for a seat that another one can have now; whoever held something gives it back.
    if (was_active && ended_because !== 'PAID' && room.openings !== null) room.openings += 1;
    room.changes.push(
      ended_because === null ? ['passed over', entry, number] : ['ended', entry, number, ended_because],
    );
  }
  return new Set(rows.map((row) => row.entry));
}

/**
 * Moves the tracked front to `places` beyond the head. Whoever comes within it is taken to be present from now
 * on, so nobody is called absent before having been listened to for a whole grace period.
 */
export async function extendFront(tx: Tx, room: LockedRoom, places: number): Promise<void> {
  const { front } = room;
  moveFront(room, Math.min(places, Math.max(front - room.head, 0) + front_step_places_max));
  if (room.front === front) return;
  await tx`
    update queue_tokens set seen_at = now()
    where concert_id = ${room.concertId} and status = 'WAIT' and number > ${front} and number <= ${room.front}`;
}

/** Never back, and never past the end of the line. */
function moveFront(room: LockedRoom, places: number): void {
  room.front = Math.max(room.front, Math.min(room.lastNumber, room.head + places));
}

/**
 * Writes the room back, without waiting: let it be the last of the transaction, so that it travels with the commit.
 * Answers the news of it, with the settings if these changed, to be shown after the commit (`Boards.show`), here and
 * everywhere.
 */
export function saveRoom(tx: Tx, room: LockedRoom, settings?: Settings): News {
  room.version += 1;
  const { concertId, version, head, lastNumber, changes } = room;
  const front = Math.max(room.front, head);
  const news: News = { concertId, version, head, front, lastNumber, changes, settings };
  void tx`
    update rooms set last_number = ${lastNumber}, head = ${head}, front = ${front}, active = ${room.active},
      active_ceiling = greatest(max_active, ${room.active}::integer), version = ${version}, openings = ${room.openings},
      is_live = rests_until is null
    where concert_id = ${concertId}`.execute();
  return news;
}
