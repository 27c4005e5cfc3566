/** Whole bookings a second, from taking a place to having paid, by many fans at a time. */
import type { Booked, BookingOrder } from '../booking-load.ts';
import { createBookings, fans_per_date, fillBookings, seats_per_date, type BookingTurn } from '../booking-rounds.ts';
import { booking_steps, type BookingStep } from '../booking-steps.ts';
import { startHelper } from '../children.ts';
import { audit, openCluster, secrets, type Audit } from '../ground.ts';
import { startService } from '../processes.ts';
import * as rows from '../rows.ts';
import { median, spread, type Spread } from '../statistics.ts';
import type { PartRun } from './part.ts';

export interface BookingsRow {
  /** At a time. */
  readonly fans: number;
  readonly rate: Spread;
  /** Milliseconds; medians over the rounds. */
  readonly steps: Readonly<Record<BookingStep | 'booking', { readonly p50: number; readonly p99: number }>>;
  readonly conflicts: number;
  readonly bookings: number;
  readonly errors: number;
  readonly firstBad: string | undefined;
  /** Processor microseconds for one booking. */
  readonly serverUs: number;
  readonly postgresUs: number;
  readonly loadBusy: number;
}

export interface Bookings {
  readonly seconds: number;
  readonly rounds: number;
  readonly seatsPerDate: number;
  readonly fansPerDate: number;
  readonly rows: readonly BookingsRow[];
  readonly audit: Audit;
}

const fans_at_a_time = [64, 256] as const;

export async function measureBookings(run: PartRun): Promise<Bookings> {
  const { quick, signal } = run;
  const [seconds, rounds] = quick ? [1.5, 1] : [4, 3];
  await using cluster = await openCluster(run);
  const databaseUrl = await cluster.create('bookings');
  await rows.filled(databaseUrl, (sql) => fillBookings(rows, sql));
  await using service = await startService({ name: 'bookings', folder: cluster.folder, databaseUrl, secrets });
  await using load = startHelper<BookingOrder, Booked>('booking-load.ts');
  const { port, pid: serverPid } = service;
  const turn = createBookings({ port, load, serverPid, postgresPid: await cluster.pid() });
  await turn(64, 2);
  const done: BookingTurn[] = [];
  for (let round = 0; round < rounds && !signal.aborted; round++) {
    for (const fans of fans_at_a_time) done.push(await turn(fans, seconds));
  }
  return {
    seconds,
    rounds: done.length / fans_at_a_time.length,
    seatsPerDate: seats_per_date,
    fansPerDate: fans_per_date,
    rows: fans_at_a_time.map((fans) =>
      rowOf(
        done.filter((turn) => turn.fans === fans),
        fans,
      ),
    ),
    audit: await audit('database', databaseUrl),
  };
}

function rowOf(own: readonly BookingTurn[], fans: number): BookingsRow {
  const middle = (pick: (turn: BookingTurn) => number): number => median(own.map(pick));
  const sum = (pick: (turn: BookingTurn) => number): number => own.reduce((total, turn) => total + pick(turn), 0);
  const steps = Object.fromEntries(
    [...booking_steps, 'booking' as const].map((name) => [
      name,
      { p50: middle(({ steps }) => steps[name].p50), p99: middle(({ steps }) => steps[name].p99) },
    ]),
  ) as BookingsRow['steps'];
  return {
    fans,
    rate: spread(own.map(({ bookings, seconds }) => bookings / seconds)),
    steps,
    conflicts: sum(({ conflicts }) => conflicts),
    bookings: sum(({ bookings }) => bookings),
    errors: sum(({ errors }) => errors),
    firstBad: own.find(({ firstBad }) => firstBad !== undefined)?.firstBad,
    serverUs: middle(({ serverUs }) => serverUs),
    postgresUs: middle(({ postgresUs }) => postgresUs),
    loadBusy: Math.max(...own.map(({ busy }) => busy)),
  };
}
