/** Who is let through: whose place a request names, and whether it is ACTIVE. */
import type { IncomingHttpHeaders } from 'node:http';
import { refuse } from '../refusals.ts';
import type { Board } from './board.ts';
import type { Boards } from './boards.ts';
import type { Known } from './look-up.ts';
import { refusalOf } from './locked-tokens.ts';
import type { Pass } from './tokens.ts';

/** The part of a request that is looked at here. */
interface Asking {
  readonly headers: IncomingHttpHeaders;
}

export interface Gate {
  /** The place named by a Queue-Token, or undefined, without a refusal. */
  read(headers: IncomingHttpHeaders): Pass | undefined;
  /**
   * The place named by the request's Queue-Token. Refuses with QUEUE_TOKEN_INVALID what this service did not sign; whether
   * the place is that fan's, and the token not void, is asked where something depends on it.
   */
  pass(request: Asking): Pass;
  /**
   * The place, if it is ACTIVE; else NOT_ADMITTED or ADMISSION_EXPIRED, never on the word of a stale board alone.
   * With `concertId`, a place in another concert's line is FORBIDDEN. What writes must ask its own transaction too.
   */
  admitted(request: Asking, concertId?: string): Pass | Promise<Pass>;
  /** The place if this server knows it to be ACTIVE, without a refusal or a question to the database. */
  knownAdmitted(headers: IncomingHttpHeaders): Pass | undefined;
  /** Whether a place is ACTIVE as far as this server knows; for streams that should end with the session. */
  isActive(pass: Pass): boolean;
}

interface GateDeps {
  readonly boards: Boards;
  openBoard(concertId: string): Promise<Board>;
  lookUp(board: Board, pass: Pass): Promise<Known>;
  sign(board: Board, pass: Pass): void;
}

export function createGate(
  read: (token: string) => Pass | undefined,
  { boards, openBoard, lookUp, sign }: GateDeps,
): Gate {
  const readHeaders = (headers: IncomingHttpHeaders): Pass | undefined => {
    const header = headers['queue-token'];
    return typeof header === 'string' ? read(header) : undefined;
  };
  const pass = ({ headers }: Asking): Pass => {
    const found = readHeaders(headers);
    if (found === undefined) throw refuse('QUEUE_TOKEN_INVALID');
    return found;
  };

  const askDatabase = async (own: Pass): Promise<Pass> => {
    const board = await openBoard(own.concertId);
    sign(board, own);
    const known = await lookUp(board, own);
    const refusal = refusalOf({
      status: known.status,
      position: known.status === 'WAIT' ? known.position : null,
      endedBecause: known.status === 'EXPIRED' ? known.because : null,
    });
    if (refusal !== undefined) throw refusal;
    return own;
  };

  return {
    read: readHeaders,
    pass,
    admitted: (request, concertId) => {
      const own = pass(request);
      if (concertId !== undefined && concertId !== own.concertId) throw refuse('FORBIDDEN');
      const board = boards.peek(own.concertId);
      if (board?.isActive(own) !== true) return askDatabase(own);
      sign(board, own);
      return own;
    },
    knownAdmitted: (headers) => {
      const own = readHeaders(headers);
      const board = own === undefined ? undefined : boards.peek(own.concertId);
      if (own === undefined || board?.isActive(own) !== true) return undefined;
      sign(board, own);
      return own;
    },
    isActive: (pass) => boards.peek(pass.concertId)?.isActive(pass) === true,
  };
}
