/** What a fan does one after the other until the seat is paid. */
export const booking_steps = ['issue', 'seats', 'hold', 'charge', 'pay'] as const;
export type BookingStep = (typeof booking_steps)[number];
