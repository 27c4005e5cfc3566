/** How a test asks: any request, and whatever comes back, held against the contract. */
import { assertPromised } from './promised.ts';

/** One HTTP request as a test sees it: whatever comes back is an answer, so that a race can be counted. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  /** What the contract promises for success; look at `status` or `code` first. */
  readonly body: Body;
  /** The refusal's code, undefined on success. */
  readonly code: string | undefined;
  /** The same body without a promise: for the extra fields of a refusal. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Call {
  readonly bearer?: string;
  readonly queueToken?: string;
  readonly key?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const answer_ms_max = 60_000;

function headersOf({ bearer, queueToken, key, body, headers }: Call): Headers {
  const all = new Headers(headers);
  if (bearer !== undefined) all.set('authorization', `Bearer ${bearer}`);
  if (queueToken !== undefined) all.set('queue-token', queueToken);
  if (key !== undefined) all.set('idempotency-key', key);
  if (body !== undefined) all.set('content-type', 'application/json');
  return all;
}

/** Speaks to one server: `call('GET', '/healthz')`. */
export function caller(origin: string) {
  return async <Body>(method: string, url: string, asked: Call = {}): Promise<Answer<Body>> => {
    const response = await fetch(new URL(url, origin), {
      method,
      headers: headersOf(asked),
      signal: AbortSignal.timeout(answer_ms_max),
      ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
    });
    const { status, headers } = response;
    const body = parse(await response.text(), headers.get('content-type') ?? '');
    assertPromised(method, url, { status, body });
    const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
    const code = status >= 400 && typeof fields['code'] === 'string' ? fields['code'] : undefined;
    return { status, headers, body: body as Body, code, fields };
  };
}

function parse(text: string, type: string): unknown {
  return text !== '' && type.includes('json') ? JSON.parse(text) : text;
}
