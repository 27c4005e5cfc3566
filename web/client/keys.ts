/**
 * Effects that must happen once: seats held, money charged, money paid. Of seats see attempt.ts. Of money the key is kept in
 * the browser's storage until the server has answered, so a double click, a lost answer or a reload repeats the same request
 * and not the effect. Where there is no storage, a reload still finds it (see store.ts), and another page or a new tab does
 * not: there a payment is refused as paid already, and a charge shows in the balance, which every page that charges reads
 * first.
 */
import { ask, pause, type Reply } from './client.ts';
import type { Asked, Endpoint } from './endpoints.ts';
import { asProblem, isPassing, type Problem } from './problem.ts';
import { throughReloads } from './store.ts';

const tries_max = 4;
const pause_ms = 800;
/** Whoever is to wait for longer is told so. */
const patience_seconds = 15;
/** After this an unanswered wish is a new wish. */
const kept_ms_max = 15 * 60_000;
const under_way = new Map<string, Promise<unknown>>();

/**
 * Asks with the key of `wish` (`pay:<reservation>`). While one is under way, asking again joins it. Rejects with a
 * problem; after UNREACHABLE the key is still kept, so that the next try finds out what became of this one.
 */
export function askOnce<Name extends Endpoint>(wish: string, name: Name, asked: Asked<Name>): Promise<Reply<Name>> {
  const running = under_way.get(wish);
  if (running !== undefined) return running as Promise<Reply<Name>>;
  const started = run(wish, name, asked).finally(() => under_way.delete(wish));
  under_way.set(wish, started);
  return started;
}

async function run<Name extends Endpoint>(wish: string, name: Name, asked: Asked<Name>): Promise<Reply<Name>> {
  try {
    const reply = await askAgain(name, { ...asked, key: keyOf(wish) });
    forget(wish);
    return reply;
  } catch (error) {
    if (isAnswered(asProblem(error))) forget(wish);
    throw error;
  }
}

/**
 * Asks with this key, and again with the same one while that may help in a moment. Rejects with a problem; whether the key
 * is used up then, `isAnswered` says.
 */
export async function askAgain<Name extends Endpoint>(
  name: Name,
  asked: Asked<Name> & { readonly key: string },
): Promise<Reply<Name>> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask(name, asked);
    } catch (error) {
      const found = asProblem(error);
      const { retryAfterSeconds = 0 } = found;
      if (!isPassing(found) || tries >= tries_max || retryAfterSeconds > patience_seconds) throw found;
      await pause(retryAfterSeconds * 1_000 || pause_ms * tries);
    }
  }
}

/** Said before anybody looked at the key: they say nothing of an earlier try with it, whose answer was lost. */
const said_of_no_key: ReadonlySet<Problem['code']> = new Set([
  'RATE_LIMITED',
  'UNAUTHENTICATED',
  'QUEUE_TOKEN_INVALID',
] as const);

/** A refusal had no effect, and the next wish may differ; anything else may have had one. */
export function isAnswered(found: Problem): boolean {
  return found.status >= 400 && found.status < 500 && !said_of_no_key.has(found.code);
}

function keyOf(wish: string): string {
  const kept = throughReloads.read(`key:${wish}`);
  const [madeAt = '', key = ''] = kept?.split(' ') ?? [];
  if (key !== '' && Date.now() - Number(madeAt) < kept_ms_max) return key;
  const made = newKey();
  throughReloads.keep(`key:${wish}`, `${Date.now()} ${made}`);
  return made;
}

function forget(wish: string): void {
  throughReloads.drop(`key:${wish}`);
}

/** `crypto.randomUUID` exists only on https and localhost; a venue's test machine may be neither. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
