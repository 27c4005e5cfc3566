/**
 * What a body may look like at most, by its schema alone: which names, how long a list or a text, how deep. A body is
 * held against its outline byte by byte before it is parsed, because parsing is what costs: 10 to 15 ms a megabyte where
 * all is in order, and 170 where every object has a name of its own. What passes is bounded; whether it is right,
 * and JSON at all, is for the parser and the schema to say.
 */
import type { TSchema } from 'typebox';

export interface Outline {
  readonly kind: 'object' | 'list' | 'plain';
  /** As the schema names it: `object`, `integer` … */
  readonly type: string;
  /** Of an object. */
  readonly fields: readonly Field[];
  readonly requiredFields: number;
  /** Of a list. */
  readonly itemsMax: number;
  readonly item: Outline | undefined;
  /** Of a text, in bytes, however its characters are written. */
  readonly textBytesMax: number;
}

export interface Field {
  readonly name: string;
  readonly bytes: Buffer;
  readonly outline: Outline;
}

/** The parts of a JSON schema that say how large something may be. */
interface Sizes {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
  readonly items?: TSchema;
  readonly maxItems?: number;
  readonly maxLength?: number;
}

/**
 * The dearest way to write one character: decomposed, each unit of it an escape. That is 18 bytes for a syllable of Hangul
 * (`\u1112\u1161\u11ab` is 한), 24 for a Greek vowel under three marks, and 36 for a few of Gurung Khema.
 */
export const char_bytes_max = 36;

const kinds: Readonly<Record<string, Outline['kind']>> = { object: 'object', array: 'list' };

/** Without a schema nothing is expected, and what comes is bounded all the same. */
export function outlineOf(schema: TSchema | undefined): Outline {
  const { type = 'object', properties = {}, required = [], items, ...most } = (schema ?? {}) as Sizes;
  const fields = Object.entries(properties).map(([name, of]) => ({
    name,
    bytes: Buffer.from(name),
    outline: outlineOf(of),
  }));
  // "Or null" is the second of two.
  const [named = 'object'] = [type].flat();
  return {
    kind: kinds[named] ?? 'plain',
    type: named,
    fields,
    requiredFields: required.length,
    itemsMax: most.maxItems ?? Infinity,
    item: items === undefined ? undefined : outlineOf(items),
    textBytesMax: (most.maxLength ?? Infinity) * char_bytes_max,
  };
}
