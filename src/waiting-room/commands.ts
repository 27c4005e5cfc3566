/** Taking a place, leaving it, and the operator's settings: the transactions that change a line on request. */
import type { Database, Tx } from '../platform/database.ts';
import { publish } from '../platform/feed.ts';
import { createLanes, type LaneMetrics, type Lanes } from '../platform/lane.ts';
import { refuse, type Refusal } from '../refusals.ts';
import type { Boards } from './boards.ts';
import type { EndReason, News, Settings, TokenStatus } from './board.ts';
import { admit, end, endOverdue, join, lockRoom, saveRoom, type LockedRoom } from './line.ts';
import { settingsOf } from './snapshot.ts';
import { markOf, type Pass } from './tokens.ts';

export interface LineDeps {
  readonly database: Database;
  readonly boards: Boards;
  readonly batchMax: number;
  readonly metrics: LaneMetrics;
}

export interface Place extends Pick<Pass, 'entry' | 'generation'> {
  /** False if the user was in line already. */
  readonly isNew: boolean;
}

const pending_max = 20_000;
const lanes_max = 10_000;

/** The lane that takes places: submit a user id under the concert's id. */
export function createIssueLanes({ database, boards, batchMax, metrics }: LineDeps): Lanes<string, Place> {
  return createLanes({
    name: 'issue',
    batchMax,
    pendingMax: pending_max,
    lanesMax: lanes_max,
    metrics,
    run: async (concertId, userIds) => {
      const done = await database.transaction(async (tx) => {
        const locking = lockRoom(tx, concertId);
        const looking = liveTokens(tx, concertId, userIds);
        const [room, live] = await Promise.all([locking, looking]);
        if (room === undefined) return undefined;
        return takePlaces(tx, { room, live, userIds });
      });
      if (done === undefined) return userIds.map(() => refuse('NOT_FOUND'));
      if (done.news !== undefined) await boards.show(done.news);
      return done.places;
    },
  });
}

interface LiveToken {
  entry: number;
  generation: number;
  user_id: string;
  status: TokenStatus;
  overdue: boolean;
}

/** The statement starts after the room's lock was granted: the same connection carries out one at a time. */
function liveTokens(tx: Tx, concertId: string, userIds: readonly string[]): Promise<LiveToken[]> {
  return tx<LiveToken[]>`
    select entry, generation, user_id, status, coalesce(expires_at <= now(), false) as overdue from queue_tokens
    where concert_id = ${concertId} and user_id = any(${userIds as string[]}::text[]) and status <> 'EXPIRED'`.execute();
}

interface Taking {
  readonly room: LockedRoom;
  readonly live: readonly LiveToken[];
  readonly userIds: readonly string[];
}

async function takePlaces(
  tx: Tx,
  { room, live, userIds }: Taking,
): Promise<{ places: Place[]; news: News | undefined }> {
  // A session that is over, though no sweep has come by yet, must not keep its fan from a new place.
  const ended = live.some((token) => token.overdue) ? await endOverdue(tx, room) : new Set<number>();
  const kept = live.filter((token) => !ended.has(token.entry));
  const placeOf = new Map(kept.map(({ user_id, entry, generation }) => [user_id, { entry, generation }]));
  const known = new Set(placeOf.keys());
  const newcomers = [...new Set(userIds)].filter((userId) => !known.has(userId));
  if (newcomers.length > 0) {
    const entries = join(tx, room, newcomers);
    for (const [index, userId] of newcomers.entries())
      placeOf.set(userId, { entry: entries[index] ?? 0, generation: 0 });
  }
  if (room.active < room.maxActive) await admit(tx, room);
  const changed = newcomers.length > 0 || room.changes.length > 0;
  const news = changed ? saveRoom(tx, room) : undefined;
  const places = userIds.map((userId) => {
    const isNew = !known.has(userId);
    // Of several requests of one newcomer in this batch, the first is the one that made the place.
    known.add(userId);
    return { entry: 0, generation: 0, ...placeOf.get(userId), isNew };
  });
  return { places, news };
}

/**
 * The lane that leaves: submit a place under the concert's id. Leaving twice is leaving. Refuses with QUEUE_TOKEN_INVALID
 * what is not, or not any more, the place of whoever shows the token.
 */
export function createLeaveLanes({ database, boards, batchMax, metrics }: LineDeps): Lanes<Pass, void> {
  return createLanes<Pass, void>({
    name: 'leave',
    batchMax,
    pendingMax: pending_max,
    lanesMax: lanes_max,
    metrics,
    run: async (concertId, passes) => {
      const { news, states } = await database.transaction(async (tx) => {
        const locking = lockRoom(tx, concertId);
        const locked = lockTokens(tx, concertId, [...new Set(passes.map(({ entry }) => entry))]);
        const [room, tokens] = await Promise.all([locking, locked]);
        return {
          news: room === undefined ? undefined : await leave(tx, room, passes.filter(isOwnIn(tokens))),
          states: tokens,
        };
      });
      if (news !== undefined) await boards.show(news);
      const isOwn = isOwnIn(states);
      return passes.map((pass) => (isOwn(pass) ? undefined : refuse('QUEUE_TOKEN_INVALID')));
    },
  });
}

async function leave(tx: Tx, room: LockedRoom, passes: readonly Pass[]): Promise<News | undefined> {
  const entries = passes.map(({ entry }) => entry);
  const left = await end(tx, room, entries, 'LEFT');
  if (left.size === 0) return undefined;
  await admit(tx, room);
  return saveRoom(tx, room);
}

/**
 * The lane that makes void the tokens that were handed out for the live places of users: submit a user's id under the
 * concert's id. The places themselves, and what is held from them, are kept for whoever asks for them again.
 */
export function createVoidLanes({ database, boards, batchMax, metrics }: LineDeps): Lanes<string, void> {
  return createLanes({
    name: 'void tokens',
    batchMax,
    pendingMax: pending_max,
    lanesMax: lanes_max,
    metrics,
    run: async (concertId, userIds) => {
      const news = await database.transaction(async (tx) => {
        const room = await lockRoom(tx, concertId);
        if (room === undefined) return undefined;
        const voided = await tx<{ entry: number; number: number; userId: string; generation: number }[]>`
          update queue_tokens set generation = generation + 1
          where concert_id = ${concertId} and user_id = any(${userIds as string[]}::text[]) and status <> 'EXPIRED'
          returning entry, number, user_id as "userId", generation`;
        for (const { entry, number, ...fan } of voided)
          room.changes.push(['tokens voided', entry, number, markOf(fan)]);
        return voided.length === 0 ? undefined : saveRoom(tx, room);
      });
      if (news !== undefined) await boards.show(news);
      return userIds.map(() => undefined);
    },
  });
}

export interface TokenState {
  readonly entry: number;
  readonly userId: string;
  readonly generation: number;
  readonly status: TokenStatus;
  /** Places to the head when last looked at; null unless WAIT. */
  readonly position: number | null;
  readonly endedBecause: EndReason | null;
  /** Whether a hold taken now would end after the session, and may extend it. */
  readonly extensible: boolean;
  /** ACTIVE and silent since: the slot would be taken back after the grace period. */
  readonly unheard: boolean;
}

/**
 * Whether the place that a token names is its user's, and the token not void. The database may have been restored since
 * from a backup, in which the number was not handed out yet: then it is another's by now, or nobody's.
 */
export function isOwn(
  state: Pick<TokenState, 'userId' | 'generation'> | undefined,
  { userId, generation }: Pick<Pass, 'userId' | 'generation'>,
): boolean {
  return state?.userId === userId && state.generation === generation;
}

const isOwnIn = (states: ReadonlyMap<number, TokenState>) => (pass: Pass) => isOwn(states.get(pass.entry), pass);

/** The refusal that the state of the place calls for which a token names; undefined if it is that fan's and ACTIVE. */
export function refusalFor(state: TokenState | undefined, pass: Pass): Refusal | undefined {
  return state === undefined || !isOwn(state, pass) ? refuse('QUEUE_TOKEN_INVALID') : refusalOf(state);
}

/** The refusal that the state of one's own place calls for; undefined if it is ACTIVE. */
export function refusalOf(state: Pick<TokenState, 'status' | 'position' | 'endedBecause'>): Refusal | undefined {
  if (state.status === 'WAIT') return refuse('NOT_ADMITTED', { position: state.position });
  if (state.status === 'EXPIRED') return refuse('ADMISSION_EXPIRED', { expiredBecause: state.endedBecause });
  return undefined;
}

/** Locks these tokens' rows, in key order. An ACTIVE one past its time is told as EXPIRED, whoever sweeps it later. */
export async function lockTokens(
  tx: Tx,
  concertId: string,
  entries: readonly number[],
): Promise<Map<number, TokenState>> {
  const rows = await tx<(TokenState & { overdue: boolean })[]>`
    select token.entry, token.user_id as "userId", token.generation, token.status, token.ended_because as "endedBecause",
      case when token.status = 'WAIT' then greatest(1, token.number - room.head) end as position,
      token.status = 'ACTIVE' and token.expires_at <= now() as overdue,
      token.status = 'ACTIVE' and token.expires_at < ${extendedEnd(tx, tx`room.hold_seconds`)} as extensible,
      token.status = 'ACTIVE' and token.seen_at < token.admitted_at as unheard
    from queue_tokens as token, rooms as room
    where token.concert_id = ${concertId} and token.entry = any(${entries as number[]}::bigint[])
      and room.concert_id = ${concertId}
    order by token.entry for no key update of token`;
  return new Map(
    rows.map(({ overdue, ...state }) => [
      state.entry,
      overdue ? { ...state, status: 'EXPIRED', endedBecause: 'SESSION_ENDED' } : state,
    ]),
  );
}

/** Writes down that the fans of these entries are there; the caller has locked them. Waits for nothing. */
export function hear(tx: Tx, concertId: string, entries: readonly number[]): void {
  if (entries.length === 0) return;
  void tx`
    update queue_tokens set seen_at = statement_timestamp()
    where concert_id = ${concertId} and entry = any(${entries as number[]}::bigint[])`.execute();
}

/** When a session ends that a hold taken now extends: with the hold, but after twice its length at the latest. */
function extendedEnd(tx: Tx, holdSeconds: number | ReturnType<Tx>) {
  return tx`least(
    now() + make_interval(secs => ${holdSeconds}),
    token.admitted_at + 2 * make_interval(secs => room.session_seconds)
  )`;
}

/** Moves the end of these sessions to that of a hold taken now, as far as it may. */
export async function extendSessions(
  tx: Tx,
  concertId: string,
  entries: readonly number[],
  holdSeconds: number,
): Promise<{ entry: number; expiresAt: Date }[]> {
  const extended = await tx<{ entry: number; expiresAt: Date }[]>`
    update queue_tokens as token set expires_at = ${extendedEnd(tx, holdSeconds)}
    from rooms as room
    where token.concert_id = ${concertId} and token.entry = any(${entries as number[]}::bigint[])
      and token.status = 'ACTIVE' and token.expires_at < ${extendedEnd(tx, holdSeconds)}
      and room.concert_id = ${concertId}
    returning token.entry, token.expires_at as "expiresAt"`;
  for (let from = 0; from < extended.length; from += sessions_per_message) {
    const some = extended.slice(from, from + sessions_per_message);
    void publish(tx, 'sessions', [concertId, some.map(({ entry, expiresAt }) => [entry, expiresAt.getTime()])]);
  }
  return extended;
}

const sessions_per_message = 200;

/** Opens the line of a new concert. */
export async function openRoom(tx: Tx, concertId: string, settings: Omit<Settings, 'paused'>): Promise<void> {
  const { maxActive, sessionSeconds, holdSeconds, graceSeconds, maxSeatsPerFan } = settings;
  await tx`
    insert into rooms (concert_id, max_active, active_ceiling, session_seconds, hold_seconds, grace_seconds, max_seats_per_fan, max_seats_per_fan_ever)
    values (${concertId}, ${maxActive}, ${maxActive}, ${sessionSeconds}, ${holdSeconds}, ${graceSeconds}, ${maxSeatsPerFan}, ${maxSeatsPerFan})`;
}

/**
 * Changes settings in the caller's transaction and admits whom a higher `maxActive` or the end of a pause lets in.
 * Sessions that run keep their end; holds too. Refuses with NOT_FOUND. After the commit, `boards.show` the news.
 */
export async function changeSettings(
  tx: Tx,
  concertId: string,
  patch: Partial<Settings>,
): Promise<{ before: Settings; after: Settings; news: News }> {
  const [before] = await tx<Parameters<typeof settingsOf>[0][]>`
    select max_active as "maxActive", session_seconds as "sessionSeconds", hold_seconds as "holdSeconds",
      grace_seconds as "graceSeconds", max_seats_per_fan as "maxSeatsPerFan", paused_reason as "pausedReason"
    from rooms where concert_id = ${concertId} for update`;
  if (before === undefined) throw refuse('NOT_FOUND');
  const settings = settingsOf(before);
  const after: Settings = { ...settings, ...patch };
  await tx`
    update rooms set max_active = ${after.maxActive}, active_ceiling = greatest(active, ${after.maxActive}::integer),
      session_seconds = ${after.sessionSeconds}, hold_seconds = ${after.holdSeconds}, grace_seconds = ${after.graceSeconds},
      max_seats_per_fan = ${after.maxSeatsPerFan},
      max_seats_per_fan_ever = greatest(max_seats_per_fan_ever, ${after.maxSeatsPerFan}::integer),
      paused_reason = ${after.paused?.reason ?? null}
    where concert_id = ${concertId}`;
  const room = await lockRoom(tx, concertId);
  if (room === undefined) throw refuse('NOT_FOUND');
  await admit(tx, room);
  return { before: settings, after, news: saveRoom(tx, room, after) };
}
