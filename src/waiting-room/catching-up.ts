/**
 * Finding out what was missed of the lines: news leave after their commit, so they may be lost with the server that had
 * them, and a message may be lost on its way. Every change shows in its room's version; extended sessions show in none.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Sql, Statement } from '../platform/database.ts';
import { createRotation } from '../platform/each.ts';
import type { Feed } from '../platform/feed.ts';
import type { Kept } from './board-keeper.ts';
import type { Extend } from './news.ts';

interface CatchingUpDeps {
  readonly database: Database;
  readonly feed: Pick<Feed, 'hasCompany'>;
  readonly kept: ReadonlyMap<string, Kept>;
  readonly loader: { loadAnew(concertId: string): Promise<unknown> };
  readonly extend: Extend;
}

export interface CatchingUp {
  /** Messages may have been missed: everything is compared, ends of sessions too. */
  fallBehind(): void;
  /** Compares the versions of boards that matter now, every tenth time of all. One that keeps up is not read again. */
  look(): Promise<void>;
  /** Compares those of all boards. */
  lookAtAll(): Promise<void>;
  /** What shows in the database that a board has missed a change. */
  sign(sql: Sql): Statement<readonly unknown[]>;
}

export const check_every_ms = 500;
/** With all boards, and where no other server was heard of: then there is hardly anything to be missed. */
const looks_per_wide_look = 10;
/** So many at a time; with more of them, each is looked at every second or third time. */
const looked_at_max = 1_000;
/** A board is of use as long as somebody waits or is inside, or asks for it. */
const of_use_ms = 5_000;
/** What is on its way arrives in milliseconds. */
const on_its_way_ms_max = 200;

export function createCatchingUp({ database, feed, kept, loader, extend }: CatchingUpDeps): CatchingUp {
  const next = createRotation(looked_at_max);
  const nextWide = createRotation(looked_at_max);
  let looks = 0;
  /** Whether ends of sessions may have been missed. */
  let isBehind = false;

  const isShort = ({ concertId, version }: VersionRow): boolean =>
    (kept.get(concertId)?.keeper.board.version ?? Infinity) < version;
  const check = async (concertIds: readonly string[]): Promise<void> => {
    if (concertIds.length === 0) return;
    const rows = await database.sql<VersionRow[]>`
      select concert_id as "concertId", version from rooms where concert_id = any(${concertIds}::text[])`;
    const short = rows.filter(isShort);
    if (short.length === 0) return;
    await sleep(on_its_way_ms_max, undefined, { ref: false });
    await Promise.all(short.filter(isShort).map(({ concertId }) => loader.loadAnew(concertId)));
  };
  /** Ends are only ever put off, so what is read is taken over in whatever order. */
  const rereadSessions = async (): Promise<void> => {
    const withSessions = [...kept.values()].filter(({ keeper }) => keeper.board.active.size > 0);
    if (withSessions.length === 0) return;
    const rows = await database.sql<{ concertId: string; entry: number; expiresAt: Date }[]>`
      select concert_id as "concertId", entry, expires_at as "expiresAt" from queue_tokens
      where concert_id = any(${withSessions.map(({ keeper }) => keeper.board.concertId)}::text[]) and status = 'ACTIVE'`;
    for (const { concertId, entry, expiresAt } of rows) extend(concertId, [[entry, expiresAt.getTime()]]);
  };
  const catchUp = async (concertIds: readonly string[]): Promise<void> => {
    await check(concertIds);
    if (!isBehind) return;
    isBehind = false;
    await rereadSessions().catch((error: unknown) => {
      isBehind = true;
      throw error;
    });
  };

  return {
    fallBehind: () => {
      isBehind = true;
      catchUp([...kept.keys()]).catch(() => undefined);
    },
    lookAtAll: () => catchUp(nextWide([...kept.keys()])),
    sign: (sql) => {
      const boards = [...kept.values()].slice(0, looked_at_max).map(({ keeper }) => keeper.board);
      return sql`exists (
        select from unnest(${boards.map(({ concertId }) => concertId)}::text[], ${boards.map(({ version }) => version)}::bigint[])
          as known (concert_id, version)
        join rooms using (concert_id) where rooms.version > known.version)`;
    },
    look: async () => {
      const isWide = looks++ % looks_per_wide_look === 0;
      if (isWide) return catchUp(nextWide([...kept.keys()]));
      if (!feed.hasCompany()) return;
      const since = performance.now() - of_use_ms;
      const ofUse = [...kept].filter(([, { keeper, usedAt }]) => keeper.board.isLive || usedAt >= since);
      await catchUp(next(ofUse.map(([concertId]) => concertId)));
    },
  };
}

interface VersionRow {
  readonly concertId: string;
  readonly version: number;
}
