/**
 * Whether this server can work: whether the database answers, knows its schema, and lets something be committed. Reads
 * go on while a commit hangs (its synchronous standby is gone, the disk is sick), and a server that only reads sells
 * nothing.
 */
import type { Database } from './database.ts';

const ready_ms_max = 2_000;
/** However many ask, the database is asked once in so long. */
const known_ms = 1_000;
/** A question that is lost, with a connection that died unnoticed, is asked again on another one; a few times at most. */
const lost_ms = 5_000;
const asking_max = 3;

interface Asked {
  readonly at: number;
  readonly answer: Promise<boolean>;
  isOver: boolean;
}

/** False after 2 s without an answer, be it somebody else's question. */
export function createReadiness(database: Pick<Database, 'transaction'>): () => Promise<boolean> {
  let asking = 0;
  let last: Asked | undefined;

  const ask = (): Asked => {
    asking += 1;
    const answer = canCommit(database).catch(() => false);
    const asked: Asked = { at: performance.now(), answer, isOver: false };
    void answer.finally(() => {
      asking -= 1;
      asked.isOver = true;
    });
    return asked;
  };
  const isFresh = ({ at, isOver }: Asked): boolean => performance.now() - at < (isOver ? known_ms : lost_ms);

  return async () => {
    if (last === undefined || (!isFresh(last) && asking < asking_max)) last = ask();
    const { at, answer } = last;
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), Math.max(0, at + ready_ms_max - performance.now()));
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * A message to nobody in the write-ahead log: its commit waits for the disk and for standbys like any other's, and it
 * takes no lock and leaves no row behind. PostgreSQL takes it for no write, so whether it takes those is asked too (it may
 * be set to default_transaction_read_only, by hand or by whoever runs out of disk). In a transaction, so that while it hangs nobody stands behind it on its connection.
 */
function canCommit({ transaction }: Pick<Database, 'transaction'>): Promise<boolean> {
  return transaction(async (tx) => {
    const [[found]] = await Promise.all([
      tx<{ isReady: boolean }[]>`
        select count(*) > 0 and not current_setting('transaction_read_only')::bool as "isReady" from schema_migrations`,
      tx`select pg_logical_emit_message(true, 'maejin', '')`,
    ]);
    return found?.isReady === true;
  });
}
