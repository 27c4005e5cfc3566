/** Broken off at the moment that matters: everything was said, and the commit is not passed on. */
import type { Field } from './field.ts';

export interface Moment {
  /** A statement of what is committed. */
  readonly of: RegExp;
  /** So many of these commits are let through first. */
  readonly behind?: number;
  /** It is waited for so long. */
  readonly seconds: number;
}

export interface Hit {
  readonly server: number;
  /** Of the statement, as they were on the wire. */
  readonly values: string;
}

type Servers = Pick<Field, 'wires' | 'servers'>;

/**
 * The next such commit of any server is not passed on, and its server is sent SIGKILL by the wire itself, so that nothing of it
 * goes on. Undefined if there was none in time.
 */
export async function killAtCommit(field: Servers, moment: Moment): Promise<Hit | undefined> {
  const { hits, end } = cutCommits(field, moment, 1);
  const [hit] = hits;
  const found = await hit;
  end();
  return found;
}

export interface Cutting {
  /** One after the other; undefined: there was none in time. */
  readonly hits: readonly Promise<Hit | undefined>[];
  end(): void;
}

/** None of these commits is passed on any more until the end; the first `kills` of them kill their servers. */
export function cutCommits({ wires, servers }: Servers, { of, behind = 0, seconds }: Moment, kills: number): Cutting {
  const all = Array.from({ length: kills + 1 }, () => Promise.withResolvers<Hit | undefined>());
  let met = -behind;
  for (const [server, wire] of wires.entries()) {
    wire.before = (bound) => {
      const found = bound.find(({ statement }) => of.test(statement));
      if (found === undefined || met++ < 0) return false;
      if (met <= kills) servers[server]?.child.kill('SIGKILL');
      all[met - 1]?.resolve({ server, values: found.values });
      return true;
    };
  }
  const late = setTimeout(() => all.forEach(({ resolve }) => resolve(undefined)), seconds * 1_000);
  const end = (): void => {
    clearTimeout(late);
    for (const wire of wires) wire.before = undefined;
  };
  return { hits: all.map(({ promise }) => promise), end };
}
