/** Whole bookings, as a table and a chart. */
import { booking_steps } from '../booking-steps.ts';
import type { Bookings } from '../parts/bookings.ts';
import { barChart } from '../svg.ts';
import {
  auditRemark,
  busyRemark,
  errorsRemark,
  fine,
  picture,
  remarks,
  spreadOf,
  table,
  whole,
  type Shown,
} from './shown.ts';

export function showBookings({ rows, seconds, rounds, seatsPerDate, fansPerDate, audit }: Bookings): Shown {
  const steps = [...booking_steps, 'booking' as const];
  const cells = rows.map((row) => [
    whole(row.fans),
    `**${spreadOf(row.rate, whole)}**`,
    ...steps.map((step) => `${fine(row.steps[step].p50)} / ${fine(row.steps[step].p99)}`),
    `${whole(row.serverUs)} + ${whole(row.postgresUs)}`,
    fine(row.conflicts / row.bookings, 2),
  ]);
  const each = table(
    [
      'fans at a time',
      'bookings a second',
      ...booking_steps.map((step) => `${step}, ms`),
      'all of it, ms: p50 / p99',
      'work for one, µs: service + PostgreSQL',
      'seats lost to others, for one',
    ],
    cells,
  );
  const said = remarks([
    busyRemark(Math.max(...rows.map(({ loadBusy }) => loadBusy))),
    auditRemark(audit),
    errorsRemark(
      rows.reduce((sum, { errors }) => sum + errors, 0),
      rows.find(({ firstBad }) => firstBad)?.firstBad,
    ),
  ]);
  const how = `${rounds} turns of ${seconds} s each; ${fansPerDate} fans go to each date of ${seatsPerDate} seats and pick one at random of those that the list says are free.`;
  return {
    markdown: `${how}\n\n${each}${said}\n\n${picture('bookings', 'Where the time of a booking goes')}`,
    charts: {
      bookings: barChart({
        title: `Whole bookings: ${rows.map(({ fans, rate }) => `${whole(rate.median)}/s by ${whole(fans)} fans`).join(', ')}`,
        note: 'How long half of the answers took, step by step, by how many fans book at a time.',
        unit: 'ms, p50',
        series: rows.map(({ fans }) => `${whole(fans)} fans at a time`),
        groups: booking_steps.map((label) => ({
          label,
          bars: rows.map(({ steps }, series) => ({ series, value: steps[label].p50 })),
        })),
      }),
    },
    goals: [],
  };
}
