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
import type { GivenBack, ReservationStatus } from '../../reservation/reservation.ts';
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
  /** Of each seat that was given back; null where there is none. */
  readonly givenBack: readonly SeatGivenBack[] | null;
}

interface SeatGivenBack {
  readonly number: number;
  readonly fee: number;
  readonly reason: GivenBack['reason'];
  readonly at: string;
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
      const user = users.get(row.userId);
      const givenBack = new Map(row.givenBack?.map((seat) => [seat.number, seat]));
      return seatsOf(row, dates.get(row.performanceId)).map((seat) =>
        csvLine(seatLine({ row, user, seat, back: givenBack.get(seat.number) }, language)),
      );
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
      case when status = 'HELD' and held_until <= now() then 'EXPIRED' else status end as status,
      case when cancelled_numbers is not null then (
        select json_agg(json_build_object('number', seat.number, 'fee', seat.fee, 'reason', reason, 'at', ${local(sql`past.at`)}))
        from cancellations as past cross join lateral unnest(past.seat_numbers, past.seat_fees) as seat (number, fee)
        where past.concert_id = reservations.concert_id and past.reservation_id = reservations.id) end as "givenBack"
    from reservations
    where concert_id = ${concertId} and id > ${after} and id <= ${until}
    order by id limit ${reservations_per_page}`;
}

interface Line {
  readonly row: ReservationRow;
  readonly user: Buyer | undefined;
  readonly seat: SeatOfLine;
  /** Undefined where it was not given back after it was paid. */
  readonly back: SeatGivenBack | undefined;
}

/** Prices less refunds of what was paid are the money kept, row by row and in sum. */
function seatLine({ row, user, seat, back }: Line, language: Language): readonly Cell[] {
  const { name = null, email = null } = user ?? {};
  const { statuses, givenBack, reasons } = fileWords[language];
  const [refund, fee] = back === undefined ? [null, null] : [(seat.price ?? 0) - back.fee, back.fee];
  return [
    row.id.slice(-8).toUpperCase(),
    back === undefined ? statuses[row.status] : givenBack,
    ...seat.cells,
    seat.price,
    refund,
    fee,
    name,
    email,
    row.createdAt,
    row.paidAt,
    row.heldUntil,
    row.releasedAt,
    back?.at ?? null,
    back === undefined ? null : reasons[back.reason],
    row.id,
    row.paymentId,
    row.userId,
  ];
}

interface SeatOfLine {
  readonly number: number;
  readonly price: number | null;
  /** Date, section, row, seat and grade. */
  readonly cells: readonly Cell[];
}

function seatsOf(
  { seatNumbers }: ReservationRow,
  date: { readonly performance: Performance; readonly startsAt: string } | undefined,
): readonly SeatOfLine[] {
  return seatNumbers.map((number) => {
    const section = date === undefined ? undefined : sectionOf(date.performance.sections, number);
    if (date === undefined || section === undefined)
      return { number, price: null, cells: [null, null, null, number, null] };
    const { row, place } = placeIn(section, number);
    return { number, price: section.price, cells: [date.startsAt, section.name, row, place, section.grade] };
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
