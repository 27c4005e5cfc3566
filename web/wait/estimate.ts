/** What stands under the number: the time left, or what keeps the line instead: a pause, the seats, that all is sold. */
import { number } from '../words/language.ts';
import type { Sale, WaitView } from './markup.ts';
import { waitWords } from './words.ts';

/** Nothing is left and nothing can come back but by a cancellation. Seats that are held are no such thing: they may. */
export function isSoldOut(sale: Sale | undefined): boolean {
  return sale !== undefined && sale.seats.total > 0 && sale.seats.available + sale.seats.held === 0;
}

const soon_seconds = 50;
const still_seconds_min = 60;

export interface EstimateView extends Pick<WaitView, 'language' | 'status' | 'sale'> {
  /** For how long the line has not moved while this page was looked at. */
  readonly stillSeconds?: number;
}

/** An estimate that the line itself belies is none: nobody was let in, or it stood still for longer than all was to take. */
function isBelied({ sale, stillSeconds = 0 }: EstimateView, etaSeconds: number): boolean {
  if (etaSeconds < soon_seconds && sale?.admittedPerMinute === 0) return true;
  return stillSeconds > Math.max(still_seconds_min, etaSeconds);
}

/** The time left as a range that is honest about what is not known. */
function timeLeftOf(view: EstimateView): string {
  const said = waitWords[view.language];
  const etaSeconds = view.status?.etaSeconds ?? undefined;
  if (etaSeconds === undefined || isBelied(view, etaSeconds)) return said.unknown;
  if (etaSeconds < soon_seconds) return said.soon;
  const from = etaSeconds * 0.85;
  const to = etaSeconds * 1.25;
  if (to >= 7_200) return said.hours(Math.max(1, Math.floor(from / 3_600)), Math.ceil(to / 3_600));
  return said.range(Math.max(1, Math.floor(from / 60)), Math.ceil(to / 60));
}

/** What stands under the number, as sentences: the time left; or why nobody is let in, or that nothing is left. */
export function estimateTextsOf(view: EstimateView): readonly string[] {
  const said = waitWords[view.language];
  const notice = view.status?.notice ?? undefined;
  if (isStandby(view)) return [said.standby, said.standbyText, said.standbyKeep];
  if (isSoldOut(view.sale)) return [said.outTitle, said.soldOut];
  return notice === undefined ? [timeLeftOf(view)] : [said.paused, notice, said.pausedKept];
}

/** The seats keep the line. A pause does so too, and is told first. */
export function isStandby({ status }: Pick<WaitView, 'status'>): boolean {
  return status?.standby === true && status.notice === null;
}

/** What there is of seats, where the line goes by them. */
export function supplyOf({ language, status }: Pick<WaitView, 'language' | 'status'>): string {
  if (status?.supply === undefined) return '';
  const { available, held, sold } = status.supply;
  return waitWords[language].supply(number(language, available), number(language, held), number(language, sold));
}
