/** A reservation, as its fan and an operator see it, and its payment. */
import { Type } from 'typebox';
import { Id, Money, Operator, Time, oneOf, pageProperties, text } from './parts.ts';

const reservationStatuses = ['HELD', 'CONFIRMED', 'EXPIRED', 'CANCELLED'] as const;
export const AllReservationsQuery = Type.Object({
  ...pageProperties,
  concertId: Type.Optional(Type.String({ pattern: '^[\\x21-\\x7e]{1,64}$' })),
  status: Type.Optional(oneOf(reservationStatuses)),
  userId: Type.Optional(text(300, { description: 'The whole id of a user' })),
  q: Type.Optional(
    text(200, {
      description:
        'A reservation id, or a part (4 to 8 characters) of the number on its ticket; the name of a seat or a part of it; a user id or its beginning; part of an account’s name or e-mail address',
    }),
  ),
});
const ReservedSeat = Type.Object({ number: Type.Integer(), label: Type.String(), price: Money });

const reservationProperties = {
  id: Id,
  concertId: Id,
  performanceId: Id,
  seats: Type.Array(ReservedSeat),
  amount: Money,
  status: oneOf(reservationStatuses),
  heldUntil: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    format: 'date-time',
    description: 'End of the hold; null unless HELD',
  }),
};
export const Reservation = Type.Object(reservationProperties);
export const cancelledFor = ['fan', 'organiser', 'postponed', 'force_majeure', 'illness', 'called_off'] as const;
/** What became of paid seats that were given back. */
const givenBack = {
  id: Id,
  seatNumbers: Type.Array(Type.Integer()),
  fee: Money,
  refund: Money,
  compensation: Type.Integer({ minimum: 0, description: 'Beside the refund; of a date that was called off' }),
  reason: oneOf(cancelledFor),
  at: Time,
  withdrawalId: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'What was sent on to where it came from',
  }),
};
/** Only where it was paid: what is held is told as it was when it was held. */
const paidProperties = {
  paid: Type.Optional(Type.Integer({ description: 'What was paid for all of it' })),
  paidAt: Type.Optional(Time),
  cancelledSeats: Type.Optional(
    Type.Array(ReservedSeat, {
      description: 'Paid for and given back; `seats` are those left, and `amount` what these cost',
    }),
  ),
  cancellations: Type.Optional(Type.Array(Type.Object(givenBack), { description: 'The oldest first' })),
};
/** As its fan sees it later. */
export const OwnReservation = Type.Object({ ...reservationProperties, ...paidProperties });
export const AnyonesReservation = Type.Object({
  ...reservationProperties,
  ...paidProperties,
  cancellations: Type.Optional(
    Type.Array(
      Type.Object({
        ...givenBack,
        seats: Type.Array(Type.Object({ number: Type.Integer(), price: Money, fee: Money, refund: Money })),
        by: Operator,
      }),
      { description: 'The oldest first' },
    ),
  ),
  userId: Id,
  userName: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'null where only the id is known' }),
  createdAt: Time,
});

export const Payment = Type.Object({
  id: Id,
  reservationId: Id,
  amount: Money,
  balance: Money,
  seats: Type.Array(ReservedSeat),
  paidAt: Time,
});
