/**
 * How often one may ask: per caller (by what they show of themselves) and per address, counted in memory over a
 * short window. A look-up in a map, because it stands before every request: the rate-limit plugin cost a tenth of
 * the whole rate here, this costs nothing that can be measured.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { refuse, type Refusal } from '../refusals.ts';

interface Allowance {
  readonly requestsMax: number;
  readonly windowMs: number;
}

/** Polls come every second at most; this leaves room for a page that opens with a dozen requests. */
const per_caller: Allowance = { requestsMax: 400, windowMs: 10_000 };
/** Generous: a whole campus or a mobile network can stand behind one address. */
const per_address: Allowance = { requestsMax: 8_000, windowMs: 10_000 };
/** Sign-up and sign-in, whose passwords are dear to check and worth guessing. */
const per_address_accounts: Allowance = { requestsMax: 100, windowMs: 60_000 };
/** Keys counted in a window, at most; the next ones pass uncounted by this limit. */
const keys_max = 200_000;

/** What a request shows of who asks. */
export interface Caller {
  readonly ip: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/** Answers the refusal that a request has earned, or undefined. */
export type Limits = (request: Caller, route: string) => Refusal | undefined;

export function createLimits(now: () => number = () => performance.now()): Limits {
  const callers = createWindow(per_caller, now);
  const addresses = createWindow(per_address, now);
  const accounts = createWindow(per_address_accounts, now);
  return (request, route) => {
    const { ip } = request;
    const wait =
      addresses(ip) ||
      callers(callerOf(request)) ||
      (request.method !== 'GET' && route.startsWith('/api/auth/') ? accounts(ip) : 0);
    return wait === 0 ? undefined : refuse('RATE_LIMITED', { retryAfterSeconds: Math.ceil(wait / 1_000) });
  };
}

/** Counts a request; answers how many ms to wait, or 0. A key that is undefined is not counted. */
function createWindow({ requestsMax, windowMs }: Allowance, now: () => number) {
  let counts = new Map<string | number, number>();
  let endsAt = now() + windowMs;
  return (key: string | number | undefined): number => {
    if (key === undefined) return 0;
    const at = now();
    if (at >= endsAt) {
      counts = new Map();
      endsAt = at + windowMs;
    }
    const count = (counts.get(key) ?? 0) + 1;
    if (count > requestsMax) return endsAt - at;
    if (count > 1 || counts.size < keys_max) counts.set(key, count);
    return 0;
  };
}

/** A number that stands for what the caller shows: the queue token, the access token, or the session cookie. */
export function callerOf({ headers }: Pick<Caller, 'headers'>): number | undefined {
  const shown = headers['queue-token'] ?? headers.authorization ?? headers.cookie;
  return typeof shown === 'string' ? hashOf(shown) : undefined;
}

const hashed_characters_max = 64;

/** 53 bits of the last characters, where a token is all signature. A number keeps no header text alive. */
function hashOf(text: string): number {
  let low = 0x811c_9dc5;
  let high = 0x1b87_3593;
  for (let index = Math.max(0, text.length - hashed_characters_max); index < text.length; index++) {
    const character = text.charCodeAt(index);
    low = Math.imul(low ^ character, 0x0100_0193);
    high = Math.imul(high ^ character, 0x85eb_ca6b);
  }
  return (high >>> 11) * 4_294_967_296 + (low >>> 0);
}
