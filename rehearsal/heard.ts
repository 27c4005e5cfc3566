/** Reading what the service answered. */
import type { Facts } from './history.ts';
import type { Reply } from './http-client.ts';

export interface Heard {
  /** 0: no answer. */
  readonly status: number;
  readonly code: string;
  /** Parsed when it is looked at. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
  /** Milliseconds to wait before asking again, if the service named any. */
  readonly retryAfterMs: number;
  /** Where it sends the browser on to. */
  readonly location: string | undefined;
}

export function moved(json: Readonly<Record<string, unknown>>): Facts {
  return { id: String(json['id']), amount: Number(json['amount']), balance: Number(json['balance']) };
}

export function heardOf(reply: Reply): Heard {
  let json: Readonly<Record<string, unknown>> | undefined;
  return {
    status: reply.status,
    code: codeOf(reply),
    body: reply.body,
    get json() {
      json ??= reply.body.length === 0 ? {} : (JSON.parse(reply.body.toString()) as Record<string, unknown>);
      return json;
    },
    retryAfterMs: Number(reply.header('retry-after') ?? 0) * 1_000,
    location: reply.header('location'),
  };
}

export function codeOf({ status, body }: Reply): string {
  return status < 400 ? '' : (/"code":"(\w+)"/.exec(body.toString())?.[1] ?? '');
}

/** The number of the place, which a token of ours says in the clear; another service's token may not. */
export function placeIn(token: string): number | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { e?: unknown };
    return typeof claims.e === 'number' ? claims.e : undefined;
  } catch {
    return undefined;
  }
}

export interface ReservationTold {
  readonly id: string;
  readonly status: string;
  readonly performanceId: string;
  readonly seats: readonly { readonly number: number }[];
  readonly amount: number;
}
