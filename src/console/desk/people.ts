/** Who a fan is, what the wallet comes to, and which places in line there were. */
import type { UserName } from '../../accounts/accounts.ts';
import { currency } from '../../contract.ts';
import type { Sql } from '../../platform/database.ts';
import { refuse } from '../../refusals.ts';
import type { DeskRooms } from './desk.ts';

export interface Person {
  readonly id: string;
  /** Null, like the address and the day, for users of an outside provider: only their ids are known. */
  readonly name: string | null;
  readonly email: string | null;
  readonly role: 'fan' | 'operator';
  readonly createdAt: string | null;
}

export interface FoundPeople {
  readonly users: Person[];
  readonly more: boolean;
}

export interface PersonInFull extends Person {
  readonly currency: string;
  readonly wallet: Omit<WalletTotals, 'sum'> & { readonly adds: boolean };
  readonly places: Place[];
  readonly morePlaces: boolean;
}

interface WalletTotals {
  readonly balance: number;
  readonly entries: number;
  readonly charged: number;
  readonly paid: number;
  readonly refunded: number;
  readonly compensated: number;
  readonly withdrawn: number;
  readonly reversed: number;
  readonly owed: number;
  /** Of all entries, of whatever kind. */
  readonly sum: number;
}

interface Place {
  readonly concertId: string;
  readonly number: number;
  readonly status: 'WAIT' | 'ACTIVE' | 'EXPIRED';
  readonly position: number | null;
  readonly issuedAt: string;
  readonly admittedAt: string | null;
  readonly expiresAt: string | null;
  readonly endedAt: string | null;
  readonly endedBecause: 'PAID' | 'SESSION_ENDED' | 'LEFT' | 'ABSENT' | null;
}

type Rooms = Pick<DeskRooms, 'database' | 'accounts' | 'waitingRoom'>;

const found_max = 50;
const places_max = 100;

export async function findPeople({ database: { sql }, accounts }: Rooms, q: string): Promise<FoundPeople> {
  const text = q.normalize('NFC');
  const [known, ids] = await Promise.all([accounts.findUsers(text, found_max + 1), idsFrom(sql, text)]);
  const listed = new Set(known.map((user) => user.id));
  const others = ids.filter((id) => !listed.has(id));
  const named = await accounts.usersOf(others);
  const users = [...known.map(ofAccount), ...others.map((id) => personOf(id, named.get(id)))];
  return { users: users.slice(0, found_max), more: users.length > found_max };
}

/** Ids that begin so, of whoever left a trace: users of an outside provider have no account here. */
async function idsFrom(sql: Sql, q: string): Promise<string[]> {
  const end = `${q}\u{10ffff}`;
  const rows = await sql<{ id: string }[]>`
    select distinct id from (
      (select user_id as id from wallets where user_id >= ${q} and user_id < ${end} order by user_id limit ${found_max + 1})
      union all
      (select distinct user_id from reservations
        where user_id >= ${q} and user_id < ${end} order by user_id limit ${found_max + 1})
      union all
      (select distinct user_id from queue_tokens
        where status = 'EXPIRED' and user_id >= ${q} and user_id < ${end} order by user_id limit ${found_max + 1})
      union all
      (select live.user_id from concerts cross join lateral (
        select user_id from queue_tokens
        where concert_id = concerts.id and ended_because is null and user_id >= ${q} and user_id < ${end}
        order by user_id limit ${found_max + 1}) as live
        limit ${found_max + 1})
    ) as traces order by id limit ${found_max + 1}`;
  return rows.map(({ id }) => id);
}

function ofAccount({ id, name, email, role, createdAt }: UserName): Person {
  return { id, name, email, role, createdAt: createdAt.toISOString() };
}

function personOf(id: string, account: UserName | undefined): Person {
  if (account !== undefined) return ofAccount(account);
  return { id, name: null, email: null, role: 'fan', createdAt: null };
}

export async function person(rooms: Rooms, userId: string): Promise<PersonInFull> {
  const { sql } = rooms.database;
  const [accounts, totals, places, hasReservation] = await Promise.all([
    rooms.accounts.usersOf([userId]),
    totalsOf(sql, userId),
    placesOf(rooms, userId),
    sql`select from reservations where user_id = ${userId} limit 1`.then((rows) => rows.length > 0),
  ]);
  const account = accounts.get(userId);
  if (account === undefined && totals.entries === 0 && places.length === 0 && !hasReservation) {
    throw refuse('NOT_FOUND');
  }
  const { sum, ...wallet } = totals;
  return {
    ...personOf(userId, account),
    currency,
    wallet: { ...wallet, adds: sum === wallet.balance },
    places: places.slice(0, places_max),
    morePlaces: places.length > places_max,
  };
}

/** The balance by the same look: of a wallet that is being charged, two would not fit each other. */
async function totalsOf(sql: Sql, userId: string): Promise<WalletTotals> {
  const [totals] = await sql<[WalletTotals]>`
    select coalesce((select balance from wallets where user_id = ${userId}), 0)::bigint as balance,
      count(*)::bigint as entries,
      coalesce(sum(amount) filter (where kind = 'CHARGE'), 0)::bigint as charged,
      coalesce(-sum(amount) filter (where kind = 'PAYMENT'), 0)::bigint as paid,
      coalesce(sum(amount) filter (where kind = 'REFUND'), 0)::bigint as refunded,
      coalesce(sum(amount) filter (where kind = 'COMPENSATION'), 0)::bigint as compensated,
      coalesce(-sum(amount) filter (where kind = 'WITHDRAWAL'), 0)::bigint as withdrawn,
      coalesce(-sum(amount) filter (where kind = 'REVERSAL'), 0)::bigint as reversed,
      coalesce((select owed from wallets where user_id = ${userId}), 0)::bigint as owed,
      coalesce(sum(amount), 0)::bigint as sum
    from transfers where user_id = ${userId}`;
  return totals;
}

interface TokenRow {
  readonly concertId: string;
  readonly entry: number;
  readonly number: number;
  readonly status: Place['status'];
  readonly issuedAt: Date;
  readonly admittedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly endedAt: Date | null;
  readonly endedBecause: Place['endedBecause'];
}

/** Newest first, one more than are shown. Looking is no sign of life: the fan is not asked about. */
async function placesOf({ database: { sql }, waitingRoom }: Rooms, userId: string): Promise<Place[]> {
  const columns = sql`concert_id as "concertId", entry, number, issued_at as "issuedAt", admitted_at as "admittedAt",
    case when status = 'ACTIVE' and expires_at <= now() then 'EXPIRED' else status end as status,
    case when status = 'ACTIVE' and expires_at > now() then expires_at end as "expiresAt",
    case when status = 'ACTIVE' and expires_at <= now() then expires_at else ended_at end as "endedAt",
    case when status = 'ACTIVE' and expires_at <= now() then 'SESSION_ENDED' else ended_because end as "endedBecause"`;
  const rows = await sql<TokenRow[]>`
    (select ${columns} from queue_tokens where user_id = ${userId} and status = 'EXPIRED'
      order by issued_at desc limit ${places_max + 1})
    union all
    (select live.* from concerts cross join lateral (
      select ${columns} from queue_tokens
      where concert_id = concerts.id and user_id = ${userId} and ended_because is null) as live)
    order by "issuedAt" desc limit ${places_max + 1}`;
  return Promise.all(
    rows.map(async (row) => {
      const { concertId, number, status, endedBecause } = row;
      const board = status === 'WAIT' ? await waitingRoom.boards.open(concertId) : undefined;
      const standing = board?.standing(row.entry);
      return {
        concertId,
        number,
        status,
        position: standing?.status === 'WAIT' ? standing.position : null,
        issuedAt: row.issuedAt.toISOString(),
        admittedAt: iso(row.admittedAt),
        expiresAt: iso(row.expiresAt),
        endedAt: iso(row.endedAt),
        endedBecause,
      };
    }),
  );
}

function iso(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
}
