/** The language that the server painted this page in. */
import type { Language } from './language.ts';

export function languageOfPage(): Language {
  return document.documentElement.lang === 'ko' ? 'ko' : 'en';
}
