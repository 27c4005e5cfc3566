/**
 * Which reservations somebody can mean who says a number, a seat, a name or an address. Each way to look is bounded and by
 * an index, whatever the number of reservations: what comes out is ids.
 */
import type { Accounts } from '../accounts/accounts.ts';
import type { Sql } from '../platform/database.ts';
import { seatsNamed } from './find-seats.ts';

export interface Fitting {
  readonly ids: readonly string[];
  /** All of theirs fit. */
  readonly userIds: readonly string[];
}

export interface Wanted {
  readonly q?: string | undefined;
  readonly userId?: string | undefined;
  readonly concertId?: string | undefined;
}

const ids_max = 1_000;
/** Whose ids begin with what was asked. */
const users_max = 1_000;

export async function fitting(
  { sql, accounts }: { readonly sql: Sql; readonly accounts: Pick<Accounts, 'findUsers'> },
  { q, userId, concertId }: Wanted,
): Promise<Fitting> {
  if (q === undefined) return { ids: [], userIds: userId === undefined ? [] : [userId] };
  // As everything that is stored; NFC on both sides.
  const text = q.normalize('NFC').trim();
  const part = numberPart(text);
  const [known, begun, seats, numbered] = await Promise.all([
    accounts.findUsers(text),
    usersBegunBy(sql, text),
    seatsNamed(sql, text, concertId),
    part === undefined ? [] : numberedBy(sql, part),
  ]);
  return {
    ids: [text, ...numbered, ...seats.flatMap(({ reservationId }) => reservationId ?? [])],
    userIds: [...new Set([...known.map(({ id }) => id), ...begun])],
  };
}

/** Four to eight characters, as people read them out; in two groups, too. */
function numberPart(text: string): string | undefined {
  const plain = text.normalize('NFKC').toLowerCase().replace(/^#/, '');
  const [, first = '', second = ''] = /^([a-z0-9]{4})[ -]?([a-z0-9]{0,4})$/.exec(plain) ?? [];
  return first === '' ? undefined : first + second;
}

/**
 * The index knows a number from its third character on, and then its first two. A part that begins later is looked for behind
 * every one or two characters that may stand before it there: at most 1,333 looks of some microseconds. Of one that begins with
 * a number's first or second character the index finds what follows those: one in 1,296 reservations at most, of which it
 * knows the first two.
 */
async function numberedBy(sql: Sql, part: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    with letter as (
      select substr('0123456789abcdefghijklmnopqrstuvwxyz', place, 1) collate "C" as one from generate_series(1, 36) as place
    ), around as (
      select '' collate "C" as beside union all select one from letter
      union all select one.one || other.one from letter as one, letter as other
    )
    (select found.id from around cross join lateral (
      select id from reservations
      where status <> 'HELD' and right(id, 6) >= beside || ${part}::text and right(id, 6) < beside || ${part}::text || '~'
      limit ${ids_max}) as found
      where length(beside) <= 6 - ${part.length}::int limit ${ids_max})
    union
    (select id from reservations
      where status <> 'HELD' and right(id, 6) >= substr(${part}::text, 3) and right(id, 6) < substr(${part}::text, 3) || '~'
        and left(right(id, 8), 2) = left(${part}::text, 2)
      limit ${ids_max})
    union
    (select id from reservations
      where status <> 'HELD' and right(id, 6) >= substr(${part}::text, 2) and right(id, 6) < substr(${part}::text, 2) || '~'
        and ${part.length}::int < 8 and right(left(right(id, 8), 2), 1) = left(${part}::text, 1)
      limit ${ids_max})
    union
    (select id from reservations where status = 'HELD' and position(${part}::text in right(id, 8)) > 0 limit ${ids_max})`;
  return rows.map(({ id }) => id);
}

/** As a range: a plan made before the text is known has no index for a pattern. */
async function usersBegunBy(sql: Sql, text: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select distinct user_id as id from reservations where user_id >= ${text} and user_id < ${`${text}\u{10ffff}`}
    order by user_id limit ${users_max}`;
  return rows.map(({ id }) => id);
}
