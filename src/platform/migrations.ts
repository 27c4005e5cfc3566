/**
 * Brings the schema up to date: plain SQL files `NNN_name.sql`, forward only, each in a transaction of its own and
 * recorded with its checksum. Servers that start together wait for each other.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { CannotStart } from './cannot-start.ts';
import { type Database, type Sql, codeOf } from './database.ts';
import { exclusively } from './exclusive.ts';

interface Migration {
  readonly name: string;
  readonly checksum: string;
  readonly text: string;
}

/** Told of each file that was run on a database which was there before, and of how long it took, steady clock. */
type Told = (name: string, seconds: number) => void;

/**
 * Runs the files of `folder` that this database has not seen and answers their names. Refuses with `CannotStart`
 * when a file that was run has changed or is gone: what happened to a database cannot be edited afterwards; and when
 * the tables belong to somebody else.
 */
export async function migrate(database: Database, folder: string, told?: Told): Promise<string[]> {
  const migrations = await readMigrations(folder);
  try {
    return await exclusively(database, (sql) => bringUpToDate(sql, migrations, told));
  } catch (error) {
    if (!(error instanceof Error) || codeOf(error) !== '42501') throw error;
    const [owner] = await database.sql<{ role: string }[]>`select quote_ident(current_user) as role`;
    throw new CannotStart(`the role ${owner?.role} must own the tables of this database: ${error.message}`);
  }
}

async function bringUpToDate(sql: Sql, migrations: readonly Migration[], told?: Told): Promise<string[]> {
  await sql`create table if not exists schema_migrations (
    name text collate "C" primary key, checksum text not null, at timestamptz not null default now())`;
  const known = await sql<{ name: string; checksum: string }[]>`
    select name, checksum from schema_migrations order by name`;
  const fresh = compare(migrations, known);
  for (const { name, checksum, text } of fresh) {
    const begun = performance.now();
    await sql`begin`;
    await sql.unsafe(text);
    await sql`insert into schema_migrations (name, checksum) values (${name}, ${checksum})`;
    await sql`commit`;
    if (known.length > 0) told?.(name, (performance.now() - begun) / 1_000);
  }
  return fresh.map(({ name }) => name);
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(path.join(folder, name), 'utf8');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

function compare(migrations: readonly Migration[], known: readonly { name: string; checksum: string }[]): Migration[] {
  const files = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum } of known) {
    const file = files.get(name);
    if (file === undefined) {
      throw new CannotStart(`this database has seen the migration ${name}, which is not here: is the server too old?`);
    }
    if (file.checksum !== checksum) {
      throw new CannotStart(`the migration ${name} was changed after this database ran it: add a new one instead`);
    }
    files.delete(name);
  }
  const fresh = [...files.values()];
  const last = known.at(-1)?.name;
  const late = fresh.find(({ name }) => last !== undefined && name < last);
  if (late !== undefined) {
    throw new CannotStart(
      `the migration ${late.name} comes before ${last}, which this database has run: number it later`,
    );
  }
  return fresh;
}
