/** The pages that the server itself shows: one for developers, and one for each way to say no. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import helmet from '@fastify/helmet';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../contract.ts';
import { firstPage } from '../pages/first.ts';
import { problemPage } from '../pages/problem.ts';
import { refusals, type RefusalCode } from '../refusals.ts';
import { languages, type Language } from '../platform/language.ts';
import { problemFields } from './openapi.ts';
import { problemPath } from './problems.ts';
import { readerOf } from './reader.ts';

const asset_age_seconds = 300;
const assets = { 'site.css': 'text/css; charset=utf-8', 'seal.svg': 'image/svg+xml' } as const;

type Page = Readonly<Record<Language, string>>;

/** `/problems/SEAT_UNAVAILABLE`: a code as answers write it, in capitals or not, leads to its page. */
const codes = Object.keys(refusals).map((code) =>
  code.replaceAll(/./g, (letter) => (letter === '_' ? '[-_]' : `[${letter}${letter.toLowerCase()}]`)),
);
const anyCode = `/problems/:code(^(?:${codes.join('|')})$)`;

/** Mounts the pages and what they load, all from this host. */
export async function mountPages(app: App, { publicUrl }: { readonly publicUrl: string }): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onRequest', (_request, reply, done) => {
      reply.removeHeader('content-security-policy');
      reply.header('cache-control', 'no-cache');
      done();
    });
    await scope.register(helmet, policyOf(publicUrl.startsWith('https:')));
    const show = (url: string, page: Page): void => {
      scope.get(url, (request, reply) => sendPage(request, reply, page));
    };
    show(
      '/developers',
      inEach((language) => firstPage(language, publicUrl)),
    );
    for (const code of Object.keys(refusals) as RefusalCode[]) {
      const fields = Object.keys(problemFields[code] ?? {});
      show(
        problemPath(code),
        inEach((language) => problemPage(language, { code, ...refusals[code], fields })),
      );
    }
    scope.get(anyCode, (request, reply) => {
      const { code } = request.params as { code: string };
      return reply.redirect(problemPath(code.toUpperCase().replaceAll('-', '_') as RefusalCode), 301);
    });
    for (const [name, type] of Object.entries(assets)) {
      const content = await readFile(path.join(import.meta.dirname, '../pages', name));
      scope.get(`/${name}`, (_request, reply) => {
        reply.header('cache-control', `public, max-age=${asset_age_seconds}`).type(type).send(content);
      });
    }
  });
}

function policyOf(isSecure: boolean) {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: isSecure,
  };
}

function inEach(render: (language: Language) => string): Page {
  const [en, ko] = languages.map(render);
  return { en: en ?? '', ko: ko ?? '' };
}

function sendPage(request: FastifyRequest, reply: FastifyReply, page: Page): void {
  const { language } = readerOf(request);
  reply
    .headers({ 'content-language': language, vary: 'cookie, accept-language' })
    .type('text/html; charset=utf-8')
    .send(page[language]);
}
