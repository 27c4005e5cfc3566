/** The seal as the icons that devices ask for, drawn when the pages are built. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Renderer, type Node } from '@takumi-rs/core';

const paper = '#faf7f2';

interface Icon {
  readonly name: string;
  readonly size: number;
  /** How much of the icon the seal takes. Devices cut the edge of what is maskable, and round that of touch icons. */
  readonly share: number;
  readonly background?: string;
  readonly format?: 'ico';
}

const icons: readonly Icon[] = [
  { name: 'favicon.ico', size: 48, share: 1, format: 'ico' },
  { name: 'apple-touch-icon.png', size: 180, share: 0.8, background: paper },
  { name: 'icon-192.png', size: 192, share: 1 },
  { name: 'icon-512.png', size: 512, share: 1 },
  { name: 'icon-maskable-512.png', size: 512, share: 0.62, background: paper },
];

/** Writes the icons into `folder`. `seal` is the path of an SVG file. */
export async function drawIcons(seal: string, folder: string): Promise<void> {
  const data = await readFile(seal);
  const renderer = new Renderer();
  await mkdir(folder, { recursive: true });
  await Promise.all(
    icons.map(async ({ name, size, share, background, format }) => {
      const side = Math.round(size * share);
      const style = {
        width: size,
        height: size,
        display: 'flex',
        alignItems: 'center',
        justifyContent: 'center',
        ...(background !== undefined && { backgroundColor: background }),
      };
      const image: Node = { type: 'image', src: 'seal', width: side, height: side };
      const node: Node = { type: 'container', style, children: [image] };
      const drawn = await renderer.render(node, {
        width: size,
        height: size,
        format: format ?? 'png',
        images: [{ src: 'seal', data }],
      });
      await writeFile(path.join(folder, name), drawn);
    }),
  );
}
