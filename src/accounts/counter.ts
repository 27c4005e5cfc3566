/**
 * The counter behind /api/auth: takes a request to better-auth and brings back its answer, or its refusal as one of
 * ours. Requests that need a password hashed wait in line here, before they take a database connection.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isTransient } from '../platform/database.ts';
import { inTime } from '../platform/in-time.ts';
import { OverloadedError } from '../platform/lane.ts';
import { refuse, type RefusalCode } from '../refusals.ts';
import { addressHeader, type Asked, type Auth } from './better-auth.ts';
import type { OriginCheck } from './origin.ts';
import { createPasswordQueues } from './password-queues.ts';

/** What it reads of a request; Fastify's is one. */
export interface Visit {
  readonly method: string;
  /** Where it comes from, without a port. */
  readonly clientAddress: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface Answer {
  /** What better-auth says in JSON. */
  readonly body: unknown;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface Counter {
  /**
   * Asks better-auth at `path`. Rejects with the refusal that its answer amounts to, whose field `reason` is
   * better-auth's own code, and with `OverloadedError` if the database is away or too many ask.
   */
  ask(path: '/get-session', visit: Visit): Promise<Answer>;
  /** Lets somebody in: in a queue for passwords, and whatever cookies come along are not looked at. */
  enter(path: '/sign-in/email' | '/sign-up/email', visit: Visit): Promise<Answer>;
  /**
   * The same as `ask` for what ends sessions, which are not remembered here any longer than it takes to answer. A change
   * of the password waits in the queue of those who sign in. Refused for being late, it may be done all the same.
   */
  end(path: '/sign-out' | '/revoke-other-sessions' | '/change-password', visit: Visit): Promise<Answer>;
}

/** Of 2 to 5 ms each, so the last of them is not given up (5 s). */
const asking_max = 500;
const user_agent_chars_max = 256;
/** The only headers that better-auth sees, and the only ones of its answers that leave. */
const headers_in = ['authorization', 'cookie'] as const;
const headers_out = new Set(['set-cookie', 'set-auth-token']);

export interface CounterOptions {
  readonly auth: Auth;
  readonly publicUrl: string;
  readonly origins: OriginCheck;
  /** Sessions were ended: what is remembered of them is to be forgotten. */
  forget(): void;
  signedOutEverywhere(userId: string): Promise<void>;
}

export function createCounter(options: CounterOptions): Counter {
  const { origins, forget } = options;
  const queues = createPasswordQueues();
  const bounded = createBound(asking_max);
  const bring = createBringing(options);
  return {
    ask: async (path, visit) => {
      origins.acting(visit);
      return bounded(() => bring(path, visit));
    },
    enter: async (path, visit) => {
      origins.signingIn(visit);
      const { method, clientAddress, body } = visit;
      const { cookie: _ofSomebodyElse, ...headers } = visit.headers;
      const queue = path === '/sign-up/email' ? 'signUp' : 'signIn';
      return queues.serve(queue, () => bring(path, { method, clientAddress, headers, body }));
    },
    end: async (path, visit) => {
      origins.acting(visit);
      // However it ends, and though nobody waits for it any more: it may have ended sessions.
      const ending = () => bring(path, visit).finally(forget);
      return path === '/change-password' ? queues.serve('signIn', ending) : bounded(ending);
    },
  };
}

function createBringing({ auth, publicUrl, signedOutEverywhere }: CounterOptions) {
  const base = `${new URL(publicUrl).origin}/api/auth`;
  return async (path: string, visit: Visit): Promise<Answer> => {
    const { response, signedOut } = await handle(auth, requestOf(base + path, visit));
    const text = await response.text();
    const body: unknown = text === '' ? null : JSON.parse(text);
    if (!response.ok) throw refusalOf(response.status, reasonIn(body));
    if (signedOut !== undefined) await signedOutEverywhere(signedOut);
    return { body, headers: [...response.headers].filter(([name]) => headers_out.has(name)) };
  };
}

/** At most so many at once, the others are refused. Whoever is late still counts until its work ends. */
function createBound(atOnceMax: number) {
  let underWay = 0;
  const ended = (): void => {
    underWay -= 1;
  };
  return <T>(work: () => Promise<T>): Promise<T> => {
    if (underWay >= atOnceMax) return Promise.reject(new OverloadedError('sign-in'));
    underWay += 1;
    const answer = work();
    answer.then(ended, ended);
    return inTime(answer);
  };
}

async function handle(auth: Auth, request: Request): Promise<Asked> {
  try {
    return await auth.ask(request);
  } catch (error) {
    throw isTransient(error) ? new OverloadedError('sign-in') : error;
  }
}

function requestOf(url: string, { method, clientAddress, headers: given, body }: Visit): Request {
  const headers = new Headers({ [addressHeader]: clientAddress });
  for (const name of headers_in) {
    const value = given[name];
    if (value !== undefined) headers.set(name, value);
  }
  headers.set('user-agent', (given['user-agent'] ?? '').slice(0, user_agent_chars_max));
  // The framework leaves the content out of an answer to HEAD.
  if (method === 'GET' || method === 'HEAD') return new Request(url, { headers });
  headers.set('content-type', 'application/json');
  return new Request(url, { method, headers, body: JSON.stringify(body ?? {}) });
}

const notUsable = { en: 'cannot be used for a new account', ko: '새 계정에 쓸 수 없어요' };
const notValid = { en: 'is not valid', ko: '올바르지 않아요' };

/** Where the fault lies, by better-auth's own codes; only those are listed that our schemas let through. */
const fields: Readonly<Record<string, string>> = {
  INVALID_EMAIL: 'email',
  INVALID_PASSWORD: 'currentPassword',
  PASSWORD_TOO_SHORT: 'password',
  PASSWORD_TOO_LONG: 'password',
};
/** The second is said when another sign-up of the same address was faster. */
const emailTaken = new Set(['USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL', 'FAILED_TO_CREATE_USER']);

function refusalOf(status: number, reason: string): Error {
  if (emailTaken.has(reason)) {
    return refuse('VALIDATION_FAILED', { errors: [{ path: 'email', message: notUsable }], reason: 'EMAIL_NOT_USABLE' });
  }
  const code = codes.get(status);
  if (code === undefined) return new Error(`better-auth answered ${status} ${reason}`);
  if (code !== 'VALIDATION_FAILED') return refuse(code, { reason });
  return refuse(code, { errors: [{ path: fields[reason] ?? 'body', message: notValid }], reason });
}

const codes = new Map<number, RefusalCode>([
  [400, 'VALIDATION_FAILED'],
  [401, 'UNAUTHENTICATED'],
  [403, 'FORBIDDEN'],
  [404, 'NOT_FOUND'],
  [422, 'VALIDATION_FAILED'],
]);

function reasonIn(said: unknown): string {
  const code = typeof said === 'object' && said !== null && 'code' in said ? said.code : undefined;
  return typeof code === 'string' ? code : 'REFUSED';
}
