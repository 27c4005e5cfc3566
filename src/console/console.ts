/**
 * Behind the counter: what an operator puts on sale, changes and sees. Every change is written down with who made
 * it, by the same transaction.
 */
import type { Accounts } from '../accounts/accounts.ts';
import { concertDefaults, concertLimits, currency } from '../contract.ts';
import type { Catalog, CreatedPerformance, NewConcert } from '../catalog/catalog.ts';
import type { Database, Tx } from '../platform/database.ts';
import { refuse } from '../refusals.ts';
import type { Reservations, SeatNumbers } from '../reservation/reservation.ts';
import { changeSettings, openRoom, type LineNumbers, type Settings, type WaitingRoom } from '../waiting-room/gate.ts';
import type { Once, Wallet } from '../wallet/wallet.ts';
import { createDesk, type Desk } from './desk/desk.ts';
import { fingerprintOf, once } from './once.ts';
import { listReservations, type ReservationQuery, type ReservationsPage } from './reservations.ts';

/** A concert to put on sale; settings left out are the contract's defaults. */
export type NewSale = NewConcert & Partial<Omit<Settings, 'paused'>>;

export interface CreatedSale extends Omit<Settings, 'paused'> {
  readonly id: string;
  readonly title: string;
  readonly artist: string;
  readonly venue: string;
  readonly currency: string;
  readonly performances: CreatedPerformance[];
}

export interface Overview extends LineNumbers {
  readonly seats: SeatNumbers;
  /** What was paid, in whole units of the currency. */
  readonly revenue: number;
}

export interface Console {
  /**
   * Puts a concert on sale: its dates, its line and its seats, in one transaction. `operatorId` is null when the
   * service itself does it. Refusal: VALIDATION_FAILED, for a date that is none, a performance of more than
   * 100,000 seats, or more than 1,000,000 seats in all.
   */
  createConcert(sale: NewSale, operatorId?: string | null): Promise<CreatedSale>;
  /**
   * The same, once for each key of the operator's: a repeat gets the first answer again. Further refusal:
   * IDEMPOTENCY_KEY_REUSED.
   */
  createConcertOnce(sale: NewSale, operatorId: string, key: string): Promise<Once<CreatedSale>>;
  readonly desk: Desk;
  /** Changes what is named, in force on this server at once, on the others within 2 s. Refusal: NOT_FOUND. */
  updateConcert(concertId: string, patch: Partial<Settings>, operatorId: string): Promise<Settings & { id: string }>;
  /** Refusal: NOT_FOUND. */
  overview(concertId: string): Promise<Overview>;
  /** Everybody's reservations, newest first. Refusal: VALIDATION_FAILED for a cursor that is none. */
  reservations(query: ReservationQuery): Promise<ReservationsPage>;
}

export interface ConsoleRooms {
  readonly database: Database;
  readonly accounts: Pick<Accounts, 'findUsers' | 'usersOf'>;
  readonly catalog: Catalog;
  readonly waitingRoom: Pick<WaitingRoom, 'boards' | 'numbers' | 'settings'>;
  readonly reservations: Pick<Reservations, 'layOutSeats' | 'seatNumbersByState'>;
  readonly wallet: Pick<Wallet, 'recall' | 'remember' | 'entries' | 'balance'>;
}

/** One transaction lays them all out: a million take a few seconds. */
const seats_per_concert_max = concertLimits.seatsMax;

export function createConsole(rooms: ConsoleRooms): Console {
  const { database, accounts, catalog, waitingRoom, reservations } = rooms;
  return {
    createConcert: (sale, operatorId = null) => database.transaction((tx) => putOnSale(tx, rooms, sale, operatorId)),
    createConcertOnce: (sale, operatorId, key) =>
      database.transaction(async (tx) => {
        const request = { userId: operatorId, key, fingerprint: fingerprintOf(sale) };
        return once(tx, rooms.wallet, request, () => putOnSale(tx, rooms, sale, operatorId));
      }),
    desk: createDesk(rooms),
    updateConcert: async (concertId, patch, operatorId) => {
      const { after, news } = await database.transaction(async (tx) => {
        const changed = await changeSettings(tx, concertId, patch);
        const { before, after } = changed;
        await writeDown(tx, { operatorId, action: 'CHANGE_SETTINGS', concertId, before, after });
        return changed;
      });
      await waitingRoom.boards.show(news);
      return { id: concertId, ...after };
    },
    overview: async (concertId) => {
      const [line, seats, revenue] = await Promise.all([
        waitingRoom.numbers(concertId),
        reservations.seatNumbersByState(concertId),
        revenueOf(database, concertId),
      ]);
      if (line === undefined) throw refuse('NOT_FOUND');
      return { ...line, seats, revenue };
    },
    reservations: (query) => listReservations({ sql: database.sql, accounts, catalog }, query),
  };
}

async function putOnSale(
  tx: Tx,
  { catalog, reservations }: ConsoleRooms,
  sale: NewSale,
  operatorId: string | null,
): Promise<CreatedSale> {
  const { title, artist, venue, performances, ...given } = sale;
  const settings = { ...concertDefaults, ...given };
  checkSize(sale);
  const made = await catalog.create(tx, { title, artist, venue, performances });
  const { concertId } = made;
  await openRoom(tx, concertId, settings);
  await reservations.layOutSeats(tx, concertId, made.performances);
  const after = { title, artist, venue, ...settings, performances };
  await writeDown(tx, { operatorId, action: 'CREATE_CONCERT', concertId, before: null, after });
  return { id: concertId, title, artist, venue, currency, ...settings, performances: [...made.performances] };
}

function checkSize({ performances }: NewSale): void {
  const seats = performances
    .flatMap(({ sections }) => sections)
    .reduce((sum, { rows, seatsPerRow }) => sum + rows * seatsPerRow, 0);
  if (seats <= seats_per_concert_max) return;
  const message = `must have at most ${seats_per_concert_max} seats in all`;
  throw refuse('VALIDATION_FAILED', { errors: [{ path: '/performances', message }] });
}

async function revenueOf({ sql }: Database, concertId: string): Promise<number> {
  const [row] = await sql<{ revenue: number }[]>`
    select coalesce(sum(revenue), 0)::bigint as revenue from performance_sales where concert_id = ${concertId}`;
  return row?.revenue ?? 0;
}

interface Deed {
  readonly operatorId: string | null;
  readonly action: 'CREATE_CONCERT' | 'CHANGE_SETTINGS';
  readonly concertId: string;
  readonly before: object | null;
  readonly after: object;
}

async function writeDown(tx: Tx, { operatorId, action, concertId, before, after }: Deed): Promise<void> {
  await tx`
    insert into operator_log (operator_id, action, concert_id, before, after)
    values (${operatorId}, ${action}, ${concertId}, ${before === null ? null : JSON.stringify(before)}::text::jsonb,
      ${JSON.stringify(after)}::text::jsonb)`;
}
