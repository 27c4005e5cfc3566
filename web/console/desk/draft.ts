/** A concert as it is being written: every field as text, kept as it was typed, and what becomes of it in the end. */
import { signal, type Signal } from '@preact/signals';
import { concertDefaults, concertLimits as limits } from '../../../src/contract/limits.ts';
import { oneLineIn } from '../../../src/contract/text.ts';
import type { BodyOf } from '../../../src/contract.ts';
import type { Reply } from '../../client/client.ts';
import {
  faultsInTerms,
  termsFrom,
  termsOf,
  usualTerms,
  type TermsDraft,
  type TermsFaults,
} from '../refunds/terms-draft.ts';
import {
  faults,
  found,
  seatsOf,
  sectionFaults,
  settingFault,
  settingFields,
  textFault,
  twinFaults,
  wholeOf,
} from './rules.ts';
import type { Fault, SectionFaults, SectionText, SettingField } from './rules.ts';

export const textFields = ['title', 'artist', 'venue'] as const;
export type TextField = (typeof textFields)[number];

export interface DraftSection extends SectionText {
  readonly key: number;
}

/** `at` is the hall's time as a date field writes it: `2026-12-24T19:30`. */
export interface DraftDate {
  readonly key: number;
  readonly at: string;
}

export interface Draft {
  readonly texts: Readonly<Record<TextField, string>>;
  readonly settings: Readonly<Record<SettingField, string>>;
  /** Nobody is let in but to seats that can be had. */
  readonly boundToSupply: boolean;
  readonly terms: TermsDraft;
  readonly dates: readonly DraftDate[];
  readonly sections: readonly DraftSection[];
}

export interface DraftFaults {
  readonly texts: Partial<Record<TextField, Fault>>;
  readonly settings: Partial<Record<SettingField, Fault>>;
  readonly terms: TermsFaults;
  /** By key. */
  readonly dates: ReadonlyMap<number, Fault>;
  readonly sections: ReadonlyMap<number, SectionFaults>;
  /** Of the whole. */
  readonly whole: readonly Fault[];
  readonly count: number;
}

let keys = 0;
const nextKey = (): number => (keys += 1);

export const newDate = (at = ''): DraftDate => ({ key: nextKey(), at });
export const newSection = (section: Partial<SectionText> = {}): DraftSection => ({
  name: '',
  rows: '',
  seatsPerRow: '',
  grade: '',
  price: '',
  ...section,
  key: nextKey(),
});

/** What the service takes when nobody says anything. */
const usual = {
  maxActive: String(concertDefaults.maxActive),
  maxSeatsPerFan: String(concertDefaults.maxSeatsPerFan),
  sessionSeconds: String(concertDefaults.sessionSeconds),
  holdSeconds: String(concertDefaults.holdSeconds),
  graceSeconds: String(concertDefaults.graceSeconds),
};

export function emptyDraft(): Signal<Draft> {
  return signal({
    texts: { title: '', artist: '', venue: '' },
    settings: usual,
    // What the API does not do unless it is said, for the sake of those who know it without.
    boundToSupply: true,
    terms: usualTerms(),
    dates: [newDate()],
    sections: [newSection({ name: 'A', rows: '10', seatsPerRow: '20', grade: 'R', price: '110000' })],
  });
}

/** Everything of an old concert but its dates: those are for the operator to set. Its settings are those in force now. */
export function draftFrom(plan: Reply<'getPlan'>): { draft: Draft; differs: boolean } {
  const [first, ...others] = plan.performances;
  const sections = first?.sections ?? [];
  const said = JSON.stringify(sections);
  return {
    draft: {
      texts: { title: plan.title, artist: plan.artist, venue: plan.venue },
      settings: {
        maxActive: String(plan.maxActive),
        maxSeatsPerFan: String(plan.maxSeatsPerFan),
        sessionSeconds: String(plan.sessionSeconds),
        holdSeconds: String(plan.holdSeconds),
        graceSeconds: String(plan.graceSeconds),
      },
      boundToSupply: plan.boundToSupply,
      terms: termsFrom(plan),
      dates: plan.performances.map(() => newDate()),
      sections: sections.map(({ name, rows, seatsPerRow, grade, price }) =>
        newSection({ name, rows: String(rows), seatsPerRow: String(seatsPerRow), grade, price: String(price) }),
      ),
    },
    differs: others.some((other) => JSON.stringify(other.sections) !== said),
  };
}

export const seatsPerDate = ({ sections }: Draft): number =>
  sections.reduce((sum, section) => sum + seatsOf(section), 0);

/** Everything that stands between this draft and a concert. */
export function faultsOf(draft: Draft): DraftFaults {
  const texts = found(textFields, (field) => textFault(draft.texts[field], limits.textCharsMax));
  const settings = found(settingFields, (field) => settingFault(field, draft.settings[field]));
  const terms = faultsInTerms(draft.terms);
  const dates = new Map(
    draft.dates.filter(({ at }) => startsAt(at) === undefined).map(({ key }) => [key, faults.date]),
  );
  const twins = twinFaults(draft.sections, (index) => faults.twin(index + 1));
  const sections = new Map(
    draft.sections.flatMap((section, index) => {
      const own = { ...twins.get(index), ...sectionFaults(section) };
      return Object.keys(own).length === 0 ? [] : [[section.key, own] as const];
    }),
  );
  const seats = seatsPerDate(draft);
  const whole = [
    ...(draft.sections.length > limits.sectionsMax ? [faults.sections] : []),
    ...(seats > limits.seatsPerDateMax ? [faults.seats] : []),
    ...(seats * draft.dates.length > limits.seatsMax ? [faults.seatsInAll] : []),
    ...(bytesOf(draft) > limits.bodyBytesMax ? [faults.size] : []),
  ];
  const inSections = [...sections.values()].reduce((sum, own) => sum + Object.keys(own).length, 0);
  const inFields = Object.keys(texts).length + Object.keys(settings).length + terms.count;
  const count = inFields + dates.size + inSections + whole.length;
  return { texts, settings, terms, dates, sections, whole, count };
}

function bytesOf(draft: Draft): number {
  const sections = new TextEncoder().encode(JSON.stringify(draft.sections.map(sectionOf))).length;
  return 2_000 + draft.dates.length * (sections + 60);
}

/** The hall's clock is nine hours ahead of UTC all year round. Undefined where no time is written. */
export function startsAt(at: string): string | undefined {
  const isWritten = /^[12]\d{3}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(at) && !Number.isNaN(Date.parse(`${at}:00+09:00`));
  return isWritten ? `${at}:00+09:00` : undefined;
}

export interface PlannedSection {
  readonly name: string;
  readonly rows: number;
  readonly seatsPerRow: number;
  readonly grade: string;
  readonly price: number;
}

function sectionOf({ name, grade, ...sides }: SectionText): PlannedSection {
  return {
    name: oneLineIn(name),
    rows: wholeOf(sides.rows, 'rows') ?? 0,
    seatsPerRow: wholeOf(sides.seatsPerRow, 'seatsPerRow') ?? 0,
    grade: oneLineIn(grade),
    price: wholeOf(sides.price, 'price') ?? 0,
  };
}

/** The request, of a draft without faults. */
export function requestOf({ texts, settings, boundToSupply, terms, dates, sections }: Draft): BodyOf<'createConcert'> {
  const plan = sections.map(sectionOf);
  return {
    title: oneLineIn(texts.title),
    artist: oneLineIn(texts.artist),
    venue: oneLineIn(texts.venue),
    maxActive: wholeOf(settings.maxActive) ?? 1,
    maxSeatsPerFan: wholeOf(settings.maxSeatsPerFan) ?? 1,
    sessionSeconds: wholeOf(settings.sessionSeconds) ?? 1,
    holdSeconds: wholeOf(settings.holdSeconds) ?? 1,
    graceSeconds: wholeOf(settings.graceSeconds) ?? 1,
    boundToSupply,
    ...termsOf(terms),
    performances: dates.map(({ at }) => ({ startsAt: startsAt(at) ?? '', sections: plan })),
  };
}
