/**
 * better-auth speaks to the database through Kysely; this lets it use our pool and our transactions.
 * (Kysely's own for `pg` would need a second pool, and waits a round trip for each `begin`.)
 */
import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import type { Database, Sql, Tx } from '../platform/database.ts';

/** A "connection" is the whole pool until a transaction begins on it. */
interface Connection extends DatabaseConnection {
  transaction?: { commit(): Promise<void>; rollback(): Promise<void> };
  through: Sql | Tx;
}

/** `onFailure` hears of every statement that failed, also of those whose failure better-auth keeps to itself. */
export function dialectOf(database: Database, onFailure: (error: unknown) => void): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createDriver: () => driverOf(database, onFailure),
  };
}

function driverOf(database: Database, onFailure: (error: unknown) => void): Driver {
  return {
    init: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connectionTo(database.sql, onFailure)),
    releaseConnection: () => Promise.resolve(),
    beginTransaction: async (connection) => begin(database, connection as Connection),
    commitTransaction: async (connection) => (connection as Connection).transaction?.commit(),
    rollbackTransaction: async (connection) => (connection as Connection).transaction?.rollback(),
  };
}

/** Opens one of our transactions and keeps it open until Kysely says how it ends. */
async function begin(database: Database, connection: Connection): Promise<void> {
  const open = Promise.withResolvers<Tx>();
  const end = Promise.withResolvers<void>();
  const done = database.transaction(async (tx) => {
    open.resolve(tx);
    await end.promise;
  });
  done.catch(open.reject);
  connection.through = await open.promise;
  connection.transaction = {
    commit: () => {
      end.resolve();
      return done;
    },
    rollback: async () => {
      end.reject(new Error('rolled back'));
      await done.catch(() => undefined);
    },
  };
}

function connectionTo(sql: Sql, onFailure: (error: unknown) => void): Connection {
  const connection: Connection = {
    through: sql,
    executeQuery: async <R>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<R>> => {
      const values = [...parameters] as Parameters<Sql['unsafe']>[1];
      // Its statements are few and always the same, so they are worth preparing.
      try {
        const result = await connection.through.unsafe(text, values, { prepare: true });
        return { rows: [...result] as R[], numAffectedRows: BigInt(result.count ?? 0) };
      } catch (error) {
        onFailure(error);
        throw error;
      }
    },
    streamQuery: () => {
      throw new Error('better-auth does not stream');
    },
  };
  return connection;
}
