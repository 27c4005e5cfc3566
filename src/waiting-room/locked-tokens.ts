/**
 * What a transaction finds of the places that it locks: whose they are, whether they are ACTIVE, and for how long. Other
 * rooms decide by it inside their own transactions, whoever shows a token.
 */
import type { Sql, Statement, Tx } from '../platform/database.ts';
import { refuse, type Refusal } from '../refusals.ts';
import type { EndReason, TokenStatus } from './board.ts';
import type { Pass } from './tokens.ts';

export interface TokenState {
  readonly entry: number;
  readonly userId: string;
  readonly generation: number;
  readonly status: TokenStatus;
  /** Places to the head when last looked at; null unless WAIT. */
  readonly position: number | null;
  readonly endedBecause: EndReason | null;
  /** End of the session; null unless ACTIVE. */
  readonly expiresAt: Date | null;
  /** Latest end of a hold taken now: it ends with the session, which it extends as far as it may. Null unless ACTIVE. */
  readonly holdUntil: Date | null;
  /** ACTIVE and silent since: the slot would be taken back after the grace period. */
  readonly unheard: boolean;
}

/**
 * Whether the place that a token names is its user's, and the token not void. The database may have been restored since
 * from a backup, in which the number was not handed out yet: then it is another's by now, or nobody's.
 */
export function isOwn(
  state: Pick<TokenState, 'userId' | 'generation'> | undefined,
  { userId, generation }: Pick<Pass, 'userId' | 'generation'>,
): boolean {
  return state?.userId === userId && state.generation === generation;
}

/** The same as a filter. */
export const isOwnIn = (states: ReadonlyMap<number, TokenState>) => (pass: Pass) => isOwn(states.get(pass.entry), pass);

/** The refusal that the state of the place calls for which a token names; undefined if it is that fan's and ACTIVE. */
export function refusalFor(state: TokenState | undefined, pass: Pass): Refusal | undefined {
  return state === undefined || !isOwn(state, pass) ? refuse('QUEUE_TOKEN_INVALID') : refusalOf(state);
}

/** The refusal that the state of one's own place calls for; undefined if it is ACTIVE. */
export function refusalOf(state: Pick<TokenState, 'status' | 'position' | 'endedBecause'>): Refusal | undefined {
  if (state.status === 'WAIT') return refuse('NOT_ADMITTED', { position: state.position });
  if (state.status === 'EXPIRED') return refuse('ADMISSION_EXPIRED', { expiredBecause: state.endedBecause });
  return undefined;
}

type Part = Statement<readonly unknown[]>;

/**
 * Parts of statements, in which `token` is a place, `room` the room of its concert, and `asked` names the user and the
 * generation that a fan's token shows.
 */
export const tokenParts = (sql: Sql) => ({
  /** Whether the place is that fan's, the token not void, and the fan inside. For `status || ''` see `endingPaid`. */
  isInside: sql`token.user_id = asked.user_id and token.generation = asked.generation
    and token.status || '' = 'ACTIVE' and token.expires_at > now()` as Part,
  /** Latest end of a hold taken now: it extends the session to its own end, but to twice the session's length at most. */
  holdUntil: sql`least(now() + make_interval(secs => room.hold_seconds),
    greatest(token.expires_at, token.admitted_at + 2 * make_interval(secs => room.session_seconds)))` as Part,
  isUnheard: sql`token.is_unheard` as Part,
});

/** Locks these places for what the next statements of a flight decide. */
export function lockingPlaces(sql: Sql, concertId: string, entries: readonly number[]): Part {
  return sql`
    select from queue_tokens where concert_id = ${concertId} and entry = any(${entries}::bigint[])
    order by entry for no key update`;
}

/**
 * A part of a statement in which `granted` has the `entry` and `held_until` of holds, and in `is_to_be_told` whether the
 * hold outlasts the session, or its fan is unheard: moves the ends of these sessions, and writes down that their fans are
 * there, since a slot is not taken back from somebody who holds a seat.
 */
export function outlasting(sql: Sql, concertId: string): Part {
  return sql`
    update queue_tokens as token set expires_at = greatest(token.expires_at, granted.held_until),
      seen_at = case when ${tokenParts(sql).isUnheard} then statement_timestamp() else token.seen_at end
    from granted
    where token.concert_id = ${concertId} and token.entry = granted.entry and granted.is_to_be_told
    returning token.entry, token.expires_at`;
}

/** Locks these tokens' rows, in key order. An ACTIVE one past its time is told as EXPIRED, whoever sweeps it later. */
export async function lockTokens(
  tx: Tx,
  concertId: string,
  entries: readonly number[],
): Promise<Map<number, TokenState>> {
  const { holdUntil, isUnheard } = tokenParts(tx);
  const rows = await tx<(TokenState & { overdue: boolean })[]>`
    select token.entry, token.user_id as "userId", token.generation, token.status, token.ended_because as "endedBecause",
      case when token.status = 'WAIT' then greatest(1, token.number - room.head) end as position,
      token.status = 'ACTIVE' and token.expires_at <= now() as overdue,
      case when token.status = 'ACTIVE' then token.expires_at end as "expiresAt",
      case when token.status = 'ACTIVE' then ${holdUntil} end as "holdUntil", ${isUnheard} as unheard
    from queue_tokens as token, rooms as room
    where token.concert_id = ${concertId} and token.entry = any(${entries}::bigint[])
      and room.concert_id = ${concertId}
    order by token.entry for no key update of token`;
  return new Map(
    rows.map(({ overdue, ...state }) => [
      state.entry,
      overdue ? { ...state, status: 'EXPIRED', endedBecause: 'SESSION_ENDED' } : state,
    ]),
  );
}

/** Writes down that the fans of these entries are there; the caller has locked them. Waits for nothing. */
export function hear(tx: Tx, concertId: string, entries: readonly number[]): void {
  if (entries.length === 0) return;
  void tx`
    update queue_tokens set seen_at = statement_timestamp()
    where concert_id = ${concertId} and entry = any(${entries}::bigint[])`.execute();
}

/** A session that lasts until then. */
export interface SessionEnd {
  readonly entry: number;
  readonly expiresAt: Date;
}

/**
 * Moves the ends of these sessions, which the caller has locked and found to end earlier. Waits for nothing: it travels
 * with the commit, after which they are to be shown (`Boards.extended`).
 */
export function extendSessions(tx: Tx, concertId: string, sessions: readonly SessionEnd[]): void {
  if (sessions.length === 0) return;
  void tx`
    update queue_tokens as token set expires_at = extended.expires_at::timestamptz
    from unnest(${sessions.map(({ entry }) => entry)}::bigint[],
      ${sessions.map(({ expiresAt }) => expiresAt.toISOString())}::text[]) as extended (entry, expires_at)
    where token.concert_id = ${concertId} and token.entry = extended.entry`.execute();
}
