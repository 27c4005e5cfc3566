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

export function lasted(from: string, until: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(until) - Date.parse(from)) / 1_000));
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  if (language.value === 'ko') return minutes > 0 ? `${minutes}분 ${rest}초` : `${rest}초`;
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}
