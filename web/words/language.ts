/** The reader's language and how it writes numbers, money and counts; `dates.ts` has days and clocks. No browser in here: the server paints with it too. */

export type Language = 'ko' | 'en';
/** The same sentences in both languages; a missing one is an error of types. */
export type Both<Words> = Readonly<Record<Language, Words>>;

const locales: Both<string> = { ko: 'ko-KR', en: 'en-GB' };

export function number(language: Language, value: number): string {
  return value.toLocaleString(locales[language]);
}

export function money(language: Language, value: number): string {
  return language === 'ko' ? `${number(language, value)}원` : `₩${number(language, value)}`;
}

/** The same on one line: its spaces are no-break spaces. Whatever compares text takes any space for a space. */
export function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}

/** No line ends between a sign and what is said of it: `10%예요`. The sign itself stays as it is for whoever looks for it. */
export function joinedPercents(text: string): string {
  return text.replaceAll(/%(?=[가-힣])/g, '%\u2060');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `4:05`, or `1:00:09`; never negative. */
export function countdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const hours = Math.floor(whole / 3_600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** English alone tells one from many: `1 seat`, `2,000 seats`. */
export function counted(count: number | string, one: string): string {
  return `${count} ${one}${String(count) === '1' ? '' : 's'}`;
}

function hasKorean(text: string): boolean {
  return /[가-힣]/.test(text);
}

/** A title that an operator wrote in two languages, `하나 — One`, in the order of the reader; any other is one title. */
export function titleIn(language: Language, title: string): readonly [main: string, other: string | undefined] {
  const [, first = title, second = ''] = /^(.*?)\s+[—–]\s+(.*)$/s.exec(title) ?? [];
  const foreign = hasKorean(first) ? second : first;
  if (hasKorean(first) === hasKorean(second) || !/\p{L}/u.test(foreign)) return [title, undefined];
  return hasKorean(first) === (language === 'ko') ? [first, second] : [second, first];
}
