/** The operator's desk: looking things up. It reads what the rooms wrote and changes nothing. */
import type { Accounts } from '../../accounts/accounts.ts';
import type { Catalog, Performance } from '../../catalog/catalog.ts';
import type { Database } from '../../platform/database.ts';
import { refuse } from '../../refusals.ts';
import type { RefundTerms } from '../../refunds/refunds.ts';
import type { Pause, Settings, WaitingRoom } from '../../waiting-room/gate.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import { findSeats, type FoundSeats } from '../find-seats.ts';
import type { WriteCsv } from './csv-file.ts';
import { dateInFull, type DateInFull } from './date.ts';
import { createExports, type Exports } from './exports.ts';
import { findPeople, person, type FoundPeople, type PersonInFull } from './people.ts';
import { seatStory, type SeatStory } from './seat-story.ts';

/** A concert as it was put on sale, with the settings and refund terms that are in force now. */
export interface Plan extends Omit<Settings, keyof Pause>, RefundTerms {
  readonly id: string;
  readonly title: string;
  readonly artist: string;
  readonly venue: string;
  readonly performances: readonly Performance[];
}

export interface Desk {
  /** Refusal: NOT_FOUND. */
  plan(concertId: string): Promise<Plan>;
  /** At most 50, by part of a name or address, or by the beginning of an id. */
  findPeople(q: string): Promise<FoundPeople>;
  /** At most 50, by name or a part of it, of one concert or of the newest 200. */
  findSeats(q: string, concertId: string | undefined): Promise<FoundSeats>;
  /** Whoever ever signed up, charged, held a seat or stood in line. Refusal: NOT_FOUND. */
  person(userId: string): Promise<PersonInFull>;
  /** Newest first. Refusal: VALIDATION_FAILED for a cursor that is none. */
  entries: Wallet['entries'];
  /** Reads all reservations of the concert: for people, not for crowds. Refusal: NOT_FOUND. */
  seatStory(performanceId: string, number: number): Promise<SeatStory>;
  /** What calling this date off or moving it would come to. Reads its seats: for people. Refusal: NOT_FOUND. */
  date(performanceId: string): Promise<DateInFull>;
  readonly exports: Exports;
}

export interface DeskRooms {
  readonly database: Database;
  readonly accounts: Pick<Accounts, 'findUsers' | 'usersOf'>;
  readonly catalog: Catalog;
  readonly waitingRoom: Pick<WaitingRoom, 'boards' | 'settings'>;
  readonly wallet: Pick<Wallet, 'entries'>;
  readonly writeCsv: WriteCsv;
}

export function createDesk(rooms: DeskRooms): Desk {
  const { catalog, waitingRoom, wallet } = rooms;
  const ofPerson = (userId: string) => person(rooms, userId);
  return {
    plan: async (concertId) => {
      const [concert, settings, terms, performances] = await Promise.all([
        catalog.concert(concertId),
        waitingRoom.settings(concertId),
        catalog.termsOf(concertId),
        catalog.performancesOf(concertId),
      ]);
      if (concert === undefined || settings === undefined || terms === undefined) throw refuse('NOT_FOUND');
      const { id, title, artist, venue } = concert;
      const { paused: _paused, pauseReasons: _reasons, ...kept } = settings;
      return { id, title, artist, venue, ...kept, ...terms, performances };
    },
    findPeople: (q) => findPeople(rooms, q),
    findSeats: (q, concertId) => findSeats({ sql: rooms.database.sql, catalog }, q, concertId),
    person: ofPerson,
    entries: wallet.entries,
    seatStory: async (performanceId, number) => seatStory(rooms, await performanceOf(catalog, performanceId), number),
    date: async (performanceId) => dateInFull(rooms, await performanceOf(catalog, performanceId)),
    exports: createExports(rooms, ofPerson),
  };
}

async function performanceOf(catalog: Catalog, id: string): Promise<Performance> {
  const performance = await catalog.performance(id);
  if (performance === undefined) throw refuse('NOT_FOUND');
  return performance;
}
