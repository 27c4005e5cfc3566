/**
 * The waiting room's door. Other rooms ask here whose turn it is, and change the line inside their own transactions
 * only through what this file hands on.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Catalog } from '../catalog/catalog.ts';
import { contract } from '../contract.ts';
import type { Database } from '../platform/database.ts';
import type { Feed } from '../platform/feed.ts';
import type { LaneMetrics } from '../platform/lane.ts';
import type { Duty } from '../platform/ticker.ts';
import { refuse } from '../refusals.ts';
import { createBoards, type Boards } from './boards.ts';
import type { Board, Settings } from './board.ts';
import { createIssueLanes, createVoidLanes, letIn, type Place } from './commands.ts';
import { createLeavers, type Leavers } from './leaving.ts';
import { numbersOf, type LineNumbers } from './line-numbers.ts';
import { createLivePlaces, type LivePlaces } from './live-places.ts';
import { concertsOf, createLookUps, type Known } from './look-up.ts';
import { refusalOf } from './locked-tokens.ts';
import { createOpenBoards } from './open-boards.ts';
import { createPresence } from './presence.ts';
import { placeRetention } from './retention.ts';
import type { QueueStatus, Reader } from './status.ts';
import { createStatuses } from './statuses.ts';
import { createTending } from './tending.ts';
import { createQueueTokens, passOf, type Pass } from './tokens.ts';

export { pauseOf, type Change, type News, type Pause, type Settings } from './board.ts';
export type { LineNumbers } from './line-numbers.ts';
export type { Pass } from './tokens.ts';
export { noticeOf, type QueueStatus } from './status.ts';
export { changeSettings, openRoom } from './commands.ts';
export {
  extendSessions,
  hear,
  lockingPlaces,
  lockTokens,
  outlasting,
  refusalFor,
  tokenParts,
} from './locked-tokens.ts';
export type { SessionEnd, TokenState } from './locked-tokens.ts';
export { admitted, admitting, endingPaid, lockingRoom } from './admission.ts';
export { handOn, lockRoom, saveRoom, type LockedRoom } from './line.ts';

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

export interface WaitingRoom {
  readonly gate: Gate;
  readonly boards: Boards;
  /** A place for this user, new or the one there is, with its signed token. Refuses with NOT_FOUND and RATE_LIMITED. */
  issue(concertId: string, userId: string, reader?: Reader): Promise<Issued>;
  /** The same without the token. */
  join(concertId: string, userId: string): Promise<Pass>;
  /**
   * What a fan is told now; asking is a sign of life. From memory, but for ends that happened long ago. Throws
   * `CutOffError` when this server cannot pass on that a fan near the front is there.
   */
  status(pass: Pass, reader?: Reader): QueueStatus | Promise<QueueStatus>;
  /** The same if it is known at once, else undefined. */
  knownStatus(pass: Pass, reader?: Reader): QueueStatus | undefined;
  readonly livePlaces: LivePlaces;
  /**
   * Gives the place up, and with it whatever is held from it; again, it changes nothing. Refuses with QUEUE_TOKEN_INVALID
   * if it is not that fan's.
   */
  leave(pass: Pass): Promise<void>;
  /** Gives on the slots that are free, if a flight that did so was not done with it. */
  letIn(concertId: string): Promise<void>;
  /** To be called once, before anybody leaves, by the room in which something is held. */
  readonly onLeaving: Leavers['onLeaving'];
  /**
   * Makes void all queue tokens that were handed out to this user before: in force in every transaction at once, in what
   * other servers show within 250 ms. The places are kept, with what is held from them: whoever asks for them again gets
   * them with new tokens. To be called once nobody is taken for that user any more by a session that was ended.
   */
  voidTokens(userId: string): Promise<void>;
  /** Marks the place's fan as present; false if this server cannot pass that on, and the fan should try another. */
  present(pass: Pass): boolean;
  /** The settings in force on this server, at most 250 ms old. Undefined if there is no such concert. */
  settings(concertId: string): Promise<Settings | undefined>;
  /** The concert in an address of the contract, if its board is in memory. */
  concertAt(url: string): string | undefined;
  numbers(concertId: string): Promise<LineNumbers | undefined>;
  /** Whether nothing is left to buy of this concert; then nobody who waits is told when they will be let in. */
  soldOut(concertId: string, isSoldOut: boolean): void;
  readonly duties: readonly Duty[];
  /** Resolves when no command is under way. */
  drain(): Promise<void>;
}

export interface Issued {
  readonly token: string;
  readonly isNew: boolean;
  /**
   * Earlier tokens of the place were made void. Then the session that asks must be looked at once more before it is given
   * this one: it may be the one that was ended, and was remembered.
   */
  readonly isReissued: boolean;
  readonly status: QueueStatus;
}

export interface WaitingRoomDeps {
  readonly database: Database;
  readonly feed: Feed;
  readonly catalog: Pick<Catalog, 'concert'>;
  readonly secret: string;
  /** Most commands in one batch of a lane. */
  readonly batchMax: number;
  /** Whether a fan is limited in how often they take a place anew; see commands.ts. */
  readonly rateLimit?: boolean;
  /** So long places that ended are kept. */
  readonly retentionDays: number;
  readonly metrics: LaneMetrics & { admitted?(fans: number): void };
}

export function createWaitingRoom(deps: WaitingRoomDeps): WaitingRoom {
  const { database, feed, catalog, secret, metrics } = deps;
  const boards = createBoards(database, feed, metrics.admitted);
  const tokens = createQueueTokens(secret);
  const presence = createPresence(database);
  const issueLanes = createIssueLanes({ ...deps, boards });
  const leavers = createLeavers({ ...deps, boards });
  const voidLanes = createVoidLanes({ ...deps, boards });
  const lookUps = createLookUps(deps);
  const { lookUp } = lookUps;
  const { open, openBoard } = createOpenBoards(boards, catalog);
  const livePlaces = createLivePlaces({ ...deps, open, sign: tokens.sign });

  const gate = createGate(tokens.read, { boards, openBoard, lookUp, sign: presence.sign });

  const takePlace = async (concertId: string, userId: string): Promise<Taken> => {
    const board = await openBoard(concertId);
    const { entry, generation, isNew } = await issueLanes.submit(concertId, userId);
    const pass = passOf({ concertId, userId, entry, generation });
    // A new place was written down as just heard.
    if (!isNew) presence.sign(board, pass);
    return { board, pass, isNew };
  };
  const { statusOn, status, knownStatus, present } = createStatuses({ boards, presence, openBoard, lookUp });

  return {
    gate,
    boards,
    join: async (concertId, userId) => (await takePlace(concertId, userId)).pass,
    issue: async (concertId, userId, reader) => {
      const { board, pass, isNew } = await takePlace(concertId, userId);
      const isReissued = pass.generation > 0;
      return { token: tokens.sign(pass), isNew, isReissued, status: await statusOn(board, pass, reader) };
    },
    status,
    knownStatus,
    livePlaces,
    leave: leavers.leave,
    letIn: (concertId) => letIn(deps.database, boards, concertId),
    onLeaving: leavers.onLeaving,
    voidTokens: async (userId) => {
      const concertIds = await concertsOf(database, userId);
      await Promise.all(concertIds.map((concertId) => voidLanes.submit(concertId, userId)));
    },
    present,
    concertAt: (url) => {
      if (!url.startsWith(concerts_path)) return undefined;
      return boards.peek(url.slice(concerts_path.length, concerts_path.length + id_chars))?.concertId;
    },
    settings: async (concertId) => (await open(concertId))?.settings,
    numbers: async (concertId) => {
      const board = await open(concertId);
      return board && numbersOf(board);
    },
    soldOut: (concertId, isSoldOut) => {
      const board = boards.peek(concertId);
      if (board !== undefined) board.isSoldOut = isSoldOut;
    },
    duties: [createTending({ ...deps, boards, presence }), boards.duty, placeRetention(database, deps.retentionDays)],
    drain: () => drainAll([issueLanes, leavers, voidLanes, lookUps, livePlaces]),
  };
}

async function drainAll(lanes: readonly { drain(): Promise<void> }[]): Promise<void> {
  await Promise.all(lanes.map((lane) => lane.drain()));
}

interface Taken extends Pick<Place, 'isNew'> {
  readonly board: Board;
  readonly pass: Pass;
}

const concerts_path = contract.issueQueueToken.url.replace(/:.*/, '');
const id_chars = 10;

interface GateDeps {
  readonly boards: Boards;
  openBoard(concertId: string): Promise<Board>;
  lookUp(board: Board, pass: Pass): Promise<Known>;
  sign(board: Board, pass: Pass): void;
}

function createGate(read: (token: string) => Pass | undefined, { boards, openBoard, lookUp, sign }: GateDeps): Gate {
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
