/** Requests as bytes, made before the time runs: who asks is known by a concert and a place in its line alone. */
import { createSigner } from 'fast-jwt';
import { createQueueTokens } from '../src/waiting-room/tokens.ts';

export interface Secrets {
  /** AUTH_SECRET: the queue tokens' key is derived from it. */
  readonly auth: string;
  /** IDENTITY_JWT_SECRET: signs the access tokens. */
  readonly identity: string;
}

export interface Credentials {
  /** The header of a fan whose place rows.ts wrote. */
  place(concertId: string, entry: number): string;
  /** The header of an outside identity. */
  bearer(sub: string): string;
}

export function createCredentials(secrets: Secrets): Credentials {
  const tokens = createQueueTokens(secrets.auth);
  const signIdentity = createSigner({ key: secrets.identity, algorithm: 'HS256', expiresIn: 86_400_000 });
  return {
    place: (concertId, entry) =>
      `Queue-Token: ${tokens.sign({ concertId, userId: `jwt:${fanOf(concertId, entry)}`, entry, generation: 0 })}\r\n`,
    bearer: (sub) => `Authorization: Bearer ${signIdentity({ sub })}\r\n`,
  };
}

/** Whom rows.ts put there, as an outside identity provider names them. */
export function fanOf(concertId: string, entry: number): string {
  return `${concertId}-${entry}`;
}

/** The hold that rows.ts gave to that fan. */
export function holdOf(concertId: string, entry: number): string {
  return `${concertId}-r${String(entry).padStart(21, '0')}`;
}

/** The header of an idempotency key. */
export function keyed(name: string | number): string {
  return `Idempotency-Key: bench-${name}\r\n`;
}

const host = 'Host: 127.0.0.1\r\nAccept: application/json\r\n';

/** Asks whether anybody is there. */
export const knock = Buffer.from(`GET /healthz HTTP/1.1\r\n${host}\r\n`);

export function get(path: string, headers: string): Buffer {
  return Buffer.from(`GET /api/v1${path} HTTP/1.1\r\n${host}${headers}\r\n`);
}

export function del(path: string, headers: string): Buffer {
  return Buffer.from(`DELETE /api/v1${path} HTTP/1.1\r\n${host}${headers}\r\n`);
}

export function post(path: string, headers: string, body?: string): Buffer {
  return postTo(`/api/v1${path}`, headers, body);
}

/** Of a path outside the contract's base. */
export function postTo(path: string, headers: string, body?: string): Buffer {
  const described = body === undefined ? '' : 'Content-Type: application/json\r\n';
  const length = `Content-Length: ${Buffer.byteLength(body ?? '')}\r\n`;
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${host}${headers}${described}${length}\r\n${body ?? ''}`);
}
