/** Paying over HTTP. */
import { route, type App } from '../contract.ts';
import { refuse } from '../refusals.ts';
import type { Reservations } from '../reservation/reservation.ts';
import type { WaitingRoom } from '../waiting-room/gate.ts';
import type { Payments } from './payment.ts';

export interface PaymentRooms {
  readonly payments: Payments;
  readonly waitingRoom: Pick<WaitingRoom, 'gate' | 'present'>;
  readonly reservations: Pick<Reservations, 'get'>;
}

export function paymentRoutes(app: App, { payments, waitingRoom, reservations }: PaymentRooms): void {
  const { gate, present } = waitingRoom;

  app.route({
    ...route('payReservation'),
    handler: async (request, reply) => {
      // Whether the place is still ACTIVE is for the transaction to say: a repeat comes after the place has ended.
      const pass = gate.pass(request);
      const { id } = request.params;
      present(pass);
      if (!id.startsWith(`${pass.concertId}-`)) {
        await gate.admitted(request);
        // Own, but of another concert: FORBIDDEN. Not own, or not there: `get` refuses with NOT_FOUND.
        await reservations.get(pass.userId, id);
        throw refuse('FORBIDDEN');
      }
      const { answer, replayed } = await payments.pay(pass, id, request.headers['idempotency-key']);
      if (replayed) reply.header('idempotent-replayed', 'true');
      return reply.code(201).send({ ...answer, seats: [...answer.seats] });
    },
  });
}
