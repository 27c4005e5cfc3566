/**
 * The plain case of holding, in one flight: a fan's only hold of the batch, of seats that are free on this server's board
 * and that nobody before it wants, with a key that is new or without one. The statement grants what the rule of holding.ts
 * would grant, leaves alone whatever is not plain, and stands only if every seat that it takes is as the board has it, and
 * every date as the catalog has it: what is stale is found out, and then the general case decides all of it.
 */
import { saleEndOf } from '../catalog/catalog.ts';
import { keyParts } from '../idempotency/idempotency.ts';
import type { Database, Sql, Statement } from '../platform/database.ts';
import { inBraces } from '../platform/values.ts';
import { lockingPlaces, outlasting, tokenParts, type SessionEnd } from '../waiting-room/gate.ts';
import type { Reservation } from './answer.ts';
import { counting } from './counting.ts';
import { bySeatKey, holds_max, holds_seconds, seatKey, wishOf, type Hold } from './holding.ts';
import { keptSeats } from './paid.ts';
import { rememberedIn } from './remembered-holds.ts';
import type { SeatChange } from './seat-board.ts';
import type { SeatBoards } from './seat-boards.ts';

export interface PlainlyHeld {
  readonly held: ReadonlyMap<Hold, Reservation>;
  readonly changes: readonly SeatChange[];
  /** Those that these holds outlast. */
  readonly sessions: readonly SessionEnd[];
  readonly granted: number;
}

export interface Holding {
  readonly database: Database;
  readonly boards: SeatBoards;
  readonly rateLimit: boolean;
}

/**
 * Holds what is plain in one flight; the others it leaves alone. Rejects with a conflict, so that nothing of it stands,
 * if a seat is not as the board has it. Undefined where nothing is plain.
 */
export async function holdPlainly(
  { database, boards, rateLimit }: Holding,
  concertId: string,
  holds: readonly Hold[],
): Promise<PlainlyHeld | undefined> {
  const plain = plainHolds(boards, holds);
  if (plain.length === 0) return undefined;
  const { sql } = database;
  const entries = plain.map(({ hold }) => hold.pass.entry);
  const [, rows] = await database.flight([
    lockingPlaces(sql, concertId, entries),
    holding(sql, concertId, { plain, rateLimit }),
  ]);
  const held = new Map<Hold, Reservation>();
  const changes: SeatChange[] = [];
  const sessions: SessionEnd[] = [];
  for (const { place, entry, at: end, isSession } of rows) {
    if (isSession) sessions.push({ entry, expiresAt: end });
    const one = isSession ? undefined : plain[place - 1];
    if (one === undefined) continue;
    const { hold, versions, wish } = one;
    held.set(hold, { ...wish, heldUntil: end.toISOString() });
    for (const [at, number] of hold.numbers.entries())
      changes.push({ performanceId: hold.performance.id, number, code: 1, version: (versions[at] ?? 0) + 1 });
  }
  return { held, changes, sessions, granted: held.size };
}

interface PlainHold {
  readonly hold: Hold;
  /** Of its seats on the board, in the order of its numbers. */
  readonly versions: readonly number[];
  readonly wish: Omit<Reservation, 'heldUntil'>;
}

/** Those that are plain, in the order of arrival. */
function plainHolds(boards: SeatBoards, holds: readonly Hold[]): PlainHold[] {
  const wanted = new Set<string>();
  return holds.flatMap((hold) => {
    const { pass, performance, numbers } = hold;
    const keys = [pass.userId, ...numbers.map((number) => seatKey(performance.id, number))];
    const isFirst = keys.every((key) => !wanted.has(key));
    for (const key of keys) wanted.add(key);
    const board = boards.known(performance.id)?.board;
    const versions = numbers.map((number) => board?.versionIfFree(number));
    return isFirst && versions.every((version) => version !== undefined)
      ? [{ hold, versions, wish: wishOf(hold) }]
      : [];
  });
}

interface Granting {
  readonly plain: readonly PlainHold[];
  readonly rateLimit: boolean;
}

/** A hold that was granted, by its place, and when it ends; or a session that ends later now. */
interface GrantedRow {
  readonly place: number;
  readonly entry: number;
  readonly at: Date;
  readonly isSession: boolean;
}

/**
 * Parts of a statement: the holds as `asked`, as they are `judged` by the rule, and those `granted`. The places are locked by
 * the statement before, so no other server counts or holds for the same fans meanwhile.
 */
function judging(sql: Sql, concertId: string, { plain, rateLimit }: Granting): Statement<readonly unknown[]> {
  const { isInside, holdUntil, isUnheard } = tokenParts(sql);
  const { columns, names, isNew, answer } = keyedColumns(sql, plain);
  return sql`
    asked as (
      select * from unnest(${plain.map(({ hold }) => hold.pass.entry)}::bigint[],
        ${plain.map(({ hold }) => hold.pass.userId)}::text[], ${plain.map(({ hold }) => hold.pass.generation)}::int[],
        ${plain.map(({ hold }) => hold.id)}::text[], ${plain.map(({ hold }) => hold.performance.id)}::text[],
        ${plain.map(({ hold }) => inBraces(hold.numbers))}::text[], ${plain.map(({ wish }) => wish.amount)}::bigint[],
        ${plain.map(({ hold }) => saleEndOf(hold.performance))}::timestamptz[]${columns})
        with ordinality as asked (entry, user_id, generation, id, performance_id, seat_numbers, amount, sale_end${names}, place)
    ), judged as (
      select asked.*, asked.seat_numbers::int[] as numbers, case when ${isInside} and sale_end > now()${isNew}
          and own.seats + cardinality(asked.seat_numbers::int[]) <= room.max_seats_per_fan and own.made < ${rateLimit ? holds_max : Number.MAX_SAFE_INTEGER}
        then date_trunc('milliseconds', least(${holdUntil}, sale_end)) end as held_until,
        token.expires_at, ${isUnheard} as is_unheard
      from asked
      join rooms as room on room.concert_id = ${concertId}
      left join queue_tokens as token on token.concert_id = ${concertId} and token.entry = asked.entry
      cross join lateral (
        select coalesce(sum(${keptSeats(sql)}) filter (where performance_id = asked.performance_id
            and (status = 'CONFIRMED' or status = 'HELD' and held_until > now())), 0) as seats,
          count(*) filter (where created_at > now() - make_interval(secs => ${holds_seconds})) as made
        from reservations where user_id = asked.user_id and concert_id = ${concertId}) as own
    ), granted as (
      select *, held_until > expires_at or is_unheard as is_to_be_told${answer} from judged where held_until is not null
    )`;
}

type Part = Statement<readonly unknown[]>;

const isKeyed = (plain: readonly PlainHold[]): boolean => plain.some(({ hold }) => hold.key !== undefined);

/** What keys add to the statement: nothing where none of the holds has one. */
function keyedColumns(sql: Sql, plain: readonly PlainHold[]): Record<'columns' | 'names' | 'isNew' | 'answer', Part> {
  if (!isKeyed(plain)) return { columns: sql``, names: sql``, isNew: sql``, answer: sql`` };
  return {
    columns: sql`, ${plain.map(({ hold }) => hold.key ?? null)}::text[], ${plain.map(({ hold }) => hold.fingerprint)}::text[]`,
    names: sql`, key, fingerprint`,
    isNew: sql` and ${keyParts(sql, 'granted').isNew}`,
    answer: sql`, ${rememberedIn(sql)} as answer`,
  };
}

/** The revisions of the dates; of one that changed while these holds came the oldest, by which none of them stands. */
function datesOf(plain: readonly PlainHold[]): ReadonlyMap<string, number> {
  const dates = new Map<string, number>();
  for (const { hold } of plain) {
    const { id, revision } = hold.performance;
    dates.set(id, Math.min(revision, dates.get(id) ?? revision));
  }
  return dates;
}

/** Takes the seats of what is granted, as they are on the board or not at all. */
function holding(sql: Sql, concertId: string, granting: Granting): Statement<GrantedRow[]> {
  const seats = granting.plain
    .flatMap(({ hold, versions }, place) =>
      hold.numbers.map((number, at) => ({
        performanceId: hold.performance.id,
        number,
        version: versions[at] ?? 0,
        id: hold.id,
        place: place + 1,
      })),
    )
    .toSorted(bySeatKey);
  const dates = datesOf(granting.plain);
  // After everything that takes a lock.
  const remembered = isKeyed(granting.plain) ? sql`, ${keyParts(sql, 'granted').remembered}` : sql``;
  return sql<GrantedRow[]>`
    with ${judging(sql, concertId, granting)}, ends as materialized (
      -- Found by place: in a join each would be compared with each, for PostgreSQL cannot know how many there are.
      select array_agg(held_until order by place) as of from judged
    ), reserved as (
      insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, held_until)
      select ${concertId}, id, performance_id, user_id, numbers, amount, held_until from granted
    ), extended as (${outlasting(sql, concertId)}
    ), taken as (
      update seats as seat set reservation_id = wanted.id, held_until = ends.of[wanted.place], version = seat.version + 1
      from ends, unnest(${seats.map(({ performanceId }) => performanceId)}::text[], ${seats.map(({ number }) => number)}::int[],
        ${seats.map(({ version }) => version)}::int[], ${seats.map(({ id }) => id)}::text[],
        ${seats.map(({ place }) => place)}::int[]) as wanted (performance_id, number, version, id, place)
      where seat.concert_id = ${concertId} and seat.performance_id = wanted.performance_id and seat.number = wanted.number
        and ends.of[wanted.place] is not null
        and seat.version = wanted.version and not seat.sold and (seat.held_until is null or seat.held_until <= now())
      returning seat.performance_id
    ), change as (
      select performance_id, count(*)::int as changes, 0 as seats, 0::bigint as amount, revision
      from taken join unnest(${[...dates.keys()]}::text[], ${[...dates.values()]}::int[]) as went_by (performance_id, revision)
        using (performance_id)
      group by performance_id, revision
    ), ${counting(sql, concertId)}${remembered}, met as (
      select expect_rows((select count(*) from taken) + (select count(*) from counted),
        (select coalesce(sum(cardinality(numbers)), 0) from granted)::bigint + (select count(*) from change)) as all
    )
    select place::int, entry, held_until as at, false as "isSession" from granted, met where met.all::text is not null
    union all
    select null, entry, expires_at, true from extended`;
}
