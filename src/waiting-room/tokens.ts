/**
 * The queue token: a signed statement "this entry of this concert's line is this user's", verified without asking anybody.
 * Whether it still is, is for the board and the database to say: after a restore from a backup a number may be another's,
 * and tokens of a place that were handed out before it was made safe are void.
 */
import { hkdfSync } from 'node:crypto';
import { createHmac } from '../platform/hmac.ts';

/** Whose place in which line. */
export interface Pass {
  readonly concertId: string;
  readonly userId: string;
  /** The place of arrival. Unique in the concert; reused only by a database that was restored from a backup. */
  readonly entry: number;
  /** How often the tokens of this place had been made void when this one was signed. */
  readonly generation: number;
  /** Tells user and generation from others, see `markOf`. */
  readonly mark: number;
}

type Claims = Omit<Pass, 'mark'>;

/** Such a place as a pass. */
export function passOf(claims: Claims): Pass {
  return { ...claims, mark: markOf(claims) };
}

/**
 * 30 bits by which a board, which knows nobody's name, tells a place's fan and their token from others. Two users in a
 * billion are alike: enough for what is shown, while whatever changes anything compares the user itself.
 */
export function markOf({ userId, generation }: Pick<Pass, 'userId' | 'generation'>): number {
  let hash = Math.imul(0x811c_9dc5 ^ generation, 0x0100_0193);
  for (let index = 0; index < userId.length; index++) hash = Math.imul(hash ^ userId.charCodeAt(index), 0x0100_0193);
  // The last characters are spread over all bits too.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 2;
}

export interface QueueTokens {
  sign(claims: Claims): string;
  /** Undefined for anything that this service did not sign. */
  read(token: string): Pass | undefined;
}

/** A queue token is a JWT, always with this one header. */
const head = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
/** A user's id has up to 260 characters, of up to 3 bytes each: with the other claims 832 bytes, as a token 1,191 characters. */
const token_chars_max = 1_280;
/**
 * Tokens that were verified lately, about 300 bytes each: a hit costs 0.3 µs, verifying 5 µs, a quarter of what all the
 * rest of a status poll costs. Two maps, of which the older is dropped as a whole: taking the oldest entries out of one
 * map leaves holes at its beginning, which each look for the next oldest walks through.
 */
const remembered_max = 131_072;

/** `secret` is the service's one secret; the key of queue tokens is derived from it, so neither stands in for the other. */
export function createQueueTokens(secret: string): QueueTokens {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'maejin queue token v1', 32));
  const hmac = createHmac(key);
  let remembered = new Map<string, Pass>();
  let older = new Map<string, Pass>();

  const remember = (token: string, pass: Pass): void => {
    if (remembered.size >= remembered_max / 2) {
      older = remembered;
      remembered = new Map();
    }
    remembered.set(token, pass);
  };

  return {
    sign: ({ concertId, userId, entry, generation }) => {
      const voided = generation === 0 ? {} : { g: generation };
      const claims = Buffer.from(JSON.stringify({ c: concertId, u: userId, e: entry, ...voided })).toString(
        'base64url',
      );
      const signed = `${head}.${claims}`;
      return `${signed}.${hmac.sign(signed).toString('base64url')}`;
    },
    read: (token) => {
      const known = remembered.get(token);
      if (known !== undefined) return known;
      const knownBefore = older.get(token);
      if (knownBefore !== undefined) {
        remember(token, knownBefore);
        return knownBefore;
      }
      if (token.length > token_chars_max) return undefined;
      const signedEnd = token.lastIndexOf('.');
      if (!token.startsWith(`${head}.`) || !hmac.verify(token.slice(0, signedEnd), token.slice(signedEnd + 1)))
        return undefined;
      // Signed here, so it is what `sign` wrote.
      const claims = Buffer.from(token.slice(head.length + 1, signedEnd), 'base64url').toString();
      const { c, u, e, g = 0 } = JSON.parse(claims) as { c: string; u: string; e: number; g?: number };
      const pass = passOf({ concertId: c, userId: u, entry: e, generation: g });
      remember(token, pass);
      return pass;
    },
  };
}
