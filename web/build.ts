/**
 * Builds the pages: Vite for scripts and styles, the font copied as it is, everything that is text compressed ahead.
 * bootstrap.mjs runs it when something under web/ changed. The new build takes the old one's place at once.
 */
import { copyFile, glob, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'vite';
import { rangesOf } from './glyphs.ts';
import { drawIcons } from './icons.ts';

const root = import.meta.dirname;
const compressed_bytes_min = 512;
const compress = { br: promisify(brotliCompress), gz: promisify(gzip) };

/** Every page of several documents: each loads only what it needs. */
const documents = ['fan', 'wait', 'console'];

async function bundle(folder: string): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    base: '/',
    oxc: { jsx: { runtime: 'automatic', importSource: '#jsx' } },
    build: {
      outDir: folder,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rolldownOptions: { input: documents.map((name) => path.join(root, `${name}.html`)) },
    },
  });
}

/** The font comes in pieces, by ranges of characters; a page loads those that it shows. */
async function copyFont(folder: string): Promise<void> {
  const from = path.join(root, '../node_modules/pretendard');
  const { version } = JSON.parse(await readFile(path.join(from, 'package.json'), 'utf8')) as { version: string };
  const web = path.join(from, 'dist/web/variable');
  const name = `pretendard-${version}`;
  const to = path.join(folder, 'assets', name);
  await mkdir(to, { recursive: true });
  for await (const file of glob('woff2-dynamic-subset/*.woff2', { cwd: web })) {
    await copyFile(path.join(web, file), path.join(to, path.basename(file)));
  }
  await copyFile(path.join(from, 'LICENSE'), path.join(to, 'LICENSE.txt')).catch(() => undefined);
  const css = await readFile(path.join(web, 'pretendardvariable-dynamic-subset.css'), 'utf8');
  const small = css
    .replaceAll(/\/\* \[\d+\] \*\//g, '')
    .replaceAll('./woff2-dynamic-subset/', './')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([{};:,]) ?/g, '$1');
  await writeFile(path.join(to, 'font.css'), small);
  await writeFile(path.join(folder, 'font'), `/assets/${name}/font.css`);
}

/** What the server draws a concert's picture with: the whole font, and which characters it has. */
async function copyPictureFont(folder: string): Promise<void> {
  const from = path.join(root, '../node_modules/pretendard/dist');
  const to = path.join(folder, 'picture');
  await mkdir(to, { recursive: true });
  await copyFile(path.join(from, 'web/variable/woff2/PretendardVariable.woff2'), path.join(to, 'font.woff2'));
  const ranges = rangesOf(await readFile(path.join(from, 'public/variable/PretendardVariable.ttf')));
  await writeFile(path.join(to, 'characters.json'), JSON.stringify(ranges));
}

/** Beside each text, `.br` and `.gz`: compressed once, as well as it goes. */
async function compressTexts(folder: string): Promise<void> {
  const { BROTLI_PARAM_QUALITY } = constants;
  for await (const file of glob('assets/**/*.{js,css,svg,json}', { cwd: folder })) {
    const text = await readFile(path.join(folder, file));
    if (text.length < compressed_bytes_min) continue;
    await Promise.all([
      compress
        .br(text, { params: { [BROTLI_PARAM_QUALITY]: 11 } })
        .then((small) => writeFile(path.join(folder, `${file}.br`), small)),
      compress.gz(text, { level: 9 }).then((small) => writeFile(path.join(folder, `${file}.gz`), small)),
    ]);
  }
}

async function main(fingerprint: string): Promise<void> {
  const folder = path.join(root, `dist-${process.pid}`);
  const dist = path.join(root, 'dist');
  try {
    await bundle(folder);
    await copyFont(folder);
    await copyPictureFont(folder);
    await drawIcons(path.join(root, '../src/pages/seal.svg'), path.join(folder, 'icons'));
    await compressTexts(folder);
    await writeFile(path.join(folder, 'fingerprint'), fingerprint);
    await rm(dist, { recursive: true, force: true });
    await rename(folder, dist);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main(process.argv[2] ?? '');
