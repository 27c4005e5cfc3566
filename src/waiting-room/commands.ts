/** Taking a place, making tokens void, and the operator's settings: transactions that change a line on request. */
import type { Database, Tx } from '../platform/database.ts';
import { createLanes, type LaneMetrics, type Lanes } from '../platform/lane.ts';
import { Refusal, refuse } from '../refusals.ts';
import type { Boards } from './boards.ts';
import type { News, Pause, Settings } from './board.ts';
import { joinPlainly, type Joined } from './joining.ts';
import { admit } from './letting-in.ts';
import { endOverdue, join, lockRoom, saveRoom, type LockedRoom } from './line.ts';
import { unbind } from './resting.ts';
import { settingsOf, type SettingsRow } from './snapshot.ts';
import type { Supply } from './supply.ts';
import { markOf, type Pass } from './tokens.ts';

export interface LineDeps {
  readonly database: Database;
  readonly boards: Boards;
  readonly supply: Supply;
  readonly batchMax: number;
  readonly metrics: LaneMetrics;
  /** Whether to count how often a fan takes a place anew. */
  readonly rateLimit?: boolean;
}

export interface Place extends Pick<Pass, 'entry' | 'generation'> {
  /** False if the user was in line already. */
  readonly isNew: boolean;
}

/**
 * A fan may take so many places of a concert in so long: one whose phone loses its line, who leaves by mistake and comes
 * again, or whose turns pass unused takes some. Without a limit one connection made 50 rows a second, for ever.
 */
const places_max = 20;
const places_seconds = 600;

const pending_max = 20_000;
const lanes_max = 10_000;

/** The lane that takes places: submit a user id under the concert's id. Refuses with NOT_FOUND and RATE_LIMITED. */
export function createIssueLanes({
  database,
  boards,
  supply,
  batchMax,
  metrics,
  rateLimit = true,
}: LineDeps): Lanes<string, Place> {
  return createLanes<string, Place>({
    name: 'issue',
    batchMax,
    pendingMax: pending_max,
    lanesMax: lanes_max,
    metrics,
    run: async (concertId, userIds, attempt) => {
      const users = [...new Set(userIds)];
      const limit = rateLimit ? { places: places_max, seconds: places_seconds } : undefined;
      // Another server, with whom this one raced for somebody's only place, was faster: then the general case decides.
      const joined =
        attempt > 0 ? nobody : await joinPlainly({ database, boards, supply }, concertId, { userIds: users, limit });
      const rest = users.filter((userId) => !joined.places.has(userId));
      for (const news of joined.news) await boards.show(news);
      const others =
        rest.length === 0 && !joined.isDue
          ? nothing
          : await database.transaction((tx) => takePlacesOf(tx, concertId, { userIds: rest, rateLimit, supply }));
      if (others === undefined) return userIds.map(() => refuse('NOT_FOUND'));
      if (others.news !== undefined) await boards.show(others.news);
      const answers = new Map<string, Place | Refusal>([...joined.places, ...others.places]);
      return userIds.map((userId) => {
        const answer = answers.get(userId) ?? refuse('INTERNAL');
        // Of several requests of one newcomer in this batch, the first is the one that made the place.
        if (!(answer instanceof Refusal)) answers.set(userId, { ...answer, isNew: false });
        return answer;
      });
    },
  });
}

const nobody: Joined = { places: new Map(), news: [], isDue: false };
const nothing: Taken = { places: new Map(), news: undefined };

interface Taken {
  readonly places: ReadonlyMap<string, Place | Refusal>;
  readonly news: News | undefined;
}

interface Asking {
  /** Each once. */
  readonly userIds: readonly string[];
  readonly rateLimit: boolean;
  readonly supply: Supply;
}

/** The general case; also lets in whoever is due. Undefined if there is no such concert. */
async function takePlacesOf(
  tx: Tx,
  concertId: string,
  { userIds, rateLimit, supply }: Asking,
): Promise<Taken | undefined> {
  const locking = lockRoom(tx, concertId);
  const looking = liveTokens(tx, concertId, userIds);
  const counting = rateLimit ? placesLately(tx, concertId, userIds) : [];
  const [room, live, lately] = await Promise.all([locking, looking, counting]);
  return room === undefined ? undefined : takePlaces(tx, { room, live, lately, userIds, supply });
}

interface LiveToken {
  entry: number;
  generation: number;
  user_id: string;
  overdue: boolean;
}

/** The statement starts after the room's lock was granted: the same connection carries out one at a time. */
function liveTokens(tx: Tx, concertId: string, userIds: readonly string[]): Promise<LiveToken[]> {
  return tx<LiveToken[]>`
    select entry, generation, user_id, coalesce(expires_at <= now(), false) as overdue from queue_tokens
    where concert_id = ${concertId} and user_id = any(${userIds}::text[]) and ended_because is null`.execute();
}

interface EndedPlace {
  readonly userId: string;
  /** Until it does not count any more. */
  readonly secondsLeft: number;
}

/**
 * Places that these users took lately and that have ended, the newest first; of each at most as many as may be. Under the
 * room's lock, so exact however many ask, on whatever server.
 */
function placesLately(tx: Tx, concertId: string, userIds: readonly string[]): Promise<EndedPlace[]> {
  return tx<EndedPlace[]>`
    select fan.user_id as "userId", ceil(extract(epoch from ended.issued_at - now()) + ${places_seconds})::int as "secondsLeft"
    from unnest(${userIds}::text[]) as fan (user_id) cross join lateral (
      select issued_at from queue_tokens as token
      where token.user_id = fan.user_id and token.status = 'EXPIRED' and token.concert_id = ${concertId}
        and token.issued_at > now() - make_interval(secs => ${places_seconds})
      order by token.issued_at desc limit ${places_max}
    ) as ended`.execute();
}

interface Taking {
  readonly room: LockedRoom;
  readonly live: readonly LiveToken[];
  readonly lately: readonly EndedPlace[];
  readonly userIds: readonly string[];
  readonly supply: Supply;
}

async function takePlaces(tx: Tx, { room, live, lately, userIds, supply }: Taking): Promise<Taken> {
  // A session that is over, though no sweep has come by yet, must not keep its fan from a new place.
  const ended = live.some((token) => token.overdue) ? await endOverdue(tx, room) : new Set<number>();
  const places = new Map<string, Place | Refusal>(tooOften(lately, live));
  for (const { user_id: userId, entry, generation } of live)
    if (!ended.has(entry)) places.set(userId, { entry, generation, isNew: false });
  const newcomers = userIds.filter((userId) => !places.has(userId));
  if (newcomers.length > 0) {
    const entries = join(tx, room, newcomers);
    for (const [index, userId] of newcomers.entries())
      places.set(userId, { entry: entries[index] ?? 0, generation: 0, isNew: true });
  }
  if (room.active < room.maxActive) await admit(tx, room, { supply });
  const changed = newcomers.length > 0 || room.changes.length > 0;
  return { places, news: changed ? saveRoom(tx, room) : undefined };
}

/** Who took as many places as may be, and how long each has to wait. A session that is over but not swept counts as one more. */
function tooOften(lately: readonly EndedPlace[], live: readonly LiveToken[]): Map<string, Refusal> {
  const overdue = new Set(live.filter((token) => token.overdue).map((token) => token.user_id));
  const refused = new Map<string, Refusal>();
  for (const [userId, ended] of Map.groupBy(lately, (place) => place.userId)) {
    const last = ended[places_max - (overdue.has(userId) ? 2 : 1)];
    if (last !== undefined)
      refused.set(userId, refuse('RATE_LIMITED', { retryAfterSeconds: Math.max(1, last.secondsLeft) }));
  }
  return refused;
}

/**
 * The lane that makes void the tokens that were handed out for the live places of users: submit a user's id under the
 * concert's id. The places themselves, and what is held from them, are kept for whoever asks for them again.
 */
export function createVoidLanes({
  database,
  boards,
  batchMax,
  metrics,
}: Omit<LineDeps, 'supply'>): Lanes<string, void> {
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
        // Holds lock tokens without the room, in this order too.
        void tx`
          select from queue_tokens
          where concert_id = ${concertId} and user_id = any(${userIds}::text[]) and ended_because is null
          order by entry for no key update`.execute();
        const voided = await tx<{ entry: number; number: number; userId: string; generation: number }[]>`
          update queue_tokens set generation = generation + 1
          where concert_id = ${concertId} and user_id = any(${userIds}::text[]) and ended_because is null
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

/** Gives on the slots that are free. */
export async function letIn(
  { database, boards, supply }: Pick<LineDeps, 'database' | 'boards' | 'supply'>,
  concertId: string,
): Promise<void> {
  const asking = { userIds: [], rateLimit: false, supply };
  const taken = await database.transaction((tx) => takePlacesOf(tx, concertId, asking));
  if (taken?.news !== undefined) await boards.show(taken.news);
}

/** Opens the line of a new concert. */
export async function openRoom(tx: Tx, concertId: string, settings: Omit<Settings, keyof Pause>): Promise<void> {
  const { maxActive, sessionSeconds, holdSeconds, graceSeconds, maxSeatsPerFan, boundToSupply } = settings;
  await tx`
    insert into rooms (concert_id, max_active, active_ceiling, session_seconds, hold_seconds, grace_seconds, max_seats_per_fan, max_seats_per_fan_ever,
      bound_to_supply)
    values (${concertId}, ${maxActive}, ${maxActive}, ${sessionSeconds}, ${holdSeconds}, ${graceSeconds}, ${maxSeatsPerFan}, ${maxSeatsPerFan},
      ${boundToSupply})`;
}

/** See `WaitingRoom.changeSettings`. */
export async function changeSettings(
  tx: Tx,
  concertId: string,
  patch: Partial<Settings>,
  supply: Supply,
): Promise<{ before: Settings; after: Settings; news: News }> {
  const [before] = await tx<SettingsRow[]>`
    select max_active as "maxActive", session_seconds as "sessionSeconds", hold_seconds as "holdSeconds",
      grace_seconds as "graceSeconds", max_seats_per_fan as "maxSeatsPerFan", bound_to_supply as "boundToSupply", paused_reason as "pausedReason",
      paused_reason_ko as "pausedReasonKo"
    from rooms where concert_id = ${concertId} for update`;
  if (before === undefined) throw refuse('NOT_FOUND');
  const settings = settingsOf(before);
  const after: Settings = { ...settings, ...patch };
  await tx`
    update rooms set max_active = ${after.maxActive}, active_ceiling = greatest(active, ${after.maxActive}::integer),
      session_seconds = ${after.sessionSeconds}, hold_seconds = ${after.holdSeconds}, grace_seconds = ${after.graceSeconds},
      max_seats_per_fan = ${after.maxSeatsPerFan},
      max_seats_per_fan_ever = greatest(max_seats_per_fan_ever, ${after.maxSeatsPerFan}::integer),
      bound_to_supply = ${after.boundToSupply}, paused_reason = ${after.paused?.reason ?? null}, paused_reason_ko = ${after.pauseReasons?.ko ?? null}
    where concert_id = ${concertId}`;
  const isWoken = settings.boundToSupply && !after.boundToSupply ? await unbind(tx, concertId) : false;
  const room = await lockRoom(tx, concertId);
  if (room === undefined) throw refuse('NOT_FOUND');
  await admit(tx, room, { supply });
  const news = saveRoom(tx, room, after);
  return { before: settings, after, news: isWoken ? { ...news, isAtRest: false } : news };
}
