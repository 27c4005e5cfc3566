/**
 * The pages of a concert, which say its name, its dates and its place before any script: to messengers, to search
 * engines, and to whoever reads without one. Each is made once, for as long as the concert is what it was.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Catalog, Concert } from '../catalog/catalog.ts';
import type { BuiltPages } from '../pages/built.ts';
import { escaped } from '../pages/frame.ts';
import { headOf } from '../pages/head.ts';
import { bodyWith } from '../pages/shell.ts';
import { compressed, type Compressed } from './compressed.ts';
import { aboutConcert, languageOfTitle, pictureTexts } from './concert-about.ts';
import { readerOf, type Reader } from './reader.ts';
import { sendDocument, type Shells } from './shells.ts';

interface Parts {
  readonly built: BuiltPages;
  readonly shell: Shells;
  readonly origin: string;
}

type Place = 'public' | 'inside';

/** Some 20 KB each, plain and compressed. */
const kept_max = 500;
const concert_id = /^[a-z0-9]{10}$/;

/** An unknown concert is the page for what does not exist. */
export function createConcertPages(
  { built, shell, origin }: Parts,
  { catalog }: { readonly catalog: Pick<Catalog, 'concert' | 'performancesOf'> },
) {
  /** By what was asked for, with the concert that it says: another object is another concert. */
  const kept = new Map<string, { readonly concert: Concert; readonly page: Promise<Compressed> }>();
  const make = async (concert: Concert, { language, theme }: Reader, place: Place): Promise<Compressed> => {
    const about = aboutConcert({ language, origin }, concert, await catalog.performancesOf(concert.id));
    const { title, description } = about;
    const head = headOf(place === 'public' ? about : { ...about, data: [], isPrivate: true });
    const { title: name, over, when, where } = pictureTexts(language, concert);
    const facts = `<h1>${escaped(name)}</h1><p>${[over, when, where].map(escaped).join(' · ')}</p>`;
    return compressed(
      built.render('fan', { language, theme, title, description, head, body: bodyWith(language, facts) }),
    );
  };
  return async (request: FastifyRequest, reply: FastifyReply, place: Place): Promise<FastifyReply> => {
    const { concertId } = request.params as { concertId: string };
    // Without the database the page comes all the same, and asks again by itself.
    const concert = await concertOf(catalog, concertId).catch(() => 'unclear' as const);
    if (concert === 'unclear') return shell(request, reply, 'fan', 'fan');
    if (concert === undefined) return shell(request, reply.code(404), 'fan', 'fan');
    const reader = readerOf(request, languageOfTitle(concert.title));
    const key = `${concertId} ${place} ${reader.language} ${reader.theme}`;
    const known = kept.get(key);
    const page = known?.concert === concert ? known.page : make(concert, reader, place);
    // The map's order is the order of use.
    kept.delete(key);
    kept.set(key, { concert, page });
    const [oldest] = kept.keys();
    if (kept.size > kept_max && oldest !== undefined) kept.delete(oldest);
    page.catch(() => {
      if (kept.get(key)?.page === page) kept.delete(key);
    });
    return sendDocument(request, reply, { page: await page, language: reader.language });
  };
}

async function concertOf(catalog: Pick<Catalog, 'concert'>, concertId: string): Promise<Concert | undefined> {
  return concert_id.test(concertId) ? catalog.concert(concertId) : undefined;
}
