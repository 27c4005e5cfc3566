/** What is wrong with a field, in both languages, and how its place is written: `performances[0].startsAt`. */
import { counted } from '../../web/words/language.ts';
import type { Bilingual } from '../refusals.ts';

export const sentences = {
  json: {
    en: 'must be JSON in UTF-8, without broken characters or NUL',
    ko: '깨진 글자나 NUL이 없는 UTF-8 JSON이어야 해요',
  },
  none: { en: 'is not expected here', ko: '여기에는 넣을 수 없어요' },
  required: { en: 'is required', ko: '꼭 있어야 해요' },
  lacking: { en: 'must have all of its fields', ko: '빠진 항목이 있어요' },
  unknown: { en: 'is not known here', ko: '알 수 없는 항목이에요' },
  repeated: { en: 'must appear only once', ko: '한 번만 있어야 해요' },
  form: { en: 'does not have the right form', ko: '형식이 맞지 않아요' },
  unseen: {
    en: 'must be visible text: no control, zero-width or direction characters, and not only blanks',
    ko: '눈에 보이는 글자만 쓸 수 있어요. 제어 문자, 폭이 없는 문자, 방향 문자는 안 되고, 빈칸만 적을 수도 없어요',
  },
  date: { en: 'must be an ISO 8601 date and time', ko: 'ISO 8601 날짜와 시각이어야 해요' },
} as const satisfies Record<string, Bilingual>;

const bounds: Readonly<Record<string, (limit: string) => Bilingual>> = {
  minimum: (limit) => ({ en: `must be at least ${limit}`, ko: `${limit} 이상이어야 해요` }),
  maximum: (limit) => ({ en: `must be at most ${limit}`, ko: `${limit} 이하여야 해요` }),
  minLength: (limit) => ({ en: `must have at least ${counted(limit, 'character')}`, ko: `${limit}자 이상이어야 해요` }),
  maxLength: (limit) => ({ en: `must have at most ${counted(limit, 'character')}`, ko: `${limit}자 이하여야 해요` }),
  minItems: (limit) => ({ en: `must have at least ${counted(limit, 'item')}`, ko: `${limit}개 이상이어야 해요` }),
  maxItems: (limit) => ({ en: `must have at most ${counted(limit, 'item')}`, ko: `${limit}개 이하여야 해요` }),
  minProperties: (limit) => ({
    en: `must name at least ${counted(limit, 'field')}`,
    ko: `항목이 ${limit}개 이상 있어야 해요`,
  }),
  type: typeOf,
  enum: (words) => ({ en: `must be one of ${words}`, ko: `${words} 중 하나여야 해요` }),
};

const types: Readonly<Record<string, Bilingual>> = {
  integer: { en: 'must be a whole number', ko: '정수여야 해요' },
  number: { en: 'must be a number', ko: '숫자여야 해요' },
  string: { en: 'must be text', ko: '문자열이어야 해요' },
  boolean: { en: 'must be true or false', ko: 'true 또는 false여야 해요' },
  array: { en: 'must be a list', ko: '목록이어야 해요' },
  object: { en: 'must be an object', ko: '객체여야 해요' },
};

function typeOf(type: string): Bilingual {
  return types[type] ?? { en: `must be ${type}`, ko: `${type} 형식이어야 해요` };
}

const formats: Readonly<Record<string, Bilingual>> = {
  'date-time': sentences.date,
  'one-line': sentences.unseen,
  prose: sentences.unseen,
};

/** Of a keyword of JSON schema and its limit: `maxItems`, 100. */
export function sentenceOf(keyword: string, limit: unknown): Bilingual {
  if (keyword === 'format') return formats[String(limit)] ?? sentences.form;
  return bounds[keyword]?.([limit].flat().join(', ')) ?? sentences.form;
}

/** A name that somebody made up is told no longer than this. */
const name_chars_max = 100;

/** The place of a field in an object. */
export function fieldIn(path: string, name: string): string {
  const told = name.length > name_chars_max ? `${name.slice(0, name_chars_max).toWellFormed()}…` : name;
  return path === '' ? told : `${path}.${told}`;
}

/** The place of an item in a list, counted from 0. */
export function itemIn(path: string, index: number): string {
  return `${path}[${index}]`;
}

/** The place of all of it is called so. */
export function placeOf(path: string): string {
  return path === '' ? 'body' : path;
}
