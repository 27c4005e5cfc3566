/**
 * Signs of life of those for whom they matter: the ones about to be admitted, the ones passed over, and the ones
 * admitted but not yet heard of. Collected in memory, written down in one statement a concert every 250 ms.
 */
import type { Database, Tx } from '../platform/database.ts';
import { eachByItself } from '../platform/each.ts';
import { numberOf, type Board } from './board.ts';
import { front_places_max } from './front.ts';
import type { Pass } from './tokens.ts';

export interface Presence {
  /**
   * This place's fan is there. Costs a look into two maps; most signs need no writing down. Whose the place is, is asked
   * where it is written down: the sign of a token of before a restore is dropped.
   */
  sign(board: Board, pass: Pass): void;
  /**
   * Whether this server has been unable for so long to write signs of the concert down that a fan whose signs matter
   * may soon be taken for gone: to be told so, and to be heard by another server, is better than a place in memory.
   */
  isUnheard(board: Board, entry: number): boolean;
  /** Writes the collected signs down, but those of lines at rest. Answers where that failed, and why; elsewhere it was done. */
  flush(): Promise<ReadonlyMap<string, unknown>>;
  /**
   * Writes down what was kept of the signs of this line, or of all lines, while it was at rest: of each fan when they gave the last
   * one, so that who is gone is still known to be.
   */
  flushKept(concertId?: string): Promise<void>;
}

/** A sign is written down again only when this part of the grace period has passed. */
const rewrite_part_of_grace = 0.25;
const rewrite_ms_max = 5_000;
/** Per concert; beyond it the oldest are forgotten, which costs only an early rewrite. */
const written_remembered_max = 50_000;
const signs_per_flush_max = 5_000;
/** Of a line at rest, while nothing is written down: twice as many as stand in the longest front. */
const kept_max = 2 * front_places_max;
/** Nobody's sign is of use for longer than the second chance of one who was passed over. */
const kept_graces = 15;
/** A line that nobody asks about leaves nothing behind. */
const unused_ms_max = 60_000;

/** Of the grace period; a fan who is told then has the other half of it to find another server. */
const unheard_part_of_grace = 0.5;
/** Signs may be written down late by as much for lesser reasons. */
const unheard_ms_min = 2_000;
/** Who was this many times as far from the head as signs are gathered may be near it by now, unknown to us. */
const unheard_reach = 2;

interface Signs {
  readonly board: Board;
  /** By `signOf`: a sign that is not good for its place must not stand in the way of one that is. */
  readonly collected: Map<string, Sign>;
  /** When each entry's sign was last written, in milliseconds of this process's steady clock. */
  readonly written: Map<number, number>;
  /** Since when a sign has been waiting to be written; the same clock. Undefined: none does. */
  owedSince: number | undefined;
  /** When somebody last gave one; the same clock. */
  signedAt: number;
}

interface Sign {
  readonly pass: Pass;
  /** When it was given, on the same clock. */
  readonly at: number;
}

export function createPresence(database: Database): Presence {
  const concerts = new Map<string, Signs>();
  /** Whether any sign was found to wait for long, so that all other polls are not asked about it. */
  let isLate = false;

  const signsOn = (board: Board): Signs => {
    const known = concerts.get(board.concertId);
    if (known?.board === board) return known;
    const signs: Signs = { board, collected: new Map(), written: new Map(), owedSince: undefined, signedAt: 0 };
    concerts.set(board.concertId, signs);
    return signs;
  };

  return {
    sign: (board, pass) => {
      const { entry } = pass;
      const session = board.active.get(entry);
      if (!isWanted(board, pass)) return;
      const signs = signsOn(board);
      const rewriteMs = Math.min(board.settings.graceSeconds * 1_000 * rewrite_part_of_grace, rewrite_ms_max);
      const writtenAt = session === undefined ? signs.written.get(entry) : undefined;
      const now = performance.now();
      signs.signedAt = now;
      if (board.isAtRest) return keep(signs, { pass, at: now }, rewriteMs);
      if (signs.owedSince !== undefined && now - signs.owedSince > unheard_ms_min) isLate = true;
      if (writtenAt !== undefined && now - writtenAt <= rewriteMs) return;
      signs.collected.set(signOf(pass), { pass, at: now });
      signs.owedSince ??= now;
    },
    isUnheard: (board, entry) => {
      if (!isLate) return false;
      const signs = concerts.get(board.concertId);
      if (signs?.board !== board || signs.owedSince === undefined || board.isAtRest) return false;
      const patienceMs = Math.max(board.settings.graceSeconds * 1_000 * unheard_part_of_grace, unheard_ms_min);
      return performance.now() - signs.owedSince > patienceMs && matters(board, entry, unheard_reach);
    },
    flush: async () => {
      tidyUp(concerts);
      const failures = new Map<string, unknown>();
      const owing = [...concerts.values()].filter(({ board, collected }) => collected.size > 0 && !board.isAtRest);
      await eachByItself(owing, (signs) =>
        flush(database, signs).catch((error: unknown) => {
          failures.set(signs.board.concertId, error);
        }),
      );
      if (failures.size === 0) isLate = false;
      return failures;
    },
    flushKept: async (concertId) => {
      const lines = [...concerts.values()].filter(
        ({ board }) => concertId === undefined || board.concertId === concertId,
      );
      for (const signs of lines) {
        for (let times = Math.ceil(signs.collected.size / signs_per_flush_max); times > 0; times--)
          // oxlint-disable-next-line no-await-in-loop
          await flush(database, signs);
      }
    },
  };
}

/** Forgets what is of no use. */
function tidyUp(concerts: Map<string, Signs>): void {
  const now = performance.now();
  for (const [concertId, signs] of concerts) {
    if (signs.board.isAtRest) signs.owedSince = undefined;
    if (now - signs.signedAt > usedMs(signs)) concerts.delete(concertId);
  }
}

/** Remembers a sign of a line at rest, while there is room for it. It is kept on purpose: nobody is owed that it be written down. */
function keep(signs: Signs, sign: Sign, rewriteMs: number): void {
  const { collected } = signs;
  signs.owedSince = undefined;
  const key = signOf(sign.pass);
  const known = collected.get(key);
  const isKnown = known !== undefined && sign.at - known.at <= rewriteMs;
  if (isKnown || (known === undefined && collected.size >= kept_max)) return;
  collected.set(key, sign);
}

/** What was collected of a line that is not at rest is to be written down, however long that takes. */
function usedMs({ board, collected }: Signs): number {
  if (collected.size > 0 && !board.isAtRest) return Infinity;
  return board.isAtRest ? Math.max(unused_ms_max, board.settings.graceSeconds * 1_000 * kept_graces) : unused_ms_max;
}

/** Writes down what one concert's fans gave; what could not be written waits for the next time. */
async function flush(database: Database, signs: Signs): Promise<void> {
  const { board, collected, written } = signs;
  const given = nearest(collected, signs_per_flush_max);
  for (const { pass } of given) collected.delete(signOf(pass));
  const collect = (again: Iterable<Sign>): void => collectAgain(signs, again);
  const met = await write(database, board.concertId, given).catch((error: unknown) => {
    // Nobody is taken for gone because the database was away when the sign was to be written.
    collect(given);
    throw error;
  });
  const now = performance.now();
  const unmet = new Set(given.keys());
  for (const { place, own, claimed } of met) {
    unmet.delete(place);
    const entry = given[place]?.pass.entry;
    if (!own || entry === undefined) continue;
    written.delete(entry);
    written.set(entry, now);
    if (claimed) claim(board, entry);
  }
  collect(given.filter(({ pass }, place) => unmet.has(place) && isLive(board, pass.entry)));
  signs.owedSince = collected.size > 0 ? now : undefined;
  for (const entry of written.keys()) {
    if (written.size <= written_remembered_max) break;
    written.delete(entry);
  }
}

function claim({ active }: Board, entry: number): void {
  const session = active.get(entry);
  if (session !== undefined) session.claimed = true;
}

function collectAgain({ collected }: Signs, again: Iterable<Sign>): void {
  for (const sign of again) {
    const key = signOf(sign.pass);
    // One that was given meanwhile is newer.
    if (!collected.has(key)) collected.set(key, sign);
  }
}

/** Whether this sign matters, as far as is known here; the database is not asked about what is known to be another's. */
function isWanted(board: Board, { entry, mark }: Pass): boolean {
  const session = board.active.get(entry);
  return matters(board, entry) && (session === undefined || session.mark === mark);
}

function signOf({ entry, mark }: Pass): string {
  return `${entry} ${mark}`;
}

/** Near the front, passed over, or admitted and not heard of since. */
function matters(board: Board, entry: number, reach = 1): boolean {
  const session = board.active.get(entry);
  if (session !== undefined) return !session.claimed;
  const number = numberOf(entry);
  const front = board.head + (board.front - board.head) * reach;
  return number <= front && (number > board.head || board.isPassedOver(entry));
}

/** Those whose turn comes first, if not all can be written down at once. */
function nearest(collected: ReadonlyMap<string, Sign>, count: number): Sign[] {
  const signs = [...collected.values()];
  if (signs.length <= count) return signs;
  return signs.toSorted((a, b) => numberOf(a.pass.entry) - numberOf(b.pass.entry)).slice(0, count);
}

function isLive(board: Board, entry: number): boolean {
  const { status } = board.standing(entry);
  return status === 'WAIT' || status === 'ACTIVE';
}

/** What the database says of the sign at this index: whether it was good for the place that it named. */
interface Met {
  readonly place: number;
  readonly own: boolean;
  /** Given by one who was inside by then. */
  readonly claimed: boolean;
}

/** Writes signs of life of one concert down, and answers of whom. */
async function write(database: Database, concertId: string, signs: readonly Sign[]): Promise<readonly Met[]> {
  return database.transaction(async (tx) => {
    // Nobody is answered for a sign, and after a crash silence is forgiven: it need not wait for the disk.
    void tx`set local synchronous_commit = off`.execute();
    return heard(tx, concertId, signs);
  });
}

/**
 * Rows locked by another transaction are left out rather than waited for: nothing here may wait for a lock, since it
 * takes tokens without the room. Those left out are written down with the next ones.
 */
function heard(tx: Tx, concertId: string, signs: readonly Sign[]): Promise<readonly Met[]> {
  const passes = signs.map(({ pass }) => pass);
  const now = performance.now();
  const secondsAgo = signs.map(({ at }) => String((now - at) / 1_000));
  return tx<Met[]>`
    with met as (
      select token.entry, place::int - 1 as place, token.user_id = given.user_id and token.generation = given.generation as own,
        now() - make_interval(secs => seconds_ago::float8) as seen_at, token.admitted_at
      from unnest(${passes.map(({ entry }) => entry)}::bigint[], ${passes.map(({ userId }) => userId)}::text[],
        ${passes.map(({ generation }) => generation)}::int[], ${secondsAgo}::text[])
        with ordinality as given (entry, user_id, generation, seconds_ago, place)
      join queue_tokens as token on token.entry = given.entry
      where token.concert_id = ${concertId} and token.status <> 'EXPIRED'
      for no key update of token skip locked
    ), written as (
      update queue_tokens as token set seen_at = greatest(token.seen_at, met.seen_at) from met
      where token.concert_id = ${concertId} and token.entry = met.entry and met.own
    )
    select place, own, coalesce(seen_at >= admitted_at, false) as claimed from met`.execute();
}
