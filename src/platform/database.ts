/**
 * The connection pool and the one way to open a transaction. Nothing here knows what the tables mean.
 */
import { type Connections, isTheEnd, type Link, openLink, poolOf } from './connections.ts';
import { isStalePlan } from './failures.ts';
import {
  type Ready,
  type Row,
  type Rows,
  type Send,
  type Settle,
  type Sql,
  sqlBy,
  type Statement,
  toReady,
} from './statements.ts';
import { type Committing, transaction } from './transaction.ts';

export { brokenConstraint, codeOf, conflict, isTransient } from './failures.ts';
export type { Sql, Statement } from './statements.ts';
/** One transaction. Statements started without awaiting each other travel together, in order. */
export interface Tx extends Sql {
  /** What needs a transaction cannot be given the pool. */
  readonly within: 'a transaction';
}

export interface Database {
  /** Each statement on any connection, with a transaction of its own. Refused after 5 s without a free connection. */
  readonly sql: Sql;
  /**
   * Runs `work` between `begin` and `commit` on one connection and resolves after the commit is durable.
   * If `work` throws, everything is rolled back and the error comes out. Statements that `work` has sent (`execute`)
   * without waiting for them travel with the commit; if one fails, nothing is committed and its error comes out.
   * A connection that breaks during the commit leaves the outcome unknown: what runs here must be safe to run again.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * One transaction of these statements alone, none of which was sent: to PostgreSQL and back once, and durable when it
   * resolves. Each sees what those before it have done, and what was committed until it began, so whoever waits for a lock
   * does so in a statement of its own before those that rely on it. If one fails, nothing stands and its error comes out.
   * As with `transaction`, a connection that breaks leaves the outcome unknown.
   */
  flight<const S extends readonly Statement<readonly unknown[]>[]>(statements: S): Promise<FlightRows<S>>;
  /** Called when it is not known whether a commit happened, since its answer was lost. */
  onDoubt(handle: () => void): void;
  /** A connection besides the pool, for what needs one session for longer than a transaction. */
  session(): Promise<Session>;
  /** Waits for running statements, at most `seconds`, then closes all connections. */
  close(seconds?: number): Promise<void>;
}

/** What each of the statements answers, in their order. */
export type FlightRows<S extends readonly Statement<readonly unknown[]>[]> = {
  readonly [Place in keyof S]: S[Place] extends Statement<infer R> ? Rows<R> : never;
};

export interface Session {
  /** In the order in which they are sent. */
  readonly sql: Sql;
  /** From now on a statement may take as long as it likes. */
  wait(): void;
  /** Cuts it off; what is under way is refused. */
  end(): void;
}

export interface DatabaseOptions {
  readonly poolMax: number;
  readonly applicationName: string;
  /** Also a host that is a standby will do: to look at, since what was written last may be missing there. */
  readonly standbyToo?: boolean;
}

/** Refuses with `CannotStart` if `url` is not understood. Connects when the first statement is sent. */
export function connect(url: string, { poolMax, applicationName, standbyToo }: DatabaseOptions): Database {
  const connections = poolOf(url, { max: poolMax, applicationName, standbyToo });
  const handlers: (() => void)[] = [];
  const doubted = (): void => {
    for (const handle of handlers) handle();
  };
  return {
    sql: sqlBy(anywhere(connections)),
    transaction: (work) => transaction({ connections, doubted }, work),
    flight: (statements) => fly({ connections, doubted }, statements),
    onDoubt: (handle) => {
      handlers.push(handle);
    },
    session: async () => sessionOn(await openLink(url, applicationName)),
    close: (seconds = 5) => connections.close(seconds),
  };
}

function anywhere(connections: Connections): Send {
  const send = (ready: Ready, settle: Settle, isAgain = false): void => {
    connections.take((failure, link) => {
      if (link === undefined) return settle(failure);
      link.send(ready, (error, rows) => {
        connections.giveBack(link, error);
        if (isStalePlan(error) && !isAgain) send(ready, settle, true);
        else settle(error, rows);
      });
    });
  };
  return send;
}

/** Leaves before this returns, if a connection is at rest: whoever calls it has other work meanwhile. */
function fly<const S extends readonly Statement<readonly unknown[]>[]>(
  { connections, doubted }: Committing,
  statements: S,
): Promise<FlightRows<S>> {
  return new Promise((resolve, reject) => {
    const ready = statements.map(toReady);
    const answers: Rows<Row[]>[] = [];
    let isOver = false;
    connections.take((failure, link) => {
      if (link === undefined) return reject(failure);
      const settle: Settle = (error, rows) => {
        if (isOver || (rows !== undefined && answers.push(rows) < ready.length)) return;
        isOver = true;
        if (rows === undefined && isTheEnd(error)) doubted();
        connections.giveBack(link, error);
        if (rows === undefined) reject(error);
        else resolve(answers as unknown as FlightRows<S>);
      };
      link.fly(ready.map((one) => ({ ready: one, settle })));
    });
  });
}

function sessionOn(link: Link): Session {
  return {
    sql: sqlBy((ready, settle) => link.send(ready, settle)),
    wait: () => {
      link.wait();
    },
    end: () => {
      link.destroy();
    },
  };
}
