/** Tables as they were before a migration, for tests of what it makes of old rows. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Tx } from '../../src/platform/database.ts';

const folder = path.join(import.meta.dirname, '../../db/migrations');

/** The tables as they were before that migration, empty, beside ours until the transaction is undone; answers its text. */
export async function past(tx: Tx, name: string): Promise<string> {
  const names = (await readdir(folder)).toSorted();
  const texts = names.slice(0, names.indexOf(name) + 1).map((one) => readFile(path.join(folder, one), 'utf8'));
  await tx`create schema past`;
  await tx`set local search_path = past`;
  const all = await Promise.all(texts);
  await tx.unsafe(all.slice(0, -1).join('\n'));
  return all.at(-1) ?? '';
}

/** And the transaction is as before. */
export async function refused(tx: Tx, statements: string, how: RegExp | object): Promise<void> {
  await tx`savepoint in_order`;
  await assert.rejects(tx.unsafe(statements), how, statements);
  await tx`rollback to in_order`;
}
