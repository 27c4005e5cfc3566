/**
 * Access tokens signed with a shared secret (JWT, HS256 and nothing else). The library takes them apart; signature and
 * times are checked here, since its HMAC takes several times as long (platform/hmac.ts), on every fan's first request.
 */
import { createDecoder } from 'fast-jwt';
import { createHmac } from '../platform/hmac.ts';

/** The clocks of an identity provider and of this server are said to agree as far as this; RFC 7519 speaks of minutes. */
export const leeway_seconds = 60;

/** Answers the claims of a token that is signed with `secret` and in force, give or take the leeway. Throws for any other. */
export function createHs256Verifier(secret: string): (token: string) => Record<string, unknown> {
  const hmac = createHmac(Buffer.from(secret));
  const decode = createDecoder({ complete: true });
  return (token) => {
    const { header, payload, signature, input } = decode(token) as Decoded;
    // RFC 7515: what `crit` names must be understood, and nothing is.
    if (header['alg'] !== 'HS256' || header['crit'] !== undefined) throw new Error('not a token of this kind');
    if (!hmac.verify(input, signature)) throw new Error('not signed with this secret');
    if (!inForce(payload)) throw new Error('not in force');
    return payload;
  };
}

/**
 * Whether a token that is in force lasts at most so many seconds by what it says of itself. One that was issued in the future,
 * past the leeway, could last as long as it likes.
 */
export function lastsAtMost(seconds: number, { exp, iat }: Record<string, unknown>): boolean {
  if (typeof exp !== 'number' || typeof iat !== 'number') return false;
  return exp - iat <= seconds && iat <= Date.now() / 1_000 + leeway_seconds;
}

interface Decoded {
  readonly header: Record<string, unknown>;
  readonly payload: Record<string, unknown>;
  readonly signature: string;
  readonly input: string;
}

/** `exp` is required, `nbf` is not; both are seconds of another clock than ours. */
function inForce({ exp, nbf }: Record<string, unknown>): boolean {
  const now = Date.now() / 1_000;
  if (typeof exp !== 'number' || now - leeway_seconds > exp) return false;
  return nbf === undefined || (typeof nbf === 'number' && now + leeway_seconds >= nbf);
}
