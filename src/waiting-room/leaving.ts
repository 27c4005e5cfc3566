/** Giving a place up, and with it whatever other rooms keep for whoever is inside. */
import type { Tx } from '../platform/database.ts';
import { createLanes } from '../platform/lane.ts';
import { refuse } from '../refusals.ts';
import type { News } from './board.ts';
import type { LineDeps } from './commands.ts';
import { admit } from './letting-in.ts';
import { end, lockRoom, saveRoom, type LockedRoom } from './line.ts';
import { isOwnIn, lockTokens } from './locked-tokens.ts';
import type { Supply } from './supply.ts';
import type { Pass } from './tokens.ts';

/**
 * What else a fan gives up who leaves before the session is over: carried out by the leaving transaction, which has
 * locked the places. Answers what is to be done after the commit.
 */
export type Leaving = (tx: Tx, concertId: string, userIds: readonly string[]) => Promise<() => void>;

export interface Leavers {
  /** Leaving twice is leaving. Refuses with QUEUE_TOKEN_INVALID what is not, or not any more, the fan's place. */
  leave(pass: Pass): Promise<void>;
  /** To be called once, before anybody leaves. */
  onLeaving(handle: Leaving): void;
  drain(): Promise<void>;
}

const pending_max = 20_000;
const lanes_max = 10_000;

/** Those of one concert who leave together share a transaction. */
export function createLeavers({ database, boards, supply, batchMax, metrics }: LineDeps): Leavers {
  let leaving: Leaving | undefined;
  const lanes = createLanes<Pass, void>({
    name: 'leave',
    batchMax,
    pendingMax: pending_max,
    lanesMax: lanes_max,
    metrics,
    run: async (concertId, passes) => {
      const { left, states } = await database.transaction(async (tx) => {
        const locking = lockRoom(tx, concertId);
        const locked = lockTokens(tx, concertId, [...new Set(passes.map(({ entry }) => entry))]);
        const [room, tokens] = await Promise.all([locking, locked]);
        const own = passes.filter(isOwnIn(tokens));
        const inside = own.filter(({ entry }) => tokens.get(entry)?.status === 'ACTIVE').map(({ userId }) => userId);
        const given = room === undefined ? undefined : await leave(tx, room, { own, inside, leaving, supply });
        return { left: given, states: tokens };
      });
      if (left !== undefined) {
        left.after?.();
        await boards.show(left.news);
      }
      const isOwn = isOwnIn(states);
      return passes.map((pass) => (isOwn(pass) ? undefined : refuse('QUEUE_TOKEN_INVALID')));
    },
  });
  return {
    leave: (pass) => lanes.submit(pass.concertId, pass),
    onLeaving: (handle) => {
      leaving = handle;
    },
    drain: () => lanes.drain(),
  };
}

interface Gone {
  readonly own: readonly Pass[];
  /** Users whose sessions this ends: nobody else can hold anything. */
  readonly inside: readonly string[];
  readonly leaving: Leaving | undefined;
  readonly supply: Supply;
}

interface Left {
  readonly news: News;
  readonly after: (() => void) | undefined;
}

async function leave(tx: Tx, room: LockedRoom, { own, inside, leaving, supply }: Gone): Promise<Left | undefined> {
  const entries = own.map(({ entry }) => entry);
  const left = await end(tx, room, entries, 'LEFT');
  if (left.size === 0) return undefined;
  await admit(tx, room, { supply });
  // Last, since places are locked before whatever is kept for them.
  const after = inside.length === 0 ? undefined : await leaving?.(tx, room.concertId, inside);
  return { news: saveRoom(tx, room), after };
}
