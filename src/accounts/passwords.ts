/**
 * Passwords: scrypt in the thread pool of Node, a few at a time. One hash takes 32 MiB and about 85 ms of a core, so
 * a storm of sign-ins is a queue of its own; everybody else's requests keep a core.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { inTime } from '../platform/in-time.ts';
import { OverloadedError } from '../platform/lane.ts';

/** better-auth's own parameters and format, so that its accounts can move in and out. */
const cost = { N: 16_384, r: 16, p: 1, maxmem: 64 * 1024 * 1024 };
const key_bytes = 64;
const salt_bytes = 16;

/** One core is left to the event loop; beyond three, the thread pool (four) would have none for anything else. */
const at_once_max = Math.min(3, Math.max(1, availableParallelism() - 1));
/** About eight seconds of waiting; whoever comes after that is told to come back. */
const waiting_max = 100 * at_once_max;
/** For when it does not move; who is told so is not served afterwards. */
const waiting_ms_max = 15_000;
const retry_after_seconds = 5;

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
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, key_bytes, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** The desk where requests that need a password hashed wait in line, before they take a database connection. */
export interface Desk {
  /**
   * Runs `work` when it is its turn. Rejects with `OverloadedError`: at once if too many wait already, later if the
   * turn does not come, or if the work takes long. Such work keeps its place until it ends.
   */
  serve<T>(work: () => Promise<T>): Promise<T>;
}

export function createDesk(
  limits: { atOnce: number; waiting: number } = { atOnce: at_once_max, waiting: waiting_max },
): Desk {
  const line = new Set<() => void>();
  let serving = 0;
  const turn = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const called = (): void => {
        clearTimeout(late);
        resolve();
      };
      const late = setTimeout(() => {
        line.delete(called);
        reject(new OverloadedError('sign-in', retry_after_seconds));
      }, waiting_ms_max);
      line.add(called);
    });
  const leave = (): void => {
    const [next] = line;
    if (next === undefined) {
      serving--;
      return;
    }
    // Whoever leaves hands the place over, so `serving` stays as it is.
    line.delete(next);
    next();
  };
  return {
    serve: async (work) => {
      if (serving < limits.atOnce) serving++;
      else if (line.size < limits.waiting) await turn();
      else throw new OverloadedError('sign-in', retry_after_seconds);
      const served = work();
      served.then(leave, leave);
      return inTime(served);
    },
  };
}
