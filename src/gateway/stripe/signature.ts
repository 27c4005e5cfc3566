/**
 * `Stripe-Signature: t=1700000000,v1=<hex>[,v1=<hex>…]`: HMAC-SHA-256 of `<t>.<body>` with the secret of the endpoint.
 * Several v1 are there while a secret is being replaced, and one of them is enough.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** So far may the clock of Stripe and ours be apart, either way; older, it may be a notice that somebody kept. */
const tolerance_seconds = 300;

export function isSignedWith(secret: string, header: unknown, body: Buffer): boolean {
  if (typeof header !== 'string') return false;
  const parts = header.split(',').map((part) => part.split('='));
  const values = (name: string): string[] => parts.flatMap(([key, value]) => (key === name ? [value ?? ''] : []));
  // Two times would be two texts that may have been signed.
  const [time = '', ...others] = values('t');
  if (others.length > 0 || !/^[1-9]\d{0,11}$/.test(time)) return false;
  const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
  const signatures = values('v1').filter((value) => /^[0-9a-f]{64}$/.test(value));
  return signatures.some((given) => timingSafeEqual(Buffer.from(given, 'hex'), expected)) && isRecent(Number(time));
}

/** When it was signed is a time of Stripe's clock. */
function isRecent(seconds: number): boolean {
  return Math.abs(Date.now() / 1_000 - seconds) <= tolerance_seconds;
}
