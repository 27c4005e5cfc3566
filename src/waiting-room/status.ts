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

/** The fields stand in the contract's order, as the routes write them: a shortcut writes the same as it stands here. */
export function describe(board: Board, standing: Exclude<Standing, { status: 'unknown' }>): QueueStatus {
  const { concertId, settings } = board;
  const { status } = standing;
  const notice = settings.paused?.reason ?? null;
  if (status === 'WAIT') {
    const { position } = standing;
    const etaSeconds = board.etaSeconds(position, nowSeconds());
    const pollAfterSeconds = pollAfter(position, etaSeconds, settings.graceSeconds);
    return { concertId, status, position, etaSeconds, expiresAt: null, pollAfterSeconds, notice, expiredBecause: null };
  }
  const none = { position: null, etaSeconds: null };
  if (status === 'ACTIVE') {
    const expiresAt = new Date(standing.session.expiresAt).toISOString();
    const pollAfterSeconds = poll_seconds_active;
    return { concertId, status, ...none, expiresAt, pollAfterSeconds, notice: null, expiredBecause: null };
  }
  const expiredBecause = standing.because;
  return {
    concertId,
    status,
    ...none,
    expiresAt: null,
    pollAfterSeconds: poll_seconds_max,
    notice: null,
    expiredBecause,
  };
}

/** Never so seldom that a fan who obeys could be taken for gone when the line jumps forward. */
function pollAfter(position: number, etaSeconds: number | null, graceSeconds: number): number {
  const byPosition = poll_tiers.find((tier) => position <= tier.position)?.seconds ?? poll_seconds_max;
  const byEta = etaSeconds === null ? poll_seconds_max : Math.ceil(etaSeconds / poll_seconds_max);
  return Math.max(1, Math.min(byPosition, byEta, Math.floor(graceSeconds / 2)));
}
