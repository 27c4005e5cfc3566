/**
 * A client of the contract for tests: every call answers status, headers and body, whatever they are, so that a race
 * can be counted. Written against the contract alone; it shares no code with the server.
 */
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import type { BodyOf, ReplyOf } from '../../src/contract.ts';
import { type Call, caller } from './http.ts';
import { identity_secret, operator, type Server } from './server.ts';

export interface Fan {
  /** The user's id in our tables. */
  readonly userId: string;
  /** An access token of the outside identity provider. */
  readonly token: string;
}

type NewConcert = BodyOf<'createConcert'>;
type Availability = 'available' | 'all';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as an identity provider of the operator's would sign it (HS256). Claims may override anything. */
export function accessToken(sub: string, claims: object = {}, secret = identity_secret): string {
  const seconds = Math.floor(Date.now() / 1000);
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub, iat: seconds, exp: seconds + 3600, ...claims })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

let fansMade = 0;

/** A fan that no test has met before. */
export function newFan(name = `fan-${process.pid}-${(fansMade += 1)}`): Fan {
  return { userId: `jwt:${name}`, token: accessToken(name, { name }) };
}

export function newFans(count: number): Fan[] {
  return Array.from({ length: count }, () => newFan());
}

/** One concert, one date of fifty seats at 50,000, everybody admitted: what most tests start from. */
function plainConcert(changes: Partial<NewConcert>): NewConcert {
  const sections = [{ name: 'A', rows: 5, seatsPerRow: 10, grade: 'R', price: 50_000 }];
  return {
    title: 'A concert',
    artist: 'An artist',
    venue: 'A venue',
    maxActive: 1_000,
    performances: [{ startsAt: '2030-05-01T10:00:00.000Z', sections }],
    ...changes,
  };
}

/** Speaks to one server. */
export function boxOffice({ origin, operatorToken: known }: Pick<Server, 'origin' | 'operatorToken'>) {
  let operatorToken = known === undefined ? undefined : Promise.resolve(known);

  const call = caller(origin);

  const signIn = async (): Promise<string> => {
    const { status, body } = await call<{ token: string }>('POST', '/api/auth/sign-in/email', { body: operator });
    assert.equal(status, 200, 'the operator signs in');
    return body.token;
  };
  const asOperator = async (): Promise<Call> => {
    operatorToken ??= signIn();
    return { bearer: await operatorToken };
  };

  const api = {
    call,
    /** Use case 1: a place in line. */
    issue: (concertId: string, fan: Fan) =>
      call<ReplyOf<'issueQueueToken', 201>>('POST', `/api/v1/concerts/${concertId}/queue-tokens`, {
        bearer: fan.token,
      }),
    places: (fan: Pick<Fan, 'token'>) =>
      call<ReplyOf<'listQueueTokens', 200>>('GET', '/api/v1/queue-tokens', { bearer: fan.token }),
    /** Use case 2. */
    status: (queueToken: string) => call<ReplyOf<'getQueueToken', 200>>('GET', '/api/v1/queue-token', { queueToken }),
    leave: (queueToken: string) => call<undefined>('DELETE', '/api/v1/queue-token', { queueToken }),
    /** Use case 3. */
    performances: (queueToken: string, concertId: string, status: Availability = 'available') =>
      call<ReplyOf<'listPerformances', 200>>('GET', `/api/v1/concerts/${concertId}/performances?status=${status}`, {
        queueToken,
      }),
    /** Use case 4. */
    seats: (queueToken: string, performanceId: string, status: Availability = 'available') =>
      call<ReplyOf<'listSeats', 200>>('GET', `/api/v1/performances/${performanceId}/seats?status=${status}`, {
        queueToken,
      }),
    /** Use case 5. */
    hold: (queueToken: string, performanceId: string, seatNumbers: readonly number[], key?: string) =>
      call<ReplyOf<'createReservation', 201>>('POST', '/api/v1/reservations', {
        queueToken,
        ...(key === undefined ? {} : { key }),
        body: { performanceId, seatNumbers },
      }),
    reservations: (fan: Fan, query = '') =>
      call<ReplyOf<'listReservations', 200>>('GET', `/api/v1/reservations${query}`, { bearer: fan.token }),
    reservation: (fan: Fan, id: string) =>
      call<ReplyOf<'getReservation', 200>>('GET', `/api/v1/reservations/${id}`, { bearer: fan.token }),
    cancel: (fan: Fan, id: string) => call<undefined>('DELETE', `/api/v1/reservations/${id}`, { bearer: fan.token }),
    /** Use case 6. */
    charge: (fan: Fan, amount: number, key: string = randomUUID()) =>
      call<ReplyOf<'createCharge', 201>>('POST', '/api/v1/wallet/charges', {
        bearer: fan.token,
        key,
        body: { amount },
      }),
    /** Use case 7. */
    wallet: (fan: Fan) => call<ReplyOf<'getWallet', 200>>('GET', '/api/v1/wallet', { bearer: fan.token }),
    entries: (fan: Fan, query = '') =>
      call<ReplyOf<'listWalletEntries', 200>>('GET', `/api/v1/wallet/entries${query}`, { bearer: fan.token }),
    /** Use case 8. */
    pay: (queueToken: string, reservationId: string, key: string = randomUUID()) =>
      call<ReplyOf<'payReservation', 201>>('POST', `/api/v1/reservations/${reservationId}/payment`, {
        queueToken,
        key,
      }),
    /** What cancelling would give back; `query`: `?seatNumbers=1,2`. */
    quote: (fan: Fan, id: string, query = '') =>
      call<ReplyOf<'getCancellation', 200>>('GET', `/api/v1/reservations/${id}/cancellation${query}`, {
        bearer: fan.token,
      }),
    cancelPaid: (fan: Fan, id: string, body: BodyOf<'cancelPaid'>, key: string = randomUUID()) =>
      call<ReplyOf<'cancelPaid', 201>>('POST', `/api/v1/reservations/${id}/cancellation`, {
        bearer: fan.token,
        key,
        body,
      }),
    cancelForFan: async (id: string, body: BodyOf<'cancelForFan'>, key: string = randomUUID()) =>
      call<ReplyOf<'cancelForFan', 201>>('POST', `/api/v1/admin/reservations/${id}/cancellation`, {
        ...(await asOperator()),
        key,
        body,
      }),
    asOperator,
    updateConcert: async (concertId: string, body: BodyOf<'updateConcert'>) =>
      call<ReplyOf<'updateConcert', 200>>('PATCH', `/api/v1/admin/concerts/${concertId}`, {
        ...(await asOperator()),
        body,
      }),
    overview: async (concertId: string) =>
      call<ReplyOf<'getOverview', 200>>('GET', `/api/v1/admin/concerts/${concertId}/overview`, await asOperator()),
  };

  return {
    ...api,
    /** Puts a concert on sale: `plainConcert` with changes. */
    createConcert: async (changes: Partial<NewConcert> = {}) => {
      const body = plainConcert(changes);
      const asked = { ...(await asOperator()), body };
      const answer = await call<ReplyOf<'createConcert', 201>>('POST', '/api/v1/admin/concerts', asked);
      assert.equal(answer.status, 201, JSON.stringify(answer.fields));
      const performanceIds = answer.body.performances.map(({ id }) => id);
      const [performanceId] = performanceIds;
      assert(performanceId !== undefined);
      return { concertId: answer.body.id, performanceId, performanceIds };
    },
    /** A fan who is let in at once: the queue token. */
    enter: async (concertId: string, fan: Fan): Promise<string> => {
      const { status, body } = await api.issue(concertId, fan);
      assert.equal(status, 201, JSON.stringify(body));
      assert.equal(body.status, 'ACTIVE', 'the room has a free slot');
      return body.token;
    },
    /** Fails with the names and samples of the invariants that do not hold. */
    assertInvariants: async (): Promise<void> => {
      const { status, body } = await call<ReplyOf<'getAudit', 200>>('GET', '/api/v1/admin/audit', await asOperator());
      assert.equal(status, 200);
      assert(body.checks.length > 0, 'the audit checks something');
      assert.deepEqual(
        body.checks.filter(({ ok }) => !ok),
        [],
      );
      assert.equal(body.ok, true);
    },
  };
}

export type BoxOffice = ReturnType<typeof boxOffice>;
