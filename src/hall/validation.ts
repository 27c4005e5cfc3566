/**
 * What comes in: JSON and nothing else, checked by the contract's schemas before a handler sees it. Nothing is
 * coerced but the numbers of a query, which can only be written as text, and text that people read, which is composed.
 * What is coarse and cheap stands before what is exact and dear: the body's length, then its outline, then its content.
 */
import { isUtf8 } from 'node:buffer';
import type { FastifyRequest, FastifySchemaCompiler } from 'fastify';
import { Type, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { contract, type App, type Endpoint } from '../contract.ts';
import { refuse, type Fault, type Refusal, type RefusalCode } from '../refusals.ts';
import { composerOf } from './composing.ts';
import { explanationOf } from './explanation.ts';
import { outlineOf, type Outline } from './outline.ts';
import { sentences } from './sentences.ts';
import { survey } from './survey.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a body of this route may look like. */
    outline?: Outline;
  }
}

/** Stands for "this endpoint takes no body". */
const NoBody = Type.Unknown({ description: 'No body' });
const nothing = outlineOf(undefined);
/** Room for `{}` and the white space of whoever writes it. */
const no_body_bytes_max = 64;

/** Reads bodies and checks everything that the contract describes. Mount it before any route. */
export function mountValidation(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const read = readBody(body as Buffer, request);
    if (read instanceof Error) done(read, undefined);
    else done(null, read.value);
  });
  // Of any other type an empty body is as good as none: `curl -d ''` sends one of a form.
  app.addContentTypeParser('*', (request, _payload, done) => {
    const { raw } = request;
    const isNone = () => done(null, undefined);
    const isSome = (): void => {
      raw.off('end', isNone).pause();
      done(invalid('body', 'UNSUPPORTED_MEDIA_TYPE'), undefined);
    };
    if (Number(request.headers['content-length'] ?? 0) > 0) isSome();
    else raw.once('end', isNone).once('error', done).once('data', isSome);
  });
  app.setValidatorCompiler(compile as FastifySchemaCompiler<unknown>);
  app.addHook('onRoute', (options) => {
    const name = options.config?.endpoint;
    if (name !== undefined) {
      const { method, body, bodyBytesMax = no_body_bytes_max }: Endpoint = contract[name];
      if (body === undefined && method !== 'GET') options.schema = { ...options.schema, body: NoBody };
      options.bodyLimit = bodyBytesMax;
    }
    const body = (options.schema as { readonly body?: TSchema } | undefined)?.body;
    options.config = { ...options.config, outline: body === undefined ? nothing : outlineOf(body) };
  });
}

const other_charset = /;\s*charset\s*=\s*(?!"?utf-?8"?\s*(?:;|$))/i;

/**
 * An empty body is no body. Text comes back as it was sent or is refused: what another encoding says in bytes would be
 * stored as replacement characters.
 */
function readBody(body: Buffer, { headers, routeOptions }: FastifyRequest): { readonly value: unknown } | Error {
  if (body.length === 0) return { value: undefined };
  const { 'content-type': type = '', 'content-encoding': coding = 'identity' } = headers;
  if (other_charset.test(type) || coding.toLowerCase() !== 'identity') return invalid('body', 'UNSUPPORTED_MEDIA_TYPE');
  const { faults } = survey(body, routeOptions.config.outline ?? nothing);
  if (faults !== undefined) return invalid('body', 'VALIDATION_FAILED', faults);
  try {
    if (isUtf8(body)) return { value: JSON.parse(body.toString()) };
  } catch {
    // No JSON: told like what is no UTF-8.
  }
  return invalid('body', 'VALIDATION_FAILED', [{ path: 'body', message: sentences.json }]);
}

/** Refusals made before the handler ran say so: who may ask at all is then decided first. */
export interface EarlyRefusal extends Refusal {
  readonly validationContext: string;
}

function invalid(part: string, code: RefusalCode, errors?: readonly Fault[]): EarlyRefusal {
  return Object.assign(refuse(code, errors === undefined ? {} : { errors }), { validationContext: part });
}

type Check = (value: unknown) => { readonly value: unknown } | { readonly error: Refusal };

/** How a part of a request is checked by its schema: what Fastify asks for, once for each route. */
export function compile({ schema, httpPart }: { schema: TSchema; httpPart?: string }): Check {
  if (schema === NoBody)
    return (value) => (isNothing(value) ? { value } : { error: invalid('body', 'VALIDATION_FAILED', noBody) });
  switch (httpPart) {
    // An id of another shape names nothing.
    case 'params':
      return checkWhole(schema, () => invalid('params', 'NOT_FOUND'));
    case 'headers':
      return checkWhole(schema, () => invalid('headers', 'IDEMPOTENCY_KEY_REQUIRED'));
    case 'querystring':
      return checkFields(schema, 'querystring', numbersOf(schema));
    default:
      return checkFields(undistinguished(schema), 'body', []);
  }
}

/** Whether the items of a list differ is for its room to see, by a `Set`: the validator hashes each of them. */
function undistinguished(schema: TSchema): TSchema {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (key === 'uniqueItems' ? undefined : value)),
  ) as TSchema;
}

/** Made when the first request asks, 1 to 5 ms: at the start all of them would keep the door shut for a tenth of a second. */
function judgeOf(schema: TSchema): (value: unknown) => boolean {
  let compiled: ReturnType<typeof Compile> | undefined;
  return (value) => (compiled ??= Compile(schema)).Check(value);
}

function checkWhole(schema: TSchema, refusal: () => Refusal): Check {
  const isRight = judgeOf(schema);
  return (value) => (isRight(value) ? { value } : { error: refusal() });
}

function checkFields(schema: TSchema, part: string, numbers: readonly string[]): Check {
  const isRight = judgeOf(schema);
  const compose = composerOf(schema);
  let explain: ReturnType<typeof explanationOf> | undefined;
  return (value) => {
    compose?.(value);
    for (const name of numbers) readNumber(value as Record<string, unknown>, name);
    if (isRight(value)) return { value };
    explain ??= explanationOf(schema);
    const faults = explain(value);
    const told = faults.length > 0 ? faults : [{ path: part, message: sentences.form }];
    return { error: invalid(part, 'VALIDATION_FAILED', told) };
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

const noBody: readonly Fault[] = [{ path: 'body', message: sentences.none }];
