/**
 * The one translator: whatever a room, a library or the network throws leaves the server as one of the closed list
 * of refusals, in the reader's language. What nobody foresaw is logged in full and told as INTERNAL.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isTransient } from '../platform/database.ts';
import { CutOffError, OverloadedError } from '../platform/lane.ts';
import { Refusal, refusals, refuse, refuseField, type Bilingual, type RefusalCode } from '../refusals.ts';
import { languageOf, languages, type Language } from '../platform/language.ts';

/** What a reader is told: a refusal, and how long to wait before asking again if that helps. */
export interface Problem {
  readonly refusal: Refusal;
  readonly retryAfterSeconds?: number;
  /** The connection is closed after the answer, so that a balancer may choose another server for the next. */
  readonly elsewhere?: boolean;
}

const retry_after_seconds = 1;

/** `/problems/seat-unavailable` for SEAT_UNAVAILABLE. */
export function problemPath(code: RefusalCode): string {
  return `/problems/${code.toLowerCase().replaceAll('_', '-')}`;
}

/** Turns whatever was thrown into what may be told. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refusal) return limited(error);
  if (error instanceof OverloadedError) {
    const { retryAfterSeconds } = error;
    return { refusal: refuse('OVERLOADED'), retryAfterSeconds, elsewhere: error instanceof CutOffError };
  }
  const byStatus = refusalByStatus(error);
  if (byStatus !== undefined) return { refusal: byStatus };
  if (isTransient(error)) return { refusal: refuse('OVERLOADED'), retryAfterSeconds: retry_after_seconds };
  return { refusal: refuse('INTERNAL') };
}

/** A refusal of the hall carries its time to wait as a field, which travels as a header. */
function limited(refusal: Refusal): Problem {
  if (refusal.code !== 'RATE_LIMITED' && refusal.code !== 'OVERLOADED') return { refusal };
  const { retryAfterSeconds } = refusal.fields;
  return {
    refusal: refuse(refusal.code),
    retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : retry_after_seconds,
  };
}

const status_codes = new Map<number, RefusalCode>([
  [404, 'NOT_FOUND'],
  [405, 'NOT_FOUND'],
  [413, 'PAYLOAD_TOO_LARGE'],
  [414, 'NOT_FOUND'],
  [415, 'UNSUPPORTED_MEDIA_TYPE'],
  [429, 'RATE_LIMITED'],
]);

/** Fastify and its plugins say what they mean by `statusCode`. */
function refusalByStatus(error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number') return undefined;
  const { statusCode } = error;
  if (statusCode < 400 || statusCode >= 500) return undefined;
  const code = status_codes.get(statusCode);
  if (code !== undefined) return refuse(code);
  return refuseField('body', { en: 'could not be read', ko: '읽을 수 없어요' });
}

/** What is the same in every answer of a code and a language, ready to be joined with the rest. */
const beginnings = new Map<string, string>(
  (Object.keys(refusals) as RefusalCode[]).flatMap((code) =>
    languages.map((language): [string, string] => [`${language} ${code}`, JSON.stringify(memberOf(code, language))]),
  ),
);

function memberOf(code: RefusalCode, language: Language) {
  const { status, title, detail } = refusals[code];
  return { type: problemPath(code), title: title[language], status, detail: detail[language], code };
}

/** The JSON of a problem: what is the same for its code, then the fields of this one. */
export function problemText(refusal: Refusal, language: Language): string {
  const beginning = beginnings.get(`${language} ${refusal.code}`) ?? '{}';
  const fields = JSON.stringify(refusal.fields, (_key, value: unknown) =>
    isBilingual(value) ? value[language] : value,
  );
  return fields === '{}' ? beginning : `${beginning.slice(0, -1)},${fields.slice(1)}`;
}

function isBilingual(value: unknown): value is Bilingual {
  return typeof value === 'object' && value !== null && 'en' in value && 'ko' in value;
}

/** What a 401 must name (RFC 9110): the header in which the missing credential belongs. */
const challenges: Partial<Record<RefusalCode, string>> = {
  UNAUTHENTICATED: 'Bearer',
  QUEUE_TOKEN_INVALID: 'Queue-Token',
};

/** The headers that every problem answer carries. */
export function problemHeaders(
  { refusal, retryAfterSeconds, elsewhere = false }: Problem,
  language: Language,
): Record<string, string> {
  const challenge = challenges[refusal.code];
  return {
    'content-type': 'application/problem+json',
    'content-language': language,
    'cache-control': 'no-store',
    vary: 'accept-language',
    ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
    ...(elsewhere ? { connection: 'close' } : {}),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  };
}

const asItIs = (text: unknown): string => String(text);

/** Answers with the problem, in the reader's language. */
export function answerProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): void {
  const language = languageOf(request.headers['accept-language']);
  const { refusal } = problem;
  const told = refusal.code === 'INTERNAL' ? refuse('INTERNAL', { requestId: request.id }) : refusal;
  reply
    .code(refusals[refusal.code].status)
    .headers(problemHeaders(problem, language))
    // To JSON that it did not make Fastify adds a charset, which this media type does not have.
    .serializer(asItIs)
    .send(problemText(told, language));
}
