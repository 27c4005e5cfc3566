/**
 * Makes a clean clone runnable, on whatever Node the machine has (20 or newer): installs the packages when
 * node_modules lacks one that package-lock.json names, and builds the pages when they changed. Every npm script runs it first and then goes on with
 * Node 24, which is itself one of those packages (`node_modules/.bin` stands first on npm's PATH).
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const root = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const node24 = path.join(root, 'node_modules/node/bin/node');

/**
 * The packages a lock file names, by folder.
 * @param {string} file
 * @returns {Record<string, {version?: string, integrity?: string, optional?: boolean}> | undefined}
 */
function packagesOf(file) {
  try {
    const { '': _self, ...packages } = JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages;
    return packages;
  } catch {
    return undefined;
  }
}

/** npm writes the list of what it installed last of all, so a broken-off install is noticed too. */
function isInstalled() {
  const wanted = packagesOf('package-lock.json');
  const present = packagesOf('node_modules/.package-lock.json');
  if (!wanted) throw new Error('package-lock.json is missing: this is not a whole clone');
  if (!present || !existsSync(node24)) return false;
  return Object.entries(wanted).every(
    ([folder, { version, optional }]) => optional || present[folder]?.version === version,
  );
}

function install() {
  console.error('Installing packages (npm ci). This is done once.');
  const npm = process.env['npm_execpath'];
  const command = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  /** @type {import('node:child_process').SpawnSyncOptions} */
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const { status } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...command], options)
    : spawnSync('npm', command, options);
  if (status !== 0) throw new Error('the packages could not be installed: npm ci failed, see above');
  if (!existsSync(node24)) {
    throw new Error('Node 24 was not installed: npm must be allowed to run the install script of the package "node"');
  }
}

/** What pages are made of besides packages; `tidy.test.ts` holds it against what they import. */
const page_sources = ['web', 'src/contract', 'src/refunds', 'src/pages/seal.svg'];

/** Changes with anything that the built pages are made of. */
function fingerprintOfPages() {
  const hash = createHash('sha256').update(readFileSync(path.join(root, 'package-lock.json')));
  for (const source of page_sources) {
    for (const file of filesIn(source))
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(path.join(root, file)))
        .update('\0');
  }
  return hash.digest('hex');
}

/**
 * A file itself, or all in a folder.
 * @param {string} source
 * @returns {string[]}
 */
function filesIn(source) {
  const whole = path.join(root, source);
  if (statSync(whole).isFile()) return [source];
  return readdirSync(whole, { recursive: true, encoding: 'utf8' })
    .filter((file) => !file.startsWith('dist') && statSync(path.join(whole, file)).isFile())
    .map((file) => path.join(source, file))
    .toSorted();
}

function buildPages() {
  const fingerprint = fingerprintOfPages();
  const built = path.join(root, 'web/dist/fingerprint');
  if (existsSync(built) && readFileSync(built, 'utf8') === fingerprint) return;
  console.error('Building the pages. This is done when they change.');
  const command = [path.join(root, 'web/build.ts'), fingerprint];
  const { status } = spawnSync(node24, command, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the pages could not be built, see above');
}

try {
  if (!isInstalled()) install();
  buildPages();
} catch (error) {
  console.error(`maejin: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
