/** Cancelling what was paid for, over HTTP. */
import type { Accounts } from '../accounts/accounts.ts';
import { route, type App } from '../contract.ts';
import { languageOf } from '../platform/language.ts';
import type { Cancellation, Cancelled } from './cancellation.ts';
import { dateRoutes, type DateRoutes } from './routes-dates.ts';

export interface CancellationRooms {
  readonly cancellation: Pick<Cancellation, 'quote' | 'cancel' | 'cancelForFan'> & DateRoutes['dates'];
  readonly accounts: Pick<Accounts, 'identify' | 'requireOperator'>;
}

export function cancellationRoutes(app: App, { cancellation, accounts }: CancellationRooms): void {
  dateRoutes(app, { dates: cancellation, accounts });
  app.route({
    ...route('getCancellation'),
    handler: async (request) => {
      const { userId } = await accounts.identify(request);
      const seatNumbers = request.query.seatNumbers?.split(',').map(Number);
      const language = languageOf(request.headers['accept-language']);
      const { seats, ...quote } = await cancellation.quote(userId, request.params.id, seatNumbers, language);
      return { ...quote, seats: [...seats] };
    },
  });
  app.route({
    ...route('cancelPaid'),
    handler: async (request, reply) => {
      const { userId } = await accounts.identify(request);
      const { seatNumbers, refund, to = 'wallet' } = request.body;
      const wish = {
        reservationId: request.params.id,
        seatNumbers,
        key: request.headers['idempotency-key'],
        refund,
        to,
      };
      const { answer, replayed } = await cancellation.cancel(userId, wish);
      if (replayed) reply.header('idempotent-replayed', 'true');
      return reply.code(201).send(told(answer));
    },
  });
  app.route({
    ...route('cancelForFan'),
    handler: async (request, reply) => {
      const { userId: operatorId } = await accounts.requireOperator(request);
      const { reason, feePercent = 0, seatNumbers } = request.body;
      const wish = { reservationId: request.params.id, seatNumbers, key: request.headers['idempotency-key'] };
      const { answer, replayed } = await cancellation.cancelForFan({ operatorId, reason, feePercent }, wish);
      if (replayed) reply.header('idempotent-replayed', 'true');
      return reply.code(201).send(told(answer));
    },
  });
}

const told = ({ seats, ...cancelled }: Cancelled) => ({ ...cancelled, seats: [...seats] });
