/**
 * What a page says of itself to those who run no script: messengers that show a link, and search engines. Everything
 * that somebody wrote is escaped here, in attributes and in JSON.
 */
import type { Language } from '../platform/language.ts';
import { escaped } from './frame.ts';
import { picture } from './picture.ts';

export interface PageAbout {
  readonly language: Language;
  readonly title: string;
  readonly description: string;
  /** Absolute: where the page is, without what depends on the reader. */
  readonly address: string;
  /** Absolute, and what it shows. */
  readonly image: { readonly address: string; readonly alt: string };
  /** Says the same for programs, as schema.org has it; nothing if there is none. */
  readonly data?: readonly object[];
  /** It is of one reader, or of one moment. */
  readonly isPrivate?: boolean;
}

const locales: Readonly<Record<Language, string>> = { ko: 'ko_KR', en: 'en_GB' };

const icons = `<link rel="icon" href="/favicon.ico" sizes="48x48">
<link rel="apple-touch-icon" href="/apple-touch-icon.png">
<link rel="manifest" href="/manifest.webmanifest">`;

/** Of a page that is nobody's business but the reader's. */
export const privateHead = `<meta name="robots" content="noindex">\n${icons}`;

/** Markup for the head of a page, after its title and description. */
export function headOf(about: PageAbout): string {
  const { language, title, description, address, image, data = [], isPrivate = false } = about;
  const other = language === 'ko' ? 'en' : 'ko';
  const properties: readonly (readonly [property: string, content: string])[] = [
    ['og:site_name', 'Maejin 매진'],
    ['og:type', 'website'],
    ['og:title', title],
    ['og:description', description],
    ['og:url', address],
    ['og:locale', locales[language]],
    ['og:locale:alternate', locales[other]],
    ['og:image', image.address],
    ['og:image:type', 'image/png'],
    ['og:image:width', String(picture.width)],
    ['og:image:height', String(picture.height)],
    ['og:image:alt', image.alt],
  ];
  return [
    isPrivate ? '<meta name="robots" content="noindex">' : '',
    `<link rel="canonical" href="${escaped(address)}">`,
    ...(['ko', 'en'] as const).map(
      (one) => `<link rel="alternate" hreflang="${one}" href="${escaped(`${address}?lang=${one}`)}">`,
    ),
    ...properties.map(([property, content]) => `<meta property="${property}" content="${escaped(content)}">`),
    '<meta name="twitter:card" content="summary_large_image">',
    data.length === 0 ? '' : `<script type="application/ld+json">${jsonInMarkup(data)}</script>`,
    icons,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** No text in it can end the element that it stands in. */
function jsonInMarkup(data: readonly object[]): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}
