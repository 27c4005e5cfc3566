/** Which of the two languages a reader wants. */

export type Language = 'en' | 'ko';
export const languages: readonly Language[] = ['en', 'ko'];

const header_length_max = 200;

/** The better liked of `ko` and `en` in an Accept-Language header; `otherwise` when it likes neither or both the same. */
export function languageOf(header: string | undefined, otherwise: Language = 'en'): Language {
  if (header === undefined || header.length > header_length_max) return otherwise;
  const wishes = header.toLowerCase().split(',').map(wishOf);
  const liking = (language: Language): number => qualityOf(wishes, language) ?? qualityOf(wishes, '*') ?? 0;
  const difference = liking('ko') - liking('en');
  if (difference === 0) return otherwise;
  return difference > 0 ? 'ko' : 'en';
}

interface Wish {
  readonly language: string;
  readonly quality: number;
}

/** `ko-KR;q=0.8` is a wish for `ko` of 0.8. */
function wishOf(part: string): Wish {
  const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim());
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = given === undefined ? 1 : Number(given.slice(2));
  return { language: tag.split('-')[0] ?? '', quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

function qualityOf(wishes: readonly Wish[], language: string): number | undefined {
  const own = wishes.filter((wish) => wish.language === language).map(({ quality }) => quality);
  return own.length === 0 ? undefined : Math.max(...own);
}
