/**
 * The waiting room's door. Other rooms ask here whose turn it is, and change the line inside their own transactions
 * only through what this file hands on.
 */
import type { Catalog } from '../catalog/catalog.ts';
import { contract } from '../contract.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Feed } from '../platform/feed.ts';
import type { LaneMetrics } from '../platform/lane.ts';
import type { Duty } from '../platform/ticker.ts';
import { admittingFor } from './admission.ts';
import { createBoards, type Boards } from './boards.ts';
import type { Board, News, Settings } from './board.ts';
import { changeSettings, createIssueLanes, createVoidLanes, letIn, type LineDeps, type Place } from './commands.ts';
import { createLeavers, type Leavers } from './leaving.ts';
import { handOn } from './letting-in.ts';
import type { LockedRoom } from './line.ts';
import { createGate, type Gate } from './gatekeeper.ts';
import { numbersOf, type KnownLine } from './line-numbers.ts';
import { createLivePlaces, type LivePlaces } from './live-places.ts';
import { concertsOf, createLookUps } from './look-up.ts';
import { createOpenBoards } from './open-boards.ts';
import { createPresence } from './presence.ts';
import { createResting, type Resting } from './resting.ts';
import { placeRetention } from './retention.ts';
import type { QueueStatus, Reader } from './status.ts';
import { createStatuses } from './statuses.ts';
import { createSupply, type Supply } from './supply.ts';
import { createTending } from './tending.ts';
import { createQueueTokens, passOf, type Pass } from './tokens.ts';

export { pauseOf, type Change, type News, type Pause, type Settings } from './board.ts';
export type { LineNumbers } from './line-numbers.ts';
export type { Gate } from './gatekeeper.ts';
export type { Pass } from './tokens.ts';
export { noticeOf, type QueueStatus } from './status.ts';
export { openRoom } from './commands.ts';
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
export { admitted, endingPaid, lockingRoom } from './admission.ts';
export { lockRoom, saveRoom, type LockedRoom } from './line.ts';
export type { SeatCounts, Seats } from './supply.ts';

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
  /** To be called once, before anybody is let in, by the room that keeps the seats; see supply.ts. */
  readonly boundBy: Supply['by'];
  /** Seats of this concert are others, as this server knows them: who is told of them is told so from the next look on. */
  seatsChanged(concertId: string): void;
  /** After a commit that freed sold seats of this concert, or put a date on sale. Neither waits nor throws. */
  readonly seatsCameBack: Resting['seatsCameBack'];
  /** The statement that lets in whom free slots are for, in a flight that has locked the room; see admission.ts. */
  admitting(concertId: string): ReturnType<typeof admittingFor>;
  /**
   * Ends the sessions of these entries as PAID, which the caller has locked and found ACTIVE, and gives their slots to the
   * next in line. `seats`: so many were sold in this transaction and are not counted yet.
   */
  handOn(tx: Tx, room: LockedRoom, entries: readonly number[], seats: number): Promise<void>;
  /**
   * Changes settings in the caller's transaction and admits whom a higher `maxActive` or the end of a pause lets in.
   * Sessions that run keep their end; holds too. Refuses with NOT_FOUND. After the commit, `boards.show` the news.
   */
  changeSettings(tx: Tx, concertId: string, patch: Partial<Settings>): Promise<ChangedSettings>;
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
  numbers(concertId: string): Promise<KnownLine | undefined>;
  /** Whether nothing is left to buy of this concert; then nobody who waits is told when they will be let in. */
  soldOut(concertId: string, isSoldOut: boolean): void;
  readonly duties: readonly Duty[];
  /** Resolves when no command is under way. */
  drain(): Promise<void>;
}

export interface ChangedSettings {
  readonly before: Settings;
  readonly after: Settings;
  readonly news: News;
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
  const supply = createSupply();
  const resting = createResting({ ...deps, boards, presence, supply });
  const issueLanes = createIssueLanes({ ...deps, boards, supply });
  const leavers = createLeavers({ ...deps, boards, supply });
  const voidLanes = createVoidLanes({ ...deps, boards });
  const lookUps = createLookUps(deps);
  const { lookUp } = lookUps;
  const { open, openBoard } = createOpenBoards(boards, catalog, supply);
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
    onLeaving: leavers.onLeaving,
    ...lettingIn({ database, boards, supply }),
    seatsCameBack: resting.seatsCameBack,
    seatsChanged: recounting(boards),
    voidTokens: async (userId) => {
      const concertIds = await concertsOf(database, userId);
      await Promise.all(concertIds.map((concertId) => voidLanes.submit(concertId, userId)));
    },
    present,
    ...asKnown(boards, open),
    duties: [
      createTending({ ...deps, boards, presence, supply, resting }),
      boards.duty,
      placeRetention(database, deps.retentionDays),
    ],
    drain: async () => {
      await drainAll([issueLanes, leavers, voidLanes, lookUps, livePlaces]);
      // What only this server knows; if it cannot, nobody is the worse for it than by its sudden end.
      await presence.flushKept().catch(() => undefined);
    },
  };
}

type LettingIn = Pick<WaitingRoom, 'letIn' | 'boundBy' | 'admitting' | 'handOn' | 'changeSettings'>;

/** What lets people in on behalf of other rooms, with the seats there are for them. */
function lettingIn(deps: Pick<LineDeps, 'database' | 'boards' | 'supply'>): LettingIn {
  const { database, boards, supply } = deps;
  return {
    letIn: (concertId) => letIn(deps, concertId),
    boundBy: supply.by,
    admitting: (concertId) => admittingFor({ sql: database.sql, boards, supply }, concertId),
    handOn: (tx, room, entries, seats) => handOn(tx, room, { entries, because: 'PAID' }, { supply, sold: seats }),
    changeSettings: (tx, concertId, patch) => changeSettings(tx, concertId, patch, supply),
  };
}

type AsKnown = Pick<WaitingRoom, 'concertAt' | 'settings' | 'numbers' | 'soldOut'>;

/** What this server knows of the lines. */
function asKnown(boards: Boards, open: (concertId: string) => Promise<Board | undefined>): AsKnown {
  return {
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

/** For the next look at the line. */
function recounting(boards: Pick<Boards, 'peek' | 'bell'>): WaitingRoom['seatsChanged'] {
  return (concertId) => {
    const board = boards.peek(concertId);
    if (board?.settings.boundToSupply !== true) return;
    board.hasOtherSeats = true;
    boards.bell.ring();
  };
}
