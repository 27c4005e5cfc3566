/**
 * The public keys of an identity provider (JWKS): fetched when first needed, kept while the provider is away, and
 * asked for again when they are old or a token names a key that is not among them.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { createVerifier, type Algorithm } from 'fast-jwt';
import { boundedBody } from '../platform/bounded-body.ts';
import { OverloadedError } from '../platform/lane.ts';
import type { Log } from './better-auth.ts';
import { leeway_seconds } from './hs256.ts';

export interface KeySetOptions {
  readonly url: string;
  readonly issuer: string;
  readonly audience: string;
  readonly log: Log;
}

export interface Key {
  readonly alg: Algorithm;
  /** The claims of a valid token of this issuer for this audience; throws for any other. */
  verify(token: string): unknown;
}

export interface KeySet {
  /** The key that a token's header names. Rejects with `OverloadedError` as long as no set could be had at all. */
  find(header: { alg: string; kid: string | undefined }): Key | undefined | Promise<Key | undefined>;
}

const fresh_ms = 10 * 60_000;
/** Tokens naming made-up keys make us ask the provider no more often than this. */
const between_fetches_ms = 5_000;
const fetch_ms_max = 3_000;
const answer_bytes_max = 256 * 1024;
const keys_max = 50;
const rsa_bits_min = 2_048;
const kept_tokens_max = 5_000;

export function createKeySet(options: KeySetOptions): KeySet {
  let keys: ReadonlyMap<string, Key> | undefined;
  let fetchedAt = -Infinity;
  let triedAt = -Infinity;
  let fetching: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    triedAt = performance.now();
    try {
      keys = keysOf(await fetchSet(options.url), options);
      fetchedAt = performance.now();
    } catch (error) {
      options.log.warn({ url: options.url, reason: String(error) }, 'the identity provider did not give its keys');
    } finally {
      fetching = undefined;
    }
  };
  /** Undefined if the provider was asked a moment ago. */
  const refreshed = (): Promise<void> | undefined => {
    if (fetching === undefined && performance.now() - triedAt > between_fetches_ms) fetching = refresh();
    return fetching;
  };
  const known = ({ alg, kid }: { alg: string; kid: string | undefined }): Key | undefined => {
    // Without a name, it can only be the one key there is.
    const key = kid === undefined ? (keys?.size === 1 ? keys.values().next().value : undefined) : keys?.get(kid);
    return key?.alg === alg ? key : undefined;
  };
  const awaited = async (refreshing: Promise<void> | undefined, header: { alg: string; kid: string | undefined }) => {
    await refreshing;
    if (keys === undefined) throw new OverloadedError('the identity provider', between_fetches_ms / 1000);
    return known(header);
  };
  return {
    find: (header) => {
      // None of the provider's keys can be of another kind: not worth a question.
      if (!algorithms.has(header.alg)) return undefined;
      const key = known(header);
      if (key === undefined) {
        const refreshing = refreshed();
        return refreshing === undefined && keys !== undefined ? undefined : awaited(refreshing, header);
      }
      // Old keys still serve; a key that was withdrawn goes with the next set.
      if (performance.now() - fetchedAt > fresh_ms) void refreshed();
      return key;
    },
  };
}

/** The parsed answer, within bounds of time and size. */
async function fetchSet(url: string): Promise<unknown> {
  const response = await fetch(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(fetch_ms_max),
    headers: { accept: 'application/json' },
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return JSON.parse((await boundedBody(response, answer_bytes_max)).toString());
}

/** Those keys of the set that can verify signatures, by their name. */
function keysOf(set: unknown, { issuer, audience }: KeySetOptions): ReadonlyMap<string, Key> {
  const given = (set as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(given)) throw new Error('not a JSON Web Key Set');
  const keys = new Map<string, Key>();
  for (const jwk of given.slice(0, keys_max) as unknown[]) {
    const read = readKey(jwk);
    if (read === undefined) continue;
    const verify = createVerifier({
      key: read.key.export({ type: 'spki', format: 'pem' }),
      algorithms: [read.alg],
      allowedIss: issuer,
      allowedAud: audience,
      requiredClaims: ['exp', 'sub', 'iss', 'aud'],
      clockTolerance: leeway_seconds * 1_000,
      cache: kept_tokens_max,
    }) as (token: string) => unknown;
    keys.set(read.kid, { alg: read.alg, verify: (token) => verify(canonical(token)) });
  }
  if (keys.size === 0) throw new Error('no key that can verify a signature');
  return keys;
}

/**
 * The token, if its signature is written in the one canonical way; throws for any other. The last character of one has
 * bits that stand for nothing, so it could be written in 16 ways, each of them somebody new to the limits.
 */
function canonical(token: string): string {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  const last = signature.slice(signature.length - (signature.length % 4));
  if (Buffer.from(last, 'base64url').toString('base64url') !== last) throw new Error('not written canonically');
  return token;
}

function readKey(jwk: unknown): { kid: string; key: KeyObject; alg: Algorithm } | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined;
  const { kid = '', use, alg } = jwk as Record<string, unknown>;
  if (typeof kid !== 'string' || (use !== undefined && use !== 'sig')) return undefined;
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const pinned = algorithmOf(key, alg);
    return pinned === undefined ? undefined : { kid, key, alg: pinned };
  } catch {
    return undefined;
  }
}

const curves: Readonly<Record<string, Algorithm>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };
const rsaAlgorithms: readonly Algorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

const algorithms: ReadonlySet<string> = new Set([...rsaAlgorithms, ...Object.values(curves), 'EdDSA']);

/** The one algorithm of a key: what its kind allows, and what the set says if it says so. */
function algorithmOf(key: KeyObject, said: unknown): Algorithm | undefined {
  const allowed = algorithmsOf(key);
  return said === undefined ? allowed[0] : allowed.find((algorithm) => algorithm === said);
}

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly Algorithm[] {
  if (asymmetricKeyType === 'ed25519') return ['EdDSA'];
  if (asymmetricKeyType === 'rsa') {
    return (asymmetricKeyDetails?.modulusLength ?? 0) < rsa_bits_min ? [] : rsaAlgorithms;
  }
  const only = curves[asymmetricKeyDetails?.namedCurve ?? ''];
  return only === undefined ? [] : [only];
}
