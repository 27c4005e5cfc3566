/** Opaque identifiers. Their order in time only keeps index inserts close together; nobody compares it. */
import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';
const pool_bytes = 8_192;
let pool = Buffer.alloc(0);
let used = 0;

/** `length` characters of [0-9a-z], from the system's random source. */
export function randomId(length: number): string {
  let id = '';
  while (id.length < length) {
    if (used >= pool.length) {
      pool = randomBytes(pool_bytes);
      used = 0;
    }
    const byte = pool[used++] ?? 255;
    // 252 is the largest multiple of 36 in a byte: refusing the rest keeps all characters equally likely.
    if (byte < 252) id += alphabet[byte % 36];
  }
  return id;
}

/** 22 characters of [0-9a-z]: 9 of time, 13 random (67 bits). */
export function timeOrderedId(): string {
  return Date.now().toString(36).padStart(9, '0') + randomId(13);
}
