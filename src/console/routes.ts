/** The operator's endpoints over HTTP. */
import type { Accounts } from '../accounts/accounts.ts';
import { pageLimitDefault, route, type App } from '../contract.ts';
import type { Console } from './console.ts';
import { deskRoutes } from './desk/routes.ts';
import { liveRoutes } from './live-routes.ts';
import { moneyRoutes } from './money/routes.ts';

export interface ConsoleRoutes {
  readonly console: Console;
  readonly accounts: Pick<Accounts, 'requireOperator'>;
}

export function consoleRoutes(app: App, { console, accounts }: ConsoleRoutes): void {
  deskRoutes(app, { desk: console.desk, accounts });
  liveRoutes(app, { live: console.live, accounts });
  moneyRoutes(app, { money: console.money, accounts });
  app.route({
    ...route('createConcert'),
    handler: async (request, reply) => {
      const { userId } = await accounts.requireOperator(request);
      const { 'idempotency-key': key } = request.headers;
      if (key === undefined) return reply.code(201).send(await console.createConcert(request.body, userId));
      const { answer, replayed } = await console.createConcertOnce(request.body, userId, key);
      if (replayed) reply.header('idempotent-replayed', 'true');
      return reply.code(201).send(answer);
    },
  });
  app.route({
    ...route('updateConcert'),
    handler: async (request) => {
      const { userId } = await accounts.requireOperator(request);
      const { expected, ...patch } = request.body;
      return console.updateConcert(request.params.concertId, patch, { operatorId: userId, expected });
    },
  });
  app.route({
    ...route('getOverview'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      return console.overview(request.params.concertId);
    },
  });
  app.route({
    ...route('listAllReservations'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      const { limit = pageLimitDefault, ...query } = request.query;
      return console.reservations({ ...query, limit });
    },
  });
}
