/** The language as a signal, for the pages that change it without being loaded again. */
import { signal } from '@preact/signals';
import { keepCookie } from '../client/store.ts';
import * as dates from './dates.ts';
import * as format from './language.ts';
import type { Both, Language } from './language.ts';
import { languageOfPage } from './page.ts';
import * as seats from './seat-name.ts';

const year_seconds = 365 * 86_400;

export const language = signal<Language>(languageOfPage());

/** Speaks the other language from now on, on this device. */
export function speak(next: Language): void {
  keepCookie({ name: 'lang', value: next, path: '/', seconds: year_seconds, sameSite: 'Lax' });
  document.documentElement.lang = next;
  language.value = next;
}

/** Those of two sets of words that are in the reader's language. Read it inside a component. */
export function say<Words>(words: Both<Words>): Words {
  return words[language.value];
}

export const money = (value: number): string => format.money(language.value, value);
export const number = (value: number): string => format.number(language.value, value);
/** Days and clocks are the hall's; only what year is "this year" is asked of the device. */
export const date = (time: string): string => dates.date(language.value, time, Date.now());
export const dateWithYear = (time: string): string => dates.dateWithYear(language.value, time);
export const dayAndMonth = (time: string): string => dates.dayAndMonth(language.value, time);
export const clockTime = (time: string): string => dates.clockTime(language.value, time);
export const dateAndTime = (time: string): string => dates.dateAndTime(language.value, time, Date.now());
export const dateSpan = (first: string, last: string): string => dates.dateSpan(language.value, first, last);
/** `2027년` where it is not this year. */
export const yearIfAnother = (time: string): string | undefined =>
  dates.isOfAnotherYear(time, Date.now()) ? dates.year(language.value, time) : undefined;

const whereYouAre: Both<(time: string) => string> = {
  ko: (time) => `내 지역 시간 ${time}`,
  en: (time) => `${time} where you are`,
};
/** The moment by the reader's own clock; undefined where that shows what the hall's does. */
export const ownTime = (time: string): string | undefined => {
  const own = dates.timeElsewhere(language.value, time);
  return own === undefined ? undefined : say(whereYouAre)(own);
};
export const sectionName = (name: string): string => seats.sectionName(language.value, name);
export const seatName = (seat: seats.SeatPlace): string => seats.seatName(language.value, seat);
export const shortSeatName = (seat: seats.SeatPlace): string => seats.shortSeatName(language.value, seat);
export const seatNames = (all: readonly seats.SeatPlace[]): string => seats.seatNames(language.value, all);
/** For a chip or a list: the name of a seat that came with its label alone. */
export const nameOfLabel = (label: string): string => seats.nameOfLabel(language.value, label, seats.shortSeatName);
export const namesOfLabels = (labels: readonly string[]): string => seats.namesOfLabels(language.value, labels);
export const titleIn = (title: string) => format.titleIn(language.value, title);
