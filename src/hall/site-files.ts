/** What is asked of a site by its address alone: icons, the manifest, what robots may read, and the pictures of links. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Catalog } from '../catalog/catalog.ts';
import type { App } from '../contract.ts';
import { shells } from '../pages/shell.ts';
import { refuse } from '../refusals.ts';
import { homeTexts, pictureTexts } from './concert-about.ts';
import { languages, type Language } from '../platform/language.ts';
import { createPictures, type Picture } from './pictures.ts';
import { readerOf } from './reader.ts';

interface Parts {
  /** Where the built pages lie. */
  readonly folder: string;
  readonly origin: string;
  readonly catalog: Pick<Catalog, 'concert'>;
}

const day_seconds = 86_400;
const icons = {
  'favicon.ico': 'image/x-icon',
  'apple-touch-icon.png': 'image/png',
  'icon-192.png': 'image/png',
  'icon-512.png': 'image/png',
  'icon-maskable-512.png': 'image/png',
} as const;
const concert_id = /^[a-z0-9]{10}$/;

export async function mountSiteFiles(app: App, { folder, origin, catalog }: Parts): Promise<void> {
  for (const [name, type] of Object.entries(icons)) {
    // oxlint-disable-next-line no-await-in-loop
    const icon = await readFile(path.join(folder, 'icons', name));
    app.get(`/${name}`, (_request, reply) => keepForADay(reply).type(type).send(icon));
  }
  app.get('/robots.txt', (_request, reply) => keepForADay(reply).type('text/plain; charset=utf-8').send(robots));
  app.get('/manifest.webmanifest', (request, reply) => {
    const { language } = readerOf(request);
    reply.header('vary', 'cookie, accept-language').type('application/manifest+json; charset=utf-8');
    return keepForADay(reply, 'private').send(JSON.stringify(manifest(language, origin)));
  });
  mountPictures(app, { folder, catalog });
}

function mountPictures(app: App, { folder, catalog }: Pick<Parts, 'folder' | 'catalog'>): void {
  const pictures = createPictures(path.join(folder, 'picture'));
  for (const language of languages) {
    app.get(`/picture-${language}.png`, async (request, reply) =>
      sendPicture(request, reply, await pictures.of(homeTexts(language))),
    );
    app.get(`/concerts/:concertId/picture-${language}.png`, async (request, reply) => {
      const { concertId } = request.params as { concertId: string };
      const concert = concert_id.test(concertId) ? await catalog.concert(concertId) : undefined;
      if (concert === undefined) throw refuse('NOT_FOUND');
      const drawn = await pictures.of(pictureTexts(language, concert));
      return sendPicture(request, reply, drawn);
    });
  }
}

function sendPicture(request: FastifyRequest, reply: FastifyReply, { png, etag }: Picture): FastifyReply {
  keepForADay(reply).header('etag', etag);
  if ((request.headers['if-none-match'] ?? '').includes(etag)) return reply.code(304).send();
  return reply.type('image/png').send(png);
}

function keepForADay(reply: FastifyReply, whose: 'public' | 'private' = 'public'): FastifyReply {
  return reply.header('cache-control', `${whose}, max-age=${day_seconds}`);
}

/** Pages that say `noindex` must be readable to say so; these have nothing to say. */
const robots = `User-agent: *
Disallow: /api/
Disallow: /console
Disallow: /metrics
`;

function icon(size: number, purpose: 'any' | 'maskable'): object {
  const src = purpose === 'any' ? `/icon-${size}.png` : `/icon-maskable-${size}.png`;
  return { src, sizes: `${size}x${size}`, type: 'image/png', purpose };
}

function manifest(language: Language, origin: string): object {
  return {
    id: `${origin}/`,
    name: shells.home[language].title,
    short_name: language === 'ko' ? '매진' : 'Maejin',
    description: shells.home[language].description,
    lang: language,
    start_url: '/',
    scope: '/',
    display: 'standalone',
    background_color: '#faf7f2',
    theme_color: '#faf7f2',
    icons: [icon(192, 'any'), icon(512, 'any'), icon(512, 'maskable')],
  };
}
