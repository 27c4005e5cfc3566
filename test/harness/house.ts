/**
 * What a test file opens and closes: a database of its own, cloned from the migrated one, and real servers on it,
 * each a process that can be stopped, killed and read.
 */
import assert from 'node:assert/strict';
import { type Database, type Sql, connect } from '../../src/platform/database.ts';
import { randomId } from '../../src/platform/ids.ts';
import { ensureOperator } from '../../src/accounts/directory.ts';
import { type Server, operator, startServer } from './server.ts';

export const postgres_variables = { 18: 'TEST_POSTGRES_18', 15: 'TEST_POSTGRES_15' } as const;
export const template_name = 'maejin_template';

/** Of the operator's session in every house. */
const operator_token = 'the-session-of-the-operator-in-every-house';

/** What every house begins with besides the tables: the operator, as a start makes the one that it is told, and a session. */
export async function furnish(database: Database): Promise<void> {
  await ensureOperator(database, { ...operator, name: 'Operator', alone: true });
  await database.sql`insert into sessions (id, token, user_id, expires_at)
    select 'of-the-operator', ${operator_token}, id, now() + interval '7 days' from users where email = ${operator.email}`;
}

export interface House {
  readonly databaseUrl: string;
  /** A handle of the test's own, to look at rows and to move their times. */
  readonly sql: Sql;
  readonly database: Database;
  /** Starts a server on this database; several may run at once. */
  start(environment?: Readonly<Record<string, string>>): Promise<Server>;
  /** Stops the servers and drops the database. Rejects if a server answered INTERNAL meanwhile. */
  close(): Promise<void>;
}

/** Usage: `const house = await openHouse(); after(() => house.close());` */
export async function openHouse({ postgres = 18 }: { postgres?: 18 | 15 } = {}): Promise<House> {
  const cluster = process.env[postgres_variables[postgres]];
  if (cluster === undefined) throw new Error('Tests need their databases: run them by `npm test -- <file>`');
  const name = `test_${randomId(12)}`;
  const admin = connect(cluster, { poolMax: 1, applicationName: 'maejin-test' });
  // Copied as files: half the processor time of writing every page to the log, which nobody needs here.
  await admin.sql`create database ${admin.sql(name)} template ${admin.sql(template_name)} strategy file_copy`;
  const url = new URL(cluster);
  url.pathname = `/${name}`;
  const database = connect(url.href, { poolMax: 6, applicationName: 'maejin-test' });
  const servers: Server[] = [];
  return {
    databaseUrl: url.href,
    sql: database.sql,
    database,
    start: async (environment = {}) => {
      const server = await startServer({ DATABASE_URL: url.href, ...environment });
      servers.push(server);
      return { ...server, operatorToken: operator_token };
    },
    close: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      const bugs = servers.flatMap((server) => server.output().match(/^.*"msg":"bug".*$/gm) ?? []);
      await database.close();
      await admin.sql`drop database ${admin.sql(name)} with (force)`;
      await admin.close();
      assert.deepEqual(bugs, [], 'no request met a bug, whatever its test looked at');
    },
  };
}
