/** Passwords: scrypt in threads of their own. One hash takes 32 MiB and about 85 ms of a core: see password-queues.ts. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createHashers } from './hashers.ts';
import { at_once_max } from './password-queues.ts';

/** better-auth's own parameters and format, so that its accounts can move in and out. */
const cost = { N: 16_384, r: 16, p: 1, maxmem: 64 * 1024 * 1024 };
const key_bytes = 64;
const salt_bytes = 16;
const hash = createHashers(at_once_max);

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(salt_bytes).toString('hex');
  return `${salt}:${(await derive(password, salt)).toString('hex')}`;
}

/** False for a wrong password and for anything that is not a hash of ours. */
export async function verifyPassword(hash: string, password: string): Promise<boolean> {
  const [salt = '', key = ''] = hash.split(':');
  const expected = Buffer.from(key, 'hex');
  const derived = await derive(password, salt);
  return expected.length === derived.length && timingSafeEqual(expected, derived);
}

function derive(password: string, salt: string): Promise<Buffer> {
  return hash({ password: password.normalize('NFKC'), salt, keyBytes: key_bytes, cost });
}
