/** What an operator sees while a sale goes on, and what happened behind the counter. */
import type { Accounts } from '../accounts/accounts.ts';
import type { Catalog, Concert } from '../catalog/catalog.ts';
import type { Database } from '../platform/database.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Duty } from '../platform/ticker.ts';
import { refuse } from '../refusals.ts';
import type { RefundTerms } from '../refunds/refunds.ts';
import type { Reservations } from '../reservation/reservation.ts';
import type { Settings, WaitingRoom } from '../waiting-room/gate.ts';
import { listLive, readService, type LivePage, type Service } from './concerts.ts';
import { readHistory, type History } from './history.ts';
import { lastDeed, readLog, type LogPage, type LogQuery, type Operator } from './log.ts';
import { createSales, type Sales } from './sales.ts';
import { createSamples } from './samples.ts';

export interface SettingsInForce extends Settings, Concert, RefundTerms {
  /** Null where nobody ever did. */
  readonly changedAt: string | null;
  readonly changedBy: Operator | null;
}

export interface Live {
  /** Every concert as it goes right now, newest first. Refusal: VALIDATION_FAILED for a cursor that is none. */
  concerts(page: { limit: number; cursor?: string | undefined }): Promise<LivePage>;
  /** Refusal: NOT_FOUND. */
  settings(concertId: string): Promise<SettingsInForce>;
  /** The last `minutes` (1–60). Refusal: NOT_FOUND. */
  history(concertId: string, minutes: number): Promise<History>;
  /** By date and grade, and a forecast. Refusal: NOT_FOUND. */
  sales(concertId: string): Promise<Sales>;
  service(): Promise<Service>;
  /** Newest first. Refusal: VALIDATION_FAILED for a cursor that is none. */
  log(query: LogQuery): Promise<LogPage>;
  readonly duties: readonly Duty[];
}

export interface LiveRooms {
  readonly database: Database;
  readonly accounts: Pick<Accounts, 'usersOf'>;
  readonly catalog: Catalog;
  readonly waitingRoom: Pick<WaitingRoom, 'boards' | 'numbers' | 'settings'>;
  readonly reservations: Pick<Reservations, 'standingOfAllDates'>;
  readonly metrics: Pick<Metrics, 'totals' | 'loop'>;
}

export function createLive(rooms: LiveRooms): Live {
  return {
    concerts: (page) => listLive(rooms, page),
    settings: async (concertId) => {
      const [concert, settings, terms] = await Promise.all([
        rooms.catalog.concert(concertId),
        rooms.waitingRoom.settings(concertId),
        rooms.catalog.termsOf(concertId),
      ]);
      if (concert === undefined || settings === undefined || terms === undefined) throw refuse('NOT_FOUND');
      return { ...concert, ...settings, ...terms, ...(await lastDeed(rooms, concertId)) };
    },
    history: (concertId, minutes) => readHistory(rooms.database, concertId, minutes),
    sales: createSales(rooms),
    service: () => readService(rooms),
    log: (query) => readLog(rooms, query),
    duties: createSamples(rooms),
  };
}
