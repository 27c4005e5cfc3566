/** /sandbox/*: the page of the simulated gateway. Plain forms, no script. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../contract.ts';
import { inTime } from '../platform/in-time.ts';
import type { Language } from '../platform/language.ts';
import type { Sandbox } from './gateway.ts';
import { checkoutPage, nowherePage } from './sandbox/checkout-page.ts';

export interface SandboxRooms {
  readonly sandbox: Pick<Sandbox, 'find' | 'press'>;
  /** Where the styles are that bring the font, if there are any. */
  readonly font: string | undefined;
  /** The language that whoever asks reads. */
  readonly languageOf: (request: FastifyRequest) => Language;
}

const form_bytes_max = 256;
const style_age_seconds = 300;
const policy =
  "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const where = '/sandbox/checkout/:orderId/:seal';

export async function sandboxRoutes(app: App, { sandbox, font, languageOf }: SandboxRooms): Promise<void> {
  const style = await readFile(path.join(import.meta.dirname, 'sandbox/checkout.css'));
  const found = (request: FastifyRequest) => {
    const { orderId, seal } = request.params as { orderId: string; seal: string };
    return inTime(sandbox.find(orderId, seal));
  };
  const nowhere = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    show(reply.code(404), languageOf(request), (language) => nowherePage({ language, font }));
  await app.register(async (scope) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: form_bytes_max },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );
    scope.get('/sandbox/checkout.css', (_request, reply) =>
      reply.header('cache-control', `public, max-age=${style_age_seconds}`).type('text/css; charset=utf-8').send(style),
    );
    scope.get(where, async (request, reply) => {
      const row = await found(request);
      if (row === undefined) return nowhere(request, reply);
      const { did } = request.query as { did?: unknown };
      return show(reply, languageOf(request), (language) =>
        checkoutPage({ language, font }, row, typeof did === 'string' ? did : undefined),
      );
    });
    scope.post(where, { bodyLimit: form_bytes_max }, async (request, reply) => {
      const row = await found(request);
      if (row === undefined) return nowhere(request, reply);
      const action = request.body instanceof URLSearchParams ? request.body.get('action') : null;
      const pressed = await inTime(sandbox.press(row, action ?? ''));
      const page = request.url.replace(/\?.*$/s, '');
      return reply.redirect('to' in pressed ? pressed.to : `${page}?did=${pressed.did ?? 'nothing'}`, 303);
    });
  });
}

function show(reply: FastifyReply, language: Language, page: (language: Language) => string): FastifyReply {
  return reply
    .headers({
      'content-security-policy': policy,
      'content-language': language,
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
      vary: 'cookie, accept-language',
    })
    .type('text/html; charset=utf-8')
    .send(page(language));
}
