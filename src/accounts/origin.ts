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

/** Throws FORBIDDEN for a request that would act by a cookie, or sign somebody in, for a page that is not ours. */
export type OriginCheck = (request: Asking) => void;

export function createOriginCheck(publicUrl: string): OriginCheck {
  const ours = new URL(publicUrl).origin;
  const isOurs = ({ origin, host, cookie, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean => {
    if (site !== undefined) return site === 'same-origin';
    // No browser leaves it out where something is to be changed, so this is a program; one with cookies has to say.
    if (origin === undefined) return cookie === undefined;
    // Reached by another name than PUBLIC_URL, a page and its requests still agree with each other.
    return origin === ours || (URL.canParse(origin) && new URL(origin).host === host);
  };
  return ({ method, headers }) => {
    if (method !== 'GET' && method !== 'HEAD' && !isOurs(headers)) throw refuse('FORBIDDEN');
  };
}
