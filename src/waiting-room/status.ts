/** What a fan is told about a place in line: arithmetic on the board, whatever the length of the line. */
import type { IncomingHttpHeaders } from 'node:http';
import type { ReplyOf } from '../contract.ts';
import { languageOf, type Language } from '../platform/language.ts';
import { nowSeconds, type Board, type Pause, type Session, type Standing } from './board.ts';
import { etaSeconds, outlookOf, type Pace } from './pace.ts';

export type QueueStatus = ReplyOf<'getQueueToken', 200>;

/** How soon to ask again, by position: often near the front, seldom far back. */
const poll_tiers = [
  { position: 200, seconds: 1 },
  { position: 1_000, seconds: 2 },
  { position: 5_000, seconds: 5 },
] as const;
const poll_seconds_max = 10;
const poll_seconds_active = 5;

/** What all who wait are told beside their places: why admission is paused. */
export function noticeOf({ pauseReasons }: Pick<Pause, 'pauseReasons'>, language: Language): string | null {
  return pauseReasons === null ? null : pauseReasons[language];
}

/**
 * `reader`: in which language the notice is told, if there is one. The fields stand in the contract's order, as the
 * routes write them: a shortcut writes the same as it stands here.
 */
export function describe(
  board: Board,
  standing: Exclude<Standing, { status: 'unknown' }>,
  reader: Reader = anybody,
): QueueStatus {
  const { concertId, settings } = board;
  const { status } = standing;
  const notice = settings.paused === null ? null : noticeOf(settings, reader());
  if (status === 'WAIT') {
    const { position } = standing;
    const wait = waitOf(position, board.pace(nowSeconds()), settings.graceSeconds);
    return { concertId, status, position, ...wait, notice, ...supplyOf(board, true), expiredBecause: null };
  }
  const none = { position: null, etaSeconds: null };
  if (status === 'ACTIVE') {
    const expiresAt = endOf(standing.session);
    const pollAfterSeconds = poll_seconds_active;
    const supply = supplyOf(board, false);
    return { concertId, status, ...none, expiresAt, pollAfterSeconds, notice: null, ...supply, expiredBecause: null };
  }
  const expiredBecause = standing.because;
  return {
    concertId,
    status,
    ...none,
    expiresAt: null,
    pollAfterSeconds: poll_seconds_max,
    notice: null,
    ...supplyOf(board, false),
    expiredBecause,
  };
}

/** Only of a line that is bound to its seats. Whoever does not wait stands by for nothing. */
function supplyOf(board: Board, isWaiting: boolean): Pick<QueueStatus, 'supply' | 'standby'> | undefined {
  const { settings, supply } = board;
  if (!settings.boundToSupply || supply === undefined) return undefined;
  return { supply, standby: isWaiting && board.isStandingBy };
}

/** What a line is told to be, but for the place in it, in steps: whoever waits and does not move is told when this is another. */
export function outlookOn(board: Board, nowSeconds: number): string {
  const outlook = String(outlookOf(board.pace(nowSeconds)));
  const { standby, supply } = supplyOf(board, true) ?? {};
  if (supply === undefined) return outlook;
  return [outlook, standby, stepOf(supply.available), stepOf(supply.held), stepOf(supply.sold)].join(' ');
}

/** Below this every seat is told of; above it, where the number is another by a tenth or so. */
const seats_told_each = 20;

function stepOf(seats: number): number {
  return seats <= seats_told_each ? seats : Math.round(8 * Math.log2(seats));
}

/** Asked for a language only where something is written in one. */
export type Reader = () => Language;
const anybody: Reader = () => 'en';

/** Whoever sent these headers. */
export const readerOf =
  (headers: IncomingHttpHeaders): Reader =>
  () =>
    languageOf(headers['accept-language']);

export function endOf({ expiresAt }: Session): string {
  return new Date(expiresAt).toISOString();
}

interface Wait {
  readonly etaSeconds: number | null;
  readonly expiresAt: null;
  readonly pollAfterSeconds: number;
}

function waitOf(position: number, pace: Pace, graceSeconds: number): Wait {
  const eta = etaSeconds(position, pace);
  return { etaSeconds: eta, expiresAt: null, pollAfterSeconds: pollAfter(position, eta, graceSeconds) };
}

export interface Wording {
  /** What all who wait are shown beside their place. */
  readonly notice: string | null;
  /** The status of one who waits, as JSON; and how soon that one would ask again. */
  wait(position: number): { readonly text: string; readonly pollAfterSeconds: number };
}

const holes = ['position', 'etaSeconds', 'pollAfterSeconds'] as const;

/**
 * For telling many at once: the same as `describe`, but the pace is measured once and what is the same for all is
 * written once, so that for each there are three numbers to fill in.
 */
export function wordingOf(board: Board, language: Language): Wording {
  const { graceSeconds } = board.settings;
  const pace = board.pace(nowSeconds());
  const pattern = describe(board, { status: 'WAIT', position: 1 }, () => language);
  // No text of a person contains these, since a quotation mark within a text is written differently.
  const marked = JSON.stringify({ ...pattern, ...Object.fromEntries(holes.map((hole) => [hole, `\u0001${hole}`])) });
  const [before = '', afterPosition = '', afterEta = '', end = ''] = marked.split(
    /"\\u0001(?:position|etaSeconds|pollAfterSeconds)"/,
  );
  return {
    notice: noticeOf(board.settings, language),
    wait: (position) => {
      const { etaSeconds: eta, pollAfterSeconds } = waitOf(position, pace, graceSeconds);
      return {
        text: `${before}${position}${afterPosition}${eta}${afterEta}${pollAfterSeconds}${end}`,
        pollAfterSeconds,
      };
    },
  };
}

/** Never so seldom that a fan who obeys could be taken for gone when the line jumps forward. */
function pollAfter(position: number, etaSeconds: number | null, graceSeconds: number): number {
  const byPosition = poll_tiers.find((tier) => position <= tier.position)?.seconds ?? poll_seconds_max;
  const byEta = etaSeconds === null ? poll_seconds_max : Math.ceil(etaSeconds / poll_seconds_max);
  return Math.max(1, Math.min(byPosition, byEta, Math.floor(graceSeconds / 2)));
}
