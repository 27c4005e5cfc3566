/** Which of the two languages a reader wants. */

export type Language = 'en' | 'ko';
export const languages: readonly Language[] = ['en', 'ko'];

const header_length_max = 200;

/** The better liked of `ko` and `en` in an Accept-Language header; `en` when it names neither or likes both the same. */
export function languageOf(header: string | undefined): Language {
  if (header === undefined || header.length > header_length_max) return 'en';
  const liking = { ko: -1, en: -1, '*': -1 };
  for (const part of header.toLowerCase().split(',')) {
    const [tag = '', ...parameters] = part.trim().split(';');
    const primary = tag.trim().split('-')[0];
    if (primary !== 'ko' && primary !== 'en' && primary !== '*') continue;
    liking[primary] = Math.max(liking[primary], qualityOf(parameters));
  }
  const ko = liking.ko >= 0 ? liking.ko : Math.max(liking['*'], 0);
  const en = liking.en >= 0 ? liking.en : Math.max(liking['*'], 0);
  return ko > en ? 'ko' : 'en';
}

function qualityOf(parameters: readonly string[]): number {
  const given = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('q='));
  if (given === undefined) return 1;
  const quality = Number(given.slice(2));
  return quality >= 0 && quality <= 1 ? quality : 0;
}
