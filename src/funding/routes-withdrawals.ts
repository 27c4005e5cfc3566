/** Money on its way back, over HTTP. */
import type { Accounts } from '../accounts/accounts.ts';
import { pageLimitDefault, route, type App } from '../contract.ts';
import type { Withdrawals } from './withdrawals.ts';

export interface WithdrawalRooms {
  readonly funding: Pick<Withdrawals, 'withdraw' | 'withdrawal' | 'withdrawals'>;
  readonly accounts: Pick<Accounts, 'identify'>;
}

export function withdrawalRoutes(app: App, { funding, accounts }: WithdrawalRooms): void {
  app.route({
    ...route('createWithdrawal'),
    handler: async (request, reply) => {
      const { userId } = await accounts.identify(request);
      const { answer, replayed } = await funding.withdraw(
        userId,
        request.headers['idempotency-key'],
        request.body.amount,
      );
      if (replayed) reply.header('idempotent-replayed', 'true');
      return reply.code(201).send(answer);
    },
  });
  app.route({
    ...route('getWithdrawal'),
    handler: async (request) => {
      const { userId } = await accounts.identify(request);
      return funding.withdrawal(userId, request.params.id);
    },
  });
  app.route({
    ...route('listWithdrawals'),
    handler: async (request) => {
      const { userId } = await accounts.identify(request);
      const { limit = pageLimitDefault, cursor } = request.query;
      return funding.withdrawals(userId, { limit, cursor });
    },
  });
}
