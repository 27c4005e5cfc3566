/** The language as a signal, for the pages that change it without being loaded again. */
import { signal } from '@preact/signals';
import * as format from './language.ts';
import type { Both, Language } from './language.ts';
import { languageOfPage } from './page.ts';
import * as seats from './seat-name.ts';

const year_seconds = 365 * 86_400;

export const language = signal<Language>(languageOfPage());

/** Speaks the other language from now on, on this device. */
export function speak(next: Language): void {
  document.cookie = `lang=${next}; Path=/; Max-Age=${year_seconds}; SameSite=Lax`;
  document.documentElement.lang = next;
  language.value = next;
}

/** Those of two sets of words that are in the reader's language. Read it inside a component. */
export function say<Words>(words: Both<Words>): Words {
  return words[language.value];
}

export const money = (value: number): string => format.money(language.value, value);
export const number = (value: number): string => format.number(language.value, value);
export const date = (time: string): string => format.date(language.value, time);
export const dateWithYear = (time: string): string => format.dateWithYear(language.value, time);
export const clockTime = (time: string): string => format.clockTime(language.value, time);
export const dateAndTime = (time: string): string => format.dateAndTime(language.value, time);
export const sectionName = (name: string): string => seats.sectionName(language.value, name);
export const seatName = (seat: seats.SeatPlace): string => seats.seatName(language.value, seat);
export const shortSeatName = (seat: seats.SeatPlace): string => seats.shortSeatName(language.value, seat);
export const seatNames = (all: readonly seats.SeatPlace[]): string => seats.seatNames(language.value, all);
/** For a chip or a list: the name of a seat that came with its label alone. */
export const nameOfLabel = (label: string): string => seats.nameOfLabel(language.value, label, seats.shortSeatName);
export const titleIn = (title: string) => format.titleIn(language.value, title);
