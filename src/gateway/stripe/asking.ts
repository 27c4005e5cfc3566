/** How Stripe is asked: forms go there, JSON comes back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, createCalls } from '../calls.ts';
import { type Json, asObject } from '../reading.ts';
import { GatewayUnclear } from '../terms.ts';

export interface StripeOptions {
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** Scheme and host, without a slash at the end. */
  readonly api: string;
  /** So long an answer is waited for; tests have less patience. */
  readonly patienceMs?: number | undefined;
}

type Question = Omit<Call, 'msMax'>;

interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** Rejects with `GatewayUnclear` for whatever says nothing about what was asked: no answer, no key, at it yet. */
export type Ask = (question: Question) => Promise<Answer>;

/** The shapes that are read here, whatever the account has for its default. */
export const api_version = '2026-10-28.endive';

/** A bank that is asked behind Stripe takes its time; whoever waits for it has a shorter limit of his own. */
const patience_ms = 12_000;
/** More than fans, the duty that asks and withdrawals have under way together. */
const at_once = 96;
const again_ms = 300;

export function createAsk({ secretKey, api, patienceMs = patience_ms }: StripeOptions): Ask {
  const headers = { authorization: `Bearer ${secretKey}`, 'stripe-version': api_version };
  const calls = createCalls({ name: 'Stripe', api, headers, atOnce: at_once });
  return async (question) => {
    const giveUpAt = performance.now() + patienceMs;
    for (;;) {
      const { status, body } = await calls({ ...question, msMax: patienceMs });
      const answer = { status, body: asObject(body, 'the answer') };
      if (status === 401) throw new GatewayUnclear('Stripe does not know the key STRIPE_SECRET_KEY');
      if (status === 403) throw new GatewayUnclear(`The key STRIPE_SECRET_KEY may not do this: ${because(answer)}`);
      if (status !== 409) return answer;
      // A first try under the same key is still at work there.
      if (performance.now() + again_ms > giveUpAt) throw new GatewayUnclear(`Stripe is at it yet: ${because(answer)}`);
      await sleep(again_ms);
    }
  };
}

type Fields = Readonly<Record<string, string | number | boolean>>;

export function get(path: string, query: Fields = {}): Question {
  const asked = form(query);
  return { method: 'GET', path: asked === '' ? path : `${path}?${asked}` };
}

/** The same key and fields again are answered as the first time, and do nothing more. */
export function post(path: string, key: string, fields: Fields): Question {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'idempotency-key': key };
  return { method: 'POST', path, headers, body: form(fields) };
}

function form(fields: Fields): string {
  const all = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) all.append(name, String(value));
  return all.toString();
}

/** Stripe's own code for why not. Its sentences may tell parts of a key, so they are left out. */
export function because({ status, body }: Answer): string {
  const error = asObject(body['error'] ?? {}, 'error');
  return firstText(error['code'], error['type']) ?? `status_${status}`;
}

/** The first of several codes that there is. */
export function firstText(...codes: readonly unknown[]): string | undefined {
  const said = codes.find((value) => typeof value === 'string' && value !== '');
  return typeof said === 'string' ? said.slice(0, 100) : undefined;
}
