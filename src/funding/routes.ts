/** Money from outside over HTTP: orders, withdrawals, and what gateways send by themselves. */
import type { Accounts } from '../accounts/accounts.ts';
import { pageLimitDefault, route, type App } from '../contract.ts';
import { languageOf } from '../platform/language.ts';
import type { Funding } from './funding.ts';
import { withdrawalRoutes } from './routes-withdrawals.ts';

export interface FundingRooms {
  readonly funding: Funding;
  readonly accounts: Pick<Accounts, 'identify'>;
}

export function fundingRoutes(app: App, rooms: FundingRooms): void {
  methodRoutes(app, rooms);
  orderRoutes(app, rooms);
  noticeRoutes(app, rooms);
  withdrawalRoutes(app, rooms);
}

function methodRoutes(app: App, { funding }: Pick<FundingRooms, 'funding'>): void {
  app.route({
    ...route('listChargeMethods'),
    handler: (request) => {
      const language = languageOf(request.headers['accept-language']);
      const methods = funding.methods.map(({ name, ...method }) => ({ ...method, name: name[language] }));
      return { methods, open: funding.isOpen, walletMax: funding.walletMax };
    },
  });
}

function orderRoutes(app: App, { funding, accounts }: FundingRooms): void {
  app.route({
    ...route('createChargeOrder'),
    handler: async (request, reply) => {
      const { userId } = await accounts.identify(request);
      const { 'idempotency-key': key, 'accept-language': wishes } = request.headers;
      const { answer, replayed } = await funding.open(userId, key, request.body, languageOf(wishes));
      if (replayed) reply.header('idempotent-replayed', 'true');
      return reply.code(201).send(answer);
    },
  });
  app.route({
    ...route('getChargeOrder'),
    handler: async (request) => {
      const { userId } = await accounts.identify(request);
      return funding.order(userId, request.params.id);
    },
  });
  app.route({
    ...route('listChargeOrders'),
    handler: async (request) => {
      const { userId } = await accounts.identify(request);
      const { limit = pageLimitDefault, cursor } = request.query;
      return funding.orders(userId, { limit, cursor });
    },
  });
  app.route({
    ...route('confirmChargeOrder'),
    handler: async (request, reply) => {
      const { userId } = await accounts.identify(request);
      const { order, isPaid } = await funding.confirm(userId, request.params.id, request.body);
      return isPaid ? reply.code(200).send(order) : reply.code(202).send(order);
    },
  });
}

const notice_bytes_max = 65_536;

interface NoticeRoute {
  Params: { method: string };
  Body: Buffer | null | undefined;
}

/** Gateways sign bytes: so a body is not read as anything else here, whatever it says that it is. */
function noticeRoutes(app: App, { funding }: Pick<FundingRooms, 'funding'>): void {
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: notice_bytes_max }, (_request, body, read) =>
      read(null, body),
    );
    for (const url of ['/api/v1/webhooks/:method', '/webhooks/:method']) {
      scope.route<NoticeRoute>({
        method: 'POST',
        url,
        bodyLimit: notice_bytes_max,
        handler: async ({ params, headers, body }, reply) => {
          await funding.notice(params.method, headers, body ?? Buffer.alloc(0));
          return reply.code(200).send({});
        },
      });
    }
    done();
  });
}
