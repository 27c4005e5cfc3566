/**
 * A server over a real socket that speaks as Stripe's public reference says that Stripe does: forms go in, JSON comes out;
 * keys, idempotency, lists and errors. It was written after those documents and never verified against Stripe: what it and
 * `src/gateway/stripe.ts` have misread alike, no test here can find. `npm run gateway-check` is for that.
 */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAccount, newId, Refused, seconds, type Account, type Fields } from './stripe-account.ts';

/** What becomes of an answer: none though it is done, none at all, in pieces, far too much, something else. */
export type Misfortune = 'lost' | 'away' | 'late' | 'torn' | 'endless' | 'html' | 'list' | 500 | 503 | 429 | 302 | 403;

export interface StripeLike {
  readonly origin: string;
  readonly secretKey: string;
  readonly webhookSecret: string;
  readonly account: Account;
  /** What was asked, as `POST /v1/refunds`. */
  readonly asked: string[];
  /** The forms that were posted. */
  readonly forms: URLSearchParams[];
  /** For the next request to a path that begins so. */
  strike(misfortune: Misfortune, path?: string): void;
  /** Changes the next answer to a path that begins so. */
  alter(path: string, change: (body: Fields) => unknown): void;
  /** Stripe has forgotten every idempotency key, as it does after a day. */
  forget(): void;
  /** How long what changes something takes, in ms. */
  slowness: number;
  /** A notice as Stripe would send it now: its body and its headers. */
  notice(type: string, object: object): { readonly body: Buffer; readonly headers: Record<string, string> };
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

export function signatureOf(secret: string, body: Buffer | string, at = seconds()): string {
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex')}`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** `payment_intent_data[metadata][order]=…` of a form as `{order: …}`. */
function metadataOf(form: Form, name: string): Record<string, string> {
  const inside = [...form].filter(([field]) => field.startsWith(`${name}[`));
  return Object.fromEntries(inside.map(([field, value]) => [field.slice(name.length + 1, -1), value]));
}

/** In pages, the newest first, as Stripe's lists are. */
function pageOf(all: readonly { readonly id: string }[], query: URLSearchParams): Reply {
  const after = query.get('starting_after');
  const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const limit = Number(query.get('limit') ?? 10);
  const data = all.slice(from, from + limit);
  return { status: 200, body: { object: 'list', data, has_more: all.length > from + data.length } };
}

function shown(account: Account, id: string, query: URLSearchParams): Fields {
  const { paymentMetadata: _own, ...session } = account.session(id);
  if (session.payment_intent === null || !query.getAll('expand[]').includes('payment_intent.latest_charge')) {
    return session;
  }
  return { ...session, payment_intent: withCharge(account, session.payment_intent) };
}

type Form = URLSearchParams;

const lists: Readonly<Record<string, (account: Account, intent: string) => readonly { readonly id: string }[]>> = {
  '/v1/checkout/sessions': (account, intent) => account.sessionsOf(intent),
  '/v1/refunds': (account, intent) => account.refundsOf(intent),
  '/v1/disputes': (account, intent) => account.disputesOf(intent),
};

const makers: Readonly<Record<string, (account: Account, form: Form) => Fields>> = {
  '/v1/checkout/sessions': opened,
  '/v1/payment_intents': paidByCard,
  '/v1/refunds': (account, form) => {
    const amount = form.get('amount');
    const wanted = amount === null ? undefined : Number(amount);
    return { ...account.refund(form.get('payment_intent') ?? '', wanted, metadataOf(form, 'metadata')) };
  },
};

function decide(account: Account, method: string, url: URL, form: Form): Reply {
  const maker = method === 'POST' ? makers[url.pathname] : undefined;
  if (maker !== undefined) return { status: 200, body: maker(account, form) };
  const found = method === 'GET' ? look(account, url) : undefined;
  if (found !== undefined) return found;
  throw new Refused(404, { type: 'invalid_request_error', message: `Unrecognized request URL (${method})` });
}

function look(account: Account, { pathname, searchParams }: URL): Reply | undefined {
  const list = lists[pathname];
  if (list !== undefined) return pageOf(list(account, searchParams.get('payment_intent') ?? ''), searchParams);
  const [, kind, id = ''] = /^\/v1\/(checkout\/sessions|payment_intents)\/(\w+)$/.exec(pathname) ?? [];
  if (kind === 'checkout/sessions') return { status: 200, body: shown(account, id, searchParams) };
  return kind === 'payment_intents' ? { status: 200, body: withCharge(account, id) } : undefined;
}

function withCharge(account: Account, id: string): Fields {
  const intent = account.intent(id);
  return { ...intent, latest_charge: intent.latest_charge === null ? null : account.chargeOf(intent) };
}

function opened(account: Account, form: Form): Fields {
  const item = 'line_items[0][price_data]';
  if (form.get('mode') !== 'payment') throw new Refused(400, { type: 'invalid_request_error', param: 'mode' });
  const { paymentMetadata: _own, ...session } = account.open({
    amount: Number(form.get(`${item}[unit_amount]`)) * Number(form.get('line_items[0][quantity]')),
    currency: form.get(`${item}[currency]`) ?? '',
    expiresAt: Number(form.get('expires_at')),
    orderId: form.get('client_reference_id'),
    metadata: metadataOf(form, 'metadata'),
    paymentMetadata: metadataOf(form, 'payment_intent_data[metadata]'),
    successUrl: form.get('success_url') ?? '',
    cancelUrl: form.get('cancel_url') ?? '',
  });
  return session;
}

/** `pm_card_visa` pays at once; `pm_card_chargeDeclined` does not. */
function paidByCard(account: Account, form: Form): Fields {
  const intent = account.begin(Number(form.get('amount')), form.get('currency') ?? '', metadataOf(form, 'metadata'));
  if (form.get('payment_method') !== 'pm_card_visa') {
    throw new Refused(402, { type: 'card_error', code: 'card_declined', decline_code: 'generic_decline' });
  }
  account.charge(intent);
  return { ...intent };
}

/** An answer is saved for its key once it is being carried out; the same key with another form is refused. */
function createKeys() {
  const answers = new Map<string, { readonly asked: string; readonly reply: Reply | undefined }>();
  return {
    forget: () => answers.clear(),
    async once(key: string | undefined, asked: string, carryOut: () => Promise<Reply>): Promise<Reply> {
      if (key === undefined) return carryOut();
      const before = answers.get(key);
      if (before !== undefined && before.asked !== asked) throw new Refused(400, { type: 'idempotency_error' });
      if (before !== undefined && before.reply === undefined) {
        throw new Refused(409, { type: 'idempotency_error', code: 'idempotency_key_in_use' });
      }
      if (before?.reply !== undefined) return before.reply;
      answers.set(key, { asked, reply: undefined });
      // Even of what went wrong.
      const reply = await carryOut().catch((error: unknown) => replyTo(error));
      answers.set(key, { asked, reply });
      return reply;
    },
  };
}

function replyTo(error: unknown): Reply {
  if (error instanceof Refused) return { status: error.status, body: { error: error.error } };
  throw error;
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function strikeWith(misfortune: Misfortune, response: ServerResponse, reply: Reply): void {
  const text = JSON.stringify(reply.body);
  if (misfortune === 'lost' || misfortune === 'away') response.socket?.destroy();
  else if (misfortune === 'late') setTimeout(() => response.socket?.destroy(), 5_000).unref();
  else if (misfortune === 'torn') response.writeHead(200).end(text.slice(0, text.length / 2));
  else if (misfortune === 'endless')
    response.writeHead(200).end(JSON.stringify({ ...(reply.body as object), more: 'x'.repeat(2e6) }));
  else if (misfortune === 'html') response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Down</h1>');
  else if (misfortune === 'list') send(response, { status: 200, body: [reply.body] });
  else if (misfortune === 302) response.writeHead(302, { location: '/v1/elsewhere' }).end();
  else send(response, { status: misfortune, body: { error: { type: 'api_error' } } });
}

export async function openStripeLike(): Promise<StripeLike> {
  const account = createAccount();
  const keys = createKeys();
  const secretKey = `sk_test_${newId('k').slice(2)}`;
  const webhookSecret = `whsec_${newId('w').slice(2)}`;
  const struck: { readonly misfortune: Misfortune; readonly path: string }[] = [];
  const altered: { readonly path: string; readonly change: (body: Fields) => unknown }[] = [];
  const like: Omit<StripeLike, 'origin' | 'close'> & { slowness: number } = {
    secretKey,
    webhookSecret,
    account,
    asked: [],
    forms: [],
    slowness: 0,
    strike: (misfortune, path = '/') => void struck.push({ misfortune, path }),
    alter: (path, change) => void altered.push({ path, change }),
    forget: keys.forget,
    notice: (type, object) => {
      const event = { id: newId('evt'), object: 'event', type, livemode: false, data: { object } };
      const body = Buffer.from(JSON.stringify(event));
      return { body, headers: { 'stripe-signature': signatureOf(webhookSecret, body) } };
    },
  };
  const taken = <T extends { readonly path: string }>(of: T[], path: string): T | undefined => {
    const index = of.findIndex((one) => path.startsWith(one.path));
    return index === -1 ? undefined : of.splice(index, 1)[0];
  };
  const reply = async (request: IncomingMessage, url: URL, text: string): Promise<Reply> => {
    if (request.headers.authorization !== `Bearer ${secretKey}`) {
      throw new Refused(401, { type: 'invalid_request_error', message: 'Invalid API Key provided' });
    }
    const { method = '' } = request;
    const form = new URLSearchParams(text);
    const carryOut = async (): Promise<Reply> => {
      await sleep(like.slowness);
      return decide(account, method, url, form);
    };
    if (method !== 'POST') return decide(account, method, url, form);
    like.forms.push(form);
    return keys.once(request.headers['idempotency-key'] as string | undefined, `${url.pathname} ${text}`, carryOut);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '', 'http://stripe.example');
    like.asked.push(`${request.method} ${url.pathname}`);
    const misfortune = taken(struck, url.pathname)?.misfortune;
    const text = await textOf(request);
    const isDone = misfortune === undefined || ['lost', 'late', 'torn', 'endless', 'list'].includes(String(misfortune));
    const said = isDone ? await reply(request, url, text).catch(replyTo) : { status: 500, body: {} };
    const change = taken(altered, url.pathname)?.change;
    const changed = change === undefined ? said : { ...said, body: change(structuredClone(said.body) as Fields) };
    if (misfortune === undefined) send(response, changed);
    else strikeWith(misfortune, response, changed);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.socket?.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(like, {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  });
}
