/** Loaded before every test file: the packages that all of them need come from where the run has packed them. */
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** `typebox` is 680 modules, which every file loads to hold answers against the contract: 0.35 s of processor time. */
export const packages = ['typebox', 'typebox/compile'];

const folder = process.env['TEST_PACKED'];
if (folder !== undefined) {
  const packed = new Map(packages.map((name) => [name, pathToFileURL(path.join(folder, `${name}.mjs`)).href]));
  registerHooks({ resolve: (name, context, next) => next(packed.get(name) ?? name, context) });
}
