/** Dates that are called off or moved, over HTTP. */
import type { Accounts } from '../accounts/accounts.ts';
import { route, type App } from '../contract.ts';
import type { Dates } from './dates.ts';

export interface DateRoutes {
  readonly dates: Pick<Dates, 'callOff' | 'callingOff' | 'movePerformance'>;
  readonly accounts: Pick<Accounts, 'requireOperator'>;
}

export function dateRoutes(app: App, { dates, accounts }: DateRoutes): void {
  app.route({
    ...route('callOffPerformance'),
    handler: async (request, reply) => {
      const { userId: operatorId } = await accounts.requireOperator(request);
      const { reason, compensationPercent = 0 } = request.body;
      const { answer, replayed } = await dates.callOff({
        performanceId: request.params.performanceId,
        reason,
        compensationPercent,
        operatorId,
        key: request.headers['idempotency-key'],
      });
      if (replayed) reply.header('idempotent-replayed', 'true');
      return reply.code(202).send(answer);
    },
  });
  app.route({
    ...route('getCallingOff'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      return dates.callingOff(request.params.performanceId);
    },
  });
  app.route({
    ...route('movePerformance'),
    handler: async (request) => {
      const { userId: operatorId } = await accounts.requireOperator(request);
      const { startsAt } = request.body;
      return dates.movePerformance({ performanceId: request.params.performanceId, startsAt, operatorId });
    },
  });
}
