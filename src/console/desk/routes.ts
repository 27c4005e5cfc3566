/** The desk's endpoints over HTTP: operators only, each of them. */
import type { FastifyReply } from 'fastify';
import type { Accounts } from '../../accounts/accounts.ts';
import { pageLimitDefault, route, type App } from '../../contract.ts';
import { languageOf, type Language } from '../../platform/language.ts';
import type { CsvFile } from './csv-file.ts';
import type { Desk } from './desk.ts';

export interface DeskRoutes {
  readonly desk: Desk;
  readonly accounts: Pick<Accounts, 'requireOperator'>;
}

export function deskRoutes(app: App, { desk, accounts }: DeskRoutes): void {
  app.route({
    ...route('getPlan'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      const { performances, ...plan } = await desk.plan(request.params.concertId);
      return {
        ...plan,
        performances: performances.map(({ id, startsAt, seatsTotal, sections }) => {
          return { id, startsAt, seatsTotal, sections: [...sections] };
        }),
      };
    },
  });
  app.route({
    ...route('getSeatStory'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      const { performanceId, number } = request.params;
      return desk.seatStory(performanceId, Number(number));
    },
  });
  app.route({
    ...route('getPerformance'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      return desk.date(request.params.performanceId);
    },
  });
  app.route({
    ...route('findSeats'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      return desk.findSeats(request.query.q, request.query.concertId);
    },
  });
  peopleRoutes(app, { desk, accounts });
  fileRoutes(app, { desk, accounts });
}

function peopleRoutes(app: App, { desk, accounts }: DeskRoutes): void {
  app.route({
    ...route('findUsers'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      return desk.findPeople(request.query.q);
    },
  });
  app.route({
    ...route('getUser'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      return desk.person(request.query.userId);
    },
  });
  app.route({
    ...route('listUserEntries'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      const { userId, limit = pageLimitDefault, cursor } = request.query;
      return desk.entries(userId, { limit, cursor });
    },
  });
}

function fileRoutes(app: App, { desk, accounts }: DeskRoutes): void {
  app.route({
    ...route('exportReservations'),
    handler: async (request, reply) => {
      await accounts.requireOperator(request);
      const language = languageOf(request.headers['accept-language']);
      return sendCsv(reply, await desk.exports.reservations(request.params.concertId, language), language);
    },
  });
  app.route({
    ...route('exportLedger'),
    handler: async (request, reply) => {
      await accounts.requireOperator(request);
      const language = languageOf(request.headers['accept-language']);
      return sendCsv(reply, await desk.exports.ledger(request.query.userId, language), language);
    },
  });
}

/** A file's name holds only letters, digits, dots and hyphens: nothing in it can end the header. */
export function sendCsv(reply: FastifyReply, { name, content }: CsvFile, language: Language): FastifyReply {
  return reply
    .header('content-type', 'text/csv; charset=utf-8')
    .header('content-language', language)
    .header('vary', 'Accept-Language')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(content);
}
