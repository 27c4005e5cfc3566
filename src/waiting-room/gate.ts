/**
 * The waiting room's door. Other rooms ask here whose turn it is, and change the line inside their own transactions
 * only through what this file hands on.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { contract } from '../contract.ts';
import type { Database } from '../platform/database.ts';
import type { Feed } from '../platform/feed.ts';
import { CutOffError, type LaneMetrics } from '../platform/lane.ts';
import type { Duty } from '../platform/ticker.ts';
import { refuse } from '../refusals.ts';
import { createBoards, type Boards } from './boards.ts';
import { nowSeconds, type Board, type Settings } from './board.ts';
import { createIssueLanes, createLeaveLanes, refusalFor, type Place } from './commands.ts';
import { createLookUps, type Known } from './look-up.ts';
import { createPresence, type Presence } from './presence.ts';
import { describe, type QueueStatus } from './status.ts';
import { createQueueTokens, type Pass } from './tokens.ts';
import { createTurns } from './turns.ts';

export type { Settings } from './board.ts';
export type { Pass } from './tokens.ts';
export type { QueueStatus } from './status.ts';
export { changeSettings, extendSessions, hear, lockTokens, openRoom, refusalFor, type TokenState } from './commands.ts';
export { handOn, lockRoom, saveRoom, type LockedRoom } from './line.ts';

/** The part of a request that is looked at here. */
interface Asking {
  readonly headers: IncomingHttpHeaders;
}

export interface Gate {
  /** The place named by a Queue-Token, or undefined, without a refusal. */
  read(headers: IncomingHttpHeaders): Pass | undefined;
  /** The place named by the request's Queue-Token. Refuses with QUEUE_TOKEN_INVALID. */
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
  /** A place for this user, new or the one there is, with its signed token. Refuses with NOT_FOUND. */
  issue(concertId: string, userId: string): Promise<{ token: string; isNew: boolean; status: QueueStatus }>;
  /** The same without the token. */
  join(concertId: string, userId: string): Promise<Pass>;
  /**
   * What a fan is told now; asking is a sign of life. From memory, but for ends that happened long ago. Throws
   * `CutOffError` when this server cannot pass on that a fan near the front is there.
   */
  status(pass: Pass): QueueStatus | Promise<QueueStatus>;
  /** The same if it is known at once, else undefined. */
  knownStatus(pass: Pass): QueueStatus | undefined;
  leave(pass: Pass): Promise<void>;
  /** Marks the place's fan as present. */
  present(pass: Pass): void;
  /** The settings in force on this server, at most 250 ms old. Undefined if there is no such concert. */
  settings(concertId: string): Promise<Settings | undefined>;
  /** The concert in an address of the contract, if its board is in memory. */
  concertAt(url: string): string | undefined;
  numbers(concertId: string): Promise<LineNumbers | undefined>;
  readonly duties: readonly Duty[];
  /** Resolves when no command is under way. */
  drain(): Promise<void>;
}

export interface LineNumbers {
  readonly waiting: number;
  readonly active: number;
  readonly maxActive: number;
  readonly admittedPerMinute: number;
  readonly paused: { readonly reason: string } | null;
}

export interface WaitingRoomDeps {
  readonly database: Database;
  readonly feed: Feed;
  readonly secret: string;
  /** Most commands in one batch of a lane. */
  readonly batchMax: number;
  readonly metrics: LaneMetrics & { admitted?(fans: number): void };
}

export function createWaitingRoom(deps: WaitingRoomDeps): WaitingRoom {
  const { database, feed, secret, metrics } = deps;
  const boards = createBoards(database, feed, metrics.admitted);
  const tokens = createQueueTokens(secret);
  const presence = createPresence(database);
  const issueLanes = createIssueLanes({ ...deps, boards });
  const leaveLanes = createLeaveLanes({ ...deps, boards });
  const lookUps = createLookUps(deps);
  const { lookUp } = lookUps;

  const openBoard = async (concertId: string): Promise<Board> => {
    const board = await boards.open(concertId);
    if (board === undefined) throw refuse('NOT_FOUND');
    return board;
  };

  const gate = createGate(tokens.read, { boards, openBoard, lookUp, sign: presence.sign });

  const takePlace = async (concertId: string, userId: string): Promise<Place & { board: Board }> => {
    const board = await openBoard(concertId);
    const { entry, isNew } = await issueLanes.submit(concertId, userId);
    // A new place was written down as just heard.
    if (!isNew) presence.sign(board, entry);
    return { board, entry, isNew };
  };
  const { statusOn, status, knownStatus } = createStatuses({ boards, presence, openBoard, lookUp });

  return {
    gate,
    boards,
    join: async (concertId, userId) => ({ concertId, userId, entry: (await takePlace(concertId, userId)).entry }),
    issue: async (concertId, userId) => {
      const { board, entry, isNew } = await takePlace(concertId, userId);
      return { token: tokens.sign({ concertId, userId, entry }), isNew, status: await statusOn(board, entry) };
    },
    status,
    knownStatus,
    leave: ({ concertId, entry }) => leaveLanes.submit(concertId, entry),
    present: ({ concertId, entry }) => {
      const board = boards.peek(concertId);
      if (board !== undefined) presence.sign(board, entry);
    },
    concertAt: (url) => {
      if (!url.startsWith(concerts_path)) return undefined;
      return boards.peek(url.slice(concerts_path.length, concerts_path.length + id_chars))?.concertId;
    },
    settings: async (concertId) => (await boards.open(concertId))?.settings,
    numbers: async (concertId) => {
      const board = await boards.open(concertId);
      if (board === undefined) return undefined;
      const { maxActive, paused } = board.settings;
      const admittedPerMinute = board.admittedPerMinute(nowSeconds());
      return { waiting: board.waiting, active: board.active.size, maxActive, admittedPerMinute, paused };
    },
    duties: [createTurns({ database, boards, presence }), boards.duty],
    drain: async () => {
      await Promise.all([issueLanes.drain(), leaveLanes.drain(), lookUps.drain()]);
    },
  };
}

const concerts_path = contract.issueQueueToken.url.replace(/:.*/, '');
const id_chars = 10;

interface StatusDeps {
  readonly boards: Boards;
  readonly presence: Pick<Presence, 'sign' | 'isUnheard'>;
  openBoard(concertId: string): Promise<Board>;
  lookUp(board: Board, entry: number): Promise<Known>;
}

function knownOn(board: Board, entry: number): QueueStatus | undefined {
  const standing = board.standing(entry);
  return standing.status === 'unknown' ? undefined : describe(board, standing);
}

function createStatuses({ boards, presence, openBoard, lookUp }: StatusDeps) {
  const statusOn = (board: Board, entry: number): QueueStatus | Promise<QueueStatus> =>
    knownOn(board, entry) ?? lookUp(board, entry).then((known) => describe(board, known));
  return {
    statusOn,
    status: ({ concertId, entry }: Pass): QueueStatus | Promise<QueueStatus> => {
      const board = boards.peek(concertId);
      if (board === undefined) return openBoard(concertId).then((opened) => statusOn(opened, entry));
      presence.sign(board, entry);
      if (presence.isUnheard(board, entry)) throw new CutOffError('the line');
      return statusOn(board, entry);
    },
    knownStatus: ({ concertId, entry }: Pass): QueueStatus | undefined => {
      const board = boards.peek(concertId);
      if (board === undefined) return undefined;
      presence.sign(board, entry);
      return presence.isUnheard(board, entry) ? undefined : knownOn(board, entry);
    },
  };
}

interface GateDeps {
  readonly boards: Boards;
  openBoard(concertId: string): Promise<Board>;
  lookUp(board: Board, entry: number): Promise<Known>;
  sign(board: Board, entry: number): void;
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
    const known = await lookUp(board, own.entry);
    const refusal = refusalFor({
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
      if (board === undefined) return askDatabase(own);
      sign(board, own.entry);
      return board.active.has(own.entry) ? own : askDatabase(own);
    },
    knownAdmitted: (headers) => {
      const own = readHeaders(headers);
      const board = own === undefined ? undefined : boards.peek(own.concertId);
      if (own === undefined || board?.active.has(own.entry) !== true) return undefined;
      sign(board, own.entry);
      return own;
    },
    isActive: ({ concertId, entry }) => boards.peek(concertId)?.active.has(entry) === true,
  };
}
