/**
 * What is asked in each scenario, request by request. The rows that the requests rely on are those of prepare.ts;
 * here and there a fan, a hold and a seat are known by their number alone.
 */
import { order_amount, ordererOf, orderOf, paymentOf } from './order-names.ts';
import { createCredentials, fanOf, get, holdOf, keyed, post, type Secrets } from './wire.ts';

export type ScenarioName =
  | 'status'
  | 'status, through a proxy'
  | 'status of 1,000 fans, 1,000 waiting'
  | 'status of 1,000 fans, 1,000,000 waiting'
  | 'status of 10,000 fans, 10,000 waiting'
  | 'seats'
  | 'seats, through a proxy'
  | 'issue'
  | 'hold'
  | 'charge'
  | 'charge, one fan'
  | 'confirm'
  | 'pay'
  | 'cancel'
  | GrowthScenario;

/** The same four requests to rooms that differ in the length of their lines alone. */
export const growth_kinds = ['status', 'issue', 'hold', 'pay'] as const;
export type GrowthKind = (typeof growth_kinds)[number];
export const growth_sizes = [1_000, 10_000, 100_000, 1_000_000] as const;
export type GrowthSize = (typeof growth_sizes)[number];
export type GrowthScenario = `growth: ${GrowthKind}, ${GrowthSize} waiting`;

export const growth = {
  concertOf: (size: GrowthSize): string => `benchgrow${Math.log10(size)}`,
  /** Requests of one round. So many join, and then so many pay, which lets so many in: the line keeps its length. */
  requests: 500,
  /** Inside: as many as will ever pay, so that nobody has to be let in before. */
  inside: 20_000,
  /** Seats of each of two dates: one for holds that wait for their payment, one to hold. */
  seats: 20_000,
} as const;

/** Ten characters, as every concert's id. */
export const concerts = {
  /** 1,000,000 wait behind a few who are inside; nobody is admitted. */
  long: 'benchlong0',
  /** The same with 1,000 who wait. */
  short: 'benchshort',
  /** The same with 10,000 who wait. */
  middle: 'benchmiddl',
  /** Everybody is inside: for seats and holds. */
  hall: 'benchhall0',
  /** Fans with a hold and the money for it, a few inside, the others in line behind them. */
  till: 'benchtill0',
} as const;

export const long_line = 1_000_000;
export const short_line = 1_000;
export const middle_line = 10_000;
/** Inside in the two lines: the first entries. */
export const line_inside = 100;
export const hall_fans = 75_000;
/** A fan of the hall holds one seat at a time, so often. */
export const holds_per_fan = 8;
export const seats_per_performance = 100_000;
export const small_seats = 50;
/** Of each, in whole units. */
export const seat_price = 1_000;
export const hall_performances = (hall_fans * holds_per_fan) / seats_per_performance;
const charging_fans = 50_000;

/** Neighbours in time are far from each other in table and index, as in a crowd. Prime, so that each comes once. */
export const seat_step = 7_919;
const fan_step = 7_919;

/** Makes the request with a number, counted from 0. */
export function requestMaker(scenario: ScenarioName, secrets: Secrets): (index: number) => Buffer {
  const { place, bearer } = createCredentials(secrets);
  const poll = (concertId: string, waiting: number): Buffer =>
    get('/queue-token', place(concertId, line_inside + waiting));
  const pollAnywhere = (index: number): Buffer => poll(concerts.long, ((index * fan_step) % long_line) + 1);
  const look = (index: number): Buffer =>
    get(`/performances/${concerts.hall}-${hall_performances + 1}/seats`, place(concerts.hall, inHall(index)));
  const charge = (sub: string, index: number, amount: number): Buffer =>
    post('/wallet/charges', bearer(sub) + keyed(index), JSON.stringify({ amount }));

  const makers: Record<Exclude<ScenarioName, GrowthScenario>, (index: number) => Buffer> = {
    status: (index) => pollAnywhere(index),
    'status, through a proxy': (index) => pollAnywhere(index),
    'status of 1,000 fans, 1,000 waiting': (index) => poll(concerts.short, (index % short_line) + 1),
    'status of 1,000 fans, 1,000,000 waiting': (index) =>
      poll(concerts.long, ((index % short_line) * long_line) / short_line + 1),
    'status of 10,000 fans, 10,000 waiting': (index) => poll(concerts.middle, (index % middle_line) + 1),
    seats: look,
    'seats, through a proxy': look,
    issue: (index) => post(`/concerts/${concerts.long}/queue-tokens`, bearer(`bench-new-${index}`)),
    hold: (index) => post('/reservations', place(concerts.hall, inHall(index)), wishOf(index)),
    charge: (index) => charge(`bench-rich-${index % charging_fans}`, index, 1_000),
    'charge, one fan': (index) => charge('bench-alone', index, 1),
    confirm: (index) => {
      const id = orderOf(index);
      const paid = JSON.stringify({ paymentKey: paymentOf(id), amount: order_amount });
      return post(`/wallet/charge-orders/${id}/confirmation`, bearer(ordererOf(index)), paid);
    },
    pay: (index) =>
      post(`/reservations/${holdOf(concerts.till, index + 1)}/payment`, place(concerts.till, index + 1) + keyed(index)),
    cancel: (index) => {
      const headers = bearer(fanOf(concerts.till, index + 1)) + keyed(index);
      const wish = JSON.stringify({ refund: seat_price });
      return post(`/reservations/${holdOf(concerts.till, index + 1)}/cancellation`, headers, wish);
    },
  };
  return isGrowth(scenario) ? growthMaker(scenario, secrets) : makers[scenario];
}

function isGrowth(scenario: ScenarioName): scenario is GrowthScenario {
  return scenario.startsWith('growth: ');
}

/** Fans are known by their entries: the first are inside with a hold and money, those behind them wait. */
function growthMaker(scenario: GrowthScenario, secrets: Secrets): (index: number) => Buffer {
  const { place, bearer } = createCredentials(secrets);
  const [, kind, waiting] = /^growth: (\w+), (\d+)/.exec(scenario) ?? [];
  const size = Number(waiting) as GrowthSize;
  const concertId = growth.concertOf(size);
  const { seats, requests } = growth;
  const makers: Record<GrowthKind, (index: number) => Buffer> = {
    // As many fans whatever the line, evenly over it, which in each round begins so many places further back.
    status: (index) => {
      const [round, fan] = [Math.floor(index / requests), index % requests];
      const entry = growth.inside + round * requests + Math.floor((fan * size) / requests) + 1;
      return get('/queue-token', place(concertId, entry));
    },
    issue: (index) => post(`/concerts/${concertId}/queue-tokens`, bearer(`bench-new-${size}-${index}`)),
    hold: (index) => {
      const wish = { performanceId: `${concertId}-2`, seatNumbers: [((index * seat_step) % seats) + 1] };
      return post('/reservations', place(concertId, index + 1), JSON.stringify(wish));
    },
    pay: (index) =>
      post(`/reservations/${holdOf(concertId, index + 1)}/payment`, place(concertId, index + 1) + keyed(index)),
  };
  return makers[kind as GrowthKind];
}

const inHall = (index: number): number => (index % hall_fans) + 1;

/** The hold with this number: one seat that no other asks for. */
function wishOf(index: number): string {
  const performance = Math.floor(index / seats_per_performance) + 1;
  const seat = ((index * seat_step) % seats_per_performance) + 1;
  return JSON.stringify({ performanceId: `${concerts.hall}-${performance}`, seatNumbers: [seat] });
}
