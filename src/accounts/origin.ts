/**
 * A browser sends its cookies along with requests that other sites make it send. Such a request may read nothing
 * (there is no CORS here) and, by this check, act as nobody either. Cookies are SameSite=Lax besides.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { refuse } from '../refusals.ts';

/** What this room reads of a request; Fastify's is one. */
export interface Asking {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/** Each throws FORBIDDEN for a page that is not ours. Reading is everybody's. */
export interface OriginCheck {
  /** For a request that may act by a cookie: whoever sends one has to say for which page. */
  acting(request: Asking): void;
  /** For one that signs somebody in, by what it says alone: a program's jar may hold the cookie of somebody else. */
  signingIn(request: Asking): void;
}

export function createOriginCheck(publicUrl: string): OriginCheck {
  const ours = new URL(publicUrl).origin;
  /** Undefined where nothing is said. No browser leaves it out where something is to be changed: it is a program. */
  const isOurs = ({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean | undefined => {
    if (site !== undefined) return site === 'same-origin';
    if (origin === undefined) return undefined;
    // Reached by another name than PUBLIC_URL, a page and its requests still agree with each other.
    return origin === ours || (URL.canParse(origin) && new URL(origin).host === host);
  };
  const check = ({ method, headers }: Asking, unsaid: boolean): void => {
    if (method !== 'GET' && method !== 'HEAD' && !(isOurs(headers) ?? unsaid)) throw refuse('FORBIDDEN');
  };
  return {
    acting: (request) => check(request, request.headers.cookie === undefined),
    signingIn: (request) => check(request, true),
  };
}
