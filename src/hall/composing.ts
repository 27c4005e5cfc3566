/**
 * The one entrance of text that people read: whatever a schema calls `one-line`, `prose` or `composed` is composed (NFC) where
 * it comes in, before its length is measured and before a request is known by it. So a room keeps and compares one form only,
 * and a repeat that is written otherwise is the same request.
 */
import type { TSchema } from 'typebox';
import { composed } from '../contract/text.ts';

/** Composes the texts in a value that may have any shape; what holds them is changed in place. */
type Compose = (value: unknown) => unknown;

interface Parts {
  readonly format?: string;
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly items?: TSchema;
}

const formats: ReadonlySet<string | undefined> = new Set(['one-line', 'prose', 'composed']);

/** Undefined if there is no such text in values of this schema. */
export function composerOf(schema: TSchema): Compose | undefined {
  const { format, properties, items } = schema as Parts;
  const fields = properties === undefined ? undefined : composeFields(properties);
  // One text, or one for each language.
  if (formats.has(format)) return (value) => (typeof value === 'string' ? composed(value) : (fields?.(value) ?? value));
  if (properties !== undefined) return fields;
  const item = items === undefined ? undefined : composerOf(items);
  if (item === undefined) return undefined;
  return (value) => {
    if (Array.isArray(value)) for (const [index, one] of value.entries()) value[index] = item(one);
    return value;
  };
}

function composeFields(properties: Readonly<Record<string, TSchema>>): Compose | undefined {
  const fields = Object.entries(properties).flatMap(([name, schema]) => {
    const compose = composerOf(schema);
    return compose === undefined ? [] : [{ name, compose }];
  });
  if (fields.length === 0) return undefined;
  return (value) => {
    if (!isObject(value)) return value;
    for (const { name, compose } of fields) if (Object.hasOwn(value, name)) value[name] = compose(value[name]);
    return value;
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
