/**
 * One transaction on one connection of the pool, its statements pipelined.
 *
 * postgres.js 3.4.9 offers `begin` (waits a round trip for itself) and `reserve`, and neither survives the loss
 * of a connection. Both were seen to: write to the closed socket, which throws where nobody can catch it and
 * ends the process; never answer a statement sent between the socket's error and its end; and, for a `reserve`
 * refused while the database is away, hand a connection to nobody later on, until the pool is empty. So this
 * file steers the connection itself, by the same few hooks that the library's own `begin` uses.
 */
import type { Sql, Tx } from './database.ts';
import { eachStatement, type Query } from './statements.ts';

/** What we use of a connection inside postgres.js. */
interface Connection {
  /** False when nothing may be written until the connection reports ready. */
  execute(query: Query): boolean;
  /** Called when ready within a transaction; null once the connection is idle again or lost. */
  reserved: (() => void) | null;
  onclose: ((error: Error) => void) | null;
  queue: { remove(connection: Connection): void };
}

/** A place to stand for a connection that belongs to a transaction: nobody takes it from here. */
const taken = { remove: () => undefined };

/** See `Database.transaction`. */
export async function transaction<T>(sql: Sql, work: (tx: Tx) => Promise<T>): Promise<T> {
  const line = createLine();
  const tx = eachStatement(sql, (query) => {
    query.handler = line.send;
  });
  // Sent at once but not waited for: it travels with the first statement.
  const begun = sql.unsafe('begin', [], { onexecute: line.hold } as object).execute();
  begun.catch(line.breakOff);
  try {
    const result = await work(tx);
    line.last();
    // Behind statements that nobody waited for. Of a transaction in which one failed it answers ROLLBACK, no error.
    const committed = await tx`commit`;
    if (committed.command !== 'COMMIT') throw line.failure() ?? new Error('the database rolled the transaction back');
    return result;
  } catch (error) {
    line.last();
    await tx`rollback`.catch(() => undefined);
    throw error;
  }
}

/** Sends statements down the connection it is given to hold, in order, and refuses them once that is lost or free again. */
function createLine(): {
  hold(connection: Connection): boolean;
  send(query: Query): void;
  breakOff(error: unknown): void;
  /** The next statement ends the transaction: whoever is still at work, or wants to roll back a commit, is refused. */
  last(): void;
  /** What the first statement that failed was refused with. */
  failure(): unknown;
} {
  let connection: Connection | undefined;
  let broken: unknown;
  let failed: unknown;
  let full = false;
  let isEnding = false;
  let isOver = false;
  let waiting: Query[] = [];

  const breakOff = (error: unknown): void => {
    broken ??= error;
    const refused = waiting;
    waiting = [];
    for (const query of refused) query.reject(broken);
  };
  const flush = (): void => {
    full = false;
    for (let query = waiting.shift(); query !== undefined; query = full ? undefined : waiting.shift()) {
      full = connection?.execute(query) === false;
    }
  };
  return {
    hold: (given) => {
      connection = given;
      given.queue.remove(given);
      given.queue = taken;
      given.reserved = flush;
      // oxlint-disable-next-line unicorn/prefer-add-event-listener -- not an event target
      given.onclose = breakOff;
      // Not free for anybody else.
      return false;
    },
    send: (query) => {
      const { reject } = query;
      // Whoever awaits it hears of its failure; when nobody does, because something else failed first, it is no news.
      query.catch(() => undefined);
      // The socket's error fails what is in flight; from then on nothing may be sent.
      query.reject = (error) => {
        if (!isAnswer(error)) broken ??= error;
        // Those behind a statement that failed are only told that something did. Whoever hears of it first, what
        // failed is what says whether to try again: a lock waited for too long was answered 500 otherwise.
        failed ??= error;
        reject(isEcho(error) ? failed : error);
      };
      // Once ours is over the connection is free, or already another transaction's: ours may say nothing in that one.
      if (connection !== undefined && connection.reserved !== flush) broken ??= connectionClosed();
      if (broken !== undefined || isOver) return reject(broken ?? connectionClosed());
      isOver = isEnding;
      if (connection === undefined || full) waiting.push(query);
      else full = !connection.execute(query);
      return undefined;
    },
    breakOff,
    last: () => {
      isEnding = true;
    },
    failure: () => failed,
  };
}

/** True if the database itself said no: the connection is in order. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && error.name === 'PostgresError';
}

/** "current transaction is aborted": says nothing but that an earlier statement failed. */
function isEcho(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '25P02';
}

function connectionClosed(): Error {
  return Object.assign(new Error('the connection was lost, or the transaction is over'), { code: 'CONNECTION_CLOSED' });
}
