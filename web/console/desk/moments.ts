/** Times as an operator compares them: the day and the second, by the hall's clock. */
import { language } from '../../words/words.ts';

const options: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
  timeZone: 'Asia/Seoul',
};

/** `2026-12-24 19:30:05`, the same in both languages, so that it can be sorted by the eye and searched for. */
export function moment(time: string): string {
  return new Intl.DateTimeFormat('sv-SE', options).format(new Date(time));
}

/** The same to a tenth of a second: in the first minute of a sale that decides. */
export function exactly(time: string): string {
  return new Intl.DateTimeFormat('sv-SE', { ...options, fractionalSecondDigits: 1 })
    .format(new Date(time))
    .replace(',', '.');
}

export function lasted(from: string, until: string): string {
  const exact = Math.max(0, (Date.parse(until) - Date.parse(from)) / 1_000);
  const seconds = Math.round(exact);
  const minutes = Math.floor(seconds / 60);
  const rest = exact < 10 ? exact.toFixed(1) : seconds % 60;
  if (language.value === 'ko') return minutes > 0 ? `${minutes}분 ${rest}초` : `${rest}초`;
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}
