/**
 * Where a run keeps what it throws away: in memory where there is room. On a disk every file that PostgreSQL clones and
 * Chromium maps is looked for among the inodes just deleted; measured, that was a quarter of what browsers cost.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const memory = '/dev/shm';
/** A whole run was seen to keep up to a third of it, at once. */
const room_bytes_min = 6 * 2 ** 30;
const prefix = 'maejin-test-';

/** A folder that nobody else has; `npm test` removes it. What runs that were killed left in memory goes first. */
export async function openScratch(): Promise<string> {
  return (await inMemory()) ?? mkdtemp(path.join(tmpdir(), prefix));
}

async function inMemory(): Promise<string | undefined> {
  // Whoever says where is heard.
  if (process.env['TMPDIR'] !== undefined) return undefined;
  try {
    await removeAbandoned();
    const { bavail, bsize } = await statfs(memory);
    if (Math.min(bavail * bsize, freemem()) < room_bytes_min) return undefined;
    const folder = path.join(memory, `${prefix}${process.pid}`);
    await mkdir(folder);
    if (await mayRun(folder)) return folder;
    await rm(folder, { recursive: true });
    return undefined;
  } catch {
    return undefined; // no such place here, or not for us
  }
}

/** A place may be forbidden to hold programs, and PostgreSQL's may be copied to where its data is. */
async function mayRun(folder: string): Promise<boolean> {
  const program = path.join(folder, 'may-run');
  await writeFile(program, '#!/bin/sh\n', { mode: 0o755 });
  return promisify(execFile)(program).then(
    () => true,
    () => false,
  );
}

async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(memory)) {
    const owner = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : undefined;
    if (owner !== undefined && !isAlive(owner)) await rm(path.join(memory, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
