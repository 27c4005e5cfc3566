/** Moves ends of holds and sessions in time instead of waiting for them; what was answered under a key moves along. */
import type { Sql } from '../../src/platform/database.ts';

/** The answers to the holds that are `ended`: the audit compares them. */
const answering = (sql: Sql) => sql`
  answered as (
    update idempotency_keys as known
    set answer = regexp_replace(answer, '"heldUntil":"[^"]*"', format('"heldUntil":"%s"',
      to_char(held_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
    from ended where known.user_id = ended.user_id and starts_with(answer, format('{"id":"%s",', ended.id))
      and starts_with(fingerprint, 'hold ')
  )`;

/**
 * Lets one hold or several end `inSeconds` from now, which may be negative. One statement changes reservations and seats:
 * a release or an audit in between would otherwise see half of a hold.
 */
export async function endHold(sql: Sql, reservations: string | readonly string[], inSeconds = -1): Promise<void> {
  await sql`
    with ended as (
      update reservations set held_until = now() + make_interval(secs => ${inSeconds})
      where id = any(${[reservations].flat()}::text[]) and status = 'HELD'
      returning concert_id, performance_id, id, held_until, user_id
    ), ${answering(sql)}
    update seats as seat set held_until = ended.held_until from ended
    where seat.concert_id = ended.concert_id and seat.performance_id = ended.performance_id
      and seat.reservation_id = ended.id and not seat.sold`;
}

/**
 * Lets the sessions of a concert end `inSeconds` from now, each up to `spreadSeconds` later, or one fan's; and with
 * them whatever is held from them, as no hold outlasts its session.
 */
export async function endSessions(
  sql: Sql,
  concertId: string,
  { inSeconds = -1, spreadSeconds = 0, userId }: { inSeconds?: number; spreadSeconds?: number; userId?: string } = {},
): Promise<void> {
  await sql`
    with session as (
      update queue_tokens
      set expires_at = clock_timestamp() + make_interval(secs => ${inSeconds} + random() * ${spreadSeconds}::float8)
      where concert_id = ${concertId} and status = 'ACTIVE' 
        and (${userId ?? null}::text is null or user_id = ${userId ?? null})
      returning user_id, expires_at
    ), ended as (
      update reservations as hold set held_until = least(hold.held_until, session.expires_at) from session
      where hold.concert_id = ${concertId} and hold.user_id = session.user_id and hold.status = 'HELD'
      returning hold.performance_id, hold.id, hold.held_until, hold.user_id
    ), ${answering(sql)}
    update seats as seat set held_until = ended.held_until from ended
    where seat.concert_id = ${concertId} and seat.performance_id = ended.performance_id
      and seat.reservation_id = ended.id and not seat.sold`;
}
