/** Dates and clocks as they hang on a wall in a time zone, whatever its summer time does. */

export interface WallClock {
  /** The date, counted in days from 1 January 1970; a date that a zone skipped is counted too. */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

export const minute_ms = 60_000;
export const hour_ms = 3_600_000;
const day_ms = 86_400_000;
/** Making a format costs thirty uses of it, and each zone has one; a house whose concerts are all over the world has few more. */
const formats_max = 64;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws a RangeError for a zone that does not exist. */
export function wallClockIn(timeZone: string, at: Date): WallClock {
  const numbers = (formatOf(timeZone).format(at).match(/\d+/g) ?? []).map(Number);
  const [year = 0, month = 1, date = 1, hour = 0, minute = 0] = numbers;
  return { day: Date.UTC(year, month - 1, date) / day_ms, hour, minute };
}

/** What orders clocks of one zone, as far as they are not turned back. */
export function minutesOf({ day, hour, minute }: WallClock): number {
  return (day * 24 + hour) * 60 + minute;
}

/** A counted day as a date of UTC, of which year, month, date and day of the week are those of the calendar. */
export function dateOfDay(day: number): Date {
  return new Date(day * day_ms);
}

export function isSaturday(day: number): boolean {
  return dateOfDay(day).getUTCDay() === 6;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  if (formats.size >= formats_max) formats.clear();
  // Numbers from the largest unit to the smallest, as Swedes write them.
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(timeZone, format);
  return format;
}
