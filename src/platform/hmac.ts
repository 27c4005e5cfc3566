/**
 * HMAC-SHA-256 (RFC 2104) out of two one-shot hashes. `createHmac` looks the digest up and sets a context of OpenSSL
 * up anew for each text: 12 µs in a process that has run for a while. This takes 2.7 µs, and every fan's first request
 * needs one or two.
 */
import { hash, timingSafeEqual } from 'node:crypto';

export interface Hmac {
  /** The 32 bytes that authenticate the UTF-8 bytes of `text`. */
  sign(text: string): Buffer;
  /** Whether `signature`, in base64url, is that of `text`; in a time that does not tell how much of it is right. */
  verify(text: string, signature: string): boolean;
}

const block_bytes = 64;
const hash_bytes = 32;
const signature_chars = 43;
const text_bytes_kept = 4_096;

export function createHmac(key: Uint8Array): Hmac {
  const inner = Buffer.alloc(block_bytes + text_bytes_kept, 0x36);
  const outer = Buffer.alloc(block_bytes + hash_bytes, 0x5c);
  const padded = key.length > block_bytes ? hash('sha256', key, 'buffer') : key;
  for (const [index, byte] of padded.entries()) {
    inner[index] = byte ^ 0x36;
    outer[index] = byte ^ 0x5c;
  }
  /** A long text gets bytes of its own; the others are written behind the key, one after the other. */
  const keyed = (text: string): Buffer => {
    const bytes = Buffer.byteLength(text);
    const into =
      bytes <= text_bytes_kept ? inner : Buffer.concat([inner.subarray(0, block_bytes), Buffer.allocUnsafe(bytes)]);
    into.write(text, block_bytes, 'utf8');
    return into.subarray(0, block_bytes + bytes);
  };
  const sign = (text: string): Buffer => {
    outer.set(hash('sha256', keyed(text), 'buffer'), block_bytes);
    return hash('sha256', outer, 'buffer');
  };
  return {
    sign,
    // Only the one canonical spelling: 43 characters carry 258 bits, so the last of them has others that mean the same.
    verify: (text, signature) =>
      signature.length === signature_chars &&
      timingSafeEqual(Buffer.from(signature, 'latin1'), Buffer.from(sign(text).toString('base64url'), 'latin1')),
  };
}
