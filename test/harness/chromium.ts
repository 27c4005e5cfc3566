/**
 * Chromium and the libraries it needs, out of their package. Unpacking takes some five seconds of processor time, so it
 * is done once for a clone and not for every run, and `npm test` does it before files that need it start side by side.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { access, constants, mkdir, rename, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.join(import.meta.dirname, '../..');
const modules = path.join(root, 'node_modules');
const unpacking = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;

/** In the clone; for a user who may not write there, in `otherwise`. */
async function folderFor(name: string, otherwise: string): Promise<string> {
  const cache = path.join(modules, '.cache');
  const kept = path.join(cache, name);
  if (existsSync(kept)) return kept;
  try {
    await mkdir(cache, { recursive: true });
    await access(cache, constants.W_OK);
    return kept;
  } catch {
    return path.join(otherwise, name);
  }
}

/** Answers this user's folder with Chromium in it (it writes there). Whoever is done first puts theirs in place for all. */
export async function unpackChromium(temporary = tmpdir()): Promise<string> {
  const about = readFileSync(path.join(modules, '@sparticuz/chromium/package.json'), 'utf8');
  const { version } = JSON.parse(about) as { version: string };
  const folder = await folderFor(`maejin-chromium-${version}-${userInfo().uid}`, temporary);
  if (existsSync(folder)) return folder;
  const own = `${folder}-${process.pid}`;
  await mkdir(own, { recursive: true });
  // The package brings the system's libraries along only where it believes to be at its usual host, and changes the
  // environment of whoever imports it: so that is a process of its own.
  const env = { ...process.env, TMPDIR: own, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' };
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', unpacking], { cwd: root, env });
  await rename(own, folder).catch(() => rm(own, { recursive: true, force: true }));
  return folder;
}
