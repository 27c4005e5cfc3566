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

export async function signInOperator(origin: string, login: { email: string; password: string }): Promise<Operator> {
  const { token } = (await json(origin, '/api/auth/sign-in/email', { body: login })) as { token: string };
  return {
    bearer: token,
    createConcert: async (options) => {
      const dates = Math.max(Math.min(2, options.seats), Math.ceil(options.seats / seats_per_date_max));
      const made = (await json(origin, '/api/v1/admin/concerts', { bearer: token, body: planned(options, dates) })) as {
        id: string;
        performances: { id: string }[];
      };
      const performanceIds = made.performances.map(({ id }) => id);
      return { id: made.id, performanceIds, seatsPerPerformance: Math.floor(options.seats / dates) };
    },
    audit: async () =>
      (await json(origin, '/api/v1/admin/audit', { bearer: token })) as Awaited<ReturnType<Operator['audit']>>,
  };
}

function planned(options: Options, dates: number): object {
  const { seats, maxActive, sessionSeconds, holdSeconds, graceSeconds, seed } = options;
  const performances = Array.from({ length: dates }, (_, date) => {
    const count = Math.floor(seats / dates) + (date < seats % dates ? 1 : 0);
    const startsAt = new Date(Date.UTC(2031, 4, 1 + date, 10)).toISOString();
    return { startsAt, sections: sectionsOf(count) };
  });
  const title = `Rehearsal ${seed}`;
  const settings = { maxActive, sessionSeconds, holdSeconds, graceSeconds, maxSeatsPerFan: 4 };
  return { title, artist: 'The rehearsal', venue: 'Nowhere', ...settings, performances };
}

/** A third near the stage, the others behind it, and a short last row. */
function sectionsOf(seats: number): object[] {
  const rows = Math.floor(seats / seats_per_row);
  const near = Math.floor(rows / 3);
  const sections = [
    { name: 'A', rows: near, seatsPerRow: seats_per_row, grade: 'VIP', price: 165_000 },
    { name: 'B', rows: rows - near, seatsPerRow: seats_per_row, grade: 'R', price: 110_000 },
    { name: 'C', rows: 1, seatsPerRow: seats % seats_per_row, grade: 'S', price: 77_000 },
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
