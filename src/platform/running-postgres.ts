/** Finds the embedded PostgreSQL that a server of this machine has running. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Its address, if `dataDir` holds one that accepts connections; undefined otherwise. Carries the password. */
export function runningPostgresUrl(dataDir: string): string | undefined {
  try {
    // PostgreSQL's lock file: the port is its fourth line, its state the eighth.
    const [, , , port, , , , status = ''] = readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split(
      '\n',
    );
    const password = readFileSync(path.join(dataDir, 'postgres-password'), 'utf8').trim();
    return status.trim() === 'ready' ? `postgres://maejin:${password}@127.0.0.1:${Number(port)}/postgres` : undefined;
  } catch {
    return undefined;
  }
}
