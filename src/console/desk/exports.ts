/**
 * Files to take along, in the language of whoever takes them: one seat a row, times by the hall's clock. They are written while they are read, some rows at a time by key, so that memory does
 * not grow with the file and no transaction stays open for a slow reader. A file holds every row that was there when
 * it was asked for; what is added meanwhile is left out, so that it comes to an end during a sale too.
 */
import { hall } from '../../../web/words/dates.ts';
import { entryKinds } from '../../../web/words/entry-kinds.ts';
import { placeIn, sectionOf, type Performance } from '../../catalog/catalog.ts';
import type { Sql } from '../../platform/database.ts';
import type { Language } from '../../platform/language.ts';
import { refuse } from '../../refusals.ts';
import type { ReservationStatus } from '../../reservation/reservation.ts';
import { byteOrderMark, csvLine, type Cell } from './csv.ts';
import type { CsvFile } from './csv-file.ts';
import type { DeskRooms } from './desk.ts';
import { fileWords, hallTime } from './file-words.ts';

export interface Exports {
  /** Refusals: NOT_FOUND; `OverloadedError` when a few others are being written. */
  reservations(concertId: string, language: Language): Promise<CsvFile>;
  /** The same. */
  ledger(userId: string, language: Language): Promise<CsvFile>;
}

const entries_per_page = 1_000;
/** Of at most a hundred seats each. */
const reservations_per_page = 250;

type Rooms = Pick<DeskRooms, 'database' | 'accounts' | 'catalog' | 'writeCsv'>;

export function createExports(rooms: Rooms, find: (userId: string) => Promise<unknown>): Exports {
  return {
    reservations: async (concertId, language) => {
      const performances = await rooms.catalog.performancesOf(concertId);
      if (performances.length === 0) throw refuse('NOT_FOUND');
      return rooms.writeCsv(`reservations-${concertId}.csv`, () => reservationPages(rooms, performances, language));
    },
    ledger: async (userId, language) => {
      await find(userId);
      const name = userId.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 80);
      return rooms.writeCsv(`ledger-${name}.csv`, () => ledgerPages(rooms.database.sql, userId, language));
    },
  };
}

interface ReservationRow {
  readonly id: string;
  readonly status: ReservationStatus;
  readonly performanceId: string;
  readonly seatNumbers: number[];
  readonly userId: string;
  readonly createdAt: string;
  readonly heldUntil: string;
  readonly releasedAt: string | null;
  readonly paidAt: string | null;
  readonly paymentId: string | null;
}

interface Buyer {
  readonly name: string;
  readonly email: string;
}

async function* reservationPages(
  { database: { sql }, accounts }: Rooms,
  performances: readonly Performance[],
  language: Language,
): AsyncGenerator<string> {
  const concertId = performances[0]?.concertId ?? '';
  const dates = new Map(performances.map((one) => [one.id, { performance: one, startsAt: hallTime(one.startsAt) }]));
  const [last] = await sql<{ id: string }[]>`
    select id from reservations where concert_id = ${concertId} and id > ${`${concertId}-`} and id < ${`${concertId}.`}
    order by id desc limit 1`;
  yield byteOrderMark + csvLine(fileWords[language].reservations);
  let after = `${concertId}-`;
  for (;;) {
    const rows = last === undefined ? [] : await reservationPage(sql, concertId, { after, until: last.id });
    const end = rows.at(-1);
    if (end === undefined) return;
    const users = await accounts.usersOf([...new Set(rows.map((row) => row.userId))]);
    const lines = rows.flatMap((row) => {
      const [before, behind] = around(row, users.get(row.userId), language);
      return seatCells(row, dates.get(row.performanceId)).map((seat) => csvLine([...before, ...seat, ...behind]));
    });
    yield lines.join('');
    after = end.id;
  }
}

function reservationPage(sql: Sql, concertId: string, { after, until }: { after: string; until: string }) {
  const local = (time: ReturnType<typeof sql>) =>
    sql`to_char(${time} at time zone ${hall.zone}, 'YYYY-MM-DD HH24:MI:SS')`;
  return sql<ReservationRow[]>`
    select id, performance_id as "performanceId", seat_numbers as "seatNumbers", user_id as "userId",
      ${local(sql`created_at`)} as "createdAt", ${local(sql`held_until`)} as "heldUntil",
      ${local(sql`released_at`)} as "releasedAt", ${local(sql`paid_at`)} as "paidAt", payment_id as "paymentId",
      case when status = 'HELD' and held_until <= now() then 'EXPIRED' else status end as status
    from reservations
    where concert_id = ${concertId} and id > ${after} and id <= ${until}
    order by id limit ${reservations_per_page}`;
}

/** What stands before and behind the seat in each of a reservation's rows. */
function around(
  row: ReservationRow,
  user: Buyer | undefined,
  language: Language,
): readonly [before: readonly Cell[], behind: readonly Cell[]] {
  const { name = null, email = null } = user ?? {};
  const times = [row.createdAt, row.paidAt, row.heldUntil, row.releasedAt];
  return [
    [row.id.slice(-8).toUpperCase(), fileWords[language].statuses[row.status]],
    [name, email, ...times, row.id, row.paymentId, row.userId],
  ];
}

/** Date, section, row, seat, grade and price of each seat. */
function seatCells(
  { seatNumbers }: ReservationRow,
  date: { readonly performance: Performance; readonly startsAt: string } | undefined,
): readonly (readonly Cell[])[] {
  return seatNumbers.map((number) => {
    const section = date === undefined ? undefined : sectionOf(date.performance.sections, number);
    if (date === undefined || section === undefined) return [null, null, null, number, null, null];
    const { row, place } = placeIn(section, number);
    return [date.startsAt, section.name, row, place, section.grade, section.price];
  });
}

interface EntryRow {
  readonly id: number;
  readonly kind: string;
  readonly amount: number;
  readonly balance: number;
  readonly reference: string;
  readonly at: string;
}

async function* ledgerPages(sql: Sql, userId: string, language: Language): AsyncGenerator<string> {
  const { entries } = fileWords[language];
  const kinds: Readonly<Record<string, string>> = entryKinds[language];
  const [last] = await sql<{ id: number }[]>`
    select id from transfers where user_id = ${userId} order by id desc limit 1`;
  yield byteOrderMark + csvLine(entries);
  let after = 0;
  for (;;) {
    const rows = await sql<EntryRow[]>`
      select id, kind, amount, balance, reference, to_char(at at time zone ${hall.zone}, 'YYYY-MM-DD HH24:MI:SS') as at
      from transfers
      where user_id = ${userId} and id > ${after} and id <= ${last?.id ?? 0}
      order by id limit ${entries_per_page}`;
    const end = rows.at(-1);
    if (end === undefined) return;
    yield rows
      .map(({ id, at, kind, amount, balance, reference }) =>
        csvLine([id, at, kinds[kind] ?? kind, amount, balance, reference, userId]),
      )
      .join('');
    after = end.id;
  }
}
