/** What the operator does before and after a sale: signs in, puts a concert on sale, asks for the audit. */
import type { Options } from './options.ts';
import type { Concert } from './stage.ts';

export interface Operator {
  readonly bearer: string;
  createConcert(options: Options): Promise<Concert>;
  audit(): Promise<{ ok: boolean; checks: { name: string; ok: boolean; violations: number; sample: unknown[] }[] }>;
}

/** A list of seats grows with its date; a fan loads it several times. */
const seats_per_date_max = 2_000;
const seats_per_row = 20;
const audit_seconds_max = 600;
/** Dates of a sale in which seats come back: one has a fee of 30 %, one of nothing, one of 30 or 90 %, one is free for a day. */
const hours_ahead = [36, 40 * 24, 12, 8 * 24] as const;
const hour_ms = 3_600_000;

export async function signInOperator(origin: string, login: { email: string; password: string }): Promise<Operator> {
  const { token } = (await json(origin, '/api/auth/sign-in/email', { body: login })) as { token: string };
  return {
    bearer: token,
    createConcert: async (options) => {
      const least = options.cancelling > 0 ? hours_ahead.length : 2;
      const dates = Math.max(Math.min(least, options.seats), Math.ceil(options.seats / seats_per_date_max));
      const made = (await json(origin, '/api/v1/admin/concerts', { bearer: token, body: planned(options, dates) })) as {
        id: string;
        performances: { id: string; startsAt: string; seatsTotal: number }[];
      };
      return {
        id: made.id,
        performanceIds: made.performances.map(({ id }) => id),
        seatsPerPerformance: Math.floor(options.seats / dates),
        dates: made.performances.map(({ id, startsAt, seatsTotal: seats }) => ({
          id,
          startsAt: Date.parse(startsAt),
          seats,
        })),
      };
    },
    audit: async () =>
      (await json(origin, '/api/v1/admin/audit', { bearer: token })) as Awaited<ReturnType<Operator['audit']>>,
  };
}

function planned(options: Options, dates: number): object {
  const { seats, maxActive, sessionSeconds, holdSeconds, graceSeconds, seed } = options;
  const performances = Array.from({ length: dates }, (_, date) => {
    const count = Math.floor(seats / dates) + (date < seats % dates ? 1 : 0);
    const hours = options.cancelling > 0 ? hours_ahead[date] : undefined;
    const startsAt = hours === undefined ? Date.UTC(2031, 4, 1 + date, 10) : Date.now() + hours * hour_ms;
    return { startsAt: new Date(startsAt).toISOString(), sections: sectionsOf(count) };
  });
  const title = `Rehearsal ${seed}`;
  const boundToSupply = options.cancelling > 0;
  const settings = { maxActive, sessionSeconds, holdSeconds, graceSeconds, maxSeatsPerFan: 4, boundToSupply };
  return { title, artist: 'The rehearsal', venue: 'Nowhere', ...settings, performances };
}

/** A third near the stage, the others behind it, and a short last row. No price is so round that a fee needs no rounding. */
function sectionsOf(seats: number): object[] {
  const rows = Math.floor(seats / seats_per_row);
  const near = Math.floor(rows / 3);
  const sections = [
    { name: 'A', rows: near, seatsPerRow: seats_per_row, grade: 'VIP', price: 165_003 },
    { name: 'B', rows: rows - near, seatsPerRow: seats_per_row, grade: 'R', price: 110_007 },
    { name: 'C', rows: 1, seatsPerRow: seats % seats_per_row, grade: 'S', price: 77_009 },
  ];
  return sections.filter((section) => section.rows > 0 && section.seatsPerRow > 0);
}

interface Asked {
  readonly bearer?: string;
  readonly body?: object;
}

/** A call that must succeed. */
export async function json(origin: string, path: string, { bearer, body }: Asked): Promise<unknown> {
  const response = await fetch(`${origin}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(audit_seconds_max * 1_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}
