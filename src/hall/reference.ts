/** /docs: the reference as a page. The library brings its script along; nothing is fetched from another host. */
import { createHash } from 'node:crypto';
import reference from '@scalar/fastify-api-reference';
import type { App } from '../contract.ts';

const script_age_seconds = 3_600;
const inline_script = /<script(?:\s[^>]*)?>([\s\S]*?)<\/script>/g;

/** Mounts the page at `/docs`, reading the document from `documentUrl`. */
export async function mountReference(app: App, documentUrl: string): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onSend', (_request, reply, payload, done) => {
      const isPage = String(reply.getHeader('content-type')).startsWith('text/html');
      reply.header('content-security-policy', policyOf(isPage && typeof payload === 'string' ? payload : ''));
      reply.header('cache-control', isPage ? 'no-cache' : `public, max-age=${script_age_seconds}`);
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
        defaultOpenAllTags: false,
        persistAuth: false,
      },
    });
  });
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
