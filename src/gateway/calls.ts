/**
 * Requests to a gateway, each bounded in time, in number and in bytes. What comes back is an answer that says something,
 * or `GatewayUnclear`: a gateway that is late, away, overloaded or unreadable has said nothing about anybody's money.
 */
import { boundedBody } from '../platform/bounded-body.ts';
import { createFewAtOnce } from '../platform/few-at-once.ts';
import { OverloadedError } from '../platform/overloaded.ts';
import { GatewayUnclear } from './terms.ts';

export interface Call {
  readonly method: 'GET' | 'POST';
  /** Behind the gateway's address, with its first slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The whole answer has to be here by then. */
  readonly msMax: number;
}

export interface Answer {
  /** 200 to 499, and never 408 or 429. */
  readonly status: number;
  /** Whatever JSON it was. */
  readonly body: unknown;
}

/** Rejects with `GatewayUnclear`. */
export type Calls = (call: Call) => Promise<Answer>;

export interface CallsOptions {
  /** What is unclear when it is. */
  readonly name: string;
  /** Scheme and host, without a slash at the end. */
  readonly api: string;
  /** Of every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Others wait, for 5 s at most. */
  readonly atOnce: number;
}

const waiting_max = 20_000;
const answer_bytes_max = 256 * 1024;

export function createCalls({ name, api, headers, atOnce }: CallsOptions): Calls {
  const few = createFewAtOnce({ name, atOnce, waitingMax: waiting_max, endsByItself: true });
  const send = async (call: Call): Promise<Answer> => {
    const response = await fetch(`${api}${call.path}`, {
      method: call.method,
      // To wherever it points, the secret would go along.
      redirect: 'error',
      signal: AbortSignal.timeout(call.msMax),
      headers: { accept: 'application/json', ...headers, ...call.headers },
      ...(call.body === undefined ? {} : { body: call.body }),
    });
    const bytes = await boundedBody(response, answer_bytes_max);
    const { status } = response;
    if (status >= 500 || status === 408 || status === 429) throw new GatewayUnclear(`${name} answered ${status}`);
    return { status, body: JSON.parse(bytes.toString()) as unknown };
  };
  return async (call) => {
    try {
      return await few.run(() => send(call));
    } catch (error) {
      if (error instanceof GatewayUnclear) throw error;
      const what = error instanceof OverloadedError ? 'is asked too much at once' : 'gave no answer that can be read';
      throw new GatewayUnclear(`${name} ${what}`, error);
    }
  };
}
