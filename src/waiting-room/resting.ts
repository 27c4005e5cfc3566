/**
 * A line at rest: bound to its seats, of which none is left, and nobody is inside. However many wait, nothing of it is looked at and
 * nothing written down, until a seat comes back: whoever frees one says so here (`seatsCameBack`), and what nobody said, since a
 * server died before it could, is seen in the database within a second. Then the line is woken: every server writes down who gave
 * signs of life to it meanwhile, and nobody is let in before all have said that they did, so that who is gone is passed over and
 * nobody else. One that does not say so within `waking_ms_max` may have died with what it knew: then silence until now counts
 * against nobody.
 */
import type { Database, Sql, Statement, Tx } from '../platform/database.ts';
import { eachByItself } from '../platform/each.ts';
import type { Feed } from '../platform/feed.ts';
import type { News } from './board.ts';
import type { Boards } from './boards.ts';
import type { LockedRoom } from './line.ts';
import type { Presence } from './presence.ts';
import type { Supply } from './supply.ts';

type Part = Statement<readonly unknown[]>;

/** What every server should have written down by then; with what it takes to hear of a seat it is within the promised 2 s. */
export const waking_ms_max = 500;
/** Of the lines whose seats came back between two looks; the others are found in the database. */
const returned_max = 1_000;

export interface Resting {
  /** After a commit that freed seats that were sold, or put a date on sale. Neither waits nor throws. */
  seatsCameBack(concertId: string): void;
  /** Wakes the lines to which seats came back: those that were named and, with `all`, whatever else is found. */
  wake(options: { readonly all: boolean }): Promise<void>;
  /** Lines that this server has woken and in which nobody was let in yet. */
  readonly waking: readonly string[];
  /** Those of them that everybody is done with, or was to be by now. */
  readonly woken: readonly string[];
  /** Ends the waking of a room that this transaction has locked, if that is to be; nobody is let in before. */
  settle(tx: Tx, room: LockedRoom): Promise<void>;
  /** Nothing is under way. */
  readonly isQuiet: boolean;
}

interface RestingDeps {
  readonly database: Database;
  readonly boards: Pick<Boards, 'peek' | 'show' | 'bell'>;
  readonly presence: Pick<Presence, 'flushKept'>;
  readonly feed: Pick<Feed, 'tell' | 'subscribe' | 'onGap' | 'others'>;
  readonly supply: Pick<Supply, 'left'>;
}

export function createResting(deps: RestingDeps): Resting {
  const { database, boards, feed, supply } = deps;
  const returned = new Set<string>();
  const wakings = createWakings(deps);
  /** When a server may last have died with what it knew; this one may take the place of one that did. */
  let lostAt = performance.now();

  const note = (concertId: string): void => {
    if (returned.size < returned_max) returned.add(concertId);
    boards.bell.ring();
  };
  feed.subscribe('seats back', note);
  feed.onGap(() => {
    lostAt = performance.now();
  });

  const wakeOne = async (concertId: string): Promise<void> => {
    // Asked before, so that one that leaves meanwhile is waited for.
    const others = feed.others();
    const news = await wakeUp(database.sql, concertId, supply.left(database.sql, concertId));
    if (news === undefined) return;
    wakings.begin(news, others);
    await boards.show(news);
  };

  return {
    seatsCameBack: (concertId) => {
      // Of one that this server knows to be awake, all that is needed is a look.
      if (boards.peek(concertId)?.isAtRest === false) return boards.bell.ring();
      feed.tell('seats back', concertId);
      note(concertId);
    },
    wake: async ({ all }) => {
      wakings.forget();
      const named = [...returned];
      returned.clear();
      if (named.length === 0 && !all) return;
      await eachByItself(await toBeWoken(database.sql, { named, all, left: supply.left }), wakeOne);
    },
    get waking() {
      return wakings.all();
    },
    get woken() {
      return wakings.due();
    },
    settle: async (tx, room) => {
      const isWritten = wakings.isWritten(room.concertId);
      if (room.wakingMs !== null && !isWritten && room.wakingMs < waking_ms_max) return;
      wakings.end(room.concertId);
      if (room.wakingMs === null) return;
      const isForgiven = !isWritten || performance.now() - lostAt < room.forgivenSeconds * 1_000;
      await endWaking(tx, room, isForgiven);
    },
    get isQuiet() {
      return returned.size === 0 && wakings.all().length === 0;
    },
  };
}

interface Waking {
  /** Of the room when it was woken. */
  readonly version: number;
  /** Who has yet to say that what they knew is written down: so many others, and this server. */
  missing: number;
  readonly since: number;
}

/** Another server has ended it by then. */
const forgotten_ms = 5_000;

/** The lines that this server has woken, and who has written down what they knew of them; and what this one knows of others'. */
function createWakings({ boards, presence, feed }: Pick<RestingDeps, 'boards' | 'presence' | 'feed'>) {
  const waking = new Map<string, Waking>();
  const heard = (concertId: string, version: number): void => {
    const one = waking.get(concertId);
    if (one?.version !== version) return;
    one.missing -= 1;
    if (one.missing === 0) boards.bell.ring();
  };
  const writeDown = (concertId: string, say: () => void): void => {
    // Where it cannot be written down, it is not said either.
    presence.flushKept(concertId).then(say, () => undefined);
  };
  feed.subscribe('woken', ([concertId, version]: [string, number]) =>
    writeDown(concertId, () => feed.tell('heard', [concertId, version])),
  );
  feed.subscribe('heard', ([concertId, version]: [string, number]) => heard(concertId, version));
  const since = (ms: number) => (one: Waking) => performance.now() - one.since >= ms;
  const named = (is: (one: Waking) => boolean): string[] => [...waking].filter(([, one]) => is(one)).map(([id]) => id);
  return {
    begin: ({ concertId, version }: News, others: number): void => {
      waking.set(concertId, { version, missing: others + 1, since: performance.now() });
      feed.tell('woken', [concertId, version]);
      writeDown(concertId, () => heard(concertId, version));
    },
    isWritten: (concertId: string): boolean => waking.get(concertId)?.missing === 0,
    end: (concertId: string) => waking.delete(concertId),
    forget: (): void => {
      for (const concertId of named(since(forgotten_ms))) waking.delete(concertId);
    },
    all: (): string[] => [...waking.keys()],
    due: (): string[] => named((one) => one.missing === 0 || since(waking_ms_max)(one)),
  };
}

interface ToBeWoken {
  readonly named: readonly string[];
  readonly all: boolean;
  readonly left: Supply['left'];
}

async function toBeWoken(sql: Sql, { named, all, left }: ToBeWoken): Promise<string[]> {
  const rows = await sql<{ concertId: string }[]>`
    select concert_id as "concertId" from rooms as room
    where ${isToBeWoken(sql, left(sql, sql`room.concert_id`), all ? sql`now()` : sql`'infinity'`)}
    union
    select concert_id from rooms as room
    where concert_id = any(${named}::text[]) and rests_until is not null and ${left(sql, sql`room.concert_id`)} > 0`;
  return rows.map(({ concertId }) => concertId);
}

/** Of those whose dates have not all begun: of past years there come to be many. */
function isToBeWoken(sql: Sql, left: Part, now: Part): Part {
  return sql`room.rests_until > ${now} and ${left} > 0`;
}

/** What shows in the database that a seat has come back to a line at rest. */
export function returnedSign(sql: Sql, { left }: Pick<Supply, 'left'>): Part {
  return sql`exists (select from rooms as room where ${isToBeWoken(sql, left(sql, sql`room.concert_id`), sql`now()`)})`;
}

/** Answers the news of it, if it was at rest and a seat is there. */
async function wakeUp(sql: Sql, concertId: string, left: Part): Promise<News | undefined> {
  const [room] = await sql<Omit<News, 'concertId' | 'changes'>[]>`
    update rooms set rests_until = null, waking_since = statement_timestamp(), is_live = true, version = version + 1
    where concert_id = ${concertId} and rests_until is not null and ${left} > 0
    returning version, head, front, last_number as "lastNumber"`;
  return room && { ...room, concertId, changes: [], isAtRest: false };
}

async function endWaking(tx: Tx, room: LockedRoom, isForgiven: boolean): Promise<void> {
  const [settled] = await tx<{ graceFrom: Date }[]>`
    update rooms set waking_since = null, grace_from = case when ${isForgiven} then statement_timestamp() else grace_from end
    where concert_id = ${room.concertId} returning grace_from as "graceFrom"`;
  room.wakingMs = null;
  room.graceFrom = settled?.graceFrom ?? room.graceFrom;
}

/**
 * Puts the room to rest that this transaction has locked, if it has nobody inside, somebody who waits, and no seat left; the last
 * statement that changes it. Answers the news of it.
 */
export async function goToRest(
  tx: Tx,
  concertId: string,
  supply: Pick<Supply, 'left' | 'lastBegins'>,
): Promise<News | undefined> {
  const [room] = await tx<Omit<News, 'concertId' | 'changes'>[]>`
    update rooms as room set rests_until = coalesce(${supply.lastBegins(tx, concertId)}, '-infinity'), is_live = false, version = version + 1
    where concert_id = ${concertId} and ${canRest(tx, supply.left(tx, concertId))}
    returning version, head, front, last_number as "lastNumber"`;
  return room && { ...room, concertId, changes: [], isAtRest: true };
}

/** Whether `room` may be at rest; with nobody in it, it need not. */
export function canRest(sql: Sql | Tx, left: Part): Part {
  return sql`bound_to_supply and active = 0 and rests_until is null and waking_since is null
    and exists (select from queue_tokens as token where token.concert_id = room.concert_id and token.status = 'WAIT')
    and ${left} = 0`;
}

/** A line that is not bound any more is not at rest. Who is there will be known only by and by, so nobody's silence counts. */
export async function unbind(tx: Tx, concertId: string): Promise<boolean> {
  const woken = await tx`
    update rooms set rests_until = null, waking_since = null, grace_from = statement_timestamp()
    where concert_id = ${concertId} and (rests_until is not null or waking_since is not null) returning 1`;
  return woken.length > 0;
}
