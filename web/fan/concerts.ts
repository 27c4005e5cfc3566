/**
 * Concerts that a page has to name again and again. What they are called stays; a date may be moved or called off, so they are
 * asked again after a while, and whoever hears of it forgets them.
 */
import { ask, type Reply } from '../client/client.ts';
import { language } from '../words/words.ts';

export type Concert = Reply<'getConcert'>;
export type ConcertDate = Concert['performances'][number];

interface Asked {
  readonly at: number;
  readonly concert: Promise<Concert>;
}

const fresh_ms = 30_000;
const known = new Map<string, Asked>();

/** With what stands in it in the reader's language, as it was half a minute ago at most, or when it could last be read. */
export function concertOf(concertId: string): Promise<Concert> {
  const key = `${concertId} ${language.peek()}`;
  const asked = known.get(key);
  if (asked !== undefined && performance.now() - asked.at < fresh_ms) return asked.concert;
  const now = { at: performance.now(), concert: askConcert(concertId, asked?.concert) };
  known.set(key, now);
  now.concert.catch(() => known.delete(key));
  return now.concert;
}

/** Something about it is another by now. */
export function concertChanged(concertId: string): void {
  for (const [key, { concert }] of known)
    if (key.startsWith(`${concertId} `)) known.set(key, { at: -Infinity, concert });
}

async function askConcert(concertId: string, before: Promise<Concert> | undefined): Promise<Concert> {
  try {
    return await ask('getConcert', { params: { concertId } });
  } catch (error) {
    if (before === undefined) throw error;
    return before;
  }
}

/** The date of that id; undefined if it is none of this concert's. */
export function dateIn({ performances }: Concert, performanceId: string): ConcertDate | undefined {
  return performances.find(({ id }) => id === performanceId);
}

/** When the date of that id begins. */
export function startsAtOf(concert: Concert, performanceId: string): string {
  return dateIn(concert, performanceId)?.startsAt ?? concert.firstStartsAt;
}
