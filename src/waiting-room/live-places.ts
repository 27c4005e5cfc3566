/**
 * The live places of a fan in all lines, for whatever device they sign in on. The one look-up that begins with the fan and
 * not with a token; where each place stands is then arithmetic on the board, like a poll.
 */
import type { ReplyOf } from '../contract.ts';
import type { Database } from '../platform/database.ts';
import { createLane, type LaneMetrics } from '../platform/lane.ts';
import type { Board } from './board.ts';
import { knownOf } from './look-up.ts';
import { describe } from './status.ts';
import { passOf, type Pass } from './tokens.ts';

export type LivePlace = ReplyOf<'listQueueTokens', 200>['places'][number];

export interface LivePlaces {
  /**
   * The places of this user that wait or are ACTIVE, the newest first, at most 50, with tokens that are good now. From the
   * database, so exact when it was asked; the position as this server knows it. Asking is no sign of life.
   */
  of(userId: string): Promise<Found>;
  drain(): Promise<void>;
}

interface Found {
  readonly places: LivePlace[];
  /** See `Issued.isReissued`. */
  readonly isReissued: boolean;
}

interface Row extends Pick<Pass, 'concertId' | 'userId' | 'entry' | 'generation'> {
  readonly expiresAt: Date | null;
}

interface LivePlacesDeps {
  readonly database: Database;
  readonly batchMax: number;
  readonly metrics: LaneMetrics;
  open(concertId: string): Promise<Board | undefined>;
  sign(pass: Pass): string;
}

const places_max = 50;
const pending_max = 20_000;

export function createLivePlaces({ database: { sql }, batchMax, metrics, open, sign }: LivePlacesDeps): LivePlaces {
  const lane = createLane<string, readonly Row[]>({
    name: 'live places',
    batchMax,
    pendingMax: pending_max,
    metrics,
    run: async (userIds) => {
      const rows = await sql<Row[]>`
        select fan.user_id as "userId", live.* from unnest(${[...new Set(userIds)]}::text[]) as fan (user_id) cross join lateral (
          select concert_id as "concertId", entry, generation, expires_at as "expiresAt" from queue_tokens as token
          where token.user_id = fan.user_id and token.ended_because is null and (expires_at is null or expires_at > now())
          order by issued_at desc, concert_id limit ${places_max}) as live`;
      const found = Map.groupBy(rows, ({ userId }) => userId);
      return userIds.map((userId) => found.get(userId) ?? []);
    },
  });

  const describeRow = async ({ expiresAt, ...row }: Row): Promise<LivePlace[]> => {
    const pass = passOf(row);
    const board = await open(pass.concertId);
    if (board === undefined) return [];
    const known = knownOf({ ...row, expiresAt, endedBecause: null }, board, pass);
    const { concertId, status, position, etaSeconds, expiresAt: endsAt } = describe(board, known);
    if (status === 'EXPIRED') return [];
    return [{ concertId, token: sign(pass), status, position, etaSeconds, expiresAt: endsAt }];
  };

  return {
    of: async (userId) => {
      const rows = await lane.submit(userId);
      const places = await Promise.all(rows.map(describeRow));
      return { places: places.flat(), isReissued: rows.some(({ generation }) => generation > 0) };
    },
    drain: () => lane.drain(),
  };
}
