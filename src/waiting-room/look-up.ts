/** Asking the database about a place, when the board does not know it or must not be the judge. */
import type { Database } from '../platform/database.ts';
import { createLanes, type LaneMetrics } from '../platform/lane.ts';
import { refuse } from '../refusals.ts';
import type { Board, EndReason, Standing } from './board.ts';

export type Known = Exclude<Standing, { status: 'unknown' }>;

export interface LookUps {
  /** What the database says of a place now. Refuses with QUEUE_TOKEN_INVALID if it knows no such place. */
  lookUp(board: Board, entry: number): Promise<Known>;
  drain(): Promise<void>;
}

interface Row {
  readonly entry: number;
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
  const lanes = createLanes<number, Row | undefined>({
    name: 'token look-up',
    batchMax,
    pendingMax: pending_max,
    lanesMax: lanes_max,
    metrics,
    run: async (concertId, entries) => {
      const rows = await sql<Row[]>`
        select entry, case when overdue then 'SESSION_ENDED' else ended_because end as "endedBecause",
          case when status = 'ACTIVE' then expires_at end as "expiresAt"
        from queue_tokens, lateral (select status = 'ACTIVE' and expires_at <= now()) as late (overdue)
        where concert_id = ${concertId} and entry = any(${entries}::bigint[])`;
      const found = new Map(rows.map((row) => [row.entry, row]));
      return entries.map((entry) => found.get(entry));
    },
  });
  return {
    lookUp: async (board, entry) => {
      const row = await lanes.submit(board.concertId, entry);
      if (row === undefined) throw refuse('QUEUE_TOKEN_INVALID');
      return knownOf(row, board);
    },
    drain: () => lanes.drain(),
  };
}

function knownOf({ entry, endedBecause, expiresAt }: Row, board: Board): Known {
  if (endedBecause !== null) {
    // One whose time is over is not ended yet: a hold under way may still extend it.
    if (expiresAt === null) board.rememberEnd(entry, endedBecause);
    return { status: 'EXPIRED', because: endedBecause };
  }
  if (expiresAt !== null) return { status: 'ACTIVE', session: { expiresAt: expiresAt.getTime(), claimed: true } };
  const standing = board.standing(entry);
  return standing.status === 'WAIT' ? standing : { status: 'WAIT', position: 1 };
}
