/**
 * Days and clocks as people write them. They are those of the hall, wherever the reader is, and every clock names its
 * zone. Put together here from their parts: how a locale joins them differs between the server and browsers. No line
 * ends within a day or a clock: their parts are joined by no-break spaces.
 */
import { unbroken, type Both, type Language } from './language.ts';

export const hall = { zone: 'Asia/Seoul', name: 'KST' };

interface Parts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly weekday: string;
  readonly hour: string;
  readonly minute: string;
}

/** Korean numbers its months, English names them. */
const options: Both<Intl.DateTimeFormatOptions> = { ko: { month: 'numeric' }, en: { month: 'short' } };
const locales: Both<string> = { ko: 'ko-KR', en: 'en-GB' };
/** One for each language and zone that a reader meets: making one costs more than a hundred uses of it. */
const formats = new Map<string, Intl.DateTimeFormat>();
/** A server meets the readers of all its concerts. */
const formats_max = 64;

function formatOf(language: Language, timeZone: string | undefined): Intl.DateTimeFormat {
  const key = `${language} ${timeZone ?? ''}`;
  const format =
    formats.get(key) ??
    new Intl.DateTimeFormat(locales[language], {
      year: 'numeric',
      day: 'numeric',
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      calendar: 'gregory',
      numberingSystem: 'latn',
      ...(timeZone !== undefined && { timeZone }),
      ...options[language],
    });
  if (formats.size >= formats_max) formats.clear();
  formats.set(key, format);
  return format;
}

function partsOf(language: Language, time: number, zone?: string): Parts {
  const parts: Record<string, string> = {};
  for (const { type, value } of formatOf(language, zone).formatToParts(time)) parts[type] = value;
  const { year = '', month = '', day = '', weekday = '', hour = '', minute = '' } = parts;
  return { year, month, day, weekday, hour: hour.padStart(2, '0'), minute: minute.padStart(2, '0') };
}

const inHall = (language: Language, time: string): Parts => partsOf(language, Date.parse(time), hall.zone);

function dayIn(language: Language, { month, day, weekday }: Parts): string {
  return unbroken(language === 'ko' ? `${month}월 ${day}일(${weekday})` : `${weekday} ${day} ${month}`);
}

const clockIn = ({ hour, minute }: Parts): string => `${hour}:${minute}`;

/** `5월 1일(금)`, `Fri 1 May`: for a place that says the year itself. */
export function dayAndMonth(language: Language, time: string): string {
  return dayIn(language, inHall(language, time));
}

/** `2027년`, `2027`. */
export function year(language: Language, time: string): string {
  const { year: name } = inHall(language, time);
  return language === 'ko' ? `${name}년` : name;
}

/** `2027년 5월 1일(토)`, `Sat 1 May 2027`. */
export function dateWithYear(language: Language, time: string, zone = hall.zone): string {
  const parts = partsOf(language, Date.parse(time), zone);
  const day = dayIn(language, parts);
  return language === 'ko' ? `${parts.year}년 ${day}` : `${day} ${parts.year}`;
}

/** Whether the hall's year is another at `time` than at `now` (ms since 1970): then a date says it. */
export function isOfAnotherYear(time: string, now: number): boolean {
  return inHall('en', time).year !== partsOf('en', now, hall.zone).year;
}

/** With the year only where it is not that of `now` (ms since 1970). */
export function date(language: Language, time: string, now: number): string {
  return isOfAnotherYear(time, now) ? dateWithYear(language, time) : dayAndMonth(language, time);
}

/** `19:00 KST`. */
export function clockTime(language: Language, time: string): string {
  return unbroken(`${clockIn(inHall(language, time))} ${hall.name}`);
}

/** As it stands behind a clock of that zone: `KST`, and elsewhere as the British call it, `CEST` or `GMT+13`. */
export function zoneName(timeZone: string, time: Date): string {
  if (timeZone === hall.zone) return hall.name;
  const parts = new Intl.DateTimeFormat(locales.en, { timeZone, timeZoneName: 'short' }).formatToParts(time);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}

const between: Both<string> = { ko: ' ', en: ', ' };

/** `5월 1일(금) 19:00 KST`, `Fri 1 May, 19:00 KST`. */
export function dateAndTime(language: Language, time: string, now: number): string {
  return date(language, time, now) + between[language] + clockTime(language, time);
}

/**
 * From the first date to the last, with their years: one date with its clock, `2026년 5월 1일(금) 19:00 KST`, or the days
 * from one to another, `Fri 1 May 2026 – Sun 3 May 2026`.
 */
export function dateSpan(language: Language, first: string, last: string): string {
  const [from, to] = [dateWithYear(language, first), dateWithYear(language, last)];
  if (first === last) return from + between[language] + clockTime(language, first);
  return from === to ? from : `${from} – ${to}`;
}

/**
 * The same moment by the clock of `zone` (that of the device, unless given), without naming the zone: `12:00`, with the
 * day where it is another. Undefined where it reads as in the hall.
 */
export function timeElsewhere(language: Language, time: string, zone?: string): string | undefined {
  const [there, here] = [inHall(language, time), partsOf(language, Date.parse(time), zone)];
  const isSameDay = dayIn(language, there) === dayIn(language, here);
  if (isSameDay && clockIn(there) === clockIn(here)) return undefined;
  return isSameDay ? clockIn(here) : dayIn(language, here) + between[language] + clockIn(here);
}
