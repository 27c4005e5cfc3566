/**
 * What every test starts again, packed into few files for the time of a run: the server's 1,700 modules are found, read
 * and linked once, not at each of its hundred starts. Measured, a start in processor time: 2.1 s as it is, 0.8 s packed;
 * the packing takes 4 s. The sources are the same, and what they ask about their own place is told as if they stood there.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'vite';

const root = path.join(import.meta.dirname, '../..');
const sources = path.join(root, 'src') + path.sep;

/** Pages, migrations and PostgreSQL's programs are found from where a source stands. */
const inPlace: Plugin = {
  name: 'in-place',
  transform: (code, id) => {
    if (!id.startsWith(sources)) return null;
    return code
      .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(id)))
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href));
  },
};

/** Packs src/main.ts as `main.mjs`, and these packages by their names, into an empty folder. */
export async function pack(folder: string, packages: readonly string[]): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [inPlace],
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'node24',
      minify: false,
      outDir: folder,
      emptyOutDir: true,
      reportCompressedSize: false,
      rolldownOptions: {
        input: { main: path.join(root, 'src/main.ts'), ...Object.fromEntries(packages.map((name) => [name, name])) },
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].mjs', chunkFileNames: 'parts/[name]-[hash].mjs' },
      },
    },
  });
}
