/** The sale that the operator watches: the one whose page was opened last, in view from every page. */
import { signal } from '@preact/signals';
import { ask, type Reply } from '../../client/client.ts';
import { createPolled } from './polled.ts';

export type Overview = Reply<'getOverview'>;
export type Service = Reply<'getService'>;
export type MoneyStanding = Reply<'getMoneyStanding'>;

interface Watched {
  readonly concertId: string;
  readonly title: string;
}

const overview_every_ms = 1_000;
const service_every_ms = 2_500;
/** What has been unclear for minutes may be told some seconds later. */
const money_every_ms = 10_000;

export const watched = signal<Watched | undefined>(undefined);

const ofConcert = createPolled(overview_every_ms, async (signal): Promise<Overview | undefined> => {
  const concertId = watched.peek()?.concertId;
  return concertId === undefined ? undefined : ask('getOverview', { params: { concertId }, signal });
});
const ofService = createPolled(service_every_ms, (signal) => ask('getService', { signal }));

const ofMoney = createPolled(money_every_ms, (signal) => ask('getMoneyStanding', { signal }));

/** Of the watched concert, a second old at most; undefined before the first answer. */
export const overview = ofConcert.latest;
export const service = ofService.latest;
/** What is unclear, owed and on its way back: of the whole service. */
export const moneyStanding = ofMoney.latest;
/** For how many seconds the server has not answered; undefined while it does. */
export function silentSeconds(): number | undefined {
  const [one, all] = [ofConcert.lateSeconds.value, ofService.lateSeconds.value];
  return one === undefined && all === undefined ? undefined : Math.max(one ?? 0, all ?? 0);
}

export function watch(next: Watched | undefined): void {
  if (watched.peek()?.concertId === next?.concertId && watched.peek()?.title === next?.title) return;
  const same = watched.peek()?.concertId === next?.concertId;
  watched.value = next;
  if (!same) ofConcert.set(undefined);
  ofConcert.reload();
}

/** After a change: the numbers at once, not at the next second. */
export const refreshOverview = ofConcert.reload;

export function startWatching(): () => void {
  const stops = [ofConcert.start(), ofService.start(), ofMoney.start()];
  return () => {
    for (const stop of stops) stop();
  };
}
