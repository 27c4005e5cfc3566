/**
 * Files to take along. They are written while they are read, a thousand rows at a time by key, so that memory does
 * not grow with the file and no transaction stays open for a slow reader. A file holds every row that was there when
 * it was asked for; what is added meanwhile is left out, so that it comes to an end during a sale too.
 */
import { Readable } from 'node:stream';
import type { Performance } from '../../catalog/catalog.ts';
import type { Sql } from '../../platform/database.ts';
import { OverloadedError } from '../../platform/lane.ts';
import { refuse } from '../../refusals.ts';
import { reservedSeats, type ReservationStatus } from '../../reservation/reservation.ts';
import { byteOrderMark, csvLine } from './csv.ts';
import type { DeskRooms } from './desk.ts';

export interface CsvFile {
  readonly name: string;
  /** UTF-8. Destroy it if nobody reads it to its end. */
  readonly content: Readable;
}

export interface Exports {
  /** Refusals: NOT_FOUND; `OverloadedError` when a few others are being written. */
  reservations(concertId: string): Promise<CsvFile>;
  /** The same. */
  ledger(userId: string): Promise<CsvFile>;
}

const page_rows = 1_000;
const at_once_max = 4;
const retry_after_seconds = 5;

type Rooms = Pick<DeskRooms, 'database' | 'accounts' | 'catalog'>;

export function createExports(rooms: Rooms, find: (userId: string) => Promise<unknown>): Exports {
  let open = 0;
  const file = (name: string, pages: () => AsyncIterable<string>): CsvFile => {
    if (open >= at_once_max) throw new OverloadedError('exports', retry_after_seconds);
    open += 1;
    const content = Readable.from(pages(), { objectMode: true, highWaterMark: 1 });
    content.once('close', () => {
      open -= 1;
    });
    return { name, content };
  };
  return {
    reservations: async (concertId) => {
      const performances = await rooms.catalog.performancesOf(concertId);
      if (performances.length === 0) throw refuse('NOT_FOUND');
      return file(`reservations-${concertId}.csv`, () => reservationPages(rooms, concertId, performances));
    },
    ledger: async (userId) => {
      await find(userId);
      const name = userId.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 80);
      return file(`ledger-${name}.csv`, () => ledgerPages(rooms.database.sql, userId));
    },
  };
}

const reservationColumns = [
  'reservationId',
  'status',
  'performanceId',
  'startsAt',
  'seats',
  'seatCount',
  'amount',
  'userId',
  'name',
  'email',
  'createdAt',
  'heldUntil',
  'releasedAt',
  'paidAt',
  'paymentId',
];

interface ReservationRow {
  readonly id: string;
  readonly status: ReservationStatus;
  readonly performanceId: string;
  readonly seatNumbers: number[];
  readonly amount: number;
  readonly userId: string;
  readonly createdAt: Date;
  readonly heldUntil: Date;
  readonly releasedAt: Date | null;
  readonly paidAt: Date | null;
  readonly paymentId: string | null;
}

async function* reservationPages(
  { database: { sql }, accounts }: Rooms,
  concertId: string,
  performances: readonly Performance[],
): AsyncGenerator<string> {
  const byId = new Map(performances.map((performance) => [performance.id, performance]));
  const [last] = await sql<{ id: string }[]>`
    select id from reservations where concert_id = ${concertId} and id > ${`${concertId}-`} and id < ${`${concertId}.`}
    order by id desc limit 1`;
  yield byteOrderMark + csvLine(reservationColumns);
  let after = `${concertId}-`;
  for (;;) {
    const rows = last === undefined ? [] : await reservationPage(sql, concertId, { after, until: last.id });
    const end = rows.at(-1);
    if (end === undefined) return;
    const users = await accounts.usersOf([...new Set(rows.map((row) => row.userId))]);
    yield rows.map((row) => reservationLine(row, byId.get(row.performanceId), users.get(row.userId))).join('');
    after = end.id;
  }
}

function reservationPage(sql: Sql, concertId: string, { after, until }: { after: string; until: string }) {
  return sql<ReservationRow[]>`
    select reservation.id, performance_id as "performanceId", seat_numbers as "seatNumbers", reservation.amount,
      reservation.user_id as "userId", reservation.created_at as "createdAt", held_until as "heldUntil",
      released_at as "releasedAt", payment.paid_at as "paidAt", payment.id as "paymentId",
      case when reservation.status = 'HELD' and held_until <= now() then 'EXPIRED' else reservation.status end as status
    from reservations as reservation
    left join payments as payment
      on payment.concert_id = reservation.concert_id and payment.reservation_id = reservation.id
    where reservation.concert_id = ${concertId} and reservation.id > ${after} and reservation.id <= ${until}
    order by reservation.id limit ${page_rows}`;
}

function reservationLine(
  row: ReservationRow,
  performance: Performance | undefined,
  user: { readonly name: string; readonly email: string } | undefined,
): string {
  const seats = performance === undefined ? [] : reservedSeats(performance, row.seatNumbers);
  const { name = null, email = null } = user ?? {};
  return csvLine([
    row.id,
    row.status,
    row.performanceId,
    performance?.startsAt ?? null,
    seats.map((seat) => seat.label).join('; '),
    row.seatNumbers.length,
    row.amount,
    row.userId,
    name,
    email,
    ...[row.createdAt, row.heldUntil, row.releasedAt, row.paidAt].map((time) => time?.toISOString() ?? null),
    row.paymentId,
  ]);
}

interface EntryRow {
  readonly id: number;
  readonly kind: string;
  readonly amount: number;
  readonly balance: number;
  readonly reference: string;
  readonly at: Date;
}

async function* ledgerPages(sql: Sql, userId: string): AsyncGenerator<string> {
  const [last] = await sql<{ id: number }[]>`
    select id from ledger_entries where user_id = ${userId} and account = 'WALLET' order by id desc limit 1`;
  yield byteOrderMark + csvLine(['id', 'at', 'kind', 'amount', 'balance', 'reference', 'userId']);
  let after = 0;
  for (;;) {
    const rows = await sql<EntryRow[]>`
      select id, kind, amount, balance, reference, at from ledger_entries
      where user_id = ${userId} and account = 'WALLET' and id > ${after} and id <= ${last?.id ?? 0}
      order by id limit ${page_rows}`;
    const end = rows.at(-1);
    if (end === undefined) return;
    yield rows
      .map(({ id, at, kind, amount, balance, reference }) =>
        csvLine([id, at.toISOString(), kind, amount, balance, reference, userId]),
      )
      .join('');
    after = end.id;
  }
}
