/**
 * How a gateway is asked over HTTP: JSON comes back, within bounds of time, of size and of how many ask at once. An answer
 * that says nothing about the payment (none at all, a fault of theirs, too many questions, something else than a JSON
 * object) is `GatewayUnclear`; what a refusal means, the gateway's own file knows.
 */
import { boundedBody } from '../platform/bounded-body.ts';
import { createFewAtOnce } from '../platform/few-at-once.ts';
import { type Json, asObject } from './reading.ts';
import { GatewayUnclear } from './unclear.ts';

export interface Question {
  readonly method: 'GET' | 'POST';
  /** From the root of the API. What comes from outside must be checked and encoded in it: `..` would lead elsewhere. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  /** 200 to 499, without 408 and 429. */
  readonly status: number;
  readonly body: Json;
}

export interface Caller {
  /** Rejects with `GatewayUnclear`: nobody knows then whether it was done. It repeats nothing. */
  ask(question: Question): Promise<Answer>;
}

export interface CallerOptions {
  /** Of the gateway, for the log. */
  readonly name: string;
  /** Scheme and host, without a slash at the end. */
  readonly api: string;
  /** Of every question: who asks, above all. */
  readonly headers: Readonly<Record<string, string>>;
  readonly answerMsMax?: number | undefined;
}

/** A bank that is asked behind the gateway takes its time; whoever waits for it has a shorter limit of his own. */
const answer_ms_max = 15_000;
const answer_bytes_max = 512 * 1_024;
const at_once_max = 32;
const waiting_max = 500;

export function createCaller({ name, api, headers, answerMsMax = answer_ms_max }: CallerOptions): Caller {
  const few = createFewAtOnce({ name, atOnce: at_once_max, waitingMax: waiting_max });
  const ask = async (question: Question): Promise<Answer> => {
    const response = await fetch(`${api}${question.path}`, {
      method: question.method,
      headers: { accept: 'application/json', ...headers, ...question.headers },
      ...(question.body !== undefined && { body: question.body }),
      redirect: 'error',
      // Of the body too: one that stops halfway is no answer.
      signal: AbortSignal.timeout(answerMsMax),
    });
    const bytes = await boundedBody(response, answer_bytes_max);
    const { status } = response;
    if (status >= 500 || status === 429 || status === 408) throw new Error(`status ${status}`);
    return { status, body: asObject(JSON.parse(bytes.toString()), 'the answer') };
  };
  return {
    ask: async (question) => {
      try {
        return await few.run(() => ask(question));
      } catch (error) {
        if (error instanceof GatewayUnclear) throw error;
        throw new GatewayUnclear(`${name} gave no answer: ${String(error)}`, error);
      }
    },
  };
}
