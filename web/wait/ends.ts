/** Where waiting ends: the place is over, or there is nothing left to wait for. */
import { forgetConnection } from './connection.ts';
import { at, leaving, tell } from './elements.ts';
import { offTextsOf, type CalledOff, type QueueStatus } from './markup.ts';
import type { WaitWords } from './words.ts';

/** What had the focus is gone, be it a button of the line or the question whether to leave it. */
function focusEnd(): void {
  at('ended')?.focus({ preventScroll: true });
}

export function ended(said: WaitWords, { expiredBecause }: QueueStatus): void {
  forgetConnection();
  tell(said.ended[expiredBecause ?? 'SESSION_ENDED'].join('. '));
  focusEnd();
}

/** The page was painted anew before. */
export function noShow(said: WaitWords, calledOff: CalledOff, title: string): void {
  leaving()?.close();
  document.title = `${said.offTitle} · ${title}`;
  tell([said.offTitle, ...offTextsOf(said, calledOff)].join('. '));
  focusEnd();
}
