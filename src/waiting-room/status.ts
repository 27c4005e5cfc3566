/** What a fan is told about a place in line: arithmetic on the board, whatever the length of the line. */
import type { ReplyOf } from '../contract.ts';
import { nowSeconds, type Board, type Standing } from './board.ts';

export type QueueStatus = ReplyOf<'getQueueToken', 200>;

/** How soon to ask again, by position: often near the front, seldom far back. */
const poll_tiers = [
  { position: 200, seconds: 1 },
  { position: 1_000, seconds: 2 },
  { position: 5_000, seconds: 5 },
] as const;
const poll_seconds_max = 10;
const poll_seconds_active = 5;

export function describe(board: Board, standing: Exclude<Standing, { status: 'unknown' }>): QueueStatus {
  const { concertId, settings } = board;
  const common = {
    concertId,
    status: standing.status,
    position: null,
    etaSeconds: null,
    expiresAt: null,
    expiredBecause: null,
  };
  if (standing.status === 'WAIT') {
    const etaSeconds = board.etaSeconds(standing.position, nowSeconds());
    return {
      ...common,
      position: standing.position,
      etaSeconds,
      pollAfterSeconds: pollAfter(standing.position, etaSeconds, settings.graceSeconds),
      notice: settings.paused?.reason ?? null,
    };
  }
  if (standing.status === 'ACTIVE') {
    return {
      ...common,
      expiresAt: new Date(standing.session.expiresAt).toISOString(),
      pollAfterSeconds: poll_seconds_active,
      notice: null,
    };
  }
  return { ...common, expiredBecause: standing.because, pollAfterSeconds: poll_seconds_max, notice: null };
}

/** Never so seldom that a fan who obeys could be taken for gone when the line jumps forward. */
function pollAfter(position: number, etaSeconds: number | null, graceSeconds: number): number {
  const byPosition = poll_tiers.find((tier) => position <= tier.position)?.seconds ?? poll_seconds_max;
  const byEta = etaSeconds === null ? poll_seconds_max : Math.ceil(etaSeconds / poll_seconds_max);
  return Math.max(1, Math.min(byPosition, byEta, Math.floor(graceSeconds / 2)));
}
