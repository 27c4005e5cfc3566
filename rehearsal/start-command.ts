/** What `npm start` runs, for those who start servers by themselves: Node's flags are part of how the service behaves. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');

/** The arguments of Node, flags first; the last is the program, wherever one starts from. */
export function startArguments(): string[] {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  const [, flags, program] = /\/node((?: --\S+)*) (\S+)$/.exec(scripts.start) ?? [];
  if (flags === undefined || program === undefined) throw new Error(`npm start is something else: ${scripts.start}`);
  return [...flags.split(' ').filter((flag) => flag !== ''), path.join(root, program)];
}
