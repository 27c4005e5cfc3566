/**
 * Behind the counter: what an operator puts on sale, changes and sees. Every change is written down with who made
 * it, by the same transaction.
 */
import type { Accounts } from '../accounts/accounts.ts';
import type { MoneyConfig } from '../config.ts';
import { composed, concertDefaults, concertLimits, currency, type BodyOf } from '../contract.ts';
import type { Catalog, CreatedPerformance, NewConcert } from '../catalog/catalog.ts';
import { fingerprintOf, inOrder, keyed, once, type Once } from '../idempotency/idempotency.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Metrics } from '../platform/metrics.ts';
import { Refusal, refuse, refuseField } from '../refusals.ts';
import { firstTerms, type GivenTerms, type RefundTerms } from '../refunds/refunds.ts';
import type { Reservations, SeatNumbers } from '../reservation/reservation.ts';
import {
  openRoom,
  pauseOf,
  type LineNumbers,
  type Pause,
  type Settings,
  type WaitingRoom,
} from '../waiting-room/gate.ts';
import type { Wallet } from '../wallet/wallet.ts';
import { createCsvWriter } from './desk/csv-file.ts';
import { createDesk, type Desk } from './desk/desk.ts';
import { admittedLately } from './history.ts';
import { createLive, type Live } from './live.ts';
import { lastDeed, writeDown } from './log.ts';
import { createMoney, type Money } from './money/money.ts';
import { listReservations, type ReservationQuery, type ReservationsPage } from './reservations.ts';

// For the rooms that act for an operator: one room writes the log.
export { writeDown } from './log.ts';

/** A concert to put on sale; settings left out are the contract's defaults. */
export type NewSale = NewConcert & Partial<Omit<Settings, keyof Pause>>;

export interface CreatedSale extends Omit<Settings, keyof Pause>, RefundTerms {
  readonly id: string;
  readonly title: string;
  readonly artist: string;
  readonly venue: string;
  readonly currency: string;
  readonly performances: CreatedPerformance[];
}

export interface Overview extends LineNumbers {
  readonly seats: SeatNumbers;
  /** Money kept, in whole units of the currency: what was paid, less refunds. */
  readonly revenue: number;
}

export interface Console {
  /**
   * Puts a concert on sale: its dates, its line and its seats, in one transaction. `operatorId` is null when the
   * service itself does it. Refusal: VALIDATION_FAILED, for a date that is none, a performance of more than
   * 100,000 seats, two sections of one that read alike, or more than 1,000,000 seats in all.
   */
  createConcert(sale: NewSale, operatorId?: string | null): Promise<CreatedSale>;
  /**
   * The same, once for each key of the operator's: a repeat gets the first answer again. Further refusal:
   * IDEMPOTENCY_KEY_REUSED.
   */
  createConcertOnce(sale: NewSale, operatorId: string, key: string): Promise<Once<CreatedSale>>;
  readonly desk: Desk;
  /**
   * Changes what is named, in force on this server at once, on the others within 2 s. Refusals: NOT_FOUND;
   * VALIDATION_FAILED, if nothing is named; SETTINGS_CHANGED, if one of `expected` is not what is in force.
   */
  updateConcert(concertId: string, patch: ConcertGiven, by: ChangedBy): Promise<ChangedConcert>;
  /** Refusal: NOT_FOUND. */
  overview(concertId: string): Promise<Overview>;
  /** Everybody's reservations, newest first. Refusal: VALIDATION_FAILED for a cursor that is none. */
  reservations(query: ReservationQuery): Promise<ReservationsPage>;
  readonly live: Live;
  readonly money: Money;
}

export interface ChangedBy {
  readonly operatorId: string;
  /** What the operator saw when deciding. */
  readonly expected?: ConcertGiven | undefined;
}

/** What an operator changes, as named. */
type ConcertGiven = Omit<BodyOf<'updateConcert'>, 'expected'>;
/** Settings of the line among it. */
type SettingsGiven = Omit<ConcertGiven, keyof RefundTerms>;
type ChangedConcert = Settings & RefundTerms & { readonly id: string };

export interface ConsoleRooms {
  readonly database: Database;
  readonly accounts: Pick<Accounts, 'findUsers' | 'usersOf'>;
  readonly catalog: Catalog;
  readonly waitingRoom: Pick<WaitingRoom, 'boards' | 'numbers' | 'settings' | 'changeSettings'>;
  readonly metrics: Pick<Metrics, 'totals' | 'loop'>;
  readonly reservations: Pick<Reservations, 'layOutSeats' | 'seatNumbersByState' | 'standingOfAllDates'>;
  readonly wallet: Pick<Wallet, 'entries'>;
  /** Who may fill a wallet here. */
  readonly money: Pick<MoneyConfig, 'charges' | 'sandbox'>;
}

/** One transaction lays them all out: a million take a few seconds. */
const seats_per_concert_max = concertLimits.seatsMax;

export function createConsole(rooms: ConsoleRooms): Console {
  const { database, accounts, catalog, waitingRoom, reservations } = rooms;
  const writeCsv = createCsvWriter();
  return {
    createConcert: async (sale, operatorId = null) => {
      const made = await database.transaction((tx) => putOnSale(tx, rooms, sale, operatorId));
      catalog.announce(made.id);
      return made;
    },
    createConcertOnce: async (sale, operatorId, key) => {
      const request = { userId: operatorId, key, fingerprint: fingerprintOf('concert', sale) };
      const made = await keyed(() =>
        database.transaction((tx) => once(tx, request, () => putOnSale(tx, rooms, sale, operatorId))),
      );
      catalog.announce(made.answer.id);
      return made;
    },
    desk: createDesk({ ...rooms, writeCsv }),
    updateConcert: (concertId, patch, by) => updateConcert(rooms, concertId, patch, by),
    overview: async (concertId) => {
      const [line, seats, revenue, admitted] = await Promise.all([
        waitingRoom.numbers(concertId),
        reservations.seatNumbersByState(concertId),
        revenueOf(database, concertId),
        admittedLately(database, [concertId]),
      ]);
      if (line === undefined) throw refuse('NOT_FOUND');
      return { ...line, admittedPerMinute: admitted(concertId, line.admittedPerMinute), seats, revenue };
    },
    reservations: (query) => listReservations({ sql: database.sql, accounts, catalog }, query),
    live: createLive(rooms),
    money: createMoney({ ...rooms, writeCsv }),
  };
}

async function putOnSale(
  tx: Tx,
  { catalog, reservations }: ConsoleRooms,
  sale: NewSale,
  operatorId: string | null,
): Promise<CreatedSale> {
  const { title, artist, venue, performances, refundPolicy: policy, timeZone: zone, ...given } = sale;
  const { timeZone: usualZone, ...usual } = concertDefaults;
  const settings = { ...usual, ...given };
  checkSize(sale);
  const made = await catalog.create(tx, {
    title,
    artist,
    venue,
    refundPolicy: policy,
    timeZone: zone ?? usualZone,
    performances,
  });
  const { concertId, refundPolicy, timeZone } = made;
  await openRoom(tx, concertId, settings);
  await reservations.layOutSeats(tx, concertId, made.performances);
  const after = { title, artist, venue, ...settings, refundPolicy, timeZone, performances };
  await writeDown(tx, { operatorId, action: 'CREATE_CONCERT', concertId, before: null, after });
  const terms = { refundPolicy, timeZone };
  return { id: concertId, title, artist, venue, currency, ...settings, ...terms, performances: [...made.performances] };
}

async function updateConcert(
  rooms: ConsoleRooms,
  concertId: string,
  { paused, refundPolicy, timeZone, ...plain }: ConcertGiven,
  { operatorId, expected = {} }: ChangedBy,
): Promise<ChangedConcert> {
  const patch: Partial<Settings> = paused === undefined ? plain : { ...plain, ...pauseBy(paused) };
  const terms: GivenTerms = { refundPolicy, timeZone };
  const { refundPolicy: policySeen, timeZone: zoneSeen, ...expectedSettings } = expected;
  const isOfTerms = [refundPolicy, timeZone, policySeen, zoneSeen].some((given) => given !== undefined);
  if (Object.keys(patch).length === 0 && refundPolicy === undefined && timeZone === undefined) {
    throw refuseField('body', { en: 'must name a setting to change', ko: '바꿀 설정이 하나는 있어야 해요' });
  }
  const work = rooms.database.transaction(async (tx) => {
    // The concert's row before the room's, as everybody who takes both.
    const changedTerms = isOfTerms ? await rooms.catalog.changeTerms(tx, concertId, terms) : undefined;
    const changed = await rooms.waitingRoom.changeSettings(tx, concertId, patch);
    const before = { ...changed.before, ...changedTerms?.before };
    const seen = { refundPolicy: policySeen, timeZone: zoneSeen };
    // Refusing here undoes the change.
    if (differs(changed.before, expectedSettings) || areOtherTerms(changedTerms?.before, seen))
      throw refuse('SETTINGS_CHANGED', { current: before });
    const after = { ...changed.after, ...changedTerms?.after };
    await writeDown(tx, { operatorId, action: 'CHANGE_SETTINGS', concertId, before, after });
    return changed;
  });
  const { after, news } = await work.catch(async (error: unknown) => {
    if (!(error instanceof Refusal) || error.code !== 'SETTINGS_CHANGED') throw error;
    const current = { ...(await rooms.catalog.termsOf(concertId)), ...(error.fields['current'] as object) };
    throw refuse(error.code, { ...error.fields, current, ...(await lastDeed(rooms, concertId)) });
  });
  if (isOfTerms) rooms.catalog.changed(concertId);
  await rooms.waitingRoom.boards.show(news);
  return { id: concertId, ...after, ...((await rooms.catalog.termsOf(concertId)) ?? firstTerms) };
}

type PauseGiven = Exclude<SettingsGiven['paused'], undefined>;

/** One text is for the readers of both languages. */
function pauseBy(given: PauseGiven): Pause {
  if (given === null) return pauseOf(null, null);
  const { reason } = given;
  const { ko, en } = typeof reason === 'string' ? { ko: reason, en: reason } : reason;
  return pauseOf(en ?? ko ?? null, ko ?? null);
}

function areOtherTerms(before: RefundTerms | undefined, { refundPolicy, timeZone }: GivenTerms): boolean {
  if (before === undefined) return false;
  if (timeZone !== undefined && timeZone !== before.timeZone) return true;
  return refundPolicy !== undefined && inOrder(refundPolicy) !== inOrder(before.refundPolicy);
}

function differs(before: Settings, expected: SettingsGiven): boolean {
  const { paused, ...plain } = expected;
  if (paused !== undefined && !isSamePause(before, paused)) return true;
  return Object.entries(plain).some(([name, value]) => before[name as keyof Settings] !== value);
}

/** Who names one text saw that of `paused`, and may not know of others. What was shown may have come back in another form. */
function isSamePause({ paused, pauseReasons }: Pause, given: PauseGiven): boolean {
  if (paused === null || pauseReasons === null || given === null) return paused === given;
  const { reason } = given;
  if (typeof reason === 'string') return composed(reason) === composed(paused.reason);
  const { ko = reason.en ?? '', en = ko } = reason;
  return composed(ko) === composed(pauseReasons.ko) && composed(en) === composed(pauseReasons.en);
}

function checkSize({ performances }: NewSale): void {
  const seats = performances
    .flatMap(({ sections }) => sections)
    .reduce((sum, { rows, seatsPerRow }) => sum + rows * seatsPerRow, 0);
  if (seats <= seats_per_concert_max) return;
  throw refuseField('performances', {
    en: `must have at most ${seats_per_concert_max} seats in all`,
    ko: `좌석은 모두 합쳐 ${seats_per_concert_max}석까지 가능해요`,
  });
}

async function revenueOf({ sql }: Database, concertId: string): Promise<number> {
  const [row] = await sql<{ revenue: number }[]>`
    select coalesce(sum(revenue), 0)::bigint as revenue from performance_sales where concert_id = ${concertId}`;
  return row?.revenue ?? 0;
}
