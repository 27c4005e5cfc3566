/**
 * /docs: the reference as a page. The library brings its script along; nothing is fetched from another host. It is four
 * megabytes, which the library would hash, copy and send anew for each reader; so it is loaded for
 * the first one, and both are taken from it once.
 */
import { createHash } from 'node:crypto';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { App } from '../contract.ts';
import { refuse } from '../refusals.ts';
import { compressed, sendCompressed, type Compressed } from './compressed.ts';

const prefix = '/docs';
const page_url = `${prefix}/`;
const script_url = `${prefix}/js/scalar.js`;
const script_age_seconds = 86_400;
const inline_script = /<script(?:\s[^>]*)?>([\s\S]*?)<\/script>/g;

/** Mounts the page at `/docs`, reading the document from `documentUrl`. */
export async function mountReference(app: App, documentUrl: string): Promise<void> {
  await app.register(async (scope) => {
    // An address that is none names no host of ours.
    scope.addHook('onRequest', (request, _reply, done) => {
      done(URL.canParse(`http://${request.host}`) ? undefined : refuse('NOT_FOUND'));
    });
    let taken: Promise<Taken> | undefined;
    const answer = async (part: keyof Taken, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      taken ??= take(documentUrl).catch((error: unknown) => {
        taken = undefined;
        throw error;
      });
      const { headers, content } = (await taken)[part];
      return sendCompressed(request, reply.headers(headers), content);
    };
    scope.get(page_url, (request, reply) => {
      const [path = ''] = request.url.split('?');
      // The page finds its script beside itself.
      return path.endsWith('/') ? answer('page', request, reply) : reply.redirect(page_url, 301);
    });
    scope.get(script_url, (request, reply) => answer('script', request, reply));
  });
}

interface Taken {
  readonly page: Kept;
  readonly script: Kept;
}

/** The library, loaded when the first reader asks, answers each of the two once, to us alone. */
async function take(documentUrl: string): Promise<Taken> {
  const { default: reference } = await import('@scalar/fastify-api-reference');
  const apart = fastify({ routerOptions: { ignoreTrailingSlash: true } });
  await apart.register(reference, {
    routePrefix: prefix,
    configuration: {
      url: documentUrl,
      pageTitle: 'Maejin · API',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
      persistAuth: false,
    },
  });
  try {
    return { page: await keep(apart, page_url), script: await keep(apart, script_url) };
  } finally {
    await apart.close();
  }
}

async function keep(apart: FastifyInstance, url: string): Promise<Kept> {
  const { statusCode, headers, payload } = await apart.inject(url);
  if (statusCode !== 200) throw new Error(`the reference answers ${statusCode} at ${url}`);
  return { content: await compressed(payload), headers: headersOf(String(headers['content-type']), payload) };
}

interface Kept {
  readonly content: Compressed;
  readonly headers: Readonly<Record<string, string>>;
}

function headersOf(type: string, text: string): Kept['headers'] {
  const common = { 'content-type': type, vary: 'accept-encoding' };
  if (type.startsWith('application/javascript')) {
    return { ...common, 'cache-control': `public, max-age=${script_age_seconds}` };
  }
  return { ...common, 'cache-control': 'no-cache', 'content-security-policy': policyOf(text) };
}

/** Only this host, and of inline scripts only those on the page itself. Its components style themselves inline. */
function policyOf(page: string): string {
  const scripts = [...page.matchAll(inline_script)].map(([, text]) => text ?? '').filter((text) => text !== '');
  const hashes = scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  return [
    "default-src 'none'",
    ["script-src 'self'", ...hashes].join(' '),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
