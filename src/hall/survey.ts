/**
 * Holds the bytes of a body against its outline, and stops where there is too much: at a list's first item too many, at
 * a text that is too long however it is written, at the 21st thing out of place. One pass without recursion, and no
 * string is made while all is in order. What it lets through is bounded; whether it is JSON, the parser says.
 */
import type { Fault } from '../refusals.ts';
import { char_bytes_max, type Field, type Outline } from './outline.ts';
import { fieldIn, itemIn, placeOf, sentenceOf, sentences } from './sentences.ts';

/** So many things out of place are let through, for the answer to name each; with one more the survey ends. */
const strays_max = 20;

export interface Surveyed {
  /** Why it must not be parsed, at most 20; undefined if it may be. */
  readonly faults: readonly Fault[] | undefined;
  /** How many bytes were looked at. */
  readonly bytesRead: number;
}

/** An object or a list that is open where the survey stands. One for each depth is used again and again. */
interface Open {
  /** Undefined: nothing like it belongs here. */
  outline: Outline | undefined;
  isObject: boolean;
  /** Known names, or items, so far. */
  count: number;
  /** In an object, the next text is a name. */
  awaitsName: boolean;
  /** Of the field that comes: its name, and what it may look like. */
  name: string;
  field: Outline | undefined;
  /** Which of the outline's fields is likely to come next: objects of a list name theirs in one order. */
  next: number;
}

interface Survey {
  readonly bytes: Buffer;
  readonly outline: Outline;
  /** The first `depth` of them are open. */
  readonly frames: Open[];
  depth: number;
  /** What was out of place so far. */
  readonly faults: Fault[];
  strays: number;
  at: number;
  isOver: boolean;
}

const quote = 0x22;
const comma = 0x2c;
const open_list = 0x5b;
const backslash = 0x5c;
const close_list = 0x5d;
const letter_u = 0x75;
const open_object = 0x7b;
const close_object = 0x7d;
/** `\u00e9` */
const escape_bytes = 6;
/** What a byte stands for as a digit; -1 if it is none. */
const hex_digits = Int8Array.from({ length: 256 }, (_, byte) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase()),
);

/** 1 for the bytes that are looked at outside of texts: all others, most of a body, are passed over. */
const is_taken = new Uint8Array(256);
for (const byte of [quote, comma, open_object, open_list, close_object, close_list]) is_taken[byte] = 1;

export function survey(bytes: Buffer, outline: Outline): Surveyed {
  const state: Survey = { bytes, outline, frames: [], depth: 0, faults: [], strays: 0, at: 0, isOver: false };
  const { length } = bytes;
  for (let at = 0; at < length && !state.isOver; at++) {
    const byte = bytes[at] ?? 0;
    if (is_taken[byte] === 0) continue;
    state.at = at;
    take(state, byte);
    at = state.at;
  }
  return { faults: state.isOver ? state.faults : undefined, bytesRead: state.isOver ? state.at + 1 : length };
}

function take(state: Survey, byte: number): void {
  if (byte === quote) takeText(state);
  else if (byte === comma) takeComma(state);
  else if (byte === open_object || byte === open_list) enter(state, byte === open_object);
  else if (byte === close_object || byte === close_list) leave(state);
}

function inner({ frames, depth }: Survey): Open | undefined {
  return depth === 0 ? undefined : frames[depth - 1];
}

/** What the value at this place may look like. */
function expected(state: Survey): Outline | undefined {
  const inside = inner(state);
  if (inside === undefined) return state.outline;
  return inside.isObject ? inside.field : inside.outline?.item;
}

function enter(state: Survey, isObject: boolean): void {
  const outline = expected(state);
  const fits = outline?.kind === (isObject ? 'object' : 'list');
  // What stands under an unknown name was told by that name.
  if (!fits) stray(state, outline && { path: placeHere(state), message: sentenceOf('type', outline.type) });
  const frame = (state.frames[state.depth] ??= newFrame());
  frame.outline = fits ? outline : undefined;
  frame.isObject = isObject;
  frame.count = isObject ? 0 : 1;
  frame.awaitsName = isObject;
  frame.name = '';
  frame.field = undefined;
  frame.next = 0;
  state.depth += 1;
}

function newFrame(): Open {
  return { outline: undefined, isObject: false, count: 0, awaitsName: false, name: '', field: undefined, next: 0 };
}

function leave(state: Survey): void {
  const inside = inner(state);
  if (inside === undefined) return;
  state.depth -= 1;
  const { outline, isObject, count } = inside;
  // Which field it is, is found out where few objects lack one.
  if (isObject && outline !== undefined && count < outline.requiredFields)
    stray(state, { path: placeHere(state), message: sentences.lacking });
}

function takeComma(state: Survey): void {
  const inside = inner(state);
  if (inside === undefined) return;
  const { outline, isObject } = inside;
  if (outline === undefined) stray(state, undefined);
  inside.awaitsName = isObject;
  if (isObject) return;
  inside.count += 1;
  if (outline === undefined || inside.count <= outline.itemsMax) return;
  state.depth -= 1;
  end(state, { path: placeHere(state), message: sentenceOf('maxItems', outline.itemsMax) });
}

function takeText(state: Survey): void {
  const inside = inner(state);
  if (inside?.isObject === true && inside.awaitsName) {
    if (!takeNext(state, inside)) takeOther(state, inside);
    return;
  }
  state.at = endOfText(state, state.at + 1, expected(state)?.textBytesMax ?? Infinity);
}

/** A name that was not expected here, or is written by escapes, or comes again. */
function takeOther(state: Survey, inside: Open): void {
  const from = state.at + 1;
  const to = endOfText(state, from, Infinity);
  state.at = to;
  if (state.isOver) return;
  inside.awaitsName = false;
  takeName(state, inside, { from, to });
}

/** Takes the name that is likely to come, if it does, written plainly: looked at once, where any other is looked at twice. */
function takeNext(state: Survey, inside: Open): boolean {
  const { bytes, at } = state;
  const fields = inside.outline?.fields;
  const field = fields?.[inside.next];
  // With more names than there are fields, one comes again: that is told below.
  if (fields === undefined || field === undefined || inside.count >= fields.length) return false;
  const { bytes: name, name: text, outline } = field;
  const { length } = name;
  if (bytes[at + length + 1] !== quote) return false;
  for (let index = 0; index < length; index++) if (bytes[at + 1 + index] !== name[index]) return false;
  state.at = at + length + 1;
  inside.awaitsName = false;
  inside.name = text;
  inside.field = outline;
  inside.next += 1;
  inside.count += 1;
  return true;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function takeName(state: Survey, inside: Open, span: Span): void {
  const { outline } = inside;
  if (outline === undefined) return;
  const known = fieldAt(state.bytes, span, outline);
  inside.name = known?.name ?? textOf(state.bytes.subarray(span.from - 1, span.to + 1));
  inside.field = known?.outline;
  if (known !== undefined) inside.next = outline.fields.indexOf(known) + 1;
  if (known === undefined) {
    stray(state, { path: placeHere(state), message: sentences.unknown });
    return;
  }
  inside.count += 1;
  if (inside.count > outline.fields.length) stray(state, { path: placeHere(state), message: sentences.repeated });
}

/** The field of that name, without making a string of it. */
function fieldAt(bytes: Buffer, span: Span, { fields }: Outline): Field | undefined {
  for (const field of fields) {
    if (isNamed(bytes, span, field.bytes)) return field;
  }
  return undefined;
}

/** Whether these bytes name it, be it by escapes. Names of the contract are ASCII. */
function isNamed(bytes: Buffer, { from, to }: Span, name: Buffer): boolean {
  let at = from;
  for (let index = 0; index < name.length; index++) {
    const isPlain = bytes[at] !== backslash;
    if ((isPlain ? bytes[at] : codeAt(bytes, at)) !== name[index]) return false;
    at += isPlain ? 1 : escape_bytes;
  }
  return at === to;
}

/** A name that is none of those known. */
function textOf(quoted: Buffer): string {
  try {
    return String(JSON.parse(quoted.toString()));
  } catch {
    return '';
  }
}

/** Where the quote stands that ends the text. Text that is too long, or cannot be stored, ends the survey. */
function endOfText(state: Survey, from: number, bytesMax: number): number {
  const { bytes } = state;
  const last = Math.min(bytes.length, from + bytesMax);
  let at = from;
  while (at < last && bytes[at] !== quote) at += bytes[at] === backslash ? escaped(state, at) : 1;
  if (at < bytes.length && bytes[at] !== quote && !state.isOver)
    end(state, { path: placeHere(state), message: sentenceOf('maxLength', bytesMax / char_bytes_max) });
  return at;
}

/**
 * The length of an escape, of both halves if it is a pair. PostgreSQL stores neither NUL nor half a pair, and what is
 * not escaped cannot hold either: UTF-8 has no halves, and JSON no NUL.
 */
function escaped(state: Survey, at: number): number {
  const { bytes } = state;
  const code = codeAt(bytes, at);
  if (code === undefined) return 2;
  if (isHigh(code) && isLow(codeAt(bytes, at + escape_bytes))) return 2 * escape_bytes;
  if (code === 0 || isHigh(code) || isLow(code)) end(state, { path: 'body', message: sentences.json });
  return escape_bytes;
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function isLow(code: number | undefined): boolean {
  return code !== undefined && code >= 0xdc00 && code < 0xe000;
}

/** Of `\u` and four digits; undefined for anything else. */
function codeAt(bytes: Buffer, at: number): number | undefined {
  if (bytes[at] !== backslash || bytes[at + 1] !== letter_u) return undefined;
  let code = 0;
  for (let index = at + 2; index < at + escape_bytes; index++) {
    const digit = hex_digits[bytes[index] ?? 0] ?? -1;
    if (digit < 0) return undefined;
    code = code * 16 + digit;
  }
  return code;
}

function stray(state: Survey, fault: Fault | undefined): void {
  if (fault !== undefined && state.faults.length < strays_max) state.faults.push(fault);
  state.strays += 1;
  if (state.strays > strays_max) state.isOver = true;
}

function end(state: Survey, fault: Fault): void {
  state.faults.splice(0, Infinity, fault);
  state.isOver = true;
}

function placeHere({ frames, depth }: Survey): string {
  const path = frames
    .slice(0, depth)
    .reduce((place, { isObject, name, count }) => (isObject ? fieldIn(place, name) : itemIn(place, count - 1)), '');
  return placeOf(path);
}
