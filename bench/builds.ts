/**
 * Builds of this repository: this one, and another worktree with packages of its own, which is the yardstick. Each fills
 * its database, makes its requests and audits by its own files, since schema and tokens may differ; the processes and the
 * load tool are this one's.
 */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { CannotStart } from '../src/platform/cannot-start.ts';

type Prepare = typeof import('./prepare.ts');

export const build_names = ['yardstick', 'this'] as const;
export type BuildName = (typeof build_names)[number];

export interface Build {
  readonly name: BuildName;
  /** Its folder. */
  readonly root: string;
  /** Of Git, and whether files differ from it. */
  readonly commit: string;
  readonly prepare: Prepare['prepare'];
  /** Where its audit asks for it: builds before that have no such thing. */
  readonly closeTill: Prepare['closeTill'] | undefined;
  readonly rows: typeof import('./rows.ts');
  readonly wire: typeof import('./wire.ts');
  readonly requests: typeof import('./requests.ts');
}

/** Throws an error whose message a person can act on if no build with its packages lies in that folder. */
export async function openBuild(name: BuildName, root: string): Promise<Build> {
  try {
    for (const part of ['src/main.ts', 'bench/prepare.ts', 'node_modules']) await access(path.join(root, part));
  } catch {
    const how = 'git worktree add FOLDER COMMIT, then npm ci in it';
    throw new CannotStart(`no build of this repository with its packages lies in ${root}: ${how}`);
  }
  const { prepare, closeTill } = await moduleOf<Pick<Prepare, 'prepare'> & Partial<Prepare>>(root, 'bench/prepare.ts');
  return {
    name,
    root,
    commit: await commitOf(root),
    prepare,
    closeTill,
    rows: await moduleOf(root, 'bench/rows.ts'),
    wire: await moduleOf(root, 'bench/wire.ts'),
    requests: await requestsOf(root),
  };
}

const own_root = path.join(import.meta.dirname, '..');

/** What the requests of a build are made by; of this one, unless another's folder is named. */
export function requestsOf(root = own_root): Promise<typeof import('./requests.ts')> {
  return moduleOf(root, 'bench/requests.ts');
}

async function moduleOf<M>(root: string, file: string): Promise<M> {
  return (await import(pathToFileURL(path.join(root, file)).href)) as M;
}

async function commitOf(root: string): Promise<string> {
  const asked = ['-C', root, 'describe', '--always', '--dirty', '--abbrev=7', '--exclude=*'];
  try {
    const { stdout } = await promisify(execFile)('git', asked, { timeout: 10_000 });
    return stdout.trim();
  } catch {
    return 'a build without Git';
  }
}
