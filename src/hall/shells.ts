/** Documents that are the same for all readers of a language and a theme: rendered and compressed once each. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BuiltPages, DocumentName } from '../pages/built.ts';
import { headOf, privateHead } from '../pages/head.ts';
import { shells, type ShellName } from '../pages/shell.ts';
import { compressed, sendCompressed, type Compressed } from './compressed.ts';
import { homePicturePath } from './concert-about.ts';
import type { Language } from '../platform/language.ts';
import { readerOf, type Reader } from './reader.ts';

export type Shells = (
  request: FastifyRequest,
  reply: FastifyReply,
  document: DocumentName,
  name: ShellName,
) => Promise<FastifyReply>;

/** `origin` is where the fans find this service, without a slash at its end. */
export function createShells(built: BuiltPages, origin: string): Shells {
  const ready = new Map<string, Promise<Compressed>>();
  const make = (document: DocumentName, name: ShellName, { language, theme }: Reader): Promise<Compressed> => {
    const head = name === 'home' ? homeHead(language, origin) : privateHead;
    return compressed(built.render(document, { language, theme, head, ...shells[name][language] }));
  };
  return async (request, reply, document, name) => {
    const found = readerOf(request);
    // Whoever steers a sale at night has not been asked yet: the console is dark until somebody says otherwise.
    const reader = name === 'console' && found.theme === '' ? { ...found, theme: 'dark' as const } : found;
    const key = `${document} ${name} ${reader.language} ${reader.theme}`;
    const page = ready.get(key) ?? make(document, name, reader);
    ready.set(key, page);
    return sendDocument(request, reply, { page: await page, language: reader.language });
  };
}

/** Asked for again at each visit, and not sent again to those who have it. */
export function sendDocument(
  request: FastifyRequest,
  reply: FastifyReply,
  { page, language }: { readonly page: Compressed; readonly language: Language },
): FastifyReply {
  reply.header('cache-control', 'no-cache').header('content-language', language);
  reply.type('text/html; charset=utf-8');
  return sendCompressed(request, reply, page);
}

function homeHead(language: Language, origin: string): string {
  const { title, description } = shells.home[language];
  const image = { address: `${origin}${homePicturePath(language)}`, alt: description };
  return headOf({ language, title, description, address: `${origin}/`, image });
}
