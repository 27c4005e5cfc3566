/** The line: who is inside, who waits, and in what order they were let in. */
import type { Check } from './check.ts';

export const lineChecks: readonly Check[] = [
  {
    name: 'I2 ACTIVE tokens are counted exactly and within maxActive',
    breaches: (tx) => tx`
      select concert_id, max_active, active_ceiling, active as counted, coalesce(inside, 0) as inside
      from rooms
      left join (select concert_id, count(*) as inside from queue_tokens where status = 'ACTIVE' group by concert_id) as token
        using (concert_id)
      where active <> coalesce(inside, 0) or coalesce(inside, 0) > active_ceiling
        or active_ceiling <> greatest(max_active, active)`,
  },
  {
    // Of those that ended long ago, the retention removed as many as it says, none of them beyond where it says it is.
    name: 'I3 the numbers of a line are 1 to the last, each once',
    breaches: (tx) => tx`
      select concert_id, last_number, removed, removed_to, tokens, later, numbers, lowest, highest
      from rooms
      full join (
        select concert_id, count(*) as tokens, count(*) filter (where entry > coalesce(removed_to, 0)) as later,
          count(distinct number) as numbers, min(number) as lowest, max(number) as highest
        from queue_tokens left join rooms using (concert_id) group by concert_id) as token using (concert_id)
      where coalesce(last_number, 0) <> coalesce(tokens, 0) + coalesce(removed, 0) or tokens <> numbers
        or coalesce(last_number - removed_to, 0) <> coalesce(later, 0) or lowest < 1 or highest > last_number`,
  },
  {
    name: 'I3 nobody waits behind the head of the line unless passed over',
    breaches: (tx) => tx`
      select concert_id, entry, number, head from queue_tokens join rooms using (concert_id)
      where status = 'WAIT' and number <= head and skipped_at is null`,
  },
  {
    // Whoever waited while a later number was let in must have been passed over for silence.
    name: 'I3 fans are admitted in the order of their numbers',
    breaches: (tx) => tx`
      select concert_id, entry, number, served_at, later_admitted_at
      from (
        select concert_id, entry, number, skipped_at, coalesce(admitted_at, ended_at, 'infinity') as served_at,
          min(admitted_at) over (partition by concert_id order by number desc
            rows between unbounded preceding and 1 preceding) as later_admitted_at
        from queue_tokens) as token
      where skipped_at is null and later_admitted_at < served_at`,
  },
  {
    name: 'I7 a user has at most one live token per concert',
    breaches: (tx) => tx`
      select concert_id, user_id, array_agg(entry order by entry) as entries from queue_tokens
      where status <> 'EXPIRED' group by concert_id, user_id having count(*) > 1`,
  },
];
