/**
 * The rules of refunds in words: what decided on one, also years later, and all of a policy for whoever is about to buy. Where
 * it is known which date was bought, a sentence says until when its rule holds, by the clock there.
 */
import { dateWithYear, zoneName } from '../../web/words/dates.ts';
import type { Language } from '../platform/language.ts';
import { dateOfDay, hour_ms, minute_ms, minutesOf, wallClockIn, type WallClock } from './calendar.ts';
import type { RefundTerms } from './policy.ts';
import { free_hours_after_move, type RefundAsked, type RuleId } from './refund-of.ts';
import { eveClosing, scheduleOf, type Schedule } from './schedule.ts';
import { words } from './words.ts';

/** Which date was bought, and when. */
export type Bought = Pick<RefundAsked, 'paidAt' | 'startsAt' | 'movedAt'>;

interface Telling {
  readonly language: Language;
  readonly terms: RefundTerms;
  readonly bought: Bought | undefined;
}

/** The rule that decided, in a sentence; `terms` are those that the reservation was paid under. */
export function sentenceOf(rule: RuleId, language: Language, terms: RefundTerms, bought?: Bought): string {
  const said = words[language];
  const telling = { language, terms, bought };
  const [kind = '', ...rest] = rule.split(':');
  const [first = 0, second = 0, third] = rest.map(Number);
  switch (kind) {
    case 'days':
      return said.rule(until(first, telling), said.fee(second, third));
    case 'purchase':
      return said.purchase(first, untilAtMost(first, second, telling));
    case 'operator':
      return said.byOperator(said.fee(first));
    case 'moved':
      return said.moved(untilAfterMove(telling));
    default:
      return said.calledOff;
  }
}

/** All of a policy, for the page of a concert. */
export function sentencesOf(terms: RefundTerms, language: Language): string[] {
  const said = words[language];
  const { rules, freeHoursAfterPurchase: hours, freeUntilDaysBefore: days, closes } = scheduleOf(terms.refundPolicy);
  const telling = { language, terms, bought: undefined };
  if (rules.length === 0) return [said.never, said.whatever];
  return [
    ...(hours > 0 ? [said.purchase(hours, untilAtMost(hours, days, telling))] : []),
    ...rules.map((rule) => said.rule(until(rule.untilDaysBefore, telling), said.fee(rule.feePercent, rule.feeMax))),
    ...(closes === 'EVE' || closes === 0 ? [] : [said.closing(closes)]),
    said.otherwise,
    said.whatever,
  ];
}

/** Until the end of that day, or until cancelling closes if that comes first. */
function until(days: number, { language, terms, bought }: Telling): string {
  const said = words[language];
  const schedule = scheduleOf(terms.refundPolicy);
  if (bought === undefined) return untilInGeneral(days, language, schedule);
  const { startsAt } = bought;
  const show = wallClockIn(terms.timeZone, startsAt);
  const lastDay = show.day - days;
  const closing = closingIn(terms, startsAt);
  if (lastDay < closing.day) return said.day(days, dayIn(language, lastDay));
  if (schedule.closes === 0) return said.start(dayIn(language, show.day));
  const minutesLeft = minutesOf(show) - minutesOf(closing);
  const about = new Date(startsAt.getTime() - minutesLeft * minute_ms);
  return said.clock(dayIn(language, closing.day), clockIn(closing, terms.timeZone, about));
}

function untilInGeneral(days: number, language: Language, { closes }: Schedule): string {
  const said = words[language];
  if (closes === 'EVE') return days <= 1 ? said.eve : said.day(days);
  if (days > 0) return said.day(days);
  return closes === 0 ? said.start() : said.minutes(closes);
}

/** The same, or until so many hours after paying if that comes first. */
function untilAtMost(hours: number, days: number, telling: Telling): string {
  const { language, terms, bought } = telling;
  const day =
    days === 0 && scheduleOf(terms.refundPolicy).closes === 0 ? words[language].toStart : until(days, telling);
  if (bought === undefined) return day;
  const end = new Date(bought.paidAt.getTime() + hours * hour_ms);
  const here = wallClockIn(terms.timeZone, end);
  const lastDay = wallClockIn(terms.timeZone, bought.startsAt).day - days;
  const isFirst = here.day <= lastDay && minutesOf(here) < minutesOf(closingIn(terms, bought.startsAt));
  return isFirst ? untilThen(end, telling) : day;
}

function untilAfterMove(telling: Telling): string | undefined {
  const { bought } = telling;
  if (bought === undefined || bought.movedAt === null) return undefined;
  const end = new Date(bought.movedAt.getTime() + free_hours_after_move * hour_ms);
  if (end < bought.startsAt) return untilThen(end, telling);
  return untilThen(bought.startsAt, telling);
}

function untilThen(end: Date, { language, terms: { timeZone } }: Telling): string {
  const here = wallClockIn(timeZone, end);
  return words[language].clock(dayIn(language, here.day), clockIn(here, timeZone, end));
}

/** When nothing can be cancelled any more, by the clock there. */
function closingIn({ refundPolicy, timeZone }: RefundTerms, startsAt: Date): WallClock {
  const { closes } = scheduleOf(refundPolicy);
  if (closes === 'EVE') return eveClosing(wallClockIn(timeZone, startsAt).day);
  return wallClockIn(timeZone, new Date(startsAt.getTime() - closes * minute_ms));
}

function dayIn(language: Language, day: number): string {
  return dateWithYear(language, dateOfDay(day).toISOString(), 'UTC');
}

/** `11:00 KST`; what a zone is called depends on the time of the year. */
function clockIn({ hour, minute }: WallClock, timeZone: string, about: Date): string {
  return `${[hour, minute].map((part) => String(part).padStart(2, '0')).join(':')} ${zoneName(timeZone, about)}`;
}
