/** Asking the database about a place, when the board does not know it or must not be the judge. */
import type { Database } from '../platform/database.ts';
import { createLanes, type LaneMetrics } from '../platform/lane.ts';
import { refuse } from '../refusals.ts';
import type { Board, EndReason, Standing } from './board.ts';
import { isOwn } from './locked-tokens.ts';
import type { Pass } from './tokens.ts';

export type Known = Exclude<Standing, { status: 'unknown' }>;

export interface LookUps {
  /** What the database says of a place now. Refuses with QUEUE_TOKEN_INVALID if it knows no such place of this fan. */
  lookUp(board: Board, pass: Pass): Promise<Known>;
  drain(): Promise<void>;
}

/** A place's row, as far as it says where the place stands. */
interface Row {
  readonly entry: number;
  readonly userId: string;
  readonly generation: number;
  readonly endedBecause: EndReason | null;
  readonly expiresAt: Date | null;
}

interface LookUpDeps {
  readonly database: Database;
  readonly batchMax: number;
  readonly metrics: LaneMetrics;
}

const pending_max = 20_000;
const lanes_max = 10_000;

/** One question for all who ask at the same time. */
export function createLookUps({ database: { sql }, batchMax, metrics }: LookUpDeps): LookUps {
  const lanes = createLanes<Pass, Row | undefined>({
    name: 'token look-up',
    batchMax,
    pendingMax: pending_max,
    lanesMax: lanes_max,
    metrics,
    run: async (concertId, passes) => {
      const entries = [...new Set(passes.map(({ entry }) => entry))];
      const rows = await sql<Row[]>`
        select entry, user_id as "userId", generation, case when overdue then 'SESSION_ENDED' else ended_because end as "endedBecause",
          case when status = 'ACTIVE' then expires_at end as "expiresAt"
        from queue_tokens, lateral (select status = 'ACTIVE' and expires_at <= now()) as late (overdue)
        where concert_id = ${concertId} and entry = any(${entries}::bigint[])`;
      const found = new Map(rows.map((row) => [row.entry, row]));
      return passes.map((pass) => {
        const row = found.get(pass.entry);
        return isOwn(row, pass) ? row : undefined;
      });
    },
  });
  return {
    lookUp: async (board, pass) => {
      const row = await lanes.submit(board.concertId, pass);
      if (row === undefined) throw refuse('QUEUE_TOKEN_INVALID');
      return knownOf(row, board, pass);
    },
    drain: () => lanes.drain(),
  };
}

export function knownOf({ entry, endedBecause, expiresAt }: Row, board: Board, { mark }: Pass): Known {
  if (endedBecause !== null) {
    // One whose time is over is not ended yet: a hold under way may still extend it.
    if (expiresAt === null) board.rememberEnd(entry, endedBecause, mark);
    return { status: 'EXPIRED', because: endedBecause };
  }
  if (expiresAt !== null) return { status: 'ACTIVE', session: { expiresAt: expiresAt.getTime(), claimed: true, mark } };
  const standing = board.standing(entry);
  return standing.status === 'WAIT' ? standing : { status: 'WAIT', position: 1 };
}

/** The concerts in whose lines this user has a live place. */
export async function concertsOf({ sql }: Database, userId: string): Promise<string[]> {
  const rows = await sql<{ concertId: string }[]>`
    select concert_id as "concertId" from queue_tokens where user_id = ${userId} and ended_because is null`;
  return rows.map(({ concertId }) => concertId);
}
