/**
 * Why a value does not fit its schema, in at most twenty faults: looked for only once it is known not to fit, and no
 * further than the twentieth. The validator's own list looks at everything before it is cut (typebox 1.4: each item of
 * each list, each unknown name, and for repeated items a time that grows with their square).
 */
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Fault } from '../refusals.ts';
import { fieldIn, itemIn, placeOf, sentenceOf, sentences } from './sentences.ts';

const faults_max = 20;

type Explain = (value: unknown, path: string, told: Fault[]) => void;

interface Parts {
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: TSchema;
  readonly maxLength?: number;
}

/** Of a value that does not fit; none if it does. */
export function explanationOf(schema: TSchema): (value: unknown) => Fault[] {
  const explain = explainer(schema);
  return (value) => {
    const told: Fault[] = [];
    explain(value, '', told);
    return told;
  };
}

function explainer(schema: TSchema): Explain {
  if ('properties' in schema) return explainObject(schema);
  if ('items' in schema) return explainList(schema);
  return explainPlain(schema);
}

function tell(told: Fault[], fault: Fault): void {
  if (told.length < faults_max) told.push(fault);
}

/** Of one thing, the things in it apart. */
function explainPlain(schema: TSchema): Explain {
  const compiled = Compile(schema);
  const { maxLength = Infinity } = schema as Parts;
  // Before its form is looked at. A character is one or two of JavaScript's.
  const isTooLong = (value: unknown): boolean => typeof value === 'string' && value.length > 2 * maxLength;
  return (value, path, told) => {
    if (compiled.Check(value)) return;
    const place = placeOf(path);
    if (isTooLong(value)) {
      tell(told, { path: place, message: sentenceOf('maxLength', maxLength) });
      return;
    }
    for (const { keyword, params } of compiled.Errors(value))
      tell(told, { path: place, message: sentenceOf(keyword, limitIn(params)) });
  };
}

/** What an error of the validator says beside its keyword. */
function limitIn(params: object): unknown {
  return Object.entries(params).find(([name]) => ['limit', 'type', 'allowedValues', 'format'].includes(name))?.[1];
}

function explainObject(schema: TSchema): Explain {
  const { properties = {}, required = [], additionalProperties, ...own } = schema as TSchema & Parts;
  const explainOwn = explainPlain(own);
  const fields = new Map(Object.entries(properties).map(([name, field]) => [name, explainer(field)]));
  return (value, path, told) => {
    explainOwn(value, path, told);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    for (const name of required) {
      if (!Object.hasOwn(value, name)) tell(told, { path: fieldIn(path, name), message: sentences.required });
    }
    for (const [name, field] of Object.entries(value)) {
      if (told.length >= faults_max) return;
      const explain = fields.get(name);
      if (explain !== undefined) explain(field, fieldIn(path, name), told);
      else if (additionalProperties === false) tell(told, { path: fieldIn(path, name), message: sentences.unknown });
    }
  };
}

function explainList(schema: TSchema): Explain {
  const { items, ...own } = schema as TSchema & Parts;
  const explainOwn = explainPlain(own);
  const item = items === undefined ? undefined : { explain: explainer(items), compiled: Compile(items) };
  return (value, path, told) => {
    const before = told.length;
    explainOwn(value, path, told);
    if (item === undefined || !Array.isArray(value) || told.length > before) return;
    for (let index = 0; index < value.length && told.length < faults_max; index++) {
      if (!item.compiled.Check(value[index])) item.explain(value[index], itemIn(path, index), told);
    }
  };
}
