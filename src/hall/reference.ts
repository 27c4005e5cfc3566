/**
 * /docs: the reference as a page. The library brings its script along; nothing is fetched from another host. It is four
 * megabytes, which the library would hash, copy and send anew for each reader; so it is taken from it once.
 */
import { createHash } from 'node:crypto';
import reference from '@scalar/fastify-api-reference';
import type { App } from '../contract.ts';
import { refuse } from '../refusals.ts';
import { compressed, sendCompressed, type Compressed } from './compressed.ts';

const script_age_seconds = 86_400;
const inline_script = /<script(?:\s[^>]*)?>([\s\S]*?)<\/script>/g;

/** Mounts the page at `/docs`, reading the document from `documentUrl`. */
export async function mountReference(app: App, documentUrl: string): Promise<void> {
  await app.register(async (scope) => {
    // The library makes an address of the Host header; one that is none would be its error.
    scope.addHook('onRequest', (request, _reply, done) => {
      done(URL.canParse(`http://${request.host}`) ? undefined : refuse('NOT_FOUND'));
    });
    // Once they were made, the page and the script are answered ahead of the library.
    const kept = new Map<string, Kept>();
    scope.addHook('onRequest', async (request, reply) => {
      const known = kept.get(request.routeOptions.url ?? '');
      if (known === undefined) return undefined;
      return sendCompressed(request, reply.headers(known.headers), await known.content);
    });
    scope.addHook('onSend', (request, reply, payload, done) => {
      if (reply.statusCode === 200 && typeof payload === 'string') {
        const headers = headersOf(String(reply.getHeader('content-type')), payload);
        kept.set(request.routeOptions.url ?? '', { content: compressed(payload), headers });
        reply.headers(headers);
      }
      done(null, payload);
    });
    await scope.register(reference, {
      routePrefix: '/docs',
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
  });
}

interface Kept {
  readonly content: Promise<Compressed>;
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
