/** What tests of a hold that is made once have in common. */
import assert from 'node:assert/strict';
import { newFan, type BoxOffice } from './box-office.ts';
import type { House } from './house.ts';
import type { Answer } from './http.ts';

/** A concert, and a fan who is inside. */
export async function insideOf(office: BoxOffice) {
  const concert = await office.createConcert();
  const fan = newFan();
  return { ...concert, fan, token: await office.enter(concert.concertId, fan) };
}

export const isReplay = ({ headers }: Pick<Answer<unknown>, 'headers'>): boolean =>
  headers.get('idempotent-replayed') === 'true';

export function assertAgain<Body>(again: Answer<Body>, first: Answer<Body>, what: string): void {
  assert.deepEqual([again.status, again.body, isReplay(again)], [201, first.body, true], what);
}

/** Made there so far, whatever became of them. */
export async function holdsOf({ sql }: House, concertId: string): Promise<number> {
  const [row] = await sql<{ holds: number }[]>`
    select count(*)::int as holds from reservations where concert_id = ${concertId}`;
  return row?.holds ?? 0;
}
