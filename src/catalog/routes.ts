/** What is on sale, for everybody, over HTTP. */
import { route, type App } from '../contract.ts';
import { refuse } from '../refusals.ts';
import { languageOf, type Language } from '../platform/language.ts';
import { firstTerms, sentencesOf, type RefundTerms } from '../refunds/refunds.ts';
import type { Catalog } from './catalog.ts';
import { gradePrices, type Performance } from './layout.ts';
import { createProgramme, type Sales, type SeatsSold } from './programme.ts';

export interface CatalogRooms {
  readonly catalog: Catalog;
  readonly sales: Sales;
  readonly maxSeatsPerFan: (concertId: string) => Promise<number>;
}

/** The dates as they are shown, summed up once for as long as they are in memory. */
function createShown() {
  const known = new WeakMap<readonly Performance[], ReturnType<typeof show>>();
  return (performances: readonly Performance[]) => {
    const shown = known.get(performances) ?? show(performances);
    known.set(performances, shown);
    return shown;
  };
}

function show(performances: readonly Performance[]) {
  return performances.map((performance) => {
    const { id, startsAt, seatsTotal, status, movedFrom, movedAt, reason } = performance;
    const date = { id, startsAt, seatsTotal, status, movedFrom, movedAt, grades: gradePrices(performance) };
    return { date, reason };
  });
}

/** The sentences of terms, put together once for as long as those are in memory. */
function createSaid() {
  const known: Record<Language, WeakMap<RefundTerms, string[]>> = { en: new WeakMap(), ko: new WeakMap() };
  return (terms: RefundTerms, language: Language): string[] => {
    const said = known[language].get(terms) ?? sentencesOf(terms, language);
    known[language].set(terms, said);
    return said;
  };
}

export function catalogRoutes(app: App, { catalog, sales, maxSeatsPerFan }: CatalogRooms): void {
  const shown = createShown();
  const said = createSaid();
  const programme = createProgramme(catalog.upcoming, sales);
  app.route({
    ...route('listConcerts'),
    handler: async (request) => {
      const { limit = 50, cursor, q } = request.query;
      const { concerts, nextCursor } = await programme({ limit, cursor, q });
      const known = await sales(concerts.map((concert) => concert.id));
      return {
        concerts: concerts.map((concert) => Object.assign(saleOf(known, concert.id), concert)),
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
      const [known, seatsMax, performances, terms = firstTerms] = await Promise.all([
        sales([concertId]),
        maxSeatsPerFan(concertId),
        catalog.performancesOf(concertId),
        catalog.termsOf(concertId),
      ]);
      const ended = new Set(known.get(concertId)?.ended);
      const language = languageOf(request.headers['accept-language']);
      return {
        ...concert,
        ...saleOf(known, concertId),
        maxSeatsPerFan: seatsMax,
        timeZone: terms.timeZone,
        refundRules: said(terms, language),
        performances: shown(performances).map(({ date, reason }) => {
          const onSale = !ended.has(date.id) && date.status === 'SCHEDULED';
          return Object.assign({ onSale, notice: reason === null ? null : reason[language] }, date);
        }),
      };
    },
  });
}

function saleOf(known: ReadonlyMap<string, SeatsSold>, concertId: string) {
  const { total, sold, isSoldOut } = known.get(concertId) ?? { total: 0, sold: 0, isSoldOut: false };
  return { soldOut: isSoldOut, seatsTotal: total, seatsSold: sold };
}
