/** Rounds of whole bookings against one server: the dates they are for, and what a booking takes of the processors. */
import type { Booked, BookingOrder } from './booking-load.ts';
import type { Helper } from './children.ts';
import type { Sql } from '../src/platform/database.ts';
import { secrets } from './ground.ts';
import { watchWork, type Worker } from './work.ts';

const concert = 'benchbooks';
export const seats_per_date = 50;
/** So that the last ones still find a few seats to choose from. */
export const fans_per_date = 40;
const dates = 1_500;
const price = 1_000;
const max_active = 10_000;

/** The dates, written by the rows of the build that is measured. */
export function fillBookings({ line, performances, day_seconds }: typeof import('./rows.ts'), sql: Sql): Promise<void> {
  const seats = Array.from({ length: dates }, () => seats_per_date);
  const room = { inside: 0, waiting: 0, graceSeconds: day_seconds, maxActive: max_active };
  return line(sql, concert, room).then(() => performances(sql, concert, seats));
}

/** `fans` of them at a time; processor microseconds are of one booking. */
export type BookingTurn = Booked & { readonly fans: number; readonly serverUs: number; readonly postgresUs: number };

export interface BookingGround extends Worker {
  readonly port: number;
  readonly load: Helper<BookingOrder, Booked>;
}

/** Each round goes on with the fans who have not come yet. */
export function createBookings({ port, load, ...worker }: BookingGround) {
  let from = 0;
  return async (fans: number, seconds: number): Promise<BookingTurn> => {
    const sale = { concertId: concert, fansPerDate: fans_per_date, dates, amount: price };
    const worked = watchWork(worker);
    const booked = await load.ask({ port, secrets, fans, seconds, from, ...sale });
    const { server, postgres } = worked();
    from += booked.came;
    const { bookings } = booked;
    return { ...booked, fans, serverUs: (server / bookings) * 1e6, postgresUs: (postgres / bookings) * 1e6 };
  };
}
