/** Concerts that a page has to name again and again; what they are called does not change while a page is open. */
import { ask, type Reply } from '../client/client.ts';

export type Concert = Reply<'getConcert'>;

const known = new Map<string, Promise<Concert>>();

export function concertOf(concertId: string): Promise<Concert> {
  const asked = known.get(concertId) ?? ask('getConcert', { params: { concertId } });
  known.set(concertId, asked);
  asked.catch(() => known.delete(concertId));
  return asked;
}

/** When the date of that id begins. */
export function startsAtOf(concert: Concert, performanceId: string): string {
  return concert.performances.find(({ id }) => id === performanceId)?.startsAt ?? concert.firstStartsAt;
}
