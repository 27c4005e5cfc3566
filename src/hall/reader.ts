/** Who reads a page, as far as its first paint must know: the language, and the theme if one was chosen. */
import type { FastifyRequest } from 'fastify';
import { languageOf, languages, type Language } from '../platform/language.ts';

export interface Reader {
  readonly language: Language;
  /** Empty: as the device has it. */
  readonly theme: 'light' | 'dark' | '';
}

/**
 * By the address (`?lang=ko`), else by the choice that was kept, else by the browser; `otherwise` is for who likes no
 * language better, as programs do.
 */
export function readerOf(request: FastifyRequest, otherwise: Language = 'en'): Reader {
  const { lang } = request.query as { lang?: unknown };
  const cookies = request.headers.cookie ?? '';
  const chosen =
    languages.find((language) => language === lang) ?? languages.find((language) => has(cookies, `lang=${language}`));
  const theme = (['light', 'dark'] as const).find((name) => has(cookies, `theme=${name}`)) ?? '';
  return { language: chosen ?? languageOf(request.headers['accept-language'], otherwise), theme };
}

function has(cookies: string, pair: string): boolean {
  return cookies.split(';').some((cookie) => cookie.trim() === pair);
}
