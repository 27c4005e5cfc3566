/** What is said when there is more to do than can be done in time, and how long that is. */

/** Nobody waits longer for an answer of the database, whether it fails or hangs. */
export const answer_ms_max = 5_000;

/** The lane is full, or the database stayed away too long. Nothing is known to have been done. */
export class OverloadedError extends Error {
  override name = 'OverloadedError';
  readonly retryAfterSeconds: number;

  constructor(what: string, retryAfterSeconds = 1, cause?: unknown) {
    super(cause instanceof Error ? `${what} is overloaded: ${cause.message}` : `${what} is overloaded`, { cause });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** This server cannot reach the database, though others may: the client's next connection should go to one of those. */
export class CutOffError extends OverloadedError {
  override name = 'CutOffError';
}
