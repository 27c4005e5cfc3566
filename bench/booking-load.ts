/**
 * Fans who book, as a process of its own: each takes a place, looks at a date's seats, holds one that the list says is
 * free, charges the wallet and pays; then the next fan comes on the same connection.
 */
import type { BookingStep } from './booking-steps.ts';
import { serveOrders } from './children.ts';
import { openHttpLine, type Answer, type HttpLine } from './http-line.ts';
import { createRandom, type Random } from '../rehearsal/random.ts';
import { ranked } from './statistics.ts';
import { createCredentials, get, keyed, post, type Credentials, type Secrets } from './wire.ts';

export interface BookingOrder {
  readonly port: number;
  readonly secrets: Secrets;
  readonly concertId: string;
  /** So many fans at a time. */
  readonly fans: number;
  readonly seconds: number;
  /** Number of the first fan; nobody comes twice. */
  readonly from: number;
  /** So many fans go to one date, which has a few seats more, and it is this many dates on. */
  readonly fansPerDate: number;
  readonly dates: number;
  readonly amount: number;
}

export interface Booked {
  readonly bookings: number;
  readonly seconds: number;
  /** Fans who came, those who were under way at the end included. */
  readonly came: number;
  /** Holds that found the seat taken; they looked again. */
  readonly conflicts: number;
  /** Anything that no fan should see. */
  readonly errors: number;
  readonly firstBad: string | undefined;
  /** Milliseconds. */
  readonly steps: Readonly<Record<BookingStep | 'booking', { readonly p50: number; readonly p99: number }>>;
  readonly busy: number;
}

interface Visit {
  readonly line: HttpLine;
  readonly random: Random;
  readonly order: BookingOrder;
  readonly credentials: Credentials;
  /** Asks, and notes how long it took. Throws on a status that is not among the expected. */
  step(name: BookingStep, request: Buffer, expected: readonly number[]): Promise<Answer>;
  readonly conflict: () => void;
}

const tries_max = 20;

async function book(visit: Visit, fan: number): Promise<void> {
  const { order, credentials, step, random, conflict } = visit;
  const bearer = credentials.bearer(`bench-fan-${fan}`);
  const issued = await step('issue', post(`/concerts/${order.concertId}/queue-tokens`, bearer), [201]);
  const { token, status } = JSON.parse(issued.body) as { token: string; status: string };
  if (status !== 'ACTIVE') throw new Error(`the fan is ${status}`);
  const place = `Queue-Token: ${token}\r\n`;
  const performanceId = `${order.concertId}-${(Math.floor(fan / order.fansPerDate) % order.dates) + 1}`;
  const hold = async (): Promise<string> => {
    for (let attempt = 0; attempt < tries_max; attempt++) {
      const listed = await step('seats', get(`/performances/${performanceId}/seats`, place), [200]);
      const { seats } = JSON.parse(listed.body) as { seats: { number: number }[] };
      if (seats.length === 0) throw new Error(`no seat is left in ${performanceId}`);
      const wish = JSON.stringify({ performanceId, seatNumbers: [random.pick(seats).number] });
      const held = await step('hold', post('/reservations', place, wish), [201, 409]);
      if (held.status === 201) return (JSON.parse(held.body) as { id: string }).id;
      conflict();
    }
    throw new Error('every seat was taken by another');
  };
  const reservation = await hold();
  const charge = JSON.stringify({ amount: order.amount });
  await step('charge', post('/wallet/charges', bearer + keyed(`charge-${fan}`), charge), [201]);
  await step('pay', post(`/reservations/${reservation}/payment`, place + keyed(`pay-${fan}`)), [201]);
}

async function run(order: BookingOrder): Promise<Booked> {
  const credentials = createCredentials(order.secrets);
  const lines = await Promise.all(Array.from({ length: order.fans }, () => openHttpLine(order.port)));
  const took: Record<BookingStep | 'booking', number[]> = {
    issue: [],
    seats: [],
    hold: [],
    charge: [],
    pay: [],
    booking: [],
  };
  let [next, bookings, conflicts, errors] = [order.from, 0, 0, 0];
  let firstBad: string | undefined;
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + order.seconds * 1_000;

  const serve = async (line: HttpLine, number: number): Promise<void> => {
    const random = createRandom(order.from, number);
    const step: Visit['step'] = async (name, request, expected) => {
      const sentAt = performance.now();
      const answer = await line.ask(request);
      took[name].push(performance.now() - sentAt);
      if (expected.includes(answer.status)) return answer;
      throw new Error(`${name}: ${answer.status} ${answer.body.slice(0, 400)}`);
    };
    const visit: Visit = { line, random, order, credentials, step, conflict: () => conflicts++ };
    while (performance.now() < endsAt && !line.closed) {
      const cameAt = performance.now();
      try {
        await book(visit, next++);
        const now = performance.now();
        if (now > endsAt) return;
        bookings++;
        took.booking.push(now - cameAt);
      } catch (error) {
        errors++;
        firstBad ??= error instanceof Error ? error.message : String(error);
      }
    }
  };
  await Promise.all(lines.map(serve));
  const used = process.cpuUsage(cpu);
  const ended = (performance.now() - startedAt) / 1_000;
  for (const line of lines) line.close();
  const steps = Object.fromEntries(
    Object.entries(took).map(([name, times]) => {
      times.sort((one, other) => one - other);
      return [name, { p50: ranked(times, 0.5), p99: ranked(times, 0.99) }];
    }),
  ) as Booked['steps'];
  const busy = (used.user + used.system) / 1e6 / ended;
  return { bookings, seconds: order.seconds, came: next - order.from, conflicts, errors, firstBad, steps, busy };
}

serveOrders(run);
