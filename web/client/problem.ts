/** Everything that can go wrong with a question, as one kind of error with a code that has a sentence. */
import type { RefusalCode } from '../../src/refusals.ts';

/** `UNREACHABLE`: no answer came, so nobody knows whether the server acted. */
export type ProblemCode = RefusalCode | 'UNREACHABLE';

export interface Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  /** The extra members of the contract's problem answers. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;
}

interface Parts {
  readonly code: ProblemCode;
  readonly status?: number;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number | undefined;
}

export function problem({ code, status = 0, fields = {}, retryAfterSeconds }: Parts): Problem {
  return Object.assign(new Error(code), { name: 'Problem', code, status, fields, retryAfterSeconds });
}

function isProblem(error: unknown): error is Problem {
  return error instanceof Error && error.name === 'Problem';
}

/** Whatever was thrown, as a problem; a bug of the page counts as INTERNAL. */
export function asProblem(error: unknown): Problem {
  return isProblem(error) ? error : problem({ code: 'INTERNAL', fields: { bug: String(error) } });
}

/** Whether asking again in a moment may help without anybody changing anything. */
export function isPassing({ code }: Problem): boolean {
  return code === 'UNREACHABLE' || code === 'OVERLOADED' || code === 'RATE_LIMITED';
}

export async function problemOf(response: Response): Promise<Problem> {
  const { status } = response;
  const body: unknown = await response.json().catch(() => undefined);
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const code = typeof fields['code'] === 'string' ? (fields['code'] as RefusalCode) : codeOf(status);
  const retryAfterSeconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return problem({
    code,
    status,
    fields,
    retryAfterSeconds: Number.isNaN(retryAfterSeconds) ? undefined : retryAfterSeconds,
  });
}

/** An answer that is not ours comes from something in between: a proxy, a captive portal. */
function codeOf(status: number): ProblemCode {
  if (status === 404) return 'NOT_FOUND';
  if (status === 502 || status === 503 || status === 504) return 'OVERLOADED';
  return status >= 500 ? 'INTERNAL' : 'UNREACHABLE';
}
