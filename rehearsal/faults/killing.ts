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

/** The next such commit of any server is not passed on. Undefined if there was none in time. */
export function cutAtCommit(field: Pick<Field, 'wires'>, moment: Moment): Promise<Hit | undefined> {
  return atCommit(field, moment, () => undefined);
}

/** The same, and its server is sent SIGKILL by the wire itself, so that nothing of it goes on. */
export function killAtCommit(field: Pick<Field, 'wires' | 'servers'>, moment: Moment): Promise<Hit | undefined> {
  return atCommit(field, moment, (server) => void field.servers[server]?.child.kill('SIGKILL'));
}

async function atCommit(
  { wires }: Pick<Field, 'wires'>,
  { of, behind = 0, seconds }: Moment,
  strike: (server: number) => void,
): Promise<Hit | undefined> {
  const hit = Promise.withResolvers<Hit | undefined>();
  let passed = 0;
  for (const [server, wire] of wires.entries()) {
    wire.before = (bound) => {
      const found = bound.find(({ statement }) => of.test(statement));
      if (found === undefined || passed++ < behind) return false;
      for (const each of wires) each.before = undefined;
      strike(server);
      hit.resolve({ server, values: found.values });
      return true;
    };
  }
  const late = setTimeout(() => hit.resolve(undefined), seconds * 1_000);
  const found = await hit.promise;
  clearTimeout(late);
  for (const wire of wires) wire.before = undefined;
  return found;
}
