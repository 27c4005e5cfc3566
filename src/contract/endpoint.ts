/** How an endpoint is described, once, for the router, the validator, the serialiser, the types and the reference. */
import type { TSchema } from 'typebox';
import type { RefusalCode } from '../refusals.ts';

/** Who may ask: anybody, a signed-in user, one who may charge, one with a place in line, one whose turn it is, an operator. */
export type Needs = 'nobody' | 'bearer' | 'charger' | 'queueToken' | 'admitted' | 'operator';

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly needs: Needs;
  readonly summary: string;
  /** What the summary has no room for. */
  readonly description?: string;
  readonly params?: TSchema;
  readonly querystring?: TSchema;
  /** Endpoints with these headers act at most once per key. */
  readonly headers?: TSchema;
  /** An endpoint without a body schema takes no body, or an empty one. */
  readonly body?: TSchema;
  /**
   * The longest body that is read, 1 byte and up; longer ones are PAYLOAD_TOO_LARGE. Room for the largest that the
   * schema takes, with white space and escapes as programs write them. Every endpoint with a body says it.
   */
  readonly bodyBytesMax?: number;
  /** By status; null is an answer without a body. */
  readonly replies: Readonly<Record<number, TSchema | null>>;
  /** Beyond those that `needs`, `headers` and `body` bring along by themselves. */
  readonly refusals: readonly RefusalCode[];
  /** The name of the server-sent event; the reply describes its data. */
  readonly stream?: string;
  /** What it answers with, unless JSON. */
  readonly media?: string;
  /** Answered by a library, or mounted as it is by a room: what is sent is not checked by the hall. */
  readonly outside?: true;
}
