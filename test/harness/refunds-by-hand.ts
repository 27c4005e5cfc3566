/**
 * What the contract says of refunds, reckoned once more as one would with a wall calendar: `2026-12-19` and `17:00` are texts, days
 * are crossed off, fees are big integers. Slow, and nothing in it is shared with what it is held against.
 */
import type { RefundAsked, RefundPolicy } from '../../src/refunds/refunds.ts';

const minute = 60_000;
const hour = 60 * minute;

export function dateIn(timeZone: string, at: Date): string {
  return at.toLocaleDateString('en-CA', { timeZone });
}

export function clockIn(timeZone: string, at: Date): string {
  return at.toLocaleTimeString('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function dayBefore(date: string): string {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  const written = (...parts: number[]): string => parts.map((part) => String(part).padStart(2, '0')).join('-');
  if (day > 1) return written(year, month, day - 1);
  return month > 1 ? written(year, month - 1, lengths[month - 2] ?? 0) : written(year - 1, 12, 31);
}

/** More than a year is as much as anybody asks; −1 when the calendar is past the date of the show. */
function daysLeft(today: string, show: string): number {
  let days = 0;
  for (let date = show; date > today && days < 400; date = dayBefore(date)) days += 1;
  return show < today ? -1 : days;
}

/** By Zeller's congruence. */
function isSaturday(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const [m, y] = month < 3 ? [month + 12, year - 1] : [month, year];
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return (day + Math.floor((13 * (m + 1)) / 5) + y + leaps) % 7 === 0;
}

export function percentByHand(price: number, percent: number): number {
  return Number((BigInt(price) * BigInt(percent)) / 100n);
}

interface Hour {
  readonly left: number;
  /** Milliseconds since it was paid, and until it starts. */
  readonly sincePaid: number;
  readonly toStart: number;
}

type Fee = readonly [percent: number, most?: number] | 'CLOSED' | 'POLICY';

function kftc({ left, sincePaid }: Hour): Fee {
  if (left >= 10 || (left >= 3 && sincePaid < 24 * hour)) return [0];
  if (left >= 7) return [10];
  if (left >= 3) return [20];
  if (left >= 1) return [30];
  return left === 0 ? [90] : 'POLICY';
}

function platform({ left, sincePaid }: Hour, now: string, show: string): Fee {
  const eve = dayBefore(show);
  if (now >= `${eve} ${isSaturday(eve) ? '11:00' : '17:00'}`) return 'CLOSED';
  if (left >= 10) return sincePaid < 168 * hour ? [0] : [10, 4_000];
  if (left >= 7) return [10];
  return left >= 3 ? [20] : [30];
}

function ofItsOwn(policy: RefundPolicy, { left, sincePaid, toStart }: Hour): Fee {
  const { rules = [], freeHoursAfterPurchase = 0, freeUntilDaysBefore = 0, closesMinutesBeforeStart = 0 } = policy;
  if (toStart <= closesMinutesBeforeStart * minute) return 'CLOSED';
  if (sincePaid < freeHoursAfterPurchase * hour && left >= freeUntilDaysBefore) return [0];
  for (const { untilDaysBefore, feePercent } of rules) if (left >= untilDaysBefore) return [feePercent];
  return 'POLICY';
}

function feeByPolicy({ terms: { refundPolicy, timeZone }, paidAt, startsAt, now }: RefundAsked): Fee {
  const [today, show] = [dateIn(timeZone, now), dateIn(timeZone, startsAt)];
  const about = {
    left: daysLeft(today, show),
    sincePaid: now.getTime() - paidAt.getTime(),
    toStart: startsAt.getTime() - now.getTime(),
  };
  if (refundPolicy.preset === 'none') return 'POLICY';
  if (refundPolicy.preset === 'kftc') return kftc(about);
  if (refundPolicy.preset === 'platform') return platform(about, `${today} ${clockIn(timeZone, now)}`, show);
  return ofItsOwn(refundPolicy, about);
}

/** The fee of each seat, or why there is none. */
export function feesByHand(asked: RefundAsked): number[] | string {
  const { paidAt, startsAt, movedAt, now, seats } = asked;
  if (now.getTime() >= startsAt.getTime()) return 'STARTED';
  const isFreeByMove = movedAt !== null && paidAt < movedAt && now.getTime() - movedAt.getTime() < 168 * hour;
  const fee = isFreeByMove ? ([0] as const) : feeByPolicy(asked);
  if (typeof fee === 'string') return fee;
  const [percent, most = Infinity] = fee;
  return seats.map(({ price }) => Math.min(most, percentByHand(price, percent)));
}
