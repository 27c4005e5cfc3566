/**
 * Asks the server: typed by the contract, with the session cookie, bounded in time. Reads are asked again by
 * themselves when the line is bad; what has an effect is asked again only with its key (see keys.ts).
 */
import { endpoints, type Asked, type Endpoint, type Reply } from './endpoints.ts';
import { asProblem, isPassing, problem, problemOf } from './problem.ts';

export type { Reply } from './endpoints.ts';

const answer_ms_max = 15_000;
const tries_max = 3;
const pause_ms = 600;

/** Asks once; rejects with a `Problem`. */
export async function ask<Name extends Endpoint>(name: Name, asked: Asked<Name>): Promise<Reply<Name>> {
  const { method, url, init } = requestOf(name, asked);
  if (method !== 'GET') return answerOf<Name>(url, init);
  for (let tries = 1; ; tries++) {
    try {
      return await answerOf<Name>(url, init);
    } catch (error) {
      const found = asProblem(error);
      if (!isPassing(found) || tries >= tries_max || asked.signal?.aborted === true) throw found;
      await pause((found.retryAfterSeconds ?? 0) * 1_000 || pause_ms * tries, asked.signal);
    }
  }
}

async function answerOf<Name extends Endpoint>(url: string, init: RequestInit): Promise<Reply<Name>> {
  const response = await send(url, init);
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as Reply<Name>;
  try {
    return (await response.json()) as Reply<Name>;
  } catch {
    throw problem({ code: 'UNREACHABLE' });
  }
}

/** The response itself, whatever its status; rejects with UNREACHABLE when none came in time. */
export async function send(url: string, init: RequestInit, msMax = answer_ms_max): Promise<Response> {
  const signals = [AbortSignal.timeout(msMax), ...(init.signal ? [init.signal] : [])];
  try {
    return await fetch(url, { ...init, signal: AbortSignal.any(signals) });
  } catch {
    throw problem({ code: 'UNREACHABLE' });
  }
}

/** Method, address and options of a question. */
export function requestOf<Name extends Endpoint>(name: Name, asked: Asked<Name>) {
  const [method = 'GET', pattern = '/'] = endpoints[name].split(' ');
  const params = (asked.params ?? {}) as Readonly<Record<string, string>>;
  const path = pattern.replaceAll(/:(\w+)/g, (_all, key: string) => encodeURIComponent(params[key] ?? ''));
  const init: RequestInit = { method, headers: headersOf(asked) };
  if (asked.body !== undefined) init.body = JSON.stringify(asked.body);
  if (asked.signal !== undefined) init.signal = asked.signal;
  return { method, url: path + searchOf(asked.query), init };
}

function searchOf(query: unknown): string {
  const given = Object.entries((query ?? {}) as Record<string, string | number | undefined>);
  const search = new URLSearchParams();
  for (const [key, value] of given) if (value !== undefined) search.set(key, String(value));
  return search.size > 0 ? `?${search.toString()}` : '';
}

function headersOf({
  place,
  key,
  body,
}: {
  place?: string | undefined;
  key?: string;
  body?: unknown;
}): Record<string, string> {
  return {
    'accept-language': document.documentElement.lang,
    ...(place === undefined ? {} : { 'queue-token': place }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
}

/** Resolves after `ms`, or as soon as `signal` is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
