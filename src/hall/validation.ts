/**
 * What comes in: JSON and nothing else, checked by the contract's schemas before a handler sees it. Nothing is
 * coerced but the numbers of a query, which can only be written as text.
 */
import { isUtf8 } from 'node:buffer';
import type { FastifySchemaCompiler } from 'fastify';
import { Type, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { concertLimits, contract, type App, type Endpoint } from '../contract.ts';
import { refuse, type Bilingual, type Fault, type Refusal, type RefusalCode } from '../refusals.ts';

const faults_told_max = 20;

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
}

/** Stands for "this endpoint takes no body". */
const NoBody = Type.Unknown({ description: 'No body' });

/** Reads bodies and checks everything that the contract describes. Mount it before any route. */
export function mountValidation(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, readJson(body as Buffer));
    } catch {
      done(invalid('body', 'VALIDATION_FAILED', [{ path: 'body', message: sentences.json }]), undefined);
    }
  });
  app.setValidatorCompiler(compile as FastifySchemaCompiler<unknown>);
  app.addHook('onRoute', (options) => {
    const name = options.config?.endpoint;
    if (name === undefined) return;
    const endpoint: Endpoint = contract[name];
    if (endpoint.body === undefined && endpoint.method !== 'GET') options.schema = { ...options.schema, body: NoBody };
    if (name === 'createConcert') options.bodyLimit = concertLimits.bodyBytesMax;
  });
}

/** An escape that brings a NUL or a half of a surrogate pair; `JSON.stringify` writes whole pairs without one. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i;

/**
 * An empty body is no body. Text comes back as it was sent or is refused: PostgreSQL stores neither NUL nor half a
 * pair, and what another encoding says in bytes would be stored as replacement characters.
 */
function readJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw new Error('not UTF-8');
  const text = body.toString();
  const value: unknown = JSON.parse(text);
  if (unstorable.test(text) && unstorable.test(JSON.stringify(value))) throw new Error('text that cannot be stored');
  return value;
}

/** Refusals made before the handler ran say so: who may ask at all is then decided first. */
export interface EarlyRefusal extends Refusal {
  readonly validationContext: string;
}

function invalid(part: string, code: RefusalCode, errors?: readonly Fault[]): EarlyRefusal {
  return Object.assign(refuse(code, errors === undefined ? {} : { errors }), { validationContext: part });
}

type Check = (value: unknown) => { readonly value: unknown } | { readonly error: Refusal };

function compile({ schema, httpPart }: { schema: TSchema; httpPart?: string }): Check {
  if (schema === NoBody)
    return (value) => (isNothing(value) ? { value } : { error: invalid('body', 'VALIDATION_FAILED', noBody) });
  const compiled = Compile(schema);
  switch (httpPart) {
    // An id of another shape names nothing.
    case 'params':
      return (value) => (compiled.Check(value) ? { value } : { error: invalid('params', 'NOT_FOUND') });
    case 'headers':
      return (value) => (compiled.Check(value) ? { value } : { error: invalid('headers', 'IDEMPOTENCY_KEY_REQUIRED') });
    case 'querystring':
      return checkFields(compiled, 'querystring', numbersOf(schema));
    default:
      return checkFields(compiled, 'body', []);
  }
}

function checkFields(compiled: ReturnType<typeof Compile>, part: string, numbers: readonly string[]): Check {
  return (value) => {
    for (const name of numbers) readNumber(value as Record<string, unknown>, name);
    if (compiled.Check(value)) return { value };
    return { error: invalid(part, 'VALIDATION_FAILED', faultsOf(compiled.Errors(value))) };
  };
}

function numbersOf(schema: TSchema): string[] {
  const properties = 'properties' in schema ? (schema.properties as Record<string, { type?: string }>) : {};
  return Object.keys(properties).filter((name) => properties[name]?.type === 'integer');
}

function readNumber(query: Record<string, unknown>, name: string): void {
  const text = query[name];
  if (typeof text === 'string' && /^-?\d{1,15}$/.test(text)) query[name] = Number(text);
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0;
}

const sentences = {
  json: {
    en: 'must be JSON in UTF-8, without broken characters or NUL',
    ko: '깨진 글자나 NUL이 없는 UTF-8 JSON이어야 해요',
  },
  none: { en: 'is not expected here', ko: '여기에는 필요 없어요' },
  required: { en: 'is required', ko: '꼭 있어야 해요' },
  unknown: { en: 'is not known here', ko: '알 수 없는 항목이에요' },
  distinct: { en: 'must not repeat itself', ko: '같은 값이 두 번 있으면 안 돼요' },
  form: { en: 'does not have the right form', ko: '형식이 맞지 않아요' },
  date: { en: 'must be a date and time of ISO 8601', ko: 'ISO 8601 날짜와 시각이어야 해요' },
} as const satisfies Record<string, Bilingual>;

const noBody: readonly Fault[] = [{ path: 'body', message: sentences.none }];

function faultsOf(errors: readonly SchemaError[]): Fault[] {
  return errors.flatMap(faultOf).slice(0, faults_told_max);
}

function names(list: unknown): readonly string[] {
  return Array.isArray(list) ? (list as string[]) : [];
}

function faultOf({ keyword, instancePath, params }: SchemaError): Fault[] {
  const path = readable(instancePath);
  if ('requiredProperties' in params) {
    return names(params.requiredProperties).map((name) => ({ path: joined(path, name), message: sentences.required }));
  }
  if ('additionalProperties' in params) {
    return names(params.additionalProperties).map((name) => ({ path: joined(path, name), message: sentences.unknown }));
  }
  // Says again, for each property, what additionalProperties has said.
  if (keyword === 'boolean') return [];
  return [{ path: path === '' ? 'body' : path, message: sentenceOf(keyword, params) }];
}

/** `/performances/0/startsAt` as `performances[0].startsAt`. */
function readable(pointer: string): string {
  const steps = pointer.split('/').slice(1);
  return steps.reduce((path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : joined(path, unescaped(step))), '');
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

const bounds: Readonly<Record<string, (limit: string) => Bilingual>> = {
  minimum: (limit) => ({ en: `must be at least ${limit}`, ko: `${limit} 이상이어야 해요` }),
  maximum: (limit) => ({ en: `must be at most ${limit}`, ko: `${limit} 이하여야 해요` }),
  minLength: (limit) => ({ en: `must have at least ${limit} characters`, ko: `${limit}자 이상이어야 해요` }),
  maxLength: (limit) => ({ en: `must have at most ${limit} characters`, ko: `${limit}자 이하여야 해요` }),
  minItems: (limit) => ({ en: `must have at least ${limit} items`, ko: `${limit}개 이상이어야 해요` }),
  maxItems: (limit) => ({ en: `must have at most ${limit} items`, ko: `${limit}개 이하여야 해요` }),
  minProperties: (limit) => ({ en: `must name at least ${limit} field`, ko: `항목이 ${limit}개 이상 있어야 해요` }),
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

function sentenceOf(keyword: string, params: object): Bilingual {
  if (keyword === 'uniqueItems') return sentences.distinct;
  if (keyword === 'format' && 'format' in params && params.format === 'date-time') return sentences.date;
  const limit = Object.entries(params).find(([name]) => ['limit', 'type', 'allowedValues'].includes(name))?.[1];
  return bounds[keyword]?.([limit].flat().join(', ')) ?? sentences.form;
}
