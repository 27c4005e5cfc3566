/**
 * Loaded before every test file: the packages that all of them need come from where the run has packed them, and the
 * file itself as the run has stripped it of its types.
 */
import { readFileSync, statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** `typebox` is 680 modules, which every file loads to hold answers against the contract: 0.35 s of processor time. */
export const packages = ['typebox', 'typebox/compile'];

const root = path.join(import.meta.dirname, '../..');

/** Where the run keeps a test file without its types: every line and column stands where it did. */
export function strippedFile(folder: string, file: string): string {
  return path.join(folder, 'stripped', path.relative(root, file));
}

const folder = process.env['TEST_PACKED'];
if (folder !== undefined) {
  const packed = new Map(packages.map((name) => [name, pathToFileURL(path.join(folder, `${name}.mjs`)).href]));
  registerHooks({
    resolve: (name, context, next) => next(packed.get(name) ?? name, context),
    load: (url, context, next) => {
      const file = url.endsWith('.test.ts') ? strippedFile(folder, fileURLToPath(url)) : undefined;
      if (file === undefined || statSync(file, { throwIfNoEntry: false }) === undefined) return next(url, context);
      return { format: 'module', source: readFileSync(file, 'utf8'), shortCircuit: true };
    },
  });
}
