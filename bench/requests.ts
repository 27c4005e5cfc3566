/**
 * What is asked in each scenario, request by request. The rows that the requests rely on are those of prepare.ts;
 * here and there a fan, a hold and a seat are known by their number alone.
 */
import { createSigner } from 'fast-jwt';
import { createQueueTokens } from '../src/waiting-room/tokens.ts';

export type ScenarioName =
  | 'status'
  | 'status, through a proxy'
  | 'status of 1,000 fans, 1,000 waiting'
  | 'status of 1,000 fans, 1,000,000 waiting'
  | 'seats'
  | 'issue'
  | 'hold'
  | 'charge'
  | 'charge, one fan'
  | 'pay';

export interface Secrets {
  /** AUTH_SECRET: the queue tokens' key is derived from it. */
  readonly auth: string;
  /** IDENTITY_JWT_SECRET: signs the access tokens. */
  readonly identity: string;
}

/** Ten characters, as every concert's id. */
export const concerts = {
  /** 1,000,000 wait behind a few who are inside; nobody is admitted. */
  long: 'benchlong0',
  /** The same with 1,000 who wait. */
  short: 'benchshort',
  /** Everybody is inside: for seats and holds. */
  hall: 'benchhall0',
  /** Fans with a hold and the money for it, a few inside, the others in line behind them. */
  till: 'benchtill0',
} as const;

export const long_line = 1_000_000;
export const short_line = 1_000;
/** Inside in the two lines: the first entries. */
export const line_inside = 100;
export const hall_fans = 50_000;
/** A fan of the hall holds one seat at a time, so often. */
export const holds_per_fan = 8;
export const seats_per_performance = 100_000;
export const small_seats = 50;
export const hall_performances = (hall_fans * holds_per_fan) / seats_per_performance;
const charging_fans = 50_000;

/** The hold of the till's fan number 7 ends in 000000000000000000007. */
export const reservation_prefix = `${concerts.till}-r`;

/** Neighbours in time are far from each other in table and index, as in a crowd. Prime, so that each comes once. */
export const seat_step = 7_919;
const fan_step = 7_919;

/** Makes the request with a number, counted from 0. */
export function requestMaker(scenario: ScenarioName, secrets: Secrets): (index: number) => Buffer {
  const tokens = createQueueTokens(secrets.auth);
  const signIdentity = createSigner({ key: secrets.identity, algorithm: 'HS256', expiresIn: 86_400_000 });
  const queueToken = (concertId: string, fan: number): string =>
    `Queue-Token: ${tokens.sign({ concertId, userId: userOf(concertId, fan), entry: fan })}\r\n`;
  const bearer = (sub: string): string => `Authorization: Bearer ${signIdentity({ sub })}\r\n`;
  const poll = (concertId: string, place: number): Buffer =>
    get('/queue-token', queueToken(concertId, line_inside + place));
  const pollAnywhere = (index: number): Buffer => poll(concerts.long, ((index * fan_step) % long_line) + 1);
  const charge = (sub: string, index: number, amount: number): Buffer =>
    post('/wallet/charges', bearer(sub) + key(index), JSON.stringify({ amount }));

  const makers: Record<ScenarioName, (index: number) => Buffer> = {
    status: (index) => pollAnywhere(index),
    'status, through a proxy': (index) => pollAnywhere(index),
    'status of 1,000 fans, 1,000 waiting': (index) => poll(concerts.short, (index % short_line) + 1),
    'status of 1,000 fans, 1,000,000 waiting': (index) =>
      poll(concerts.long, ((index % short_line) * long_line) / short_line + 1),
    seats: (index) =>
      get(`/performances/${concerts.hall}-${hall_performances + 1}/seats`, queueToken(concerts.hall, inHall(index))),
    issue: (index) => post(`/concerts/${concerts.long}/queue-tokens`, bearer(`bench-new-${index}`)),
    hold: (index) => post('/reservations', queueToken(concerts.hall, inHall(index)), wishOf(index)),
    charge: (index) => charge(`bench-rich-${index % charging_fans}`, index, 1_000),
    'charge, one fan': (index) => charge('bench-alone', index, 1),
    pay: (index) =>
      post(`/reservations/${heldBy(index + 1)}/payment`, queueToken(concerts.till, index + 1) + key(index)),
  };
  return makers[scenario];
}

/** The user of a concert's entry, as prepare.ts writes it. */
function userOf(concertId: string, fan: number): string {
  return `jwt:${concertId}-${fan}`;
}

const heldBy = (fan: number): string => `${reservation_prefix}${String(fan).padStart(21, '0')}`;
const inHall = (index: number): number => (index % hall_fans) + 1;
const key = (index: number): string => `Idempotency-Key: bench-${index}\r\n`;

/** The hold with this number: one seat that no other asks for. */
function wishOf(index: number): string {
  const performance = Math.floor(index / seats_per_performance) + 1;
  const seat = ((index * seat_step) % seats_per_performance) + 1;
  return JSON.stringify({ performanceId: `${concerts.hall}-${performance}`, seatNumbers: [seat] });
}

const host = 'Host: 127.0.0.1\r\nAccept: application/json\r\n';

function get(path: string, headers: string): Buffer {
  return Buffer.from(`GET /api/v1${path} HTTP/1.1\r\n${host}${headers}\r\n`);
}

function post(path: string, headers: string, body?: string): Buffer {
  const described = body === undefined ? '' : 'Content-Type: application/json\r\n';
  const length = `Content-Length: ${Buffer.byteLength(body ?? '')}\r\n`;
  return Buffer.from(`POST /api/v1${path} HTTP/1.1\r\n${host}${headers}${described}${length}\r\n${body ?? ''}`);
}
