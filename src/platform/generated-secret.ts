/** Secrets that nobody has to choose: made once, kept in the data directory, readable by its owner alone. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CannotStart } from './cannot-start.ts';
import { codeOf } from './database.ts';
import { makeDirectory } from './make-directory.ts';

/** 64 hexadecimal characters, the same at every start: the content of `dataDir/name`. Refuses with `CannotStart`. */
export function generatedSecret(dataDir: string, name: string): string {
  const file = path.join(dataDir, name);
  try {
    makeDirectory(dataDir, 0o700);
    try {
      writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const secret = readFileSync(file, 'utf8').trim();
    if (!/^[0-9a-f]{64}$/.test(secret)) throw new Error(`${file} is damaged`);
    return secret;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotStart(`DATA_DIR must be a directory that this user may write to: ${reason}`);
  }
}
