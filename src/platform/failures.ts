/** What a statement may be refused with, and what of it may pass. */

const transient_codes = new Set([
  '25006', // read_only_sql_transaction: we still talk to a server that was demoted
  '25P03', // idle_in_transaction_session_timeout
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '53100', // disk_full: nothing was written, and it is for the operator to make room
  '53200', // out_of_memory
  '53300', // too_many_connections
  '55P03', // lock_not_available
  '57014', // query_canceled: statement_timeout
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECTION_REFUSED',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT', // the unix socket of a database that is starting again
  'EPIPE',
  'ETIMEDOUT',
]);

/** True if the same statements may succeed when sent again: by SQLSTATE, or because the connection was lost. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && (transient_codes.has(code) || code.startsWith('08') || isStalePlan(error));
}

/**
 * What a connection had prepared is gone, or a table that it reads has other columns now. Nothing was done; on another
 * connection it is prepared anew.
 */
export function isStalePlan(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== '0A000') return code === '26000';
  return error instanceof Error && 'routine' in error && error.routine === 'RevalidateCachedQuery';
}

/** Somebody else was faster: nothing of the transaction may stand, and the same commands are to be tried again. */
export function conflict(message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code: '40001' });
}

/** The SQLSTATE or system error code of what a statement was refused with. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The name of the constraint or unique index that a statement was refused by. */
export function brokenConstraint(error: unknown): string | undefined {
  return error instanceof Error && 'constraint' in error && typeof error.constraint === 'string'
    ? error.constraint
    : undefined;
}

/** Of what the driver says of a lost connection, some has no code. */
export function faultOf(error: unknown): unknown {
  if (!(error instanceof Error) || codeOf(error) !== undefined) return error;
  return Object.assign(new Error(error.message, { cause: error }), { code: 'CONNECTION_CLOSED' });
}
