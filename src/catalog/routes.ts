/** What is on sale, for everybody, over HTTP. */
import { route, type App } from '../contract.ts';
import { refuse } from '../refusals.ts';
import type { Catalog } from './catalog.ts';
import { gradePrices } from './layout.ts';

export interface CatalogRooms {
  readonly catalog: Catalog;
  /** Those of the concerts that have no seat left unsold. */
  readonly soldOut: (concertIds: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly maxSeatsPerFan: (concertId: string) => Promise<number>;
}

export function catalogRoutes(app: App, { catalog, soldOut, maxSeatsPerFan }: CatalogRooms): void {
  app.route({
    ...route('listConcerts'),
    handler: async (request) => {
      const { limit = 50, cursor } = request.query;
      const { concerts, nextCursor } = await catalog.list({ limit, cursor });
      const sold = await soldOut(concerts.map((concert) => concert.id));
      return {
        concerts: concerts.map((concert) => Object.assign({ soldOut: sold.has(concert.id) }, concert)),
        nextCursor,
      };
    },
  });
  app.route({
    ...route('getConcert'),
    handler: async (request) => {
      const { concertId } = request.params;
      const concert = await catalog.concert(concertId);
      if (concert === undefined) throw refuse('NOT_FOUND');
      const [sold, seatsMax, performances] = await Promise.all([
        soldOut([concertId]),
        maxSeatsPerFan(concertId),
        catalog.performancesOf(concertId),
      ]);
      return {
        ...concert,
        soldOut: sold.has(concertId),
        maxSeatsPerFan: seatsMax,
        performances: performances.map((performance) => {
          const { id, startsAt, seatsTotal } = performance;
          return { id, startsAt, seatsTotal, grades: gradePrices(performance) };
        }),
      };
    },
  });
}
