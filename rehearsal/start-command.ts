/** What `npm start` runs, for those who start servers by themselves: Node's flags are part of how the service behaves. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');

/** The arguments of Node, flags first; the last is the program, wherever one starts from. `of` is the build's folder. */
export function startArguments(of = root): string[] {
  const { TEST_PACKED: packed } = process.env;
  const { scripts } = JSON.parse(readFileSync(path.join(of, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  const [, flags, program] = /\/node((?: --\S+)*) (\S+)$/.exec(scripts.start) ?? [];
  if (flags === undefined || program === undefined) throw new Error(`npm start is something else: ${scripts.start}`);
  // What tests start is packed for their run, see test/harness/pack.ts: it starts in a third of the time.
  const main = packed === undefined || of !== root ? path.join(of, program) : path.join(packed, 'main.mjs');
  return [...flags.split(' ').filter((flag) => flag !== ''), main];
}
