/**
 * One transaction on one connection of the pool, in as few flights as its work waits for: `begin` travels with the first
 * of its statements, and whatever nobody waited for with the `commit`. After a statement that failed nothing more of its
 * flight is carried out, not even a commit; what was sent behind it is answered that something did.
 */
import { type Connections, isTheEnd, type PooledLink } from './connections.ts';
import type { Tx } from './database.ts';
import { codeOf } from './failures.ts';
import { type Ready, type Send, type Settle, sqlBy } from './statements.ts';

const begin: Ready = { text: 'begin', values: [], name: 'begin' };
const commit: Ready = { text: 'commit', values: [], name: 'commit' };
const rollback: Ready = { text: 'rollback', values: [], name: 'rollback' };

export interface Committing {
  readonly connections: Connections;
  /** Told when it is not known whether a commit happened; must neither wait nor throw. */
  doubted(): void;
}

/** See `Database.transaction`. */
export async function transaction<T>({ connections, doubted }: Committing, work: (tx: Tx) => Promise<T>): Promise<T> {
  const link = await taken(connections);
  const line = lineOn(link, doubted);
  try {
    const result = await work(Object.assign(sqlBy(line.send), { within: 'a transaction' } as const));
    await line.commit();
    return result;
  } catch (error) {
    await line.rollBack();
    throw error;
  } finally {
    // Nobody else may find it within a transaction.
    connections.giveBack(link, link.getTransactionStatus() === 'I' ? line.fault() : new Error('within a transaction'));
  }
}

function taken(connections: Connections): Promise<PooledLink> {
  return new Promise((resolve, reject) => {
    connections.take((error, link) => {
      if (link === undefined) reject(error);
      else resolve(link);
    });
  });
}

interface Line {
  readonly send: Send;
  commit(): Promise<void>;
  /** Nothing stands of it, unless a commit was under way when its connection broke. */
  rollBack(): Promise<void>;
  /** What broke the connection, or showed that it is of no more use. */
  fault(): unknown;
}

/** Sends statements in order until the transaction is over; whoever is still at work then is refused. */
function lineOn(link: PooledLink, doubted: () => void): Line {
  let failed: unknown;
  let isBegun = false;
  let isOver = false;
  /** The commit or the rollback was carried out. */
  let isEnded = false;

  const noting =
    (settle: Settle): Settle =>
    (error, rows) => {
      if (rows !== undefined) return settle(undefined, rows);
      // Those behind a statement that failed are only told that something did. Whoever hears of it first, what
      // failed is what says whether to try again: a lock waited for too long was answered 500 otherwise.
      failed ??= error;
      settle(isEcho(error) ? failed : error);
    };
  const send: Send = (ready, settle) => {
    if (isOver) return settle(transactionOver());
    if (!isBegun) {
      isBegun = true;
      link.sendAlong(
        begin,
        noting(() => undefined),
      );
    }
    link.sendAlong(ready, noting(settle));
  };
  const end = async (ready: Ready): Promise<string> => {
    isOver = true;
    if (!isBegun) return ready === commit ? 'COMMIT' : 'ROLLBACK';
    return new Promise((resolve, reject) => {
      link.sendAlong(
        ready,
        noting((error, rows) => {
          isEnded = rows !== undefined;
          if (rows === undefined) reject(error);
          else resolve(rows.command);
        }),
      );
    });
  };
  return {
    send,
    commit: async () => {
      // Of a transaction in which something failed the answer is ROLLBACK, and no error.
      const word = await end(commit).catch((error: unknown) => {
        // What PostgreSQL refused did not happen.
        if (isTheEnd(error)) doubted();
        throw error;
      });
      if (word === 'COMMIT' && failed === undefined) return;
      throw failed ?? new Error('the database rolled the transaction back');
    },
    rollBack: async () => {
      if (!isEnded) await end(rollback).catch(() => undefined);
    },
    fault: () => failed,
  };
}

/** They say nothing but that an earlier statement failed: "current transaction is aborted", and "there is no such prepared statement" because preparing it was refused with the same words. */
function isEcho(error: unknown): boolean {
  return codeOf(error) === '25P02' || codeOf(error) === '26000';
}

function transactionOver(): Error {
  return Object.assign(new Error('the transaction is over'), { code: 'CONNECTION_CLOSED' });
}
