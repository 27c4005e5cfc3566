/**
 * Signs of life of those for whom they matter: the ones about to be admitted, the ones passed over, and the ones
 * admitted but not yet heard of. Collected in memory, written down in one statement a concert every turn.
 */
import type { Database, Tx } from '../platform/database.ts';
import { numberOf, type Board } from './board.ts';

export interface Presence {
  /** This entry's fan is there. Costs a look into two maps; most signs need no writing down. */
  sign(board: Board, entry: number): void;
  /** Writes the collected signs down. */
  flush(): Promise<void>;
}

/** A sign is written down again only when this part of the grace period has passed. */
const rewrite_part_of_grace = 0.25;
const rewrite_ms_max = 5_000;
/** Per concert; beyond it the oldest are forgotten, which costs only an early rewrite. */
const written_remembered_max = 50_000;
const signs_per_flush_max = 5_000;

interface Signs {
  readonly board: Board;
  readonly collected: Set<number>;
  /** When each entry's sign was last written, in milliseconds of this process's steady clock. */
  readonly written: Map<number, number>;
}

export function createPresence(database: Database): Presence {
  const concerts = new Map<string, Signs>();

  const flushOne = async ({ board, collected, written }: Signs): Promise<void> => {
    const entries = [...collected].slice(0, signs_per_flush_max);
    for (const entry of entries) collected.delete(entry);
    const heard = await write(database, board.concertId, entries).catch((error: unknown) => {
      // Nobody is taken for gone because the database was away when the sign was to be written.
      for (const entry of entries) collected.add(entry);
      throw error;
    });
    const now = performance.now();
    for (const { entry } of heard) {
      written.delete(entry);
      written.set(entry, now);
      const session = board.active.get(entry);
      if (session !== undefined) session.claimed = true;
    }
    for (const entry of written.keys()) {
      if (written.size <= written_remembered_max) break;
      written.delete(entry);
    }
  };

  return {
    sign: (board, entry) => {
      const session = board.active.get(entry);
      const matters =
        session === undefined
          ? numberOf(entry) <= board.front && (numberOf(entry) > board.head || board.passedOver.has(entry))
          : !session.claimed;
      if (!matters) return;
      let signs = concerts.get(board.concertId);
      if (signs?.board !== board) {
        signs = { board, collected: new Set(), written: new Map() };
        concerts.set(board.concertId, signs);
      }
      const rewriteMs = Math.min(board.settings.graceSeconds * 1_000 * rewrite_part_of_grace, rewrite_ms_max);
      const writtenAt = session === undefined ? signs.written.get(entry) : undefined;
      if (writtenAt === undefined || performance.now() - writtenAt > rewriteMs) signs.collected.add(entry);
    },
    flush: async () => {
      for (const [concertId, signs] of concerts) {
        // oxlint-disable-next-line no-await-in-loop
        if (signs.collected.size > 0) await flushOne(signs);
        else if (signs.board.waiting === 0) concerts.delete(concertId);
      }
    },
  };
}

/** Writes signs of life of one concert; answers whose. */
async function write(database: Database, concertId: string, entries: number[]): Promise<readonly { entry: number }[]> {
  return database.transaction(async (tx) => {
    // Nobody is answered for a sign, and after a crash silence is forgiven: it need not wait for the disk.
    void tx`set local synchronous_commit = off`.execute();
    return heard(tx, concertId, entries);
  });
}

/**
 * Rows locked by another transaction are left out rather than waited for: nothing here may wait for a lock, since it
 * takes tokens without the room. Those left out sign again with their next poll.
 */
function heard(tx: Tx, concertId: string, entries: number[]): Promise<readonly { entry: number }[]> {
  return tx<{ entry: number }[]>`
    with present as (
      select entry from queue_tokens
      where concert_id = ${concertId} and entry = any(${entries}::bigint[]) and status <> 'EXPIRED'
      for no key update skip locked
    )
    update queue_tokens as token set seen_at = now() from present
    where token.concert_id = ${concertId} and token.entry = present.entry
    returning token.entry`.execute();
}
