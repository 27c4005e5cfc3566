/** The endpoints of the console's live pages over HTTP. */
import type { Accounts } from '../accounts/accounts.ts';
import { pageLimitDefault, route, type App } from '../contract.ts';
import type { Live } from './live.ts';

export interface LiveRoutes {
  readonly live: Live;
  readonly accounts: Pick<Accounts, 'requireOperator'>;
}

const minutes_default = 60;

export function liveRoutes(app: App, { live, accounts }: LiveRoutes): void {
  app.route({
    ...route('listLiveConcerts'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      const { limit = pageLimitDefault, cursor } = request.query;
      return live.concerts({ limit, cursor });
    },
  });
  app.route({
    ...route('getConcertSettings'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      return live.settings(request.params.concertId);
    },
  });
  app.route({
    ...route('getSales'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      return live.sales(request.params.concertId);
    },
  });
  app.route({
    ...route('getHistory'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      return live.history(request.params.concertId, request.query.minutes ?? minutes_default);
    },
  });
  app.route({
    ...route('getService'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      return live.service();
    },
  });
  app.route({
    ...route('listOperatorLog'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      const { limit = pageLimitDefault, ...query } = request.query;
      return live.log({ ...query, limit });
    },
  });
}
