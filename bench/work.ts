/** Processor time from here on: of a server, and of PostgreSQL as far as it works for that server. */
import { processorSeconds, watchFamily } from './processor.ts';

export interface Worker {
  readonly serverPid: number;
  readonly postgresPid: number;
  /** A database of the same PostgreSQL that another uses: what its sessions take is not counted. */
  readonly besides?: string | undefined;
}

export interface Work {
  /** Seconds; NaN where nobody tells. */
  readonly server: number;
  readonly postgres: number;
}

/** Begins to count; what it answers says how much it has been since. */
export function watchWork({ serverPid, postgresPid, besides }: Worker): () => Work {
  const before = processorSeconds(serverPid) ?? Number.NaN;
  const postgres = watchFamily(postgresPid, besides);
  return () => ({ server: (processorSeconds(serverPid) ?? Number.NaN) - before, postgres: postgres() ?? Number.NaN });
}
