/** The console's endpoints about money over HTTP: operators only, each of them. */
import type { Accounts } from '../../accounts/accounts.ts';
import { pageLimitDefault, route, type App } from '../../contract.ts';
import { languageOf } from '../../platform/language.ts';
import { sendCsv } from '../desk/routes.ts';
import type { Money } from './money.ts';

export interface MoneyRoutes {
  readonly money: Money;
  readonly accounts: Pick<Accounts, 'requireOperator'>;
}

export function moneyRoutes(app: App, { money, accounts }: MoneyRoutes): void {
  app.route({
    ...route('getMoneyStanding'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      return money.standing();
    },
  });
  app.route({
    ...route('listAllChargeOrders'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      const { limit = pageLimitDefault, ...query } = request.query;
      return money.orders({ ...query, limit });
    },
  });
  app.route({
    ...route('listAllWithdrawals'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      const { limit = pageLimitDefault, ...query } = request.query;
      return money.withdrawals({ ...query, limit });
    },
  });
  app.route({
    ...route('listMoneyDays'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      return money.days(request.query);
    },
  });
  app.route({
    ...route('exportMoneyDays'),
    handler: async (request, reply) => {
      await accounts.requireOperator(request);
      const language = languageOf(request.headers['accept-language']);
      return sendCsv(reply, await money.daysFile(request.query, language), language);
    },
  });
  app.route({
    ...route('exportChargeOrders'),
    handler: async (request, reply) => {
      await accounts.requireOperator(request);
      const language = languageOf(request.headers['accept-language']);
      return sendCsv(reply, money.ordersFile(request.query, language), language);
    },
  });
}
