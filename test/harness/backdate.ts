/** Moves ends of holds in time instead of waiting for them. */
import type { Sql } from '../../src/platform/database.ts';

/**
 * Lets one hold or several end `inSeconds` from now, which may be negative. One statement changes reservations and seats:
 * a release or an audit in between would otherwise see half of a hold.
 */
export async function endHold(sql: Sql, reservations: string | readonly string[], inSeconds = -1): Promise<void> {
  await sql`
    with ended as (
      update reservations set held_until = now() + make_interval(secs => ${inSeconds})
      where id = any(${[reservations].flat()}::text[]) and status = 'HELD' returning concert_id, performance_id, id, held_until
    )
    update seats as seat set held_until = ended.held_until from ended
    where seat.concert_id = ended.concert_id and seat.performance_id = ended.performance_id
      and seat.reservation_id = ended.id and not seat.sold`;
}
