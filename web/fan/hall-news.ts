/** What is told of a date to those who choose seats there, besides its seats: by its stream, or by asking for everything. */
import { ask } from '../client/client.ts';
import type { SeatMapData } from '../seats/types.ts';
import { concertOf, dateIn } from './concerts.ts';

/** Told in the stream of its seats: it was moved, or called off. */
export interface PerformanceNews {
  readonly id: string;
  readonly status: 'SCHEDULED' | 'CANCELLED';
  readonly startsAt: string;
}

export type Polled = SeatMapData & { readonly isCalledOff?: boolean };

/** The seats, and what became of the date while nobody listened. */
export async function askAll(
  { performanceId, concertId }: { readonly performanceId: string; readonly concertId: string },
  place: string,
): Promise<Polled> {
  const [map, concert] = await Promise.all([
    ask('getSeatMap', { params: { performanceId }, place }),
    concertOf(concertId).catch(() => undefined),
  ]);
  return { ...map, isCalledOff: concert !== undefined && dateIn(concert, performanceId)?.status === 'CANCELLED' };
}
