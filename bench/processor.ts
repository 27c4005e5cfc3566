/**
 * Processor time of other processes, as Linux tells it. Beside the rate it says where the work of a request was. Not
 * even this is steady: the same bare server took 20 µs an answer on a quiet machine and 44 µs on a crowded one.
 */
import { readFileSync, readdirSync } from 'node:fs';

/** Seconds that the process and the children it has waited for have used; undefined where nobody tells. */
export function processorSeconds(pid: number): number | undefined {
  return statOf(pid)?.seconds;
}

/** The same for a process and all its living children: PostgreSQL and its sessions. */
export function familySeconds(pid: number): number | undefined {
  const own = statOf(pid);
  if (own === undefined) return undefined;
  return childrenOf(pid).reduce((sum, child) => sum + (statOf(child)?.seconds ?? 0), own.seconds);
}

/**
 * Begins to count the same; what it answers says how much it has been since, or undefined. Sessions of PostgreSQL on the
 * database `except` are left out, by the titles that it gives to its processes. Who ends in between takes what it did since
 * the beginning along.
 */
export function watchFamily(pid: number, except?: string): () => number | undefined {
  const look = (): Map<number, number> => {
    const family = childrenOf(pid).filter((child) => except === undefined || !titleOf(child).includes(except));
    return new Map([pid, ...family].map((one) => [one, statOf(one)?.own ?? 0]));
  };
  const before = look();
  return () => {
    if (statOf(pid) === undefined) return undefined;
    return [...look()].reduce((sum, [one, seconds]) => sum + seconds - (before.get(one) ?? 0), 0);
  };
}

/** The words that a process shows itself by: "postgres: postgres DATABASE 127.0.0.1(50000) idle". */
function titleOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split(/[\0 ]+/);
  } catch {
    return [];
  }
}

/** The living children of a process; none where nobody tells. */
export function childrenOf(pid: number): number[] {
  try {
    const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return names.map(Number).filter((child) => statOf(child)?.parent === pid);
  } catch {
    return [];
  }
}

/** Linux counts in hundredths of a second, whatever the kernel's own clock. */
const ticks_per_second = 100;

interface Stat {
  readonly parent: number;
  /** Of the process itself, and with the children it has waited for. */
  readonly own: number;
  readonly seconds: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may contain anything; the fields behind it are numbers.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15);
    const own = (user + system) / ticks_per_second;
    return { parent: fields[1] ?? 0, own, seconds: own + (childrenUser + childrenSystem) / ticks_per_second };
  } catch {
    return undefined;
  }
}
